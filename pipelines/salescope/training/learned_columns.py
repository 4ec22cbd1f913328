"""What the columns that were learned from looked like, kept in the card so that later records can be compared."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from salescope.evaluation import summarise_columns
from salescope.training.labelled import LabelledRows

__all__ = ["MOST_CHARACTERS", "learned_columns"]

MOST_CHARACTERS = 65_536


def learned_columns(
    rows: LabelledRows, *, importance: Mapping[str, float], most: int = MOST_CHARACTERS
) -> dict[str, Any]:
    """Summarises the columns that were learned from, those that matter most first.

    Parameters
    ----------
    rows : LabelledRows
        What was learned from; of a subject with several rows its newest one, for rows are compared as independent.
    importance : mapping of str to float
        The columns that the scorer reads, each with its mean absolute contribution.
    most : int, default 65,536
        Characters of JSON that all columns may take: beyond them the least important are left out.

    Returns
    -------
    dict
        As `salescope.evaluation.summarise_columns`, with ``left_out``, how many columns had no room.

    Examples
    --------
    >>> rows = LabelledRows(
    ...     features=pd.DataFrame({"source": ["web"] * 6, "visits": range(6)}),
    ...     y=np.array([0, 1] * 3),
    ...     order=np.arange(6),
    ...     seen_at=np.arange(6),
    ...     as_of="row 6",
    ...     digest="",
    ... )
    >>> summary = learned_columns(rows, importance={"source": 0.1, "visits": 0.4}, most=250)
    >>> list(summary["columns"]), summary["left_out"], summary["n_rows"]
    (['visits'], 1, 6)
    """
    ranked = [name for name, _ in sorted(importance.items(), key=lambda item: (-item[1], item[0]))]
    read = [name for name in ranked if name in rows.features.columns]
    summary = summarise_columns(rows.features[read].iloc[_newest_of_each(rows)])
    kept: dict[str, Any] = {}
    for name in (name for name in read if name in summary["columns"]):
        most -= len(json.dumps({name: summary["columns"][name]}))
        if most < 0:
            break
        kept[name] = summary["columns"][name]
    return {**summary, "columns": kept, "left_out": len(summary["columns"]) - len(kept)}


def _newest_of_each(rows: LabelledRows) -> npt.NDArray[np.int64]:
    """Gives the position of the newest row of each subject."""
    if rows.group is None:
        return np.arange(len(rows.y), dtype=np.int64)
    rising = pd.DataFrame({"group": rows.group, "seen_at": rows.seen_at}).sort_values(
        ["group", "seen_at"], kind="stable"
    )
    return rising.drop_duplicates("group", keep="last").index.to_numpy(dtype=np.int64)
