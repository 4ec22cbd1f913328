"""Scoring the invoices of a call with one model, and putting the answer together."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from heapq import nsmallest

from salescope.scoring import PaymentScorer
from salescope.scoring.reasons import Reason
from salescope.service.errors import InvalidRecordError
from salescope.service.invoices_answer import (
    DaysToPayment,
    InvoiceProblem,
    InvoiceScore,
    InvoiceScores,
    InvoiceWarning,
)
from salescope.service.invoices_call import Invoice, InvoiceCall
from salescope.service.lead_answer import LeadReason
from salescope.service.live_model import LiveModel
from salescope.service.problems import problem_of
from salescope.service.record_answers import iso_of, trend_of
from salescope.service.record_call import LONGEST_NAME_SHOWN
from salescope.store import Prediction, encode_reasons

__all__ = ["ScoredInvoices", "score_invoices"]

# Fields of the contract, that make features or say nothing to a scorer; they need no warning.
UNDERSTOOD = frozenset({
    "invoice_id", "customer_id", "as_of", "issued_at", "due_at", "paid_at", "amount", "invoices",
})  # fmt: skip
CELLS = ("probability", "score", "grade", "reasons")
DAYS = ("days_median", "days_mean", "lo_80", "hi_80", "overdue_days")
MOST_WARNINGS = 20


@dataclass(frozen=True, slots=True)
class Scored:
    """Is one scored invoice, before its trend is known."""

    invoice: Invoice
    days: DaysToPayment | None
    probability: float
    score: int
    grade: str
    reasons: tuple[Reason, ...]


@dataclass(frozen=True, slots=True)
class ScoredInvoices:
    """Holds the scores of a call until the ledger has told what was said before.

    Parameters
    ----------
    call : InvoiceCall
        What was asked.
    live : LiveModel
        The one model that answered all of it.
    scored : list of Scored, shape (n_invoices,)
        The records that could be scored, in the order sent.
    warnings : list of InvoiceWarning
        What may not have been meant.
    """

    call: InvoiceCall
    live: LiveModel[PaymentScorer]
    scored: list[Scored]
    warnings: list[InvoiceWarning]

    @property
    def n_records(self) -> int:
        """Counts the records that were sent."""
        return len(self.call.invoices)

    def predictions(self, *, request_id: str, at: datetime) -> list[Prediction]:
        """Writes the scores as lines of the ledger.

        Parameters
        ----------
        request_id : str
            The call's id.
        at : datetime
            Now, an aware instant.

        Returns
        -------
        list of Prediction, shape (n_invoices,)
            The value is the median of the days from ``as_of`` to payment; with the reasons where the call asked.
        """
        told = self.call.top > 0
        return [
            Prediction(
                subject_id=scored.invoice.subject_id,
                model=self.live.name,
                version=self.live.version,
                digest=self.live.digest,
                probability=scored.probability,
                score=scored.score,
                grade=scored.grade,
                as_of=scored.invoice.as_of,
                request_id=request_id,
                at=at,
                reasons=encode_reasons(scored.reasons) if told else None,
                value=_days_left(scored, "median"),
                value_low=_days_left(scored, "low"),
                value_high=_days_left(scored, "high"),
            )
            for scored in self.scored
        ]

    def answer(self, before: Mapping[str, int], *, request_id: str) -> InvoiceScores:
        """Puts the answer together, every result in its record's place.

        Parameters
        ----------
        before : mapping of str to int
            The score that each invoice had before this call.
        request_id : str
            The call's id.

        Returns
        -------
        InvoiceScores
        """
        scores = iter(self.scored)
        results: list[InvoiceScore | InvoiceProblem] = []
        for invoice in self.call.invoices:
            if isinstance(invoice, InvalidRecordError):
                results.append(InvoiceProblem(invoice_id=invoice.subject_id, problem=problem_of(invoice)))
            else:
                results.append(_result(next(scores), before))
        return InvoiceScores(
            model=self.live.name,
            version=self.live.version,
            digest=self.live.digest,
            as_of=iso_of(self.call.as_of),
            request_id=request_id,
            results=results,
            warnings=self.warnings,
        )


def score_invoices(call: InvoiceCall, live: LiveModel[PaymentScorer]) -> ScoredInvoices:
    """Scores every record of a call that can be scored.

    Parameters
    ----------
    call : InvoiceCall
        What was asked.
    live : LiveModel
        What answers.

    Returns
    -------
    ScoredInvoices
    """
    invoices = [invoice for invoice in call.invoices if isinstance(invoice, Invoice)]
    if not invoices:
        return ScoredInvoices(call, live, [], [])
    table = live.fitted.predict_scores([invoice.told for invoice in invoices], language=call.language, top=call.top)
    cells = zip(*(table[name].tolist() for name in CELLS), strict=True)
    days = zip(*(table[name].tolist() for name in DAYS), strict=True)
    scored = [Scored(invoice, _days(told), *cell) for invoice, cell, told in zip(invoices, cells, days, strict=True)]
    return ScoredInvoices(call, live, scored, _warnings(invoices, live, counts=call.counts))


def _days(told: tuple[float, ...]) -> DaysToPayment | None:
    median, mean, low, high, overdue = told
    if math.isnan(median):
        return None
    left = None if math.isnan(overdue) else overdue
    return DaysToPayment(median=median, mean=mean, low=low, high=high, level=80, overdue=left)


def _days_left(scored: Scored, name: str) -> float | None:
    """Counts the days to payment from the moment, as what really happened will be counted."""
    if scored.days is None:
        return None
    waited: int = (scored.invoice.told["as_of"].date() - scored.invoice.told["issued_at"].date()).days
    days: float = getattr(scored.days, name)
    return days - max(waited, 0)


def _result(scored: Scored, before: Mapping[str, int]) -> InvoiceScore:
    name = scored.invoice.subject_id
    previous = None if name is None else before.get(name)
    return InvoiceScore(
        invoice_id=name,
        as_of=iso_of(scored.invoice.as_of),
        probability=scored.probability,
        score=scored.score,
        grade=scored.grade,
        trend=None if previous is None else trend_of(scored.score, previous),
        days=scored.days,
        reasons=[_reason(reason) for reason in scored.reasons],
    )


def _reason(reason: Reason) -> LeadReason:
    return LeadReason(
        column=reason.column,
        label=reason.label,
        value=reason.value,
        contribution=reason.contribution,
        direction=reason.direction,
        text=reason.text,
    )


def _warnings(
    invoices: Sequence[Invoice], live: LiveModel[PaymentScorer], *, counts: Counter[str]
) -> list[InvoiceWarning]:
    seen = Counter(name for invoice in invoices for name in invoice.told)
    odd = nsmallest(MOST_WARNINGS, seen.keys() - live.used - UNDERSTOOD)
    unknown = "The model does not use this field, and it was ignored. GET /v1/models/payments lists those it uses."
    said = {
        "late_facts": ("late-fact", "Other invoices at or after as_of are not looked at."),
        "unknown_fact_members": ("unknown-fact-member", "The contract does not know these members of invoices."),
    }
    found = [
        *(
            InvoiceWarning(type="unknown-field", column=name[:LONGEST_NAME_SHOWN], records=seen[name], detail=unknown)
            for name in odd
        ),
        *(
            InvoiceWarning(type=kind, column=None, records=counts[name], detail=detail)
            for name, (kind, detail) in said.items()
            if counts[name]
        ),
    ]
    return found[:MOST_WARNINGS]
