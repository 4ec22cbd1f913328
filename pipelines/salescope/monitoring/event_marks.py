"""Events in a plot over time: a mark for each, and the names of as many as have room."""

from __future__ import annotations

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.dates import date2num

from salescope.forecasting import Panel
from salescope.frames.errors import UnknownNameError
from salescope.monitoring.drawing import INK, MUTED

__all__ = ["mark_events", "named_events", "node_events"]

MOST_NAMED = 10
GENERAL = ("holiday", "made_up_workday", "before_holiday", "after_holiday")
LONGEST_NAME = 16
# The part of the width that a name takes when it is written upright.
ROOM = 0.022


def node_events(panel: Panel, node: str) -> pd.DataFrame:
    """Lists the events that are known of a node, in its history and ahead.

    Parameters
    ----------
    panel : Panel
        As `SalesForecaster.panel_`; what it was fitted to knew the events.
    node : str
        The node.

    Returns
    -------
    DataFrame, shape (n_events, 2)
        ``date``, the first day of the first period of each time it happens, and ``name``, by date. Feasts are listed
        and not holidays as such, nor the days around them.

    Raises
    ------
    UnknownNameError
        When there is no such node.

    Examples
    --------
    >>> from dataclasses import replace
    >>> from salescope.forecasting import Known
    >>> from salescope.forecasting.examples import monthly
    >>> known = Known(values={"summer_sale": np.array([[0.0, 1.0, 0.5, 0.0, 1.0]])}, kinds={"summer_sale": "event"})
    >>> panel = replace(monthly([[3.0, 9.0, 6.0]]), known=known)
    >>> node_events(panel, "series 0")["date"].dt.strftime("%Y-%m").tolist()
    ['2020-02', '2020-05']
    """
    if node not in panel.series:
        raise UnknownNameError(node, what="node", where="the history", accepted=panel.series)
    row, parts = panel.series.index(node), [pd.DataFrame({"date": panel.dates[:0], "name": []})]
    for name, shares in panel.known.values.items():  # noqa: PD011 - of drivers, not of pandas
        if panel.known.kinds[name] == "event" and name not in GENERAL:
            happens = shares[row] > 0
            begins = np.flatnonzero(happens & ~np.concatenate([[False], happens[:-1]]))
            dates = panel.frequency.starts(panel.dates[0], count=len(happens))
            word = name.removeprefix("holiday_").replace("_", " ")
            parts.append(pd.DataFrame({"date": dates[begins], "name": word}))
    filled = [part for part in parts if len(part)] or parts
    return pd.concat(filled, ignore_index=True).sort_values("date", kind="stable", ignore_index=True)


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
