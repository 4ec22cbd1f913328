"""Drivers known ahead for every node of a tree: holidays, promotions and launches, prices, macro series."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from salescope.forecasting.calendar import Floats, Frequency
from salescope.forecasting.day_axis import DayAxis, last_day
from salescope.forecasting.event_tables import driver_values, event_shares, holiday_shares
from salescope.forecasting.holiday_calendar import provisional_years
from salescope.forecasting.panel import Known, Panel
from salescope.forecasting.tree import Tree
from salescope.frames.errors import OutcomeError

__all__ = ["KnownAhead", "known_ahead"]


@dataclass(frozen=True, slots=True, kw_only=True)
class KnownAhead:
    """Says what is known ahead of the nodes of a tree; a forecaster's ``fit(known=…)`` takes it.

    Parameters
    ----------
    ahead : int
        Periods beyond the history: the horizon, and one more lets days see the day after.
    events, drivers, country
        As of `known_ahead`.
    """

    ahead: int
    events: pd.DataFrame | None = None
    drivers: pd.DataFrame | None = None
    country: str | None = None

    def __call__(self, tree: Tree, panel: Panel) -> Known:
        """Lays what is known on the periods of a panel and those ahead.

        Parameters
        ----------
        tree : Tree
            Of the nodes.
        panel : Panel
            Their histories; no value of it is looked at.

        Returns
        -------
        Known
        """
        return known_ahead(
            tree,
            dates=self._dates(panel),
            frequency=panel.frequency,
            events=self.events,
            drivers=self.drivers,
            country=self.country,
        )

    def notes(self, panel: Panel) -> tuple[str, ...]:
        """Says what of it may still change.

        Parameters
        ----------
        panel : Panel
            Histories.

        Returns
        -------
        tuple of str
            One sentence a year whose holidays are provisional.
        """
        if self.country is None:
            return ()
        dates = self._dates(panel)
        years = provisional_years(self.country, first=dates[0], last=last_day(dates, panel.frequency))
        return tuple(
            f"Holidays of {year} in {self.country} are provisional: not all its days off are published."
            for year in years
        )

    def _dates(self, panel: Panel) -> pd.DatetimeIndex:
        return panel.frequency.starts(panel.dates[0], count=len(panel.dates) + self.ahead)


def known_ahead(
    tree: Tree,
    *,
    dates: pd.DatetimeIndex,
    frequency: Frequency,
    events: pd.DataFrame | None = None,
    drivers: pd.DataFrame | None = None,
    country: str | None = None,
) -> Known:
    """Lays events, prices, other drivers and holidays on the periods of every node.

    Parameters
    ----------
    tree : Tree
        Which series add up to which nodes.
    dates : DatetimeIndex, shape (n_periods,)
        First days of the periods of history and of those ahead.
    frequency : Frequency
        How long a period is.
    events : DataFrame, optional
        ``event`` (its name), ``start``, and where there is one ``end`` (both days count; by default one day) and
        ``node`` (whom it concerns; by default everyone).
    drivers : DataFrame, optional
        ``driver`` (its name), ``date``, ``value`` (holds from that day until the next row's), and where there is one
        ``kind`` ("price", which is compared with its usual level, or "driver") and ``node``, as of `events`; the value
        of a deeper node counts.
    country : str, optional
        Whose holidays count, as of `holiday_days`.

    Returns
    -------
    Known
        An event is the share of a period's days that it fills, averaged over the series of a node; a price or driver
        is the mean of the days and series where it is known, NaN before its first row. Holidays are the events
        ``holiday``, one ``holiday_…`` a feast, ``made_up_workday`` and, of days, ``before_holiday`` and
        ``after_holiday``: 7/8 the day beside one, 1/8 a week from it.

    Raises
    ------
    MissingColumnError
        If a table lacks a column.
    UnknownNameError
        If a node, a kind or a country is none.
    OutcomeError
        If an event ends before it begins, or a date or value is missing.

    Notes
    -----
    Series of a node count alike: weights from their sales would tell a backtest what was sold later.

    Examples
    --------
    >>> from salescope.forecasting import frequency_named
    >>> tree = Tree.of(pd.DataFrame({"shop": ["a", "b"]}), levels={"shop": ["shop"]})
    >>> month = frequency_named("month")
    >>> dates = month.starts(pd.Timestamp("2026-06-01"), count=2)
    >>> events = pd.DataFrame({"event": ["sale"], "start": ["2026-06-16"], "end": ["2026-06-30"], "node": ["shop=a"]})
    >>> known = known_ahead(tree, dates=dates, frequency=month, events=events)
    >>> dict(zip(tree.nodes, known.values["sale"].tolist(), strict=True))
    {'all': [0.25, 0.0], 'shop=a': [0.5, 0.0], 'shop=b': [0.0, 0.0]}
    """
    axis = DayAxis.of(tree, dates=dates, frequency=frequency)
    values: dict[str, Floats] = {}
    kinds: dict[str, str] = {}
    for name, shares in holiday_shares(axis, country=country) if country else ():
        values[name], kinds[name] = shares, "event"
    for name, shares in event_shares(axis, events) if events is not None else ():
        values[name] = np.minimum(values[name] + shares, 1.0) if name in values else shares
        kinds[name] = "event"
    for name, kind, means in driver_values(axis, drivers) if drivers is not None else ():
        if name in values:
            problem = f"{name!r} is the name of an event and of a driver"
            raise OutcomeError(problem, remedy="Rename one of them.")
        values[name], kinds[name] = means, kind
    return Known(values=values, kinds=kinds)
