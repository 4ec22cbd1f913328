"""What a record may carry, as the service validates and documents it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from salescope.features.columns import OTHER, AttributeColumn
from salescope.features.encoding import AttributeEncoder

__all__ = ["schema_of"]


def schema_of(encoder: AttributeEncoder, *, labels: Mapping[str, str]) -> dict[str, Any]:
    """Describes the columns of a record.

    Parameters
    ----------
    encoder : AttributeEncoder
        What was learned about the columns.
    labels : mapping of str to str
        Names of columns as people say them.

    Returns
    -------
    dict
        ``columns``: one object a used column with its name, label, kind, accepted categories (others are scored as
        unseen), usual range (lower and upper quartile) and an example; ``ignored``: the columns that were dropped and
        why; ``example``: a whole record.

    Examples
    --------
    >>> import pandas as pd
    >>> encoder = AttributeEncoder().fit(pd.DataFrame({"source": ["web", "fair", "web"]}))
    >>> schema_of(encoder, labels={})["example"]
    {'source': 'web'}
    """
    used = [_described(column, labels) for column in encoder.used_]
    return {
        "columns": used,
        "ignored": {column.name: column.note for column in encoder.columns_ if column.kind == "dropped"},
        "example": {column["name"]: column["example"] for column in used},
    }


def _described(column: AttributeColumn, labels: Mapping[str, str]) -> dict[str, Any]:
    return {
        "name": column.name,
        "label": labels.get(column.name),
        "kind": column.kind,
        "categories": [level for level in column.levels if level != OTHER],
        "usual": None if column.low is None else [column.low, column.high],
        "example": _example_of(column),
    }


def _example_of(column: AttributeColumn) -> str | float | bool | None:
    examples: dict[str, str | float | bool | None] = {
        "number": column.middle,
        "flag": True,
        "date": "2024-05-31T09:30:00",
        "category": column.common,
        "text": "Asked for an offer for twenty seats",
    }
    return examples[column.kind]
