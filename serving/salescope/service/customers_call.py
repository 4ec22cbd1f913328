"""Reading a call of ``/v1/customers:score``: its records one by one, with what customers ordered, were told and owe."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from salescope.service.errors import InvalidRecordError
from salescope.service.facts import FactKind, FactReader
from salescope.service.record_call import (
    INSTANTS_ACCEPTED,
    check_fields,
    instant_in,
    read_options,
    subject_in,
)
from salescope.service.settings import ServiceSettings

__all__ = ["FACTS", "Customer", "CustomerCall", "read_customer_call"]


FACTS: Mapping[str, FactKind] = {
    "orders": FactKind(
        "ordered_at",
        instants=("promised_at", "delivered_at"),
        numbers=("quantity", "unit_price", "discount"),
        words=("product_id", "category"),
        unread=("order_id", "line", "customer_id", "region", "channel", "rep_id", "status"),
    ),
    "contacts": FactKind("at", instants=("resolved_at",), words=("kind",), unread=("customer_id", "rep_id", "channel")),
    "invoices": FactKind(
        "issued_at", instants=("due_at", "paid_at"), numbers=("amount",), unread=("invoice_id", "customer_id")
    ),
}


@dataclass(frozen=True, slots=True)
class Customer:
    """Is one record that can be scored.

    Parameters
    ----------
    subject_id : str or None
        The caller's id.
    as_of : datetime
        The instant its features look back from, aware.
    told : dict
        What features are made of: attributes, and the lists of facts, whose instants are naive UTC.
    """

    subject_id: str | None
    as_of: datetime
    told: dict[str, Any]


@dataclass(frozen=True, slots=True)
class CustomerCall:
    """Is one call, as far as it could be read.

    Parameters
    ----------
    as_of : datetime
        The instant for records that name none, aware.
    language : str
        The language of names and reasons.
    top : int
        How many reasons of each direction, and how many products.
    customers : list of Customer or InvalidRecordError, shape (n_records,)
        In the order they were sent.
    counts : Counter
        ``late_facts`` at or after their customer's ``as_of``, and ``unknown_fact_members``.
    """

    as_of: datetime
    language: str
    top: int
    customers: list[Customer | InvalidRecordError]
    counts: Counter[str] = field(default_factory=Counter)


def read_customer_call(body: object, *, settings: ServiceSettings, now: datetime) -> CustomerCall:
    """Reads a decoded body; a record that cannot be scored becomes an error in its place.

    Parameters
    ----------
    body : object
        The body as JSON.
    settings : ServiceSettings
        How much is taken; each list of facts may be as long as that of a lead's events.
    now : datetime
        The ``as_of`` of a call that names none.

    Returns
    -------
    CustomerCall

    Raises
    ------
    RequestShapeError
        If the body is no such call at all: no records, too many, an unknown option.
    """
    options = read_options(body, settings=settings, now=now)
    call = CustomerCall(options.as_of, options.language, options.top, [])
    reader = _RecordReader(settings, options.as_of, FactReader(settings, call.counts))
    call.customers.extend(reader.read(record, at=position) for position, record in enumerate(options.records))
    return call


@dataclass(frozen=True, slots=True)
class _RecordReader:
    settings: ServiceSettings
    as_of: datetime
    facts: FactReader

    def read(self, record: object, *, at: int) -> Customer | InvalidRecordError:
        try:
            return self._customer(record, where=f"/records/{at}")
        except InvalidRecordError as error:
            error.subject_id = _known_id(record)
            return error

    def _customer(self, record: object, *, where: str) -> Customer:
        if not isinstance(record, dict):
            raise InvalidRecordError(where, detail="An object with the customer's fields is accepted.")
        if len(record) > self.settings.max_fields:
            raise InvalidRecordError(where, detail=f"At most {self.settings.max_fields} fields are accepted.")
        customer_id = subject_in(record, "customer_id", where=where)
        as_of = self.as_of if record.get("as_of") is None else instant_in(record["as_of"])
        if as_of is None:
            raise InvalidRecordError(where, step="as_of", detail=INSTANTS_ACCEPTED)
        check_fields(record, lists=FACTS, settings=self.settings, where=where)
        told = {name: value for name, value in record.items() if name != "as_of"}
        for name, kind in FACTS.items():
            if told.get(name) is not None:
                told[name] = self.facts.read(told[name], kind, as_of=as_of, where=f"{where}/{name}")
        return Customer(customer_id, as_of, told)


def _known_id(record: object) -> str | None:
    """Gives the id of a record that was refused, so that its problem can be told from the others'."""
    try:
        return subject_in(record, "customer_id", where="") if isinstance(record, dict) else None
    except InvalidRecordError:
        return None
