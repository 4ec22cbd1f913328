"""Which rows are judged by which: a way of splitting rows in time that cannot learn from what nobody could know yet."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Protocol

import numpy as np

from salescope.evaluation import Split, newest_split, walk_forward
from salescope.training.labelled import LabelledRows

__all__ = ["ByOutcome", "BySnapshot", "Splitting"]


class Splitting(Protocol):
    """Describes a way of splitting rows in time."""

    def newest(self, rows: LabelledRows) -> Split:
        """Holds the newest rows back.

        Raises
        ------
        MisalignedError
            If the rows have one time only.
        """
        ...

    def windows(self, rows: LabelledRows) -> Iterable[Split]:
        """Walks forward through the periods, oldest first; nothing where rows have no period."""
        ...


@dataclass(frozen=True, slots=True)
class ByOutcome:
    """Splits rows of which each subject has one: by the time at which its outcome was known.

    Parameters
    ----------
    share : float, default 0.2
        The share of the newest outcomes.

    Examples
    --------
    >>> ByOutcome(share=0.3)
    ByOutcome(share=0.3)
    """

    share: float = 0.2

    def newest(self, rows: LabelledRows) -> Split:
        """Holds the outcomes back that were known last."""
        return newest_split(rows.order, share=self.share)

    def windows(self, rows: LabelledRows) -> Iterable[Split]:
        """Judges each period by all earlier ones."""
        return () if rows.period is None else walk_forward(rows.period)


@dataclass(frozen=True, slots=True)
class BySnapshot:
    """Splits rows of which a subject has several, each looked at in its moment and labelled by the window after it.

    Parameters
    ----------
    share : float, default 0.2
        The share of the newest rows; rows of one moment stay on one side, so that a small share holds the newest
        moment back.

    Notes
    -----
    A row trains only if its window had closed by the moment of the first row that is judged: ``order`` must be the end
    of the window, ``seen_at`` its start, both datetime64[ns]. Windows that still overlap that moment are left out, for
    they tell what happened after it.
    """

    share: float = 0.2

    def newest(self, rows: LabelledRows) -> Split:
        """Holds the newest moments back."""
        # A window holds what is before its end, so that one that ends at the moment has closed: one tick earlier.
        closed = rows.order - np.timedelta64(1, "ns")
        return newest_split(rows.seen_at, closed_at=closed, share=self.share)

    def windows(self, rows: LabelledRows) -> Iterator[Split]:
        """Judges the moments of each period by the windows that had closed before them."""
        for split in () if rows.period is None else walk_forward(rows.period):
            closed = rows.order[split.train] <= rows.seen_at[split.test].min()
            yield Split(split.train[closed], split.test)
