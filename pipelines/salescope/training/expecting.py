"""Judges expected orders and money beside simpler expectations, and decides by it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from math import isfinite, sqrt
from typing import Self

import numpy as np
import numpy.typing as npt
import pandas as pd

from salescope.evaluation import value_metrics
from salescope.evaluation.track_figures import interval_figures, ratio_interval
from salescope.frames.errors import OutcomeError
from salescope.training.customer_model import Findings, Shown
from salescope.training.decision import Decision

__all__ = ["BASELINE", "MODEL", "TOTAL_BAND", "Expected", "judge_expected", "loses_to"]

MODEL, BASELINE = "the model", "each customer at its own rate"
"""Who expects: what is judged, and whom it must not lose to."""

TOTAL_BAND = (2 / 3, 3 / 2)
"""Predicted ÷ actual total of a model that may serve: a plan made with one that is further off misleads."""

FIRST = f"Promoted: in orders and ranks no worse than {BASELINE}, beyond chance; there is no champion to compare with."
KEYS = ("rmse", "spearman", "top_decile", "total_ratio")
COLUMNS = ("expected by", "root mean squared error", "rank correlation", "mean of the top tenth", "predicted ÷ actual")

Floats = npt.NDArray[np.float64]
Measured = dict[str, dict[str, float]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Expected:
    """Holds what is expected of the same customers.

    Parameters
    ----------
    orders : ndarray of float64, shape (n_customers,)
        Days with an order.
    money : ndarray of float64, shape (n_customers,)
        In the workspace's currency; NaN where no order has a price.
    """

    orders: Floats
    money: Floats

    @classmethod
    def of(cls, answers: pd.DataFrame) -> Self:
        """Reads what `salescope.scoring.LifetimeValue.predict` answered."""
        orders, money = (answers[f"expected_{name}"].to_numpy(dtype=np.float64) for name in ("orders", "money"))
        return cls(orders=orders, money=money)


def judge_expected(
    looks: pd.DataFrame, expected: Mapping[str, Expected], *, intervals: pd.DataFrame, against: str | None, days: int
) -> Findings:
    """Judges expectations by what customers did afterwards.

    Parameters
    ----------
    looks : DataFrame, shape (n_customers, n_columns)
        With "orders_after" and "money_after".
    expected : mapping of str to Expected
        By who expects, `MODEL` and `BASELINE` among them.
    intervals : DataFrame, shape (n_customers, n_columns)
        With "lo_80" and "hi_80" of the orders.
    against : str or None
        Who among them is the champion.
    days : int
        How long afterwards is.

    Returns
    -------
    Findings
        Its figures are those of money where orders have prices, those of their number where not; both decide.

    Raises
    ------
    OutcomeError
        If nobody had ordered before, or nobody ordered afterwards.
    """
    if not looks["orders_after"].sum() > 0:
        problem = f"Nobody who had ordered before did so again in the last {days} days, by which value is judged"
        raise OutcomeError(problem, remedy="Map more history.")
    tables = {name: _measured(looks, expected, name=name) for name in ("money", "orders")}
    name = "money" if tables["money"] else "orders"
    ours = tables[name][MODEL]
    rivals = [(BASELINE, "baseline"), *([(against, "champion")] if against else [])]
    lost = [(ground, why) for who, ground in rivals for why in loses_to(looks, expected, rival=who)]
    totals = {one: found[MODEL]["total_ratio"] for one, found in tables.items() if found}
    low, high = (intervals[f"{end}_80"].to_numpy(dtype=np.float64) for end in ("lo", "hi"))
    inside = interval_figures(looks["orders_after"].to_numpy(dtype=np.float64), low=low, high=high)
    covered, width = float(inside["coverage"]), float(inside["width"])
    remark = f"{covered:.0%} of the customers were inside their 80 % interval of orders, {width:.1f} wide on average."
    return Findings(
        decision=_decision(totals, lost=lost, against=against),
        verdict=_verdict(tables, n_customers=len(looks), days=days, name=name),
        figures={**{key: value for key, value in ours.items() if isfinite(value)}, "coverage_80": covered},
        tiles=[(words, ours[key]) for words, key in zip(COLUMNS[1:], KEYS, strict=True)],
        tables=[_table(found, title=f"{one.capitalize()} of the {days} days that followed", remark=remark)
                for one, found in tables.items() if found],
    )  # fmt: skip


def loses_to(looks: pd.DataFrame, expected: Mapping[str, Expected], *, rival: str) -> list[str]:
    """Says in what the model is worse than another, beyond what chance explains.

    Parameters
    ----------
    looks : DataFrame, shape (n_customers, n_columns)
        What came: "orders_after" and "money_after".
    expected : mapping of str to Expected
        By who expects.
    rival : str
        Who else.

    Returns
    -------
    list of str
        Empty where it is no worse: the 95 % interval of the ratio of both squared errors of orders reaches down to 1,
        and neither rank correlation is more than one standard error of such a figure, 1 ÷ √n, lower.

    Notes
    -----
    The squared error of money is shown and does not decide: a handful of the largest customers are most of it, and an
    interval of its mean does not hold with tails like theirs.
    """
    came = looks["orders_after"].to_numpy(dtype=np.float64)
    own, other = ((expected[who].orders - came) ** 2 for who in (MODEL, rival))
    lost = []
    if len(came) > 1 and other.sum() > 0 and ratio_interval(own, other).lo > 1.0:
        lost.append(f"Its error of orders is larger than that of {rival}.")
    for name in ("money", "orders"):
        found = _measured(looks, {who: expected[who] for who in (MODEL, rival)}, name=name)
        if found and found[MODEL]["spearman"] < found[rival]["spearman"] - 1.0 / sqrt(len(came)):
            lost.append(f"It ranks customers by {name} worse than {rival}.")
    return lost


def _measured(looks: pd.DataFrame, expected: Mapping[str, Expected], *, name: str) -> Measured:
    """Gives the figures of everybody who expects; nothing where nothing is known to judge by."""
    came = looks[f"{name}_after"].to_numpy(dtype=np.float64)
    guesses = {who: getattr(what, name) for who, what in expected.items()}
    known = np.isfinite(came) & np.isfinite(list(guesses.values())).all(axis=0)
    return {who: value_metrics(came[known], guess[known]) for who, guess in guesses.items()} if known.any() else {}


def _decision(totals: Mapping[str, float], *, lost: list[tuple[str, str]], against: str | None) -> Decision:
    low, high = TOTAL_BAND
    off = [f"{name} {total:.2f}" for name, total in totals.items() if not low <= total <= high]
    if lost:
        ground, message = lost[0][0], " ".join(why for _, why in lost)
        return Decision(promote=False, ground=ground, message=f"{message} Not promoted.")
    if off:
        message = f"Predicted ÷ actual total: {', '.join(off)}, beyond {low:.2f} to {high:.2f}. Not promoted."
        return Decision(promote=False, ground="calibration", message=message)
    if against is None:
        return Decision(promote=True, ground="first", message=FIRST)
    message = f"Promoted: it knows newer orders and is no worse than the {against}, on the same customers and days."
    return Decision(promote=True, ground="better", message=message)


def _verdict(tables: Mapping[str, Measured], *, n_customers: int, days: int, name: str) -> str:
    ours, (own, theirs) = tables[name][MODEL], (tables["orders"][who]["rmse"] for who in (MODEL, BASELINE))
    saved = 1.0 - own / theirs if theirs else 0.0
    return (
        f"It expected {ours['total_ratio']:.0%} of the {name} that {n_customers:,} customers brought in the last "
        f"{days} days, with a rank correlation of {ours['spearman']:.2f} and an error of orders "
        f"{abs(saved):.0%} {'below' if saved >= 0 else 'above'} that of {BASELINE}."
    )


def _table(found: Measured, *, title: str, remark: str) -> Shown:
    rows = [(who, *(figures[key] for key in KEYS)) for who, figures in found.items()]
    return Shown(title=title, columns=COLUMNS, rows=rows, remark=remark)
