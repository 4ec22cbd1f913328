"""The promotion budget: money goes where one more of it brings most, as far as history can tell."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from scipy import optimize

from salescope.frames.errors import OutOfRangeError
from salescope.planning.budget_limits import BudgetLimits
from salescope.planning.errors import FlatSpendError
from salescope.planning.grid import Floats
from salescope.planning.pilots import Pilot, most_to_learn, pilot_of, pilot_that_tells
from salescope.planning.response_curves import ResponseCurves

__all__ = ["Budget", "allocate"]

HALVINGS, STEPS = 50, 41
LOW, HIGH = 0.05, 0.95
RESERVE = 0.05


@dataclass(frozen=True)
class Budget:
    """Holds an allocation and what it rests on.

    Parameters
    ----------
    curves : ResponseCurves
        What was learned.
    spend : ndarray of float, shape (n_channels,)
        Recommended money a period, without the pilot.
    same_split : ndarray of float, shape (n_channels,)
        The same money split as at present: what the recommendation is compared with.
    low, high : ndarray of float, shape (n_channels,)
        Limits that it kept to.
    periods : int
        How many periods the plan has.
    price : float
        Sales for one of money at which the margins of all free channels meet.
    pilot : Pilot or None
        What the reserve is for.
    careful : bool
        Whether money moved only as far as that is likely to pay, so that margins do not meet.
    """

    curves: ResponseCurves
    spend: Floats
    same_split: Floats
    low: Floats
    high: Floats
    periods: int
    price: float
    pilot: Pilot | None
    careful: bool = False

    @property
    def gain(self) -> tuple[float, float, float]:
        """Is what the plan is expected to bring beyond the present split of the same money: mean, and 90 % interval."""
        draws = self.curves.response(self.spend).sum(axis=1) - self.curves.response(self.same_split).sum(axis=1)
        low, high = np.quantile(draws * self.periods, [LOW, HIGH])
        return float(draws.mean() * self.periods), float(low), float(high)

    def table(self) -> pd.DataFrame:
        """Writes present and recommended spend, returns and reasons.

        Returns
        -------
        DataFrame, shape (n_channels, 16)
            ``channel``; a period's ``present`` and ``recommended`` money, ``change`` (proportion), ``plan`` (money of
            all periods), ``average_return``, ``marginal_present``, ``marginal_return`` with its 90 % interval
            ``marginal_low`` and ``marginal_high`` (sales for one of money), ``least`` and ``most`` (limits),
            ``variation``, ``needed_variation``, ``known`` and ``why``.
        """
        curves = self.curves
        margin = curves.marginal(self.spend)
        low, high = np.quantile(margin, [LOW, HIGH], axis=0)
        brought = curves.response(self.spend).mean(axis=0)
        return pd.DataFrame(
            {
                "channel": curves.channels,
                "present": curves.present,
                "recommended": self.spend,
                "change": _ratio(self.spend, curves.present) - 1.0,
                "plan": self.spend * self.periods,
                "average_return": _ratio(brought, self.spend),
                "marginal_present": curves.marginal(curves.present).mean(axis=0),
                "marginal_return": margin.mean(axis=0),
                "marginal_low": low,
                "marginal_high": high,
                "least": self.low,
                "most": self.high,
                "variation": curves.variation,
                "needed_variation": curves.needed,
                "known": curves.known,
                "why": [self._why(place) for place in range(len(curves.channels))],
            }
        )

    def _why(self, place: int) -> str:
        curves, spend = self.curves, float(self.spend[place])
        if not curves.known[place]:
            said = f"varied by {curves.variation[place]:.1%}, {curves.needed[place]:.1%} is needed".replace("%", " %")
            return f"keeps its share: spend {said} to tell its curve"
        margin = float(curves.marginal(self.spend).mean(axis=0)[place])
        said = f"one more brings {margin:.2f}, the other margins {self.price:.2f}"
        if np.isclose(spend, self.high[place]):
            return f"at its most (cap, or what history has seen): {said}"
        if np.isclose(spend, self.low[place]):
            return f"at its least (floor, or what history has seen): {said}"
        if self.careful:
            return f"as far as a move is likely to pay: {said}"
        here = float(curves.marginal(self.same_split).mean(axis=0)[place])
        direction = "more" if spend > self.same_split[place] else "less"
        return f"{direction}: at its present share one more brought {here:.2f}, all margins meet at {self.price:.2f}"

    def as_dict(self) -> dict[str, Any]:
        """Writes it as plain values.

        Returns
        -------
        dict
            ``channels`` (rows of `table`; a missing number is None), ``periods``, ``total`` (with the pilot), ``gain``,
            ``gain_low``, ``gain_high``, ``price`` and ``pilot``.
        """
        rows = self.table().to_dict(orient="records")
        gain, low, high = self.gain
        piloted = 0.0 if self.pilot is None else self.pilot.amount
        return {
            "channels": [{str(name): _plain(value) for name, value in row.items()} for row in rows],
            "periods": self.periods,
            "total": float(self.spend.sum()) * self.periods + piloted,
            "gain": gain,
            "gain_low": low,
            "gain_high": high,
            "price": self.price,
            "pilot": None if self.pilot is None else self.pilot.as_dict(),
        }


def allocate(
    curves: ResponseCurves,
    *,
    periods: int,
    total: float | None = None,
    limits: BudgetLimits | None = None,
    reserve: float = RESERVE,
) -> Budget:
    """Splits a budget so that one more of money brings the same in every channel.

    Parameters
    ----------
    curves : ResponseCurves
        What history tells.
    periods : int
        Periods (weeks) of the plan.
    total : float or None
        Money of all periods, the reserve included; None for as much as at present.
    limits : BudgetLimits or None
        Floors, caps, and whether to go beyond what history has seen.
    reserve : float
        Proportion of the total for a pilot in the channel with most to learn, from 0 to .5; what the pilot cannot
        use is split with the rest.

    Returns
    -------
    Budget
        Expected response over all draws of the curves is greatest: what is uncertain is not moved as if it were known.
        Channels that history cannot tell keep their share.

    Raises
    ------
    FlatSpendError
        If history tells the curve of no channel.
    OutOfRangeError
        If the total is not within the limits of the channels, or another argument cannot be meant.
    UnknownNameError
        If a floor or cap names no channel.

    Notes
    -----
    Curves are concave, so equal margins are the optimum: water-filling, Boyd and Vandenberghe, Convex Optimization
    (2004), section 5.5.3.

    Examples
    --------
    >>> from salescope.planning.response_curves import response_curves
    >>> rng = np.random.default_rng(0)
    >>> spend = pd.DataFrame({"search": rng.uniform(50, 150, 120), "mailing": rng.uniform(50, 150, 120)})
    >>> sales = 1_000 + 400 * spend["search"] / (spend["search"] + 100) + rng.normal(0, 10, 120)
    >>> budget = allocate(response_curves(sales.to_numpy(), spend=spend), periods=12)
    >>> bool(budget.spend[0] > 115 > 85 > budget.spend[1])
    True
    >>> flat = pd.DataFrame({"search": np.full(120, 100.0)})
    >>> allocate(response_curves(rng.normal(1_000, 10, 120), spend=flat), periods=12)
    Traceback (most recent call last):
        ...
    salescope.planning.errors.FlatSpendError: Nobody can tell from this history what promotion brings, ...
    """
    if periods < 2:
        raise OutOfRangeError(periods, name="periods", where="allocate", least=2)
    if not 0.0 <= reserve <= 0.5:
        raise OutOfRangeError(reserve, name="reserve", where="allocate", least="0 and at most 0.5")
    _check_known(curves)
    present = float(curves.present.sum())
    whole = present * periods if total is None else total
    if not 0.0 < whole < np.inf:
        raise OutOfRangeError(whole, name="total", where="allocate", least="above 0, and finite")
    pilot = _pilot(curves, whole=whole, periods=periods, reserve=reserve)
    money = (whole - (pilot.amount if pilot else 0.0)) / periods
    same = curves.present * (money / present)
    wishes = limits or BudgetLimits()
    low, high = wishes.ends(curves)
    kept = np.clip(same, low, high)
    low, high = np.where(curves.known, low, kept), np.where(curves.known, high, kept)
    high = np.minimum(high, np.maximum(low, money))
    _check_total(money, low=low, high=high)
    spend, price = _water_filled(curves, money=money, low=low, high=high)
    if wishes.sure > 0.0 and (same >= low).all() and (same <= high).all():
        spend = _as_far_as_it_pays(curves, spend=spend, start=same, sure=wishes.sure)
    return Budget(curves, spend, same, low, high, periods, price, pilot, careful=wishes.sure > 0.0)


def _as_far_as_it_pays(curves: ResponseCurves, *, spend: Floats, start: Floats, sure: float) -> Floats:
    steps = np.linspace(0.0, 1.0, STEPS)
    brought = np.array([curves.response(start + step * (spend - start)).sum(axis=1) for step in steps])
    best = np.quantile(brought - brought[0], 1.0 - sure, axis=1).argmax()
    return np.asarray(start + steps[best] * (spend - start), dtype=np.float64)


def _pilot(curves: ResponseCurves, *, whole: float, periods: int, reserve: float) -> Pilot | None:
    if not reserve > 0.0:
        return None
    channel = most_to_learn(curves)
    spend = float(curves.present[curves.channels.index(channel)] / curves.present.sum() * whole / periods)
    return pilot_of(channel, curves=curves, amount=whole * reserve, periods=periods, spend=spend)


def _check_known(curves: ResponseCurves) -> None:
    if curves.known.any():
        return
    pilot = pilot_that_tells(most_to_learn(curves), curves=curves)
    raise FlatSpendError(
        curves.channels, varied=curves.variation.tolist(), needed=curves.needed.tolist(), pilot=pilot.said
    )


def _check_total(money: float, *, low: Floats, high: Floats) -> None:
    least, most = float(low.sum()), float(high.sum())
    if not least * (1.0 - 1e-9) <= money <= most * (1.0 + 1e-9):
        accepted = (
            f"{least:,.2f} and at most {most:,.2f} (what floors, caps and the spend that history has seen leave), or "
            "change these or ask for beyond_seen"
        )
        raise OutOfRangeError(
            round(money, 2), name="money a period, without the reserve,", where="allocate", least=accepted
        )


def _water_filled(curves: ResponseCurves, *, money: float, low: Floats, high: Floats) -> tuple[Floats, float]:
    """Finds the price at which channels that buy up to it spend the money."""

    def bought(price: float) -> Floats:
        under, over = low.copy(), high.copy()
        for _ in range(HALVINGS):
            middle = (under + over) / 2.0
            worth = curves.marginal(middle).mean(axis=0) > price
            under, over = np.where(worth, middle, under), np.where(worth, over, middle)
        return np.asarray((under + over) / 2.0, dtype=np.float64)

    top = float(curves.marginal(low).mean(axis=0).max())
    bottom = float(curves.marginal(high).mean(axis=0).min())
    if high.sum() - low.sum() <= 1e-9 * money or bought(bottom).sum() <= money:
        return high, bottom
    if bought(top).sum() >= money:
        return low, top
    price = float(optimize.brentq(lambda at: bought(at).sum() - money, bottom, top, xtol=1e-12, rtol=1e-12))
    spend = bought(price)
    # What the last halving left goes where there is room, in proportion to it.
    room = np.where(spend.sum() < money, high - spend, spend - low)
    return spend + room * ((money - spend.sum()) / max(float(room.sum()), 1e-300)), price


def _ratio(above: Floats, below: Floats) -> Floats:
    return np.asarray(np.divide(above, below, out=np.full(len(above), np.nan), where=below > 0.0), dtype=np.float64)


def _plain(value: object) -> object:
    if isinstance(value, (float, np.floating)):
        return float(value) if np.isfinite(value) else None
    return value.item() if isinstance(value, np.generic) else value
