"""Features of customers whose facts come inline, one record each, by the very same query as a batch."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa

from salescope.features.cells import NEVER, instant_of, number_of, word_of
from salescope.features.customer_facts import FACTS, Facts
from salescope.features.customer_moments import Moment, Wanted, moment_of
from salescope.features.customer_query import feature_columns
from salescope.features.customers import OUTCOME

__all__ = ["customer_record_features"]

TIMES = ("ordered_at", "promised_at", "delivered_at", "at", "resolved_at", "issued_at", "due_at", "paid_at")
NUMBERS = ("quantity", "unit_price", "discount", "amount")
READ = {
    "orders": (
        "ordered_at", "product_id", "category", "quantity", "unit_price", "discount", "promised_at", "delivered_at",
    ),
    "contacts": ("at", "kind", "resolved_at"),
    "invoices": ("issued_at", "due_at", "paid_at", "amount"),
}  # fmt: skip


def customer_record_features(
    records: Sequence[Mapping[str, Any]], *, as_of: Moment, products: pd.DataFrame | None = None
) -> pd.DataFrame:
    """Describes customers that come as records, each with its own orders, contacts and invoices.

    Parameters
    ----------
    records : sequence of mappings, shape (n_records,)
        Attributes, and lists of mappings "orders", "contacts" and "invoices" with the contract's columns. A list that
        is not there is not known, an empty one says that there was nothing. An order line may say its own "category".
    as_of : datetime or str
        The moment, naive; facts at or after it are not looked at.
    products : DataFrame, optional
        The contract's table ``products``, where categories come from when no line says its own.

    Returns
    -------
    DataFrame, shape (n_records, n_features)
        The columns of `salescope.features.customers.customer_features`, one row a record in their order; what is
        known of a customer gives the same bits here as there, alone or among others.

    Raises
    ------
    OutOfRangeError
        When the moment cannot be meant.

    Examples
    --------
    >>> line = {"ordered_at": "2024-01-31", "quantity": 3, "unit_price": 10}
    >>> known = customer_record_features([{"customer_id": "a", "orders": [line]}], as_of="2024-03-01")
    >>> known[["customer_id", "days_since_last_order", "money_total", "contacts_total"]].to_numpy().tolist()
    [['a', 30.0, 30.0, nan]]
    """
    tables = {name: _facts(records, name=name) for name in FACTS}
    if products is not None:
        tables["products"] = products
        if not any("category" in line for record in records for line in record.get("orders") or ()):
            tables["orders"] = tables["orders"].drop(columns="category")
    names = pa.array([str(position) for position in range(len(records))], type=pa.large_string())
    knows = {name: np.array([record.get(name) is not None for record in records], dtype=bool) for name in FACTS}
    facts = replace(Facts.from_frames(tables, names=names), knows=knows)
    wanted = Wanted.of_everybody(facts, moment=moment_of(as_of, where="customer_record_features"))
    columns = feature_columns(facts, wanted=wanted)
    # As they are: a type in common with other records would change a whole number that has no exact fraction.
    told = pd.DataFrame([_attributes(record) for record in records], index=range(len(records)), dtype=object)
    ids = pd.Series([word_of(record.get("customer_id")) for record in records], dtype=object)
    answer = pd.DataFrame({"customer_id": ids, "as_of": wanted.as_of.view("datetime64[ns]"), **columns})
    answer = answer.drop(columns="recorded")
    return pd.concat([answer, told.drop(columns=answer.columns, errors="ignore")], axis="columns")


def _attributes(record: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in record.items() if name not in {"customer_id", *FACTS, *OUTCOME}}


def _facts(records: Sequence[Mapping[str, Any]], *, name: str) -> pd.DataFrame:
    """Lays the lists of all records under each other, with the record's position as the customer."""
    listed = [(str(place), fact) for place, record in enumerate(records) for fact in record.get(name) or ()]
    frame = pd.DataFrame({"customer_id": pd.Series([place for place, _ in listed], dtype=object)})
    for column in READ[name]:
        cells = [fact.get(column) for _, fact in listed]
        if column in TIMES:
            instants = np.array([instant_of(cell) for cell in cells], dtype=np.int64)
            frame[column] = np.where(instants == NEVER, NEVER, instants).view("datetime64[ns]")
        elif column in NUMBERS:
            frame[column] = np.array([number_of(cell) for cell in cells], dtype=np.float64)
        else:
            frame[column] = pd.Series([word_of(cell) for cell in cells], dtype=object)
    return frame
