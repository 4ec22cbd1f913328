"""Customers that come as records with their facts inline, described by the same query as a batch."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from salescope.features import customer_record_features
from salescope.features.customer_facts import FACTS

__all__ = ["with_facts"]

Record = Mapping[str, Any]


def with_facts(records: Sequence[Record]) -> Sequence[Record]:
    """Puts features in the place of the facts that records carry.

    Parameters
    ----------
    records : sequence of mappings, shape (n_records,)
        Those with a list "orders", "contacts" or "invoices" have the facts of their customer, and the moment "as_of";
        the others have features already.

    Returns
    -------
    sequence of mappings, shape (n_records,)

    Raises
    ------
    OutOfRangeError
        When a record has facts and no moment that can be meant.

    Examples
    --------
    >>> line = {"ordered_at": "2024-01-31", "quantity": 3, "unit_price": 10}
    >>> described = with_facts([{"customer_id": "a", "as_of": "2024-03-01", "orders": [line]}, {"order_days": 2.0}])
    >>> described[0]["days_since_last_order"], described[1]
    (30.0, {'order_days': 2.0})
    """
    places: dict[Any, list[int]] = {}
    for place, record in enumerate(records):
        if any(name in record for name in FACTS):
            places.setdefault(record.get("as_of"), []).append(place)
    answer = list(records)
    for moment, those in places.items():
        facts = [{name: records[place].get(name) for name in FACTS} for place in those]
        described = customer_record_features(facts, as_of=moment).drop(columns=["customer_id", "as_of"])
        columns = {str(name): described[name].tolist() for name in described.columns}
        for number, place in enumerate(those):
            kept = {name: value for name, value in records[place].items() if name not in FACTS}
            answer[place] = kept | {name: values[number] for name, values in columns.items()}
    return answer
