"""What a night publishes for plans, checked before anything is written."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from math import isfinite
from typing import TYPE_CHECKING, Any

from salescope.store.errors import HostileValueError
from salescope.store.tables import LONGEST_LEVEL, LONGEST_NODE
from salescope.store.values import check_json, check_text, check_whole

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

__all__ = ["MOST_LEAVES", "MOST_MONTHS", "TYPES", "PublishedFutures", "check_futures", "refusal"]

MOST_LEAVES = 20_000
MOST_MONTHS = 36
MOST_LEVELS = 20
LONGEST_NOTES = 40_000
TYPES = {"f": "<f8", "i": "<i8", "u": "<i8", "b": "<i8"}
is_month = re.compile(r"\d{4}-(0[1-9]|1[0-2])\Z", re.ASCII).match
WHERE = "published_arrays"


@dataclass(frozen=True, kw_only=True)
class PublishedFutures:
    """Is what a night publishes for plans.

    Parameters
    ----------
    kind : str
        What `arrays` are a recipe of: ``"path_model"`` for `PathModel.to_arrays`.
    levels : sequence of str
        The attributes of the leaves, from the coarsest to the finest, as ``["region", "rep"]``.
    keys : mapping of str to sequence of str, each of shape (n_leaves,)
        Each attribute of every leaf, as in `PlanGrid.of`; at most 20,000 leaves.
    months : sequence of str
        Months of the plan in their order, as ``2027-04``; at most 36.
    last : ndarray of float, shape (n_leaves, n_months)
        What was sold in the same months a year before, in the workspace's currency.
    fair : ndarray of float, shape (n_leaves, n_months)
        Fair shares; only proportions count.
    arrays : mapping of str to ndarray
        The recipe: float64 or whole numbers, at most 64 MB together. NaN is kept.
    closed : int, default 0
        How many of the first months are over.
    by_leaf : mapping of str to ndarray, each of shape (n_leaves, …)
        More that is known of each leaf, as ``potential``, ``capacity`` or ``ramp_up``.
    notes : dict
        What else a reader has to know, as how chances held in the past; JSON of at most 40,000 characters.
    """

    kind: str
    levels: Sequence[str]
    keys: Mapping[str, Sequence[str]] = field(repr=False)
    months: Sequence[str]
    last: NDArray[np.float64] = field(repr=False)
    fair: NDArray[np.float64] = field(repr=False)
    arrays: Mapping[str, NDArray[Any]] = field(repr=False)
    closed: int = 0
    by_leaf: Mapping[str, NDArray[Any]] = field(default_factory=dict, repr=False)
    notes: dict[str, Any] = field(default_factory=dict)


def check_futures(futures: PublishedFutures) -> None:
    """Checks what readers of published futures rely on.

    Parameters
    ----------
    futures : PublishedFutures
        What is to be published.

    Raises
    ------
    HostileValueError
        If something is missing, too large, of another shape or not finite.
    """
    check_text(futures.kind, column=f"{WHERE}, kind", longest=40)
    levels, months = list(futures.levels), list(futures.months)
    if not 1 <= len(levels) <= MOST_LEVELS or sorted(levels) != sorted(futures.keys):
        raise refusal("levels", problem="are not the keys", accepted=f"1 to {MOST_LEVELS} of them")
    if not 1 <= len(months) <= MOST_MONTHS or months != sorted(set(months)) or not all(map(is_month, months)):
        raise refusal("months", problem="are none", accepted=f"1 to {MOST_MONTHS}, as 2027-04")
    check_whole(futures.closed, column=f"{WHERE}, closed", lowest=0, highest=len(months))
    check_json(futures.notes, column=f"{WHERE}, notes", longest=LONGEST_NOTES)
    lengths = {len(futures.keys[level]) for level in levels}
    if len(lengths) != 1 or not 1 <= (count := lengths.pop()) <= MOST_LEAVES:
        accepted = f"one for each of 1 to {MOST_LEAVES:,} leaves"
        raise refusal("keys", problem="are of other lengths", accepted=accepted)
    for level in levels:
        check_text(level, column=f"{WHERE}, levels", longest=LONGEST_LEVEL)
        for value in futures.keys[level]:
            check_text(value, column=f"{WHERE}, keys", longest=LONGEST_NODE)
    for name, array in {"last": futures.last, "fair": futures.fair}.items():
        _check_finite(array, name=name, shape=(count, len(months)))
    for name, array in futures.by_leaf.items():
        _check_finite(array, name=name, shape=(count, *array.shape[1:]))


def _check_finite(array: NDArray[Any], *, name: str, shape: tuple[int, ...]) -> None:
    if array.shape != shape or array.dtype.kind not in TYPES or not _is_finite(array):
        accepted = f"finite numbers of shape {shape}"
        raise refusal(name, problem=f"has shape {array.shape}", accepted=accepted)


def _is_finite(array: NDArray[Any]) -> bool:
    # NaN wins every comparison of NumPy, so that both ends tell of all; `salescope keys` shall not import it.
    return not array.size or (isfinite(array.min()) and isfinite(array.max()))


def refusal(name: str, *, problem: str, accepted: str) -> HostileValueError:
    """Says what of the futures cannot be kept."""
    return HostileValueError(f"{WHERE}, {name}", problem=problem, accepted=accepted)
