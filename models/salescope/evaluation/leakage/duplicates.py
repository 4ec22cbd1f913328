"""Twin rows: the same record on both sides of a split, so that the test asks what was learned by heart."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd
from scipy.special import expit
from sklearn.model_selection import StratifiedGroupKFold

from salescope.evaluation.leakage.case import Case
from salescope.evaluation.leakage.price import PRICE_FOLDS, fold_scores
from salescope.evaluation.leakage.report import Finding
from salescope.evaluation.metrics import auc
from salescope.evaluation.outcomes import Floats, Ints
from salescope.evaluation.splits import Split

__all__ = ["row_groups", "twin_worth", "twins"]

FEWEST_TWINS = 30
TWIN_SHARE = 0.01
LIKENESS = 0.20
NOISE = 4.0
TWIN_WORTH = 0.002


def row_groups(case: Case, *, names: Sequence[str]) -> Ints:
    """Numbers rows so that rows equal in all columns share a number.

    Parameters
    ----------
    case : Case
        The audited rows.
    names : sequence of str
        The columns to compare.

    Returns
    -------
    ndarray of int64, shape (n_rows,)
    """
    if not names:
        return np.arange(len(case.y), dtype=np.int64)
    table = pd.DataFrame({name: pd.factorize(case.columns[name].entries)[0] for name in names})
    return np.asarray(table.groupby(list(table.columns), sort=False).ngroup(), dtype=np.int64)


def twins(case: Case, *, names: Sequence[str]) -> Finding | None:
    """Finds rows that are copies of others and pay for it in AUC.

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
    Few, coarse columns make equal rows by nature. Their outcomes are then independent given the columns, while copies
    share theirs. We learn with twins kept on one side, and correlate what the model leaves unexplained between twins:
    0 by nature, 1 for copies. The price is what knowing the twins' outcomes adds.
    """
    groups = row_groups(case, names=names)
    sizes = np.bincount(groups)[groups]
    doubled = sizes > 1
    if doubled.sum() < max(FEWEST_TWINS, TWIN_SHARE * len(groups)) or len(np.unique(groups)) < FEWEST_TWINS:
        return None
    chance = expit(_apart(case, names=names, groups=groups))
    likeness, noise = _likeness(case.y - chance, chance=chance, groups=groups)
    price = _worth(case.y, chance=chance, groups=groups)
    if likeness < max(LIKENESS, NOISE * noise) or price < TWIN_WORTH:
        return None
    evidence = (
        f"{doubled.mean():.1%} of rows have a twin equal in every column, and twins share what the model cannot "
        f"explain (correlation {likeness:.2f}, by nature 0.00 ± {noise:.2f}); knowing a twin's outcome is worth "
        f"{price:+.3f} AUC."
    )
    return Finding(kind="duplicate_rows", columns=(), evidence=evidence, price_auc=price, blocking=True)


def _apart(case: Case, *, names: Sequence[str], groups: Ints) -> Floats:
    matrix = np.column_stack([case.columns[name].numbers for name in names])
    folds = StratifiedGroupKFold(PRICE_FOLDS, shuffle=True, random_state=case.seed)
    scores = np.empty(len(case.y))
    for train, test in folds.split(matrix, case.y, groups):
        scores[test] = fold_scores(matrix, y=case.y, split=Split(train, test), seed=case.seed)
    return scores


def _likeness(residual: Floats, *, chance: Floats, groups: Ints) -> tuple[float, float]:
    """Correlates standardised residuals over all pairs within groups; each group weighs by its rows."""
    scaled = residual / np.sqrt(np.clip(chance * (1 - chance), 1e-3, None))
    size = np.bincount(groups)
    pairs = np.bincount(groups, weights=scaled) ** 2 - np.bincount(groups, weights=scaled**2)
    twin = size > 1
    weighted = pairs[twin] / (size[twin] - 1)
    rows = size[twin].sum()
    variance = (2.0 * size[twin] / (size[twin] - 1)).sum()
    return float(weighted.sum() / rows), float(np.sqrt(variance) / rows)


def twin_worth(case: Case, *, names: Sequence[str]) -> float:
    """Measures what knowing the outcomes of a row's twins adds to the AUC.

    Parameters
    ----------
    case : Case
        The audited rows.
    names : sequence of str
        The columns in which twins are equal.

    Returns
    -------
    float
    """
    groups = row_groups(case, names=names)
    return _worth(case.y, chance=expit(_apart(case, names=names, groups=groups)), groups=groups)


def _worth(y: Ints, *, chance: Floats, groups: Ints) -> float:
    # Each twin counts as one more observation of the row itself, beside the model's chance as a first one.
    others = np.bincount(groups)[groups] - 1
    won = np.bincount(groups, weights=y)[groups] - y
    return auc(y, (chance + won) / (1 + others)) - auc(y, chance)
