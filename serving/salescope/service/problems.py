"""The one table from errors to problem details (RFC 9457), and how a problem is written."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import msgspec

from salescope.frames import errors as frames_errors
from salescope.service import errors
from salescope.store import errors as store_errors

__all__ = [
    "HTTP_PROBLEMS",
    "INTERNAL",
    "PROBLEMS",
    "PROBLEM_JSON",
    "Problem",
    "ProblemType",
    "every_problem_type",
    "problem_of",
    "problem_type_of",
]

PROBLEM_JSON = "application/problem+json"


@dataclass(frozen=True, slots=True)
class ProblemType:
    """Is one kind of problem, as documented under ``/problems/<slug>``.

    Parameters
    ----------
    slug : str
        The end of its type URI.
    status : int
        The HTTP status.
    title : str
        What it is called, the same every time.
    remedy : str
        What to do about it, as whole sentences.
    """

    slug: str
    status: int
    title: str
    remedy: str

    @property
    def uri(self) -> str:
        """Is the type URI, relative to the service."""
        return f"/problems/{self.slug}"


class Problem(msgspec.Struct, frozen=True, omit_defaults=True, kw_only=True):
    """Is the body of an answer that is no answer."""

    type: str
    title: str
    status: int
    detail: str
    request_id: str | None = None
    pointer: str | None = None
    errors: list[dict[str, str]] | None = None


INTERNAL = ProblemType(
    "internal",
    500,
    "The service failed",
    "This is our mistake, not yours. Send the request_id to whoever runs the service: the log has a line with it.",
)
ASK_OPERATOR = "Nothing in the call is wrong. Ask whoever runs the service; GET /readyz says what it misses."

# Every class of error is found here by itself or by the nearest of its parents; a test keeps it complete.
PROBLEMS: Mapping[type[frames_errors.SalescopeError], ProblemType] = {
    errors.MissingKeyError: ProblemType(
        "missing-key", 401, "An API key is needed", "Send the header `Authorization: Bearer ss_…`."
    ),
    errors.InvalidKeyError: ProblemType(
        "invalid-key", 401, "The API key opens nothing", "Send the whole key, or have a new one made."
    ),
    errors.MissingScopeError: ProblemType(
        "missing-scope", 403, "The API key may not do this", "Have a key made with the scope that is named."
    ),
    errors.UnknownModelError: ProblemType(
        "unknown-model", 404, "No such model", "GET /v1/models lists the models that are served."
    ),
    errors.UnknownCustomerError: ProblemType(
        "unknown-customer",
        404,
        "No such customer is published",
        "GET /v1/customers lists those that are; a new table is published by `salescope score customers`.",
    ),
    errors.NoForecastError: ProblemType(
        "no-forecast",
        404,
        "No such forecast is published",
        "The detail says what is: nodes, levels, periods, unit and currency. GET /v1/forecasts/nodes lists the nodes.",
    ),
    errors.WhatIfUnavailableError: ProblemType(
        "what-if-unavailable",
        409,
        "This what-if cannot be answered",
        "The detail says why: locks that contradict each other, too much at once, or something that is not published.",
    ),
    errors.NoFuturesError: ProblemType(
        "no-futures",
        404,
        "No futures are published",
        "Targets are judged by the futures that the night publishes; ask whoever runs the pipelines.",
    ),
    errors.PlanUnavailableError: ProblemType(
        "plan-unavailable",
        409,
        "No targets can be made or judged so",
        "The detail says why: rules that clash, with what would do; a name that is not there; or too much at once.",
    ),
    errors.MalformedJsonError: ProblemType(
        "malformed-json",
        400,
        "The body is not JSON with one meaning",
        "Send one JSON object in UTF-8: no NaN or Infinity, no number beyond a double, no half of a surrogate pair, "
        "no name twice in an object, no byte order mark.",
    ),
    errors.RequestShapeError: ProblemType(
        "request-shape", 422, "The body has another shape", "Each of `errors` names a place and what is accepted there."
    ),
    errors.InvalidLeadError: ProblemType(
        "invalid-lead",
        422,
        "A record cannot be scored",
        "It stands in the place of the record's result; `pointer` names the place. Correct that record and send it "
        "again; the other records of the call were scored.",
    ),
    errors.InvalidRecordError: ProblemType(
        "invalid-record",
        422,
        "A record cannot be scored",
        "It stands in the place of the record's result; `pointer` names the place. Correct that record and send it "
        "again; the other records of the call were scored.",
    ),
    errors.UnsupportedBodyError: ProblemType(
        "unsupported-body", 415, "The body is not plain JSON", "Send `Content-Type: application/json`, uncompressed."
    ),
    errors.BodyTooLargeError: ProblemType(
        "body-too-large", 413, "The body is too long", "Send fewer records in each call."
    ),
    errors.HeadersTooLargeError: ProblemType(
        "headers-too-large", 431, "The headers are too long", "Send fewer or shorter headers."
    ),
    errors.SlowBodyError: ProblemType(
        "slow-body", 408, "The body did not arrive in time", "Send the body at once, or in smaller calls."
    ),
    errors.OverloadedError: ProblemType(
        "overloaded", 503, "The service is busy", "Wait for the seconds in `Retry-After`, then send the call again."
    ),
    errors.NoModelError: ProblemType(
        "no-model",
        503,
        "No model is loaded",
        "Train one, then promote it: `salescope train leads`, `salescope promote`.",
    ),
    errors.ServiceError: INTERNAL,
    store_errors.StoreUnavailableError: ProblemType(
        "store-unavailable",
        503,
        "The ledger does not answer",
        "No score is given without a line in the ledger. Try again in a second; GET /readyz says when it is back.",
    ),
    store_errors.HostileValueError: ProblemType(
        "hostile-value", 422, "A value cannot be stored", "Send text without NUL characters and within its length."
    ),
    store_errors.OutcomeConflictError: ProblemType(
        "outcome-conflict",
        409,
        "The idempotency key is known with another outcome",
        "Nothing was changed. Send the same outcome again to have it acknowledged, or a new key for a new one.",
    ),
    store_errors.UnknownPlanError: ProblemType(
        "unknown-plan",
        404,
        "No such plan",
        "GET /v1/plans lists the plans, and GET /v1/plans/{id}/versions how one came to be.",
    ),
    store_errors.PlanConflictError: ProblemType(
        "plan-conflict",
        409,
        "The plan cannot be changed as asked",
        "Nothing was changed. The detail says what the plan is now: read it again, then send the change anew.",
    ),
    store_errors.UnknownCursorError: ProblemType(
        "unknown-cursor", 404, "The next page cannot be found", "Leave `cursor` out to start again from the first page."
    ),
    store_errors.StoreError: ProblemType("store", 500, "The store is not set up", ASK_OPERATOR),
    frames_errors.ContractError: ProblemType(
        "data-contract",
        422,
        "The data breaks the contract",
        "The detail names the place and what is accepted.",
    ),
    frames_errors.NotFittedModelError: ProblemType("model-not-fitted", 503, "The model is not fitted", ASK_OPERATOR),
    frames_errors.BundleError: ProblemType("bundle", 503, "The model's bundle cannot be used", ASK_OPERATOR),
    frames_errors.PublishingError: ProblemType("publishing", 503, "No bundle can be read", ASK_OPERATOR),
    frames_errors.RegistryError: ProblemType("registry", 503, "The registry does not answer", ASK_OPERATOR),
    frames_errors.BusyError: ProblemType("busy", 503, "Something holds a lock", ASK_OPERATOR),
    frames_errors.ServiceNotStartedError: INTERNAL,
    frames_errors.SettingsError: ProblemType("settings", 500, "The settings cannot be meant", ASK_OPERATOR),
    frames_errors.SourceError: ProblemType("source", 422, "A table cannot be read", "The detail names file and place."),
    frames_errors.OutcomeError: ProblemType(
        "outcomes", 422, "The outcomes teach nothing", "Send outcomes of both kinds: won and lost."
    ),
    frames_errors.GradeThresholdsError: ProblemType("grades", 500, "The grades cannot be meant", ASK_OPERATOR),
    frames_errors.EvaluationError: ProblemType("evaluation", 500, "The model cannot be judged", ASK_OPERATOR),
    frames_errors.LeakageError: ProblemType("leakage", 500, "The model would look into the future", ASK_OPERATOR),
}

HTTP_PROBLEMS: Mapping[int, ProblemType] = {
    400: ProblemType("bad-request", 400, "The request cannot be read", "Compare it with the examples under /docs."),
    404: ProblemType("not-found", 404, "There is nothing at this address", "/docs lists every address."),
    405: ProblemType(
        "method-not-allowed", 405, "Another method is needed", "The header `Allow` lists the methods of this address."
    ),
    422: ProblemType(
        "request-shape", 422, "The body has another shape", "The detail names the place and what is accepted."
    ),
}


def every_problem_type() -> dict[str, ProblemType]:
    """Collects every kind of problem by its slug, sorted.

    Returns
    -------
    dict of str to ProblemType

    Examples
    --------
    >>> every_problem_type()["missing-key"].status
    401
    """
    # Where both tables know a slug, that of the errors has the longer remedy.
    found = {kind.slug: kind for kind in (*HTTP_PROBLEMS.values(), *PROBLEMS.values())}
    return dict(sorted(found.items()))


def problem_type_of(kind: type[Exception]) -> ProblemType:
    """Finds the kind of problem of a class of error.

    Parameters
    ----------
    kind : type
        Any class of exception.

    Returns
    -------
    ProblemType
        That of the class or its nearest parent; `INTERNAL` for what is no error of Salescope.

    Examples
    --------
    >>> from salescope.frames.errors import UnknownNameError
    >>> problem_type_of(UnknownNameError).slug, problem_type_of(ZeroDivisionError).slug
    ('data-contract', 'internal')
    """
    for parent in kind.__mro__:
        if parent in PROBLEMS:
            return PROBLEMS[parent]
    return INTERNAL


def problem_of(error: Exception, *, request_id: str | None = None) -> Problem:
    """Writes the problem that an error is to a caller.

    Parameters
    ----------
    error : Exception
        What was raised.
    request_id : str, optional
        The call's id; left out inside a list of results, where the call has told it already.

    Returns
    -------
    Problem
        With a detail only where the error was written for callers.
    """
    kind = problem_type_of(type(error))
    extra: dict[str, Any] = {}
    detail = str(error) if kind.status < 500 or isinstance(error, errors.ServiceError) else kind.remedy
    if kind is INTERNAL:
        detail = INTERNAL.remedy
    if isinstance(error, errors.InvalidRecordError):
        detail = error.detail
        extra["pointer"] = error.pointer
    if isinstance(error, errors.RequestShapeError):
        extra["errors"] = complaints_of(error.complaints)
    return Problem(type=kind.uri, title=kind.title, status=kind.status, detail=detail, request_id=request_id, **extra)


def complaints_of(complaints: Iterable[errors.Complaint]) -> list[dict[str, str]]:
    """Writes complaints as members of a problem.

    Parameters
    ----------
    complaints : iterable of Complaint

    Returns
    -------
    list of dict, shape (n_complaints,)
    """
    return [{"pointer": complaint.pointer, "detail": complaint.detail} for complaint in complaints]
