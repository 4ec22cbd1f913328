"""Events in a plot over time: a mark for each, and the names of as many as have room."""

from __future__ import annotations

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.dates import date2num

from salescope.monitoring.drawing import INK, MUTED

__all__ = ["mark_events", "named_events"]

MOST_NAMED = 10
LONGEST_NAME = 16
# The part of the width that a name takes when it is written upright.
ROOM = 0.022


def named_events(events: pd.DataFrame, *, cut: pd.Timestamp, span: pd.Timedelta) -> pd.DataFrame:
    """Chooses the events whose names are written: those to come first, then the newest, none beside another.

    Parameters
    ----------
    events : DataFrame, shape (n_events, 2)
        ``date`` and ``name``.
    cut : Timestamp
        Where the periods to come begin.
    span : Timedelta
        How long the drawing is.

    Returns
    -------
    DataFrame, shape (n_named, 2)
        At most ten, by date.

    Examples
    --------
    >>> events = pd.DataFrame(
    ...     {"date": pd.to_datetime(["2026-01-01", "2026-01-02", "2026-03-01"]), "name": ["a", "b", "c"]}
    ... )
    >>> named_events(events, cut=pd.Timestamp("2026-02-01"), span=pd.Timedelta(90, "D"))["name"].tolist()
    ['b', 'c']
    """
    ahead = events[events["date"] >= cut].sort_values("date", kind="stable")
    behind = events[events["date"] < cut].sort_values("date", kind="stable", ascending=False)
    chosen: list[int] = []
    ordered = pd.concat([ahead, behind], ignore_index=True)
    for place, date in enumerate(ordered["date"]):
        apart = (ordered["date"].iloc[chosen] - date).abs() >= ROOM * span
        if len(chosen) < MOST_NAMED and apart.all():
            chosen.append(place)
    return ordered.iloc[chosen].sort_values("date", kind="stable")


def mark_events(axes: Axes, events: pd.DataFrame, *, cut: pd.Timestamp) -> tuple[int, int]:
    """Marks events on axes whose limits are set, with room at the top for their names.

    Parameters
    ----------
    axes : matplotlib.axes.Axes
        What was drawn on.
    events : DataFrame, shape (n_events, 2)
        ``date`` and ``name``; those outside the drawing are left out.
    cut : Timestamp
        Where the periods to come begin.

    Returns
    -------
    tuple of int
        How many are marked, and how many of them are named.
    """
    first, last = (pd.Timestamp(end, unit="D") for end in axes.get_xlim())
    inside = events[(events["date"] >= first) & (events["date"] <= last)]
    named = named_events(inside, cut=cut, span=last - first)
    across = axes.get_xaxis_transform()
    axes.plot(inside["date"], [0.0] * len(inside), "^", color=INK, markersize=6, transform=across, clip_on=False)
    for date, name in zip(named["date"], named["name"], strict=True):
        axes.axvline(date, color=MUTED, linewidth=0.8, linestyle=":")
        short = str(name) if len(str(name)) <= LONGEST_NAME else f"{str(name)[: LONGEST_NAME - 1]}…"
        # Beside its line, on the side that is inside the drawing.
        side, aside = ("left", 2) if date + 2 * ROOM * (last - first) < last else ("right", -2)
        axes.annotate(
            short, (date2num(date), 0.99), xycoords=across, xytext=(aside, 0), textcoords="offset points",
            rotation=90, fontsize=8, color=INK, va="top", ha=side,
        )  # fmt: skip
    return len(inside), len(named)
