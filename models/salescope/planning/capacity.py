"""Capacity: how much selling representatives have time for, month by month, and how well each uses it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
import pandas as pd

from salescope.planning.credibility import Credible, credible_means
from salescope.planning.grid import Floats, Ints
from salescope.planning.ramp import Ramp, fitted_ramp, tenure_of
from salescope.planning.sales_force import (
    column_of,
    experience_of,
    market_of,
    past_sales_of,
    peers_of,
    refuse_force,
    selling_time_of,
)

__all__ = ["Capacity", "capacity_of"]

TRAINED_MONTHS = 12.0
# One large order is luck: a month of more than this times what was expected counts as this.
LARGEST = 3.0


@dataclass(frozen=True)
class Capacity:
    """Holds what every representative can carry.

    Parameters
    ----------
    rep_ids : tuple of str
        The representatives, which are the leaves of the plan in their order.
    months : tuple of str
        Months of the plan, as ``2027-04``.
    selling_time : ndarray of float, shape (n_leaves,)
        1 for the median of the force; `fair_share` takes it as ``capacity``.
    ramp_up : ndarray of float, shape (n_leaves, n_months)
        1 for somebody trained who is there all month; `fair_share` takes it as it is.
    productivity : ndarray of float, shape (n_leaves,)
        Sales per hour of trained selling time, or of a territory's potential where that is known; 1 for the average of
        the peers, and drawn towards it where little is known.
    credibility : ndarray of float, shape (n_leaves,)
        How far each one's own sales count in that, 0 to 1.
    ramp : Ramp
        The curve of learning, as it was learned or given.

    Notes
    -----
    Potential that comes of a representative's own sales has their time and productivity in it already: multiply it by
    `ramp_up` alone. Potential of a territory, from its accounts and market, is multiplied by `selling_time` too.
    Productivity says to whom a key account goes (``ability`` of `assign_territories`); as a factor of a target it would
    ask more of whoever is good.
    """

    rep_ids: tuple[str, ...]
    months: tuple[str, ...]
    selling_time: Floats = field(repr=False)
    ramp_up: Floats = field(repr=False)
    productivity: Floats = field(repr=False)
    credibility: Floats = field(repr=False)
    ramp: Ramp

    @property
    def said(self) -> tuple[str, ...]:
        """Is a sentence on everyone who is not trained all through the plan."""
        found = []
        for rep, brings in zip(self.rep_ids, self.ramp_up, strict=True):
            if brings.min() < 0.9:
                first, last = f"{brings[0] * 100:.0f} % in {self.months[0]}", f"{brings[-1] * 100:.0f} %"
                whole = f"{brings.mean() * 100:.0f} % over the plan"
                found.append(f"{rep} brings {first} and {last} in {self.months[-1]} of what the trained do, {whole}.")
        return tuple(found)

    def table(self) -> pd.DataFrame:
        """Lays capacity out for people.

        Returns
        -------
        DataFrame, shape (n_leaves, 5)
            Columns ``rep_id``, ``selling_time``, ``ramp_up`` (the mean of the plan's months), ``productivity`` and
            ``credibility``.
        """
        return pd.DataFrame(
            {
                "rep_id": list(self.rep_ids),
                "selling_time": self.selling_time,
                "ramp_up": self.ramp_up.mean(axis=1),
                "productivity": self.productivity,
                "credibility": self.credibility,
            }
        )


def capacity_of(
    representatives: pd.DataFrame,
    *,
    months: Sequence[str],
    sales: pd.DataFrame | None = None,
    peers: str = "region",
    ramp: Ramp | None = None,
) -> Capacity:
    """Estimates selling time, ramp-up and productivity of every representative.

    Parameters
    ----------
    representatives : DataFrame, shape (n_leaves, n_columns)
        The contract's table, one row a leaf of the plan: ``rep_id`` and, where known, ``capacity`` (visits a month),
        ``seniority`` (years in the trade when the plan begins), ``since`` (first day), ``potential`` (of the territory,
        in any unit of money) and the column of `peers`.
    months : sequence of str
        Months of the plan in their order.
    sales : DataFrame, shape (n_found, n_past_months), or None
        Past sales in the workspace's currency by ``rep_id`` (the index) and month (the columns, as ``2026-04``), all
        before the plan; missing where somebody was not there. None if there are none: everybody is then as good.
    peers : str, default "region"
        The column of those whom a representative is held against month by month, so that season and market are not
        taken for skill; without such a column everybody.
    ramp : Ramp or None
        The curve of learning, to be taken as it is; None for one that is learned from `sales`.

    Returns
    -------
    Capacity

    Raises
    ------
    MissingColumnError
        If there is no ``rep_id``.
    MisalignedError
        If a representative is there twice, or a month of `sales` is one of the plan or later.
    OutOfRangeError
        If there is no month, or nobody has capacity.

    Notes
    -----
    Expected sales of a month are selling time × ramp-up × what the peers sell per hour of that; where the potential of
    the territories is known it stands in the place of selling time, so that a rich territory is not taken for skill.
    Productivity is the credible mean (`credible_means`) of sales over it, at most three times it, weighted by it: a
    newcomer, and a month in which little was to be sold, count for less. Somebody without peers is as good as they
    are.

    Examples
    --------
    >>> force = pd.DataFrame(
    ...     {
    ...         "rep_id": ["R1", "R2"],
    ...         "capacity": [60, 30],
    ...         "since": pd.to_datetime(["2020-01-01", "2027-02-01"]),
    ...         "seniority": [9.0, 0.0],
    ...     }
    ... )
    >>> found = capacity_of(force, months=["2027-01", "2027-02", "2027-12"])
    >>> found.selling_time.round(2).tolist(), found.ramp_up.round(2).tolist()
    ([1.33, 0.67], [[1.0, 1.0, 1.0], [0.0, 0.55, 0.96]])
    """
    refuse_force(representatives, months=months, sales=sales)
    time = selling_time_of(representatives)
    market = market_of(representatives, otherwise=time)
    since = column_of(representatives, "since", missing=pd.NaT).astype("datetime64[s]")
    before = experience_of(representatives, since, first=months[0])
    past = past_sales_of(representatives, sales)
    codes = peers_of(representatives, peers)
    tenure, present = tenure_of(since, months=list(past.columns) or [months[0]])
    money = past.to_numpy(dtype=np.float64)
    if ramp is None:
        ramp = Ramp()
        if money.size:
            trained = np.where(tenure > TRAINED_MONTHS, market[:, None] * present, 0.0)
            rate = _rate(money, effort=trained, codes=codes)
            ramp = fitted_ramp(_over(money, market[:, None] * present * rate), tenure=tenure, seniority=before)
    skill = Credible(np.ones(len(time)), np.ones(len(time)), np.zeros(len(time)), 1.0)
    if money.size:
        skill = _skill(
            money, effort=market[:, None] * present * ramp.at(tenure, seniority=before[:, None]), codes=codes
        )
    ahead, there = tenure_of(since, months=months)
    return Capacity(
        rep_ids=tuple(representatives["rep_id"].astype(str)),
        months=tuple(months),
        selling_time=time,
        ramp_up=there * ramp.at(ahead, seniority=before[:, None]),
        productivity=skill.believed,
        credibility=skill.credibility,
        ramp=ramp,
    )


def _skill(money: Floats, *, effort: Floats, codes: Ints) -> Credible:
    """Holds everyone against their peers of the same month; who has none is 1, and says nothing of the others."""
    effort = np.where(np.isfinite(money), effort, 0.0)
    expected = effort * _rate(money, effort=effort, codes=codes)
    weights = np.where((np.bincount(codes)[codes] > 1)[:, None], expected, 0.0)
    rows = np.repeat(np.arange(len(money)), money.shape[1])
    values = np.nan_to_num(_over(money, expected)).clip(0.0, LARGEST)
    return credible_means(values.ravel(), groups=rows, weights=weights.ravel())


def _rate(money: Floats, *, effort: Floats, codes: Ints) -> Floats:
    """Divides the peers' sales by their effort, month by month; where they made none, everybody's."""
    counted = np.isfinite(money) & (effort > 0.0)
    member = (codes[:, None] == np.arange(codes.max() + 1)[None, :]).astype(np.float64)
    sold, spent = (np.where(counted, values, 0.0) for values in (np.nan_to_num(money), effort))
    own = _over(member.T @ sold, member.T @ spent)
    every = _over(sold.sum(axis=0), spent.sum(axis=0))
    return np.asarray(np.where(np.isfinite(own), own, np.broadcast_to(every, own.shape))[codes], dtype=np.float64)


def _over(money: Floats, by: Floats) -> Floats:
    usable = np.isfinite(by) & (by > 0.0)
    return np.asarray(np.where(usable, money / np.where(usable, by, 1.0), np.nan), dtype=np.float64)
