"""Classes that were balanced before the split: copied rows, or rows made by interpolation."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from sklearn.neighbors import NearestNeighbors

from salescope.evaluation.leakage.case import Case, ColumnView
from salescope.evaluation.leakage.duplicates import row_groups, twin_worth
from salescope.evaluation.leakage.price import PRICE_FOLDS, fold_scores
from salescope.evaluation.leakage.report import Finding
from salescope.evaluation.metrics import auc
from salescope.evaluation.outcomes import Floats, Ints
from salescope.evaluation.splits import random_folds

__all__ = ["resampled"]

FEWEST_ROWS = 50
BALANCED_SHARE = 0.30

COPIED_SHARE, COPIED_TIMES, COPIED_PURE = 0.10, 5.0, 0.80

GRIDS = (1, 10, 100, 1000)
ON_GRID, OFF_GRID = 0.999, 0.05
FEWEST_DISTINCT = 10

CONTINUOUS_SHARE = 0.5
NEIGHBOURS = 15
MOST_SAMPLED = 1500
SEGMENT_SHARE, SEGMENT_SLACK = 0.10, 1e-6

Mask = NDArray[np.bool_]


def resampled(case: Case, *, names: Sequence[str]) -> Finding | None:
    """Finds a class that was filled up before the rows came here.

    Parameters
    ----------
    case : Case
        The audited rows.
    names : sequence of str
        The columns left after other findings.

    Returns
    -------
    Finding or None

    Notes
    -----
    Three marks, each of one class only: many rows copied; decimals where the other class counts in whole units; rows
    lying exactly on the straight line between two neighbours, as SMOTE makes them (N. Chawla et al., "SMOTE:
    synthetic minority over-sampling technique", JAIR 16, 2002). The latter two are looked for where the smaller
    class holds 30 % at least, for who resamples aims at balance.
    """
    copied = _copied(case, names=names)
    if copied is not None:
        return copied
    rate = float(case.y.mean())
    if not BALANCED_SHARE <= rate <= 1 - BALANCED_SHARE:
        return None
    numbers = [case.columns[name] for name in names if case.columns[name].ordered and not case.columns[name].is_date]
    for outcome in (0, 1):
        made, evidence = _off_grid(case.y == outcome, columns=numbers)
        if made is None:
            made, evidence = _on_segments(case, outcome=outcome, columns=numbers)
        if made is not None:
            price = _price_of(case, names=names, made=made)
            return Finding(
                kind="resampled",
                columns=(),
                evidence=f"{_word(outcome)} rows look made up ({evidence}); with them a small model reaches "
                f"{price:+.3f} AUC more than without.",
                price_auc=price,
                blocking=True,
            )
    return None


def _word(outcome: int) -> str:
    return "Won" if outcome else "Lost"


def _copied(case: Case, *, names: Sequence[str]) -> Finding | None:
    groups = row_groups(case, names=names)
    size = np.bincount(groups)
    won = np.bincount(groups, weights=case.y)
    twin, pure = size[groups] > 1, ((won == 0) | (won == size))[groups]
    for outcome in (0, 1):
        own = case.y == outcome
        share, other = float(twin[own].mean()), float(twin[~own].mean())
        if share < max(COPIED_SHARE, COPIED_TIMES * other) or pure[twin & own].mean() < COPIED_PURE:
            continue
        price = twin_worth(case, names=names)
        evidence = (
            f"{_word(outcome)} rows are copied: {share:.0%} of them have a twin equal in every column against "
            f"{other:.1%} of the others; knowing a twin's outcome is worth {price:+.3f} AUC."
        )
        return Finding(kind="resampled", columns=(), evidence=evidence, price_auc=price, blocking=True)
    return None


def _off_grid(own: Mask, *, columns: Sequence[ColumnView]) -> tuple[Mask | None, str]:
    """Finds rows of one class with decimals in columns where the other class has none."""
    made, marked, looked = np.zeros(len(own), dtype=np.bool_), [], 0
    for view in columns:
        numbers = view.numbers
        grid = _grid(numbers[~own])
        if grid is None:
            continue
        looked += 1
        off = own & (np.abs(numbers * grid - np.round(numbers * grid)) > 1e-6)
        if off.sum() >= max(OFF_GRID * own.sum(), 1):
            marked.append(view.name)
            made |= off
    if not marked or len(marked) * 2 < looked:
        return None, ""
    return made, f"{made.sum() / own.sum():.0%} of them have decimals in {marked[0]!r} where the others have none"


def _grid(numbers: Floats) -> int | None:
    """Finds the coarsest unit that nearly all numbers are multiples of; none for continuous measures."""
    # Zeros lie on every grid: a column that is 0 for one class says nothing about rounding.
    present = numbers[np.isfinite(numbers) & (numbers != 0)]
    if len(present) < FEWEST_ROWS or len(np.unique(present)) < FEWEST_DISTINCT:
        return None
    for grid in GRIDS:
        if np.mean(np.abs(present * grid - np.round(present * grid)) <= 1e-6) >= ON_GRID:
            return grid
    return None


def _on_segments(case: Case, *, outcome: int, columns: Sequence[ColumnView]) -> tuple[Mask | None, str]:
    """Finds rows of one class that lie on the line between two neighbours of their class."""
    # Whole numbers lie on straight lines by nature: only measures that hardly repeat can show interpolation.
    varied = [view for view in columns if view.entries.nunique() > CONTINUOUS_SHARE * len(case.y)]
    if len(varied) < 3:
        return None, ""
    matrix = np.column_stack([view.numbers for view in varied])
    spread = np.nanstd(matrix, axis=0)
    matrix = np.nan_to_num(matrix / np.where(spread > 0, spread, 1.0))
    made = np.zeros(len(case.y), dtype=np.bool_)
    shares = {}
    for kind in (outcome, 1 - outcome):
        rows = np.flatnonzero(case.y == kind)
        if len(rows) < FEWEST_ROWS:
            return None, ""
        looked = np.random.default_rng(case.seed).permutation(len(rows))[:MOST_SAMPLED]
        between = _between_neighbours(matrix[rows], looked=looked)
        shares[kind] = float(between.mean())
        if kind == outcome:
            made[rows[looked[between]]] = True
    if shares[outcome] < max(SEGMENT_SHARE, 10 * shares[1 - outcome]):
        return None, ""
    return made, f"{shares[outcome]:.0%} of them lie exactly between two neighbours of their class"


def _between_neighbours(points: Floats, *, looked: Ints) -> Mask:
    count = min(NEIGHBOURS + 1, len(points))
    near = NearestNeighbors(n_neighbors=count).fit(points).kneighbors(points[looked], return_distance=False)
    towards = points[near] - points[looked][:, None, :]
    length = np.linalg.norm(towards, axis=2)
    apart = length > 1e-9
    unit = towards / np.where(apart, length, 1.0)[:, :, None]
    # Two neighbours on opposite sides of a point have unit vectors of cosine -1.
    cosine = np.einsum("nij,nkj->nik", unit, unit)
    cosine[~(apart[:, :, None] & apart[:, None, :])] = 1.0
    return np.asarray(cosine.min(axis=(1, 2)) <= -1.0 + SEGMENT_SLACK, dtype=np.bool_)


def _price_of(case: Case, *, names: Sequence[str], made: Mask) -> float:
    matrix = np.column_stack([case.columns[name].numbers for name in names])
    kept = np.flatnonzero(~made)
    return _joint_auc(matrix, y=case.y, seed=case.seed) - _joint_auc(matrix[kept], y=case.y[kept], seed=case.seed)


def _joint_auc(matrix: Floats, *, y: Ints, seed: int) -> float:
    scores = np.empty(len(y))
    for fold in random_folds(y, n_folds=PRICE_FOLDS, seed=seed):
        scores[fold.test] = fold_scores(matrix, y=y, split=fold, seed=seed)
    return auc(y, scores)
