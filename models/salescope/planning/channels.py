"""The channel report: what each channel turns into sales, what it costs, and whom it reaches."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from scipy import stats

from salescope.frames.errors import MissingColumnError, OutOfRangeError
from salescope.planning.grid import Floats

__all__ = ["ChannelReport", "channel_report"]


@dataclass(frozen=True)
class ChannelReport:
    """Holds one row a channel.

    Parameters
    ----------
    table : DataFrame, shape (n_channels, 20)
        ``channel``; counts ``leads``, ``won``, ``lost``, ``open``; ``conversion`` (won of those that are closed) with
        ``conversion_low`` and ``conversion_high``; ``money`` (of won leads) and ``spent``; ``cost_per_lead``;
        ``cost_per_won`` with ``cost_per_won_low`` and ``cost_per_won_high``; ``money_per_spend`` with
        ``money_per_spend_low`` and ``money_per_spend_high``; ``days_covered`` (proportion of days with spend). Then
        ``<what>_covered`` for regions and whatever else was asked for. NaN where there is nothing to divide by, or
        no table that tells.
    level : float
        Percent that intervals hold.
    """

    table: pd.DataFrame
    level: float

    def as_dict(self) -> dict[str, Any]:
        """Writes it as plain values.

        Returns
        -------
        dict
            ``level`` and ``channels``, rows of the table; a missing number is None.
        """
        rows = self.table.astype(object).where(self.table.notna(), None).to_dict(orient="records")
        return {"level": self.level, "channels": [{str(name): value for name, value in row.items()} for row in rows]}


def channel_report(
    leads: pd.DataFrame,
    *,
    spend: pd.DataFrame | None = None,
    customers: pd.DataFrame | None = None,
    days: tuple[pd.Timestamp, pd.Timestamp] | None = None,
    level: float = 95.0,
) -> ChannelReport:
    """Compares channels by what became of their leads, and by what they cost.

    Parameters
    ----------
    leads : DataFrame, shape (n_leads, n_columns)
        ``outcome`` and ``channel``, or ``source`` where there is no channel; ``region``, ``amount`` and ``created_at``
        where there are such.
    spend : DataFrame, shape (n_rows, 3), or None
        ``date``, ``channel`` and ``amount``; channels as leads call them.
    customers : DataFrame, shape (n_rows, 2), or None
        ``customer_id`` and ``channel`` of every contact or order that came about by one (missing: by none).
    days : tuple of Timestamp or None
        First day, and the day after the last, local; leads created and money spent in between count. None for all.
    level : float
        Percent that intervals hold.

    Returns
    -------
    ChannelReport
        Channels in the order of their names. Wilson's interval of the conversion; what one won lead costs has the same
        ends. Money has a normal interval from the spread of what single leads brought: few large sales make it wide.

    Raises
    ------
    MissingColumnError
        If a column that is needed is not there.
    OutOfRangeError
        If the level is not inside 0 and 100.

    Examples
    --------
    >>> leads = pd.DataFrame(
    ...     {"source": ["web"] * 4 + ["fair"], "outcome": ["won", "lost", "won", "open", "lost"], "amount": 50.0}
    ... )
    >>> paid = pd.DataFrame({"date": pd.to_datetime(["2026-05-01"]), "channel": ["web"], "amount": [40.0]})
    >>> made = channel_report(leads, spend=paid).table.set_index("channel")
    >>> made.loc["web", ["money", "cost_per_lead", "cost_per_won"]].tolist()
    [100.0, 10.0, 20.0]
    >>> channel_report(leads.drop(columns="outcome"))
    Traceback (most recent call last):
        ...
    salescope.frames.errors.MissingColumnError: Missing column 'outcome' in leads; present: 'source', 'amount'. ...
    """
    if not 0.0 < level < 100.0:
        raise OutOfRangeError(level, name="level", where="channel_report", least="above 0 and below 100")
    known = _checked(leads, name="leads", needed=("outcome", "channel" if "channel" in leads else "source"))
    known = known.assign(channel=known["channel" if "channel" in known else "source"].astype("string"))
    none = pd.DataFrame({"date": pd.DatetimeIndex([]), "channel": [], "amount": np.zeros(0)})
    paid = none if spend is None else spend
    paid = _checked(paid, name="spend", needed=("date", "channel", "amount"))
    paid = paid.assign(channel=paid["channel"].astype("string"))
    if days is not None:
        known = _within(known, column="created_at", days=days, name="leads")
        paid = _within(paid, column="date", days=days, name="spend")
    names = sorted({*known["channel"].dropna(), *paid["channel"].dropna()})
    table = _outcomes(known, names=names, level=level)
    spent = paid.groupby("channel")["amount"].sum().reindex(names, fill_value=0.0 if spend is not None else np.nan)
    table = _costs(table.assign(spent=spent.to_numpy(dtype=np.float64)), level=level)
    table["days_covered"] = _share_of(paid.loc[paid["amount"] > 0.0], "date", names=names, whole=_day_count(paid, days))
    table["regions_covered"] = _covered(known, "region", names=names)
    table["customers_covered"] = _covered(customers, "customer_id", names=names)
    return ChannelReport(table.drop(columns="squares"), level)


def _covered(frame: pd.DataFrame | None, column: str, *, names: list[str]) -> Floats:
    if frame is None or column not in frame:
        return np.full(len(names), np.nan)
    channel = _checked(frame, name="customers", needed=("channel",))["channel"].astype("string")
    return _share_of(frame.assign(channel=channel), column, names=names, whole=int(frame[column].nunique()))


def _checked(frame: pd.DataFrame, *, name: str, needed: tuple[str, ...]) -> pd.DataFrame:
    if missing := [column for column in needed if column not in frame]:
        raise MissingColumnError(missing, where=name, present=list(frame.columns))
    return frame


def _within(frame: pd.DataFrame, *, column: str, days: tuple[pd.Timestamp, pd.Timestamp], name: str) -> pd.DataFrame:
    moments = _checked(frame, name=name, needed=(column,))[column]
    return frame.loc[(moments >= days[0]) & (moments < days[1])]


def _outcomes(known: pd.DataFrame, *, names: list[str], level: float) -> pd.DataFrame:
    outcome = known["outcome"].astype("string")
    won, lost = (outcome.eq(what).fillna(value=False).astype(np.int64) for what in ("won", "lost"))
    money = known["amount"].where(won == 1).fillna(0.0).astype(np.float64) if "amount" in known else np.nan
    flags = pd.DataFrame({"channel": known["channel"], "leads": 1, "won": won, "lost": lost, "money": money})
    flags["squares"] = flags["money"] ** 2
    sums = flags.groupby("channel")[["leads", "won", "lost"]].sum().reindex(names, fill_value=0).astype(np.int64)
    sums["open"] = sums["leads"] - sums["won"] - sums["lost"]
    closed = (sums["won"] + sums["lost"]).to_numpy(dtype=np.float64)
    sums["conversion"] = _over(sums["won"].to_numpy(dtype=np.float64), closed)
    tests = [stats.binomtest(won, max(1, int(of))) for won, of in zip(sums["won"].tolist(), closed, strict=True)]
    ends = np.array([test.proportion_ci(level / 100.0, method="wilson") for test in tests]).reshape(len(tests), 2)
    sums["conversion_low"], sums["conversion_high"] = np.where(closed[:, None] > 0.0, ends, np.nan).T
    brought = flags.groupby("channel")[["money", "squares"]].sum(min_count=1).reindex(names)
    return sums.join(brought).rename_axis("channel").reset_index()


def _costs(table: pd.DataFrame, *, level: float) -> pd.DataFrame:
    spent, count = table["spent"].to_numpy(dtype=np.float64), table["leads"].to_numpy(dtype=np.float64)
    won = table["won"].to_numpy(dtype=np.float64)
    closed = won + table["lost"].to_numpy(dtype=np.float64)
    table["cost_per_lead"] = _over(spent, count)
    table["cost_per_won"] = _over(spent, won)
    table["cost_per_won_low"] = _over(spent, closed * table["conversion_high"].to_numpy(dtype=np.float64))
    table["cost_per_won_high"] = _over(spent, closed * table["conversion_low"].to_numpy(dtype=np.float64))
    money = table["money"].to_numpy(dtype=np.float64)
    around = table["squares"].to_numpy(dtype=np.float64) - _over(money**2, count)
    reach = float(stats.norm.ppf(0.5 + level / 200.0)) * np.sqrt(np.maximum(around, 0.0))
    table["money_per_spend"] = _over(money, spent)
    table["money_per_spend_low"] = _over(np.maximum(money - reach, 0.0), spent)
    table["money_per_spend_high"] = _over(money + reach, spent)
    return table


def _day_count(paid: pd.DataFrame, days: tuple[pd.Timestamp, pd.Timestamp] | None) -> int:
    if days is not None:
        return (days[1] - days[0]).days
    return int((paid["date"].max() - paid["date"].min()).days) + 1 if len(paid) else 0


def _share_of(frame: pd.DataFrame, column: str, *, names: list[str], whole: int) -> Floats:
    reached = frame.groupby("channel")[column].nunique().reindex(names, fill_value=0)
    return _over(np.asarray(reached, dtype=np.float64), np.full(len(names), float(whole), dtype=np.float64))


def _over(above: Floats, below: Floats) -> Floats:
    whole = np.divide(above, below, out=np.full(len(above), np.nan), where=below > 0.0)
    return np.asarray(whole, dtype=np.float64)
