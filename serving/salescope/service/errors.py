"""Errors of the service; the family hangs under ``SalescopeError`` in `salescope.frames.errors`.

::

    ServiceError                a call of the service cannot be answered
    ├── MissingKeyError         no API key came with the call
    ├── InvalidKeyError         the key is unknown, wrong, expired or revoked
    ├── MissingScopeError       the key may not do this
    ├── UnknownModelError       the model that was asked for is not served here
    ├── UnknownCustomerError    the published customers have none of this id
    ├── NoForecastError         no forecast is published of what was asked for
    ├── WhatIfUnavailableError  a what-if cannot be answered from what is published
    ├── NoFuturesError          no futures are published that plans could be judged by
    ├── PlanUnavailableError    a question about targets cannot be answered from what is published
    ├── MalformedJsonError      the body is not JSON, or not JSON that has one meaning
    ├── RequestShapeError       the body is JSON of another shape
    ├── InvalidRecordError      one record of the call cannot be scored; the others are
    │   └── InvalidLeadError    it was to be a lead
    ├── UnsupportedBodyError    the body says that it is something else than plain JSON
    ├── BodyTooLargeError       the body is longer than the service reads
    ├── HeadersTooLargeError    the headers are
    ├── SlowBodyError           the body did not arrive in time
    ├── OverloadedError         more calls wait than the service can answer soon
    ├── NoModelError            no model is loaded
    ├── PublicWithoutKeyError   the service would be reachable by everybody, and there is no key
    └── AddressTakenError       another program listens where the service was to listen

No message quotes a value of the body: it may be personal, huge or unprintable. Names and places are quoted, shortened.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from salescope.frames.errors import SalescopeError, listed

__all__ = [
    "AddressTakenError",
    "BodyTooLargeError",
    "Complaint",
    "HeadersTooLargeError",
    "InvalidKeyError",
    "InvalidLeadError",
    "InvalidRecordError",
    "MalformedJsonError",
    "MissingKeyError",
    "MissingScopeError",
    "NoForecastError",
    "NoFuturesError",
    "NoModelError",
    "OverloadedError",
    "PlanUnavailableError",
    "PublicWithoutKeyError",
    "RequestShapeError",
    "ServiceError",
    "SlowBodyError",
    "UnknownCustomerError",
    "UnknownModelError",
    "UnsupportedBodyError",
    "WhatIfUnavailableError",
]


@dataclass(frozen=True, slots=True)
class Complaint:
    """Says what is wrong at one place of a body.

    Parameters
    ----------
    pointer : str
        The place, as a JSON Pointer (RFC 6901).
    detail : str
        What is accepted there, as a whole sentence.
    """

    pointer: str
    detail: str


class ServiceError(SalescopeError):
    """Is the root of the reasons not to answer a call."""


class MissingKeyError(ServiceError):
    """Says that no API key came with the call."""

    def __init__(self) -> None:
        super().__init__(
            "This address needs an API key, and none was sent. "
            "Send the header `Authorization: Bearer ss_…`; make a key with `salescope keys create`."
        )


class InvalidKeyError(ServiceError):
    """Says that the key opens nothing; which of the reasons it is stays untold."""

    def __init__(self) -> None:
        super().__init__(
            "The API key is unknown, wrong, expired or revoked. Check that the whole key was sent, "
            "as `Authorization: Bearer ss_<id>_<secret>`; list the keys with `salescope keys list`."
        )


class MissingScopeError(ServiceError):
    """Says that the key may not do this.

    Parameters
    ----------
    needed : str
        The scope the address needs.
    held : sequence of str
        The scopes the key has.
    """

    def __init__(self, needed: str, *, held: Sequence[str]) -> None:
        self.needed = needed
        super().__init__(
            f"This address needs the scope {needed!r}; the key has {listed(held)}. "
            f"Make one that may: `salescope keys create --scope {needed}`."
        )


class UnknownModelError(ServiceError):
    """Says that the model that was asked for is not served here.

    Parameters
    ----------
    served : sequence of str
        The models that are; the name that was asked for came from outside and is not quoted.
    """

    def __init__(self, *, served: Sequence[str]) -> None:
        known = f"Served: {listed(served)}." if served else "No model is loaded."
        super().__init__(f"No model of this name is served here. {known} List them with GET /v1/models.")


class UnknownCustomerError(ServiceError):
    """Says that the current table has no such customer, or that no table is published; the id is not quoted."""

    def __init__(self) -> None:
        super().__init__(
            "The published customers have none of this id. GET /v1/customers lists them; "
            "`salescope score customers` publishes a new table."
        )


class NoForecastError(ServiceError):
    """Says that no forecast is published of what was asked for.

    Parameters
    ----------
    problem : str
        What is published instead, as whole sentences; names that were asked for are not quoted.
    """

    def __init__(self, *, problem: str) -> None:
        super().__init__(problem)


class WhatIfUnavailableError(ServiceError):
    """Says that a what-if cannot be answered from what is published.

    Parameters
    ----------
    reason : str
        Why, and what can be asked instead, as whole sentences.
    """

    def __init__(self, *, reason: str) -> None:
        super().__init__(reason)


class NoFuturesError(ServiceError):
    """Says that no futures are published that plans could be judged by."""

    def __init__(self) -> None:
        super().__init__(
            "No futures are published that targets could be judged by. `salescope targets recommend` publishes them."
        )


class PlanUnavailableError(ServiceError):
    """Says that a question about targets cannot be answered from what is published.

    Parameters
    ----------
    reason : str
        Why, and what can be asked instead, as whole sentences.
    """

    def __init__(self, *, reason: str) -> None:
        super().__init__(reason)


class MalformedJsonError(ServiceError):
    """Says that the body is not JSON, or not JSON that has one meaning.

    Parameters
    ----------
    problem : str
        What is wrong, as the end of a sentence that begins with "The body".
    where : str, optional
        The place, in the parser's words.
    """

    def __init__(self, problem: str, *, where: str = "") -> None:
        at = f" ({where})" if where else ""
        super().__init__(f"The body {problem}{at}. Send one JSON object in UTF-8 without a byte order mark.")


class RequestShapeError(ServiceError):
    """Says that the body is JSON of another shape than the address takes.

    Parameters
    ----------
    complaints : sequence of Complaint
        One for each wrong place, at least one.
    """

    def __init__(self, complaints: Sequence[Complaint]) -> None:
        self.complaints = tuple(complaints)
        first = self.complaints[0]
        more = len(self.complaints) - 1
        also = f" And {more} more, listed under errors." if more else ""
        super().__init__(f"At {first.pointer or 'the top of the body'}: {first.detail}{also}")


class InvalidRecordError(ServiceError):
    """Says that one record of a call cannot be scored; the other records are answered.

    Parameters
    ----------
    where : str
        The place in the body, as a JSON Pointer.
    detail : str
        What is accepted there, as a whole sentence.
    step : str, optional
        One more step to the place, already escaped.

    Attributes
    ----------
    pointer : str
        The whole place.
    subject_id : str or None
        Whom it is about, where the record names somebody.
    """

    def __init__(self, where: str, *, detail: str, step: str = "") -> None:
        self.pointer = f"{where}/{step}" if step else where
        self.detail = detail
        self.subject_id: str | None = None
        super().__init__(f"At {self.pointer}: {detail}")


class InvalidLeadError(InvalidRecordError):
    """Says that a record cannot be scored as a lead."""


class UnsupportedBodyError(ServiceError):
    """Says that the body is declared to be something else than plain JSON.

    Parameters
    ----------
    header : str
        The header that says so.
    accepted : str
        What it may say.
    """

    def __init__(self, header: str, *, accepted: str) -> None:
        super().__init__(f"The header {header} asks for something this address does not read. Accepted: {accepted}.")


class BodyTooLargeError(ServiceError):
    """Says that the body is longer than the service reads.

    Parameters
    ----------
    most : int
        The most bytes it reads.
    """

    def __init__(self, most: int) -> None:
        super().__init__(f"The body is longer than {most:,} bytes. Send fewer records in each call.")


class HeadersTooLargeError(ServiceError):
    """Says that the headers are longer, or more, than the service reads.

    Parameters
    ----------
    most_bytes : int
        The most bytes of all headers together.
    most : int
        The most headers.
    """

    def __init__(self, most_bytes: int, *, most: int) -> None:
        super().__init__(f"The headers are over {most_bytes:,} bytes or more than {most}. Send fewer.")


class SlowBodyError(ServiceError):
    """Says that the body did not arrive in time.

    Parameters
    ----------
    seconds : float
        How long the service waits for the whole body.
    """

    def __init__(self, seconds: float) -> None:
        super().__init__(f"The body did not arrive within {seconds:g} seconds. Send it at once, or in smaller calls.")


class OverloadedError(ServiceError):
    """Says that more calls wait than the service can answer soon.

    Parameters
    ----------
    waiting : int
        How many calls or records may wait.
    what : str
        What waits, as "calls".
    """

    def __init__(self, waiting: int, *, what: str) -> None:
        super().__init__(f"More than {waiting:,} {what} are waiting. Try again in a second, and with fewer at a time.")


class NoModelError(ServiceError):
    """Says that no model is loaded.

    Parameters
    ----------
    reason : str
        Why, as a whole sentence.
    """

    def __init__(self, reason: str) -> None:
        self.reason = reason
        super().__init__(f"No model is loaded. {reason}")


class PublicWithoutKeyError(ServiceError):
    """Says that the service would be reachable by everybody, and there is no key to ask for.

    Parameters
    ----------
    host : str
        The address it was to listen on.
    """

    def __init__(self, host: str) -> None:
        super().__init__(
            f"The host {host!r} can be reached from outside this machine, and the store holds no active API key. "
            "Make one first with `salescope keys create`, or listen on '127.0.0.1'."
        )


class AddressTakenError(ServiceError):
    """Says that the service cannot listen where it was to.

    Parameters
    ----------
    host : str
        The address.
    port : int
        The port.
    reason : str
        What the system says.
    """

    def __init__(self, host: str, port: int, *, reason: str) -> None:
        super().__init__(
            f"The service cannot listen on {host}:{port} ({reason}). "
            "Stop the program that has the port, or give another one; 0 takes a free one."
        )
