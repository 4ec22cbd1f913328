"""The assignment that costs least: an integer program with a bound, and the smallest clash where there is none."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from scipy import optimize, sparse

from salescope.frames.errors import MisalignedError
from salescope.planning.grid import Floats, Ints
from salescope.planning.territory_costs import TerritoryTask
from salescope.planning.territory_wishes import Wish, WishTable, wish_table

__all__ = ["FoundTerritories", "clash_of_wishes", "search_territories"]

# Steps of branching, not seconds: the same question gets the same answer on every machine.
MOST_STEPS = 100
MOST_PAIRS = 40_000
# So many pairs are branched on; of more, those that are dearest by the prices of the relaxed problem are left out.
MOST_BRANCHED = 400
MOST_ROUNDS = 50
MOST_SAID = 5
BETTER = 1e-12
SOME = 1e-9
INFEASIBLE = 2


@dataclass(frozen=True)
class FoundTerritories:
    """Is an assignment, and how good it is at the least.

    Parameters
    ----------
    owner : ndarray of int, shape (n_accounts,)
        Position of the representative of each account.
    cost : float
        What it costs.
    bound : float
        No assignment of the pairs that were looked at costs less.
    pairs : int
        How many pairs were looked at.
    """

    owner: Ints
    cost: float
    bound: float
    pairs: int

    @property
    def gap(self) -> float:
        """Is by how much of its cost it could at most be improved, 0 to 1."""
        return max(0.0, (self.cost - self.bound) / self.cost) if self.cost > BETTER else 0.0


def search_territories(task: TerritoryTask, *, wishes: Sequence[Wish], gap: float) -> FoundTerritories:
    """Finds who should have what.

    Parameters
    ----------
    task : TerritoryTask
        Accounts, representatives and what counts.
    wishes : sequence of Wish
        What must be kept.
    gap : float
        How near to the best is near enough, as a share of the cost.

    Returns
    -------
    FoundTerritories

    Raises
    ------
    MisalignedError
        If no assignment keeps all wishes; it names the smallest set that clashes.

    Notes
    -----
    One binary a pair, the absolute deviations from balance as bounded differences (HiGHS). Of many pairs the relaxed
    problem gives the bound and each pair's reduced cost; the cheapest of them are branched on for so many steps. What
    comes out is improved by moves of single accounts. Of very many each account keeps the cheapest by themselves.

    Examples
    --------
    >>> from salescope.planning.territory_costs import TerritoryWeights
    >>> task = TerritoryTask(
    ...     np.array([3.0, 2.0, 1.0]),
    ...     np.ones(3),
    ...     np.ones(2),
    ...     np.ones(2),
    ...     np.zeros((3, 2)),
    ...     np.full(3, -1),
    ...     TerritoryWeights(),
    ... )
    >>> found = search_territories(task, wishes=[], gap=0.0)
    >>> bool(found.owner[1] == found.owner[2] != found.owner[0]), round(found.gap, 6)
    (True, 0.0)
    """
    table = wish_table(wishes, workload=task.workload, present=task.present, reps=task.shape[1])
    pairs = _pairs(task, table)
    program = _Program.of(task, table=table, pairs=pairs)
    start, bound = (None, None) if program is None else program.solved(gap)
    if start is None:
        # Branching ended before it found anything, or was left with too few pairs: any that keeps the wishes will do.
        start = _feasible(table, pairs=np.flatnonzero(table.allowed.ravel()))
    if start is None:
        raise clash_of_wishes(wishes, task=task)
    owner = _improved(start % task.shape[1], task=task, table=table)
    cost = sum(task.terms(owner).values())
    return FoundTerritories(owner=owner, cost=cost, bound=min(cost, max(0.0, bound or 0.0)), pairs=len(pairs))


def clash_of_wishes(wishes: Sequence[Wish], *, task: TerritoryTask) -> MisalignedError:
    """Finds the smallest set of wishes that no assignment keeps together.

    Parameters
    ----------
    wishes : sequence of Wish
        Wishes that cannot all be kept.
    task : TerritoryTask
        Accounts and representatives.

    Returns
    -------
    MisalignedError
        To be raised. Without any one of the named wishes the others of them can be kept.

    Notes
    -----
    Wishes that have a price in the least sum of misses clash already; of them halves are left out as long as the rest
    still clashes: Junker, QuickXplain, AAAI 2004.
    """

    def clash(chosen: Sequence[Wish]) -> bool:
        table = wish_table(chosen, workload=task.workload, present=task.present, reps=task.shape[1])
        return _feasible(table, pairs=np.flatnonzero(table.allowed.ravel())) is None

    priced = _priced(wishes, task=task)
    known = priced if len(priced) < len(wishes) and clash(priced) else list(wishes)
    smallest = _explained([], wishes=known, clash=clash, changed=False)
    said = [wish.said for wish in smallest]
    more = f"; … and {len(said) - MOST_SAID} more" if len(said) > MOST_SAID else ""
    told = f"{len(said)} that no assignment keeps together: {'; '.join(said[:MOST_SAID])}{more}"
    return MisalignedError("wishes", found=told, accepted="wishes without one of these")


def _explained(
    kept: list[Wish], *, wishes: list[Wish], clash: Callable[[Sequence[Wish]], bool], changed: bool
) -> list[Wish]:
    if changed and clash(kept):
        return []
    if len(wishes) == 1:
        return wishes
    first, second = wishes[: len(wishes) // 2], wishes[len(wishes) // 2 :]
    late = _explained(kept + first, wishes=second, clash=clash, changed=True)
    early = _explained(kept + late, wishes=first, clash=clash, changed=bool(late))
    return early + late


def _priced(wishes: Sequence[Wish], *, task: TerritoryTask) -> list[Wish]:
    """Finds the wishes that have a price where accounts may be parted and the misses add up to the least."""
    accounts, reps = task.shape
    pairs, count = np.arange(accounts * reps), len(wishes)
    rows, most = [], []
    for wish in wishes:
        table = wish_table([wish], workload=task.workload, present=task.present, reps=reps)
        # Who may not have an account is a sum too, of pairs that must be none.
        row = table.sums if len(table.most) else sparse.csr_array(~table.allowed.reshape(1, -1), dtype=np.float64)
        size = max(float(abs(row).max()), SOME)
        rows.append(row / size)
        most.append(float(table.most.sum()) / size)
    table = sparse.hstack([sparse.vstack(rows), -sparse.eye_array(count)], format="csr")
    once = _widened(_once(pairs, accounts=accounts, reps=reps), by=count)
    price = np.concatenate([np.zeros(len(pairs)), np.ones(count)])
    told = optimize.linprog(price, A_ub=table, b_ub=most, A_eq=once, b_eq=np.ones(accounts), method="highs")
    return [wish for wish, marginal in zip(wishes, told.ineqlin.marginals, strict=True) if abs(marginal) > SOME]


def _pairs(task: TerritoryTask, table: WishTable) -> Ints:
    """Numbers the pairs that are looked at, account by account."""
    accounts, reps = task.shape
    looked = table.allowed.copy()
    if looked.sum() > MOST_PAIRS:
        cost = np.where(looked, sum(task.single().values()), np.inf)
        places = np.argsort(np.argsort(cost, axis=1, kind="stable"), axis=1, kind="stable")
        now = task.present[:, None] == np.arange(reps)[None, :]
        looked &= (places < max(3, MOST_PAIRS // accounts)) | now
    return np.flatnonzero(looked.ravel()).astype(np.int64)


def _once(pairs: Ints, *, accounts: int, reps: int) -> sparse.csr_array:
    """Writes that every account has one representative."""
    place = (pairs // reps, np.arange(len(pairs)))
    return sparse.csr_array((np.ones(len(pairs)), place), shape=(accounts, len(pairs)))


def _feasible(table: WishTable, *, pairs: Ints) -> Ints | None:
    accounts, reps = table.allowed.shape
    if len(np.unique(pairs // reps)) < accounts:
        return None
    once = _once(pairs, accounts=accounts, reps=reps)
    rules = [optimize.LinearConstraint(once, 1.0, 1.0)]
    if len(table.most):
        rules.append(optimize.LinearConstraint(table.sums[:, pairs], -np.inf, table.most))
    count = len(pairs)
    options = {"node_limit": MOST_STEPS}
    result = optimize.milp(
        np.zeros(count), integrality=np.ones(count), bounds=(0.0, 1.0), constraints=rules, options=options
    )
    return None if result.x is None else pairs[np.flatnonzero(result.x > 0.5)]


@dataclass(frozen=True)
class _Program:
    """Is the integer program: pairs first, then what each representative has too much and too little of each load."""

    pairs: Ints
    price: Floats
    once: sparse.csr_array
    dues: sparse.csr_array
    due: Floats
    sums: sparse.csr_array
    most: Floats

    @classmethod
    def of(cls, task: TerritoryTask, *, table: WishTable, pairs: Ints) -> _Program | None:
        """Writes it; None if an account has no pair left."""
        accounts, reps = task.shape
        if len(np.unique(pairs // reps)) < accounts:
            return None
        loads = list(task.loads().values())
        single = np.asarray(sum(task.single().values())).ravel()[pairs]
        price = np.concatenate([single, *(np.full(2 * reps, weight) for weight, _, _ in loads)])
        rest = len(price) - len(pairs)
        dues = [_deviations(share, pairs=pairs, place=place, reps=reps) for place, (_, share, _) in enumerate(loads)]
        return cls(
            pairs=pairs,
            price=price,
            once=_widened(_once(pairs, accounts=accounts, reps=reps), by=rest),
            dues=sparse.vstack(dues, format="csr"),
            due=np.concatenate([due for _, _, due in loads]),
            sums=_widened(table.sums[:, pairs], by=rest),
            most=table.most,
        )

    def solved(self, gap: float) -> tuple[Ints | None, float | None]:
        """Finds pairs, and what none can cost less than."""
        if len(self.pairs) <= MOST_BRANCHED:
            result = self._branched(np.arange(len(self.price)), gap=gap)
            told = result.mip_dual_bound if result.status != INFEASIBLE else None
            return self._chosen(result, np.arange(len(self.price))), told
        relaxed = self._relaxed()
        if relaxed.x is None:
            return None, None
        count = len(self.pairs)
        dear = np.where(relaxed.x[:count] > SOME, 0.0, relaxed.lower.marginals[:count])
        looked = np.sort(np.argsort(dear, kind="stable")[: max(MOST_BRANCHED, int((dear == 0.0).sum()))])
        columns = np.concatenate([looked, np.arange(count, len(self.price))])
        return self._chosen(self._branched(columns, gap=gap), columns), float(relaxed.fun)

    def _relaxed(self) -> optimize.OptimizeResult:
        equal, right = sparse.vstack([self.once, self.dues]), np.concatenate([np.ones(self.once.shape[0]), self.due])
        # A pair is at most one by itself, for each account has one representative.
        return optimize.linprog(
            self.price, A_ub=self.sums, b_ub=self.most, A_eq=equal, b_eq=right, bounds=(0, None), method="highs"
        )

    def _branched(self, columns: Ints, *, gap: float) -> optimize.OptimizeResult:
        whole = (columns < len(self.pairs)).astype(np.float64)
        rules = [
            optimize.LinearConstraint(self.once[:, columns], 1.0, 1.0),
            optimize.LinearConstraint(self.dues[:, columns], self.due, self.due),
        ]
        if len(self.most):
            rules.append(optimize.LinearConstraint(self.sums[:, columns], -np.inf, self.most))
        bounds = optimize.Bounds(0.0, np.where(whole > 0, 1.0, np.inf))
        options = {"mip_rel_gap": gap, "node_limit": MOST_STEPS}
        return optimize.milp(self.price[columns], integrality=whole, bounds=bounds, constraints=rules, options=options)

    def _chosen(self, result: optimize.OptimizeResult, columns: Ints) -> Ints | None:
        return None if result.x is None else self.pairs[columns[result.x * (columns < len(self.pairs)) > 0.5]]


def _widened(table: sparse.csr_array, *, by: int) -> sparse.csr_array:
    return sparse.hstack([table, sparse.csr_array((table.shape[0], by))], format="csr")


def _deviations(share: Floats, *, pairs: Ints, place: int, reps: int) -> sparse.csr_array:
    """Writes that what a representative has, less what is too much, plus what is too little, is what is due."""
    has = sparse.csr_array((share[pairs // reps], (pairs % reps, np.arange(len(pairs)))), shape=(reps, len(pairs)))
    own = sparse.hstack([-sparse.eye_array(reps), sparse.eye_array(reps)])
    none = sparse.csr_array((reps, 2 * reps))
    return sparse.hstack([has, *([own, none] if place == 0 else [none, own])], format="csr")


def _improved(owner: Ints, *, task: TerritoryTask, table: WishTable) -> Ints:
    """Moves single accounts as long as it gets cheaper and wishes are kept."""
    single = np.asarray(sum(task.single().values()))
    loads = list(task.loads().values())
    found = owner.copy()
    for _ in range(MOST_ROUNDS):
        before = found.copy()
        for account in range(len(found)):
            gains = _gains(found, account=account, single=single, loads=loads)
            for rep in np.argsort(gains, kind="stable"):
                trial = found.copy()
                trial[account] = rep
                if gains[rep] > -BETTER:
                    break
                if table.kept(trial):
                    found = trial
                    break
        if (found == before).all():
            break
    return found


def _gains(owner: Ints, *, account: int, single: Floats, loads: Sequence[tuple[float, Floats, Floats]]) -> Floats:
    """Measures what giving one account to each representative would add to the cost."""
    now = owner[account]
    change = single[account] - single[account, now]
    for weight, share, due in loads:
        off = np.bincount(owner, share, minlength=len(due)) - due
        without = abs(off[now] - share[account]) - abs(off[now])
        more = np.abs(off + share[account]) - np.abs(off) + without
        more[now] = 0.0
        change = change + weight * more
    return np.asarray(change, dtype=np.float64)
