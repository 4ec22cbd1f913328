"""How good expected orders or expected money are, judged on what customers did later."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike
from scipy.stats import pearsonr, spearmanr

from salescope.evaluation.outcomes import aligned_array
from salescope.evaluation.top_tenth import mean_of_top_tenth
from salescope.frames.errors import MisalignedError

__all__ = ["value_metrics"]


def value_metrics(actual: ArrayLike, predicted: ArrayLike) -> dict[str, float]:
    """Judges what was expected of customers by what came.

    Parameters
    ----------
    actual : array_like of float, shape (n_customers,)
        Orders or money of each customer within the horizon.
    predicted : array_like of float, shape (n_customers,)
        What had been expected of the same customers.

    Returns
    -------
    dict of str to float
        ``rmse``, in the unit of ``actual``; ``spearman`` and ``pearson``, -1 to 1, NaN where either side is constant;
        ``top_decile``, the mean of ``actual`` over the tenth of whom most was expected, in its unit; ``total_ratio``,
        predicted ÷ actual, NaN where nothing came.

    Raises
    ------
    MisalignedError
        If there is nobody, a length differs or a value is not finite.

    Notes
    -----
    There is no mean absolute error: most customers do not come back, and its best constant is to expect nothing of
    anyone. Customers tied at the edge of the tenth count with their mean.

    Examples
    --------
    >>> value_metrics([0, 0, 4], [1, 0, 2])
    {'rmse': 1.2909944487358056, 'spearman': 0.8660254037844387, 'pearson': 0.8660254037844387, ...}
    >>> value_metrics([0, 1], [1])
    Traceback (most recent call last):
    salescope.frames.errors.MisalignedError: Argument 'predicted' has shape (1,); accepted: one value for each of ...
    """
    n_customers = np.size(actual)
    if n_customers == 0:
        raise MisalignedError("actual", found="no value", accepted="one value a customer")
    came = aligned_array(actual, name="actual", n_rows=n_customers)
    expected = aligned_array(predicted, name="predicted", n_rows=n_customers)
    total, constant = float(came.sum()), np.ptp(came) == 0 or np.ptp(expected) == 0
    return {
        "rmse": float(np.sqrt(np.mean((expected - came) ** 2))),
        "spearman": float("nan") if constant else float(spearmanr(came, expected).statistic),
        "pearson": float("nan") if constant else float(pearsonr(came, expected).statistic),
        "top_decile": mean_of_top_tenth(came, expected),
        "total_ratio": float(expected.sum()) / total if total else float("nan"),
    }
