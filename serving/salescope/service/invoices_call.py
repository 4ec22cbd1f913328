"""Reading a call of ``/v1/invoices:score``: its records one by one, each with the customer's other invoices."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from salescope.service.errors import InvalidRecordError
from salescope.service.facts import FactKind, FactReader, number_in, optional_instant_in
from salescope.service.record_call import INSTANTS_ACCEPTED, check_fields, instant_in, read_options, subject_in
from salescope.service.settings import ServiceSettings

__all__ = ["Invoice", "InvoiceCall", "read_invoice_call"]

OTHERS = FactKind(
    "issued_at",
    instants=("due_at", "paid_at"),
    numbers=("amount",),
    words=("invoice_id",),
    unread=("customer_id",),
)


@dataclass(frozen=True, slots=True)
class Invoice:
    """Is one record that can be scored.

    Parameters
    ----------
    subject_id : str or None
        The caller's id of the invoice.
    as_of : datetime
        The instant on the day of which it is still unpaid, aware.
    told : dict
        What the scorer reads: the contract's columns, attributes and "invoices", with instants as naive UTC.
    """

    subject_id: str | None
    as_of: datetime
    told: dict[str, Any]


@dataclass(frozen=True, slots=True)
class InvoiceCall:
    """Is one call, as far as it could be read.

    Parameters
    ----------
    as_of : datetime
        The instant for records that name none, aware.
    language : str
        The language of the reasons.
    top : int
        How many reasons of each direction.
    invoices : list of Invoice or InvalidRecordError, shape (n_records,)
        In the order they were sent.
    counts : Counter
        ``late_facts`` at or after their record's ``as_of``, and ``unknown_fact_members``.
    """

    as_of: datetime
    language: str
    top: int
    invoices: list[Invoice | InvalidRecordError]
    counts: Counter[str] = field(default_factory=Counter)


def read_invoice_call(body: object, *, settings: ServiceSettings, now: datetime) -> InvoiceCall:
    """Reads a decoded body; a record that cannot be scored becomes an error in its place.

    Parameters
    ----------
    body : object
        The body as JSON.
    settings : ServiceSettings
        How much is taken; the list of other invoices may be as long as that of a lead's events.
    now : datetime
        The ``as_of`` of a call that names none.

    Returns
    -------
    InvoiceCall

    Raises
    ------
    RequestShapeError
        If the body is no such call at all: no records, too many, an unknown option.
    """
    options = read_options(body, settings=settings, now=now)
    call = InvoiceCall(options.as_of, options.language, options.top, [])
    reader = _RecordReader(settings, options.as_of, FactReader(settings, call.counts))
    call.invoices.extend(reader.read(record, at=position) for position, record in enumerate(options.records))
    return call


@dataclass(frozen=True, slots=True)
class _RecordReader:
    settings: ServiceSettings
    as_of: datetime
    facts: FactReader

    def read(self, record: object, *, at: int) -> Invoice | InvalidRecordError:
        try:
            return self._invoice(record, where=f"/records/{at}")
        except InvalidRecordError as error:
            error.subject_id = _known_id(record)
            return error

    def _invoice(self, record: object, *, where: str) -> Invoice:
        if not isinstance(record, dict):
            raise InvalidRecordError(where, detail="An object with the invoice's fields is accepted.")
        if len(record) > self.settings.max_fields:
            raise InvalidRecordError(where, detail=f"At most {self.settings.max_fields} fields are accepted.")
        invoice_id = subject_in(record, "invoice_id", where=where)
        as_of = self.as_of if record.get("as_of") is None else instant_in(record["as_of"])
        if as_of is None:
            raise InvalidRecordError(where, step="as_of", detail=INSTANTS_ACCEPTED)
        issued = instant_in(record.get("issued_at"))
        if issued is None:
            raise InvalidRecordError(where, step="issued_at", detail=INSTANTS_ACCEPTED)
        check_fields(record, lists=("invoices",), settings=self.settings, where=where)
        told = {**record, "as_of": as_of.replace(tzinfo=None), "issued_at": issued.replace(tzinfo=None)}
        told["due_at"] = optional_instant_in(record.get("due_at"), "due_at", where=where)
        told["amount"] = number_in(record.get("amount"), "amount", where=where)
        if told.get("invoices") is not None:
            told["invoices"] = self.facts.read(told["invoices"], OTHERS, as_of=as_of, where=f"{where}/invoices")
        return Invoice(invoice_id, as_of, told)


def _known_id(record: object) -> str | None:
    """Gives the id of a record that was refused, so that its problem can be told from the others'."""
    try:
        return subject_in(record, "invoice_id", where="") if isinstance(record, dict) else None
    except InvalidRecordError:
        return None
