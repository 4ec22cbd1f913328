"""Scoring the records of a call with one model, and putting the answer together."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from heapq import nsmallest
from typing import Any

from salescope.features.behaviour import event_kinds
from salescope.features.cells import word_of
from salescope.features.leads import record_features
from salescope.scoring.reasons import Reason
from salescope.service.errors import InvalidLeadError
from salescope.service.lead_answer import LeadProblem, LeadReason, LeadScore, LeadScores, LeadWarning
from salescope.service.lead_call import Lead, LeadCall
from salescope.service.lead_model import LiveLeads
from salescope.service.problems import problem_of
from salescope.service.record_answers import iso_of, trend_of
from salescope.service.record_call import LONGEST_NAME_SHOWN
from salescope.store import Prediction, encode_reasons

__all__ = ["ScoredCall", "score_call"]

# Fields of the contract that may be sent along and say nothing to the scorer; they need no warning.
UNDERSTOOD = frozenset({"lead_id", "as_of", "events", "created_at"})
MOST_WARNINGS = 20


@dataclass(frozen=True, slots=True)
class Scored:
    """Is one scored lead, before its trend is known."""

    lead: Lead
    probability: float
    score: int
    grade: str
    reasons: tuple[Reason, ...]


@dataclass(frozen=True, slots=True)
class ScoredCall:
    """Holds the scores of a call until the ledger has told what was said before.

    Parameters
    ----------
    call : LeadCall
        What was asked.
    model : LiveLeads
        The one model that answered all of it.
    scored : list of Scored, shape (n_leads,)
        The records that could be scored, in the order sent.
    warnings : list of LeadWarning
        What may not have been meant.
    """

    call: LeadCall
    model: LiveLeads
    scored: list[Scored]
    warnings: list[LeadWarning]

    @property
    def n_records(self) -> int:
        """Counts the records that were sent."""
        return len(self.call.leads)

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
        list of Prediction, shape (n_leads,)
            With the reasons in the language of the call, where it asked for any.
        """
        told = self.call.top > 0
        return [
            Prediction(
                subject_id=scored.lead.lead_id,
                model=self.model.name,
                version=self.model.version,
                digest=self.model.digest,
                probability=scored.probability,
                score=scored.score,
                grade=scored.grade,
                as_of=scored.lead.as_of,
                request_id=request_id,
                at=at,
                reasons=encode_reasons(scored.reasons) if told else None,
            )
            for scored in self.scored
        ]

    def answer(self, before: Mapping[str, int], *, request_id: str) -> LeadScores:
        """Puts the answer together, every result in its record's place.

        Parameters
        ----------
        before : mapping of str to int
            The score each lead had before this call.
        request_id : str
            The call's id.

        Returns
        -------
        LeadScores
        """
        scores = iter(self.scored)
        results: list[LeadScore | LeadProblem] = []
        for lead in self.call.leads:
            if isinstance(lead, InvalidLeadError):
                results.append(LeadProblem(lead_id=lead.subject_id, problem=problem_of(lead)))
            else:
                results.append(_result(next(scores), before, base=self.model.base))
        return LeadScores(
            model=self.model.name,
            version=self.model.version,
            digest=self.model.digest,
            as_of=iso_of(self.call.as_of),
            request_id=request_id,
            results=results,
            warnings=self.warnings,
        )


def score_call(call: LeadCall, model: LiveLeads) -> ScoredCall:
    """Scores every record of a call that can be scored.

    Parameters
    ----------
    call : LeadCall
        What was asked.
    model : LiveLeads
        What answers.

    Returns
    -------
    ScoredCall
    """
    leads = [lead for lead in call.leads if isinstance(lead, Lead)]
    if not leads:
        return ScoredCall(call, model, [], [])
    told = [lead.values for lead in leads]
    records = record_features(told, kinds=event_kinds(model.columns)) if model.uses_behaviour else told
    table = model.fitted.predict_scores(records, language=call.language, top=call.top)
    columns = [table[name].tolist() for name in ("probability", "score", "grade", "reasons")]
    scored = [Scored(lead, *cells) for lead, *cells in zip(leads, *columns, strict=True)]
    return ScoredCall(call, model, scored, _warnings(leads, model, counts=call.counts))


def _result(scored: Scored, before: Mapping[str, int], *, base: float) -> LeadScore:
    lead_id = scored.lead.lead_id
    previous = None if lead_id is None else before.get(lead_id)
    said = math.fsum(reason.contribution for reason in scored.reasons)
    return LeadScore(
        lead_id=lead_id,
        as_of=iso_of(scored.lead.as_of),
        probability=scored.probability,
        score=scored.score,
        grade=scored.grade,
        trend=None if previous is None else trend_of(scored.score, previous),
        base=base,
        rest=_log_odds(scored.probability) - base - said,
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


def _log_odds(probability: float) -> float:
    # A probability that rounding has made 0 or 1 has the log-odds of the nearest one that is neither.
    kept = min(max(probability, 5e-324), 1 - 2**-53)
    return math.log(kept) - math.log1p(-kept)


def _warnings(leads: Sequence[Lead], model: LiveLeads, *, counts: Counter[str]) -> list[LeadWarning]:
    seen = Counter(name for lead in leads for name in lead.values)
    odd = nsmallest(MOST_WARNINGS, seen.keys() - model.used - UNDERSTOOD)
    found = [
        *(_about_field(name, records=seen[name], model=model) for name in odd),
        *_about_categories(leads, model),
        *_about_events(counts),
    ]
    return found[:MOST_WARNINGS]


def _about_field(name: str, *, records: int, model: LiveLeads) -> LeadWarning:
    shown = name[:LONGEST_NAME_SHOWN]
    if name in model.columns:
        return LeadWarning(
            type="unused-field", column=shown, records=records, detail="The model has learned to do without this field."
        )
    return LeadWarning(
        type="unknown-field",
        column=shown,
        records=records,
        detail="The model does not know this field, and it was ignored. GET /v1/models/leads lists those it knows.",
    )


def _about_categories(leads: Sequence[Lead], model: LiveLeads) -> list[LeadWarning]:
    found = []
    for name, levels in model.categories.items():
        records = sum(_is_unseen(lead.values.get(name), levels) for lead in leads)
        if records:
            detail = "The model has not seen this value of the field; it was scored like a rare one."
            found.append(LeadWarning(type="unknown-category", column=name, records=records, detail=detail))
    return found


def _is_unseen(value: Any, levels: frozenset[str]) -> bool:  # noqa: ANN401
    if value in levels:
        return False
    word = word_of(value)
    return word is not None and word not in levels


def _about_events(counts: Counter[str]) -> list[LeadWarning]:
    said = {
        "late_events": ("late-event", "Events at or after as_of are not looked at."),
        "unknown_event_members": ("unknown-event-member", "Events have at, kind and channel; the rest was ignored."),
    }
    return [
        LeadWarning(type=kind, column=None, records=counts[name], detail=detail)
        for name, (kind, detail) in said.items()
        if counts[name]
    ]
