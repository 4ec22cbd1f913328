"""Leaks: columns that a lead only has once its outcome is known, for tests of the leakage audit."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd

from salescope.frames.errors import UnknownNameError
from salescope.simulation.labels import labelled
from salescope.simulation.period import Ints

__all__ = ["LEAKS", "leaky_columns"]

LEAKS = {
    "call_minutes_total": "after_outcome",
    "closed_reason": "after_outcome",
    "stage_probability": "target_in_disguise",
}
REASONS = ("price", "no budget", "competitor", "no answer", "signed", "signed after trial")


def leaky_columns(leaks: Sequence[str], *, outcome: Ints, rng: np.random.Generator) -> dict[str, pd.Series]:
    """Draws the wished leaky columns.

    Parameters
    ----------
    leaks : sequence of str
        Keys of `LEAKS`.
    outcome : ndarray of int, shape (n_leads,)
        0 open, 1 lost, 2 won.
    rng : numpy.random.Generator
        The stream to draw from; every column draws its share, wished or not.

    Returns
    -------
    dict of str to Series, each of shape (n_leads,)
        ``call_minutes_total`` (number; open leads have what was said so far), ``closed_reason`` (text; missing while
        open) and ``stage_probability`` (percent; 0 or 100 once closed).

    Raises
    ------
    UnknownNameError
        When a name is not one of `LEAKS`.

    Examples
    --------
    >>> leaky_columns(["close_reason"], outcome=np.array([1]), rng=np.random.default_rng(0))
    Traceback (most recent call last):
    ...
    salescope.frames.errors.UnknownNameError: Unknown column 'close_reason' in simulate, leaks: did you mean ...
    """
    for name in leaks:
        if name not in LEAKS:
            raise UnknownNameError(name, what="column", where="simulate, leaks", accepted=tuple(LEAKS))
    n = outcome.size
    minutes = np.round(rng.gamma(1.3, 1.0, n) * np.array([7.0, 9.0, 38.0])[outcome], 1)
    reason = np.where(outcome == 2, rng.choice([4, 5], n, p=[0.8, 0.2]), rng.integers(0, 4, n))
    stage = np.where(outcome == 0, rng.choice([10.0, 25.0, 50.0, 75.0], n), 100.0 * (outcome == 2))
    columns = {
        "call_minutes_total": pd.Series(minutes),
        "closed_reason": pd.Series(labelled(REASONS, np.where(outcome == 0, -1, reason))),
        "stage_probability": pd.Series(stage),
    }
    return {name: columns[name] for name in leaks}
