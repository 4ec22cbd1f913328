"""Scoring the customers of a call with the models that are live, and putting the answer together."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from heapq import nsmallest
from typing import Any

import msgspec
import pandas as pd

from salescope.features import customer_record_features
from salescope.scoring import Baskets, customer_profiles
from salescope.service.customers_answer import (
    AnsweringModel,
    CustomerProblem,
    CustomerScore,
    CustomerScores,
    CustomerWarning,
)
from salescope.service.customers_call import FACTS, Customer, CustomerCall
from salescope.service.customers_models import LiveCustomers
from salescope.service.errors import InvalidRecordError
from salescope.service.problems import problem_of
from salescope.service.record_answers import iso_of, trend_of
from salescope.service.record_call import LONGEST_NAME_SHOWN
from salescope.store import AnsweredBy, Prediction, profile_lines

__all__ = ["ScoredCustomers", "score_customers"]

# Fields of the contract that say nothing to a model, or are looked at beside the models; they need no warning.
UNDERSTOOD = frozenset({
    "customer_id", "as_of", "owner", "region", "segment", "since", "churned", "churned_at", "opted_out", "opted_in",
    *FACTS,
})  # fmt: skip
MOST_WARNINGS = 20


@dataclass(frozen=True, slots=True)
class ScoredCustomers:
    """Holds the profiles of a call until the ledger has told what was said before.

    Parameters
    ----------
    call : CustomerCall
        What was asked.
    live : LiveCustomers
        What answered all of it.
    contents : list of dict, shape (n_customers,)
        The profiles of the records that could be scored, in the order sent.
    warnings : list of CustomerWarning
        What may not have been meant.
    """

    call: CustomerCall
    live: LiveCustomers
    contents: list[dict[str, Any]]
    warnings: list[CustomerWarning]

    @property
    def n_records(self) -> int:
        """Counts the records that were sent."""
        return len(self.call.customers)

    def predictions(self, *, request_id: str, at: datetime) -> list[Prediction]:
        """Writes the answers as lines of the ledger.

        Parameters
        ----------
        request_id : str
            The call's id.
        at : datetime
            Now, an aware instant.

        Returns
        -------
        list of Prediction, shape (n_lines,)
            Of churn and value; with the reasons in the language of the call, where it asked for any.
        """
        bundles = {name: (model.version, model.digest) for name, model in self.live.live.items()}
        by = AnsweredBy(bundles=bundles, request_id=request_id, at=at, told=self.call.top > 0)
        answered = zip(_valid(self.call), self.contents, strict=True)
        return [
            line
            for customer, content in answered
            for line in profile_lines(content, as_of=customer.as_of, by=by).values()
        ]

    def answer(self, before: Mapping[str, int], *, request_id: str) -> CustomerScores:
        """Puts the answer together, every result in its record's place.

        Parameters
        ----------
        before : mapping of str to int
            The score of churn that each customer had before this call.
        request_id : str
            The call's id.

        Returns
        -------
        CustomerScores
        """
        contents = iter(self.contents)
        results: list[CustomerScore | CustomerProblem] = []
        for customer in self.call.customers:
            if isinstance(customer, InvalidRecordError):
                results.append(CustomerProblem(customer_id=customer.subject_id, problem=problem_of(customer)))
            else:
                results.append(_result(customer, next(contents), before=before))
        return CustomerScores(
            models={
                name: AnsweringModel(version=model.version, digest=model.digest)
                for name, model in self.live.live.items()
            },
            as_of=iso_of(self.call.as_of),
            request_id=request_id,
            results=results,
            warnings=self.warnings,
        )


def score_customers(call: CustomerCall, live: LiveCustomers) -> ScoredCustomers:
    """Scores every record of a call that can be scored.

    Parameters
    ----------
    call : CustomerCall
        What was asked.
    live : LiveCustomers
        What answers.

    Returns
    -------
    ScoredCustomers
    """
    customers = _valid(call)
    contents: list[dict[str, Any]] = [{}] * len(customers)
    places: dict[datetime, list[int]] = {}
    for place, customer in enumerate(customers):
        places.setdefault(customer.as_of, []).append(place)
    for as_of, those in places.items():
        told = _contents([customers[place] for place in those], live, as_of=as_of, call=call)
        for place, content in zip(those, told, strict=True):
            contents[place] = content
    return ScoredCustomers(call, live, contents, _warnings(customers, live, counts=call.counts))


def _valid(call: CustomerCall) -> list[Customer]:
    return [customer for customer in call.customers if isinstance(customer, Customer)]


def _contents(
    customers: Sequence[Customer], live: LiveCustomers, *, as_of: datetime, call: CustomerCall
) -> list[dict[str, Any]]:
    """Describes customers of one moment; each is called by its place, for several may have one id, or none."""
    moment = as_of.replace(tzinfo=None)
    records = [customer.told for customer in customers]
    features = customer_record_features(records, as_of=moment)
    features["customer_id"] = pd.Series([str(place) for place in range(len(records))], index=features.index)
    # What no record of the call says is not known, of whichever columns the models were trained with.
    silent = sorted(live.used - set(features.columns))
    features = features.assign(**dict.fromkeys(silent)) if silent else features
    profiles = customer_profiles(
        features,
        models=live.models,
        as_of=moment,
        baskets=Baskets.from_records(records, as_of=moment) if "products" in live.live else None,
        language=call.language,
        top=call.top,
    )
    return [
        {**profile.content, "customer_id": customer.subject_id}
        for customer, profile in zip(customers, profiles, strict=True)
    ]


def _result(customer: Customer, content: Mapping[str, Any], *, before: Mapping[str, int]) -> CustomerScore:
    name, churn = customer.subject_id, content["churn"]
    previous = None if name is None or churn is None else before.get(name)
    trend = None if previous is None else trend_of(churn["score"], previous)
    told = {**content, "result": "score", "as_of": iso_of(customer.as_of), "trend": msgspec.to_builtins(trend)}
    return msgspec.convert(told, CustomerScore)


def _warnings(customers: Sequence[Customer], live: LiveCustomers, *, counts: Counter[str]) -> list[CustomerWarning]:
    seen = Counter(name for customer in customers for name in customer.told)
    odd = nsmallest(MOST_WARNINGS, seen.keys() - live.used - UNDERSTOOD)
    unknown = "No model uses this field, and it was ignored. GET /v1/models/churn lists those that churn uses."
    said = {
        "late_facts": ("late-fact", "Orders, contacts and invoices at or after as_of are not looked at."),
        "unknown_fact_members": ("unknown-fact-member", "The contract does not know these members of facts."),
    }
    found = [
        *(
            CustomerWarning(type="unknown-field", column=name[:LONGEST_NAME_SHOWN], records=seen[name], detail=unknown)
            for name in odd
        ),
        *(
            CustomerWarning(type=kind, column=None, records=counts[name], detail=detail)
            for name, (kind, detail) in said.items()
            if counts[name]
        ),
    ]
    return found[:MOST_WARNINGS]
