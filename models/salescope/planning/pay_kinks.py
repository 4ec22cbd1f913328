"""Where a small sale changes pay by much or by nothing: cliffs, flat zones, and what moving it in time would earn."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd

from salescope.planning.bonus_plan import BonusPlan
from salescope.planning.grid import Floats, Ints
from salescope.planning.payees import Payees

__all__ = ["NEAR", "kink_warnings", "pay_kinks", "timing_gain"]

NEAR = 0.02
# From here on a share of futures is worth a sentence; a cliff hurts few, but each by much.
WORTH_SAYING, WORTH_SAYING_OF_CLIFFS = 0.02, 0.01


def pay_kinks(plan: BonusPlan, *, payees: Payees) -> pd.DataFrame:
    """Lists where the scale bends or jumps, and how often futures come there.

    Parameters
    ----------
    plan : BonusPlan
        The plan.
    payees : Payees
        Who is paid, for what.

    Returns
    -------
    DataFrame, shape (n_kinks, 7)
        ``kind`` ("cliff", "flat", "faster" or "slower"), ``start`` and ``end`` (attainments, 1 is the target), ``jump``
        (what is paid at once, a share of the bonus at target), ``amount`` (the same in the workspace's currency, mean
        over leaves), ``near`` (share of futures, leaves and periods whose own attainment is within 2 % of the target
        of the start) and ``inside`` (share between start and end).

    Examples
    --------
    >>> import numpy as np
    >>> from salescope.planning import Futures, PlanGrid
    >>> grid = PlanGrid.of(pd.DataFrame({"rep": ["1"]}), months=["2027-01"])
    >>> futures = Futures(grid=grid, paths=np.linspace(50.0, 149.0, 100)[:, None, None])
    >>> plan = BonusPlan(tiers=[(0, 1)], at_target=100, threshold=0.8, cap=1.2, pays="plan")
    >>> payees = Payees.of(plan, targets=np.array([[10_000]]), futures=futures)
    >>> pay_kinks(plan, payees=payees)[["kind", "start", "end", "jump", "near", "inside"]]
        kind  start  end  jump  near  inside
    0   flat    0.0  0.8   0.0  0.00     0.3
    1  cliff    0.8  1.2   0.8  0.05     0.4
    2   flat    1.2  inf   0.0  0.05     0.3
    """
    targets = payees.targets
    asked = np.broadcast_to(targets > 0, payees.sales.shape)
    place = plan.scale.place(payees.sales, targets=targets)[asked]
    attainment = (payees.sales / np.maximum(targets, 1))[asked]
    mean_bonus = float(payees.at_target.mean()) / 100.0
    rows = [("flat", 0.0, _start(plan, 0), 0.0, -1)] if _start(plan, 0) > 0.0 else []
    for number, piece in enumerate(plan.scale.pieces):
        before, jump = plan.scale.before(number), plan.scale.jump(number)
        kind = "flat" if piece.slope == 0 else "faster" if piece.slope > before.slope else "slower"
        if not number and piece.start == 0 and not jump:
            continue
        rows.append(("cliff" if jump else kind, float(piece.start), _start(plan, number + 1), float(jump), number))
    return pd.DataFrame(
        {
            "kind": [row[0] for row in rows],
            "start": [row[1] for row in rows],
            "end": [row[2] for row in rows],
            "jump": [row[3] for row in rows],
            "amount": [row[3] * (1.0 - plan.team_share) * mean_bonus for row in rows],
            "near": [_share(np.abs(attainment - row[1]) <= NEAR + 1e-12) if row[1] else 0.0 for row in rows],
            "inside": [_share(place == row[4]) for row in rows],
        }
    )


def timing_gain(plan: BonusPlan, *, payees: Payees) -> Floats:
    """Measures what a leaf would earn by moving a sale of 2 % of the target to the next period, or from it.

    Parameters
    ----------
    plan : BonusPlan
        The plan.
    payees : Payees
        Who is paid, for what.

    Returns
    -------
    ndarray of float, shape (2, 2)
        Rows: sales held back to the next period, and pulled forward from it. Columns: the share of futures, leaves and
        periods in which pay rises by it, and the mean gain there in the workspace's currency; zeros where only one
        period is paid.
    """
    found = np.zeros((2, 2))
    if len(payees.periods) < 2 or plan.team_share >= 1.0:
        return found
    targets = payees.targets
    own = (1.0 - plan.team_share) * plan.scale.pay(payees.sales, targets=targets) * payees.at_target[:, None]
    moved = np.rint(NEAR * targets[:, :-1]).astype(np.int64)
    for row, sign in enumerate((-1, 1)):
        first = _paid(plan, payees, sales=payees.sales[:, :, :-1] + sign * moved, periods=slice(0, -1))
        second = _paid(plan, payees, sales=payees.sales[:, :, 1:] - sign * moved, periods=slice(1, None))
        gain = (first + second - own[:, :, :-1] - own[:, :, 1:]) / 100.0
        rises = gain > 0.005
        found[row] = _share(rises), float(gain[rises].mean()) if rises.any() else 0.0
    return found


def kink_warnings(kinks: pd.DataFrame, *, timing: Floats) -> tuple[str, ...]:
    """Says in words what of it deserves a second look.

    Parameters
    ----------
    kinks : DataFrame
        As `pay_kinks` gives it.
    timing : ndarray of float, shape (2, 2)
        As `timing_gain` gives it.

    Returns
    -------
    tuple of str
        Sentences, with the shares of futures.
    """
    said = []
    for kink in kinks.to_dict("records"):
        start, end, inside = float(kink["start"]), float(kink["end"]), float(kink["inside"])
        if kink["kind"] == "cliff" and kink["near"] >= WORTH_SAYING_OF_CLIFFS:
            said.append(
                f"Cliff at {start:.0%} of the target: the sale that reaches it pays {kink['amount']:,.2f} "
                f"({kink['jump']:.0%} of the bonus) at once, and {kink['near']:.1%} of futures end within {NEAR:.0%} "
                "of it."
            )
        if kink["kind"] != "flat" or inside < WORTH_SAYING:
            continue
        if np.isfinite(end):
            zone, hint = f"from {start:.0%} to {end:.0%}", "who is far from the end may save sales up"
        else:
            zone, hint = f"beyond {start:.0%}", "who is there may hold sales back"
        said.append(f"Flat zone {zone} of the target: a further sale pays nothing in {inside:.1%} of futures; {hint}.")
    for (share, gain), way in zip(timing, ("held back to", "pulled forward from"), strict=True):
        if share >= WORTH_SAYING:
            said.append(
                f"A sale of {NEAR:.0%} of the target that is {way} the next period raises pay in {share:.1%} of "
                f"futures, by {gain:,.2f} in the mean."
            )
    return tuple(said)


def _start(plan: BonusPlan, number: int) -> float:
    return float(plan.scale.pieces[number].start) if number < len(plan.scale.pieces) else np.inf


def _share(found: np.ndarray | Sequence[bool]) -> float:
    return float(np.mean(found)) if np.size(found) else 0.0


def _paid(plan: BonusPlan, payees: Payees, *, sales: Ints, periods: slice) -> Floats:
    share = (1.0 - plan.team_share) * plan.scale.pay(sales, targets=payees.targets[:, periods])
    return np.asarray(share * payees.at_target[:, None], dtype=np.float64)
