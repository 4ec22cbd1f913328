"""Errors of the store; the tree they hang in is drawn in `salescope.frames.errors`."""

from __future__ import annotations

from collections.abc import Sequence

from salescope.frames.errors import SalescopeError, UnknownNameError, listed

__all__ = [
    "HostileValueError",
    "OutcomeConflictError",
    "OvertakenRunError",
    "PlanConflictError",
    "StoreError",
    "StoreUnavailableError",
    "StoreUrlError",
    "StoreVersionError",
    "UnknownApiKeyError",
    "UnknownCursorError",
    "UnknownPlanError",
    "UnknownScopeError",
]


class StoreError(SalescopeError):
    """Is the root of what goes wrong in the service's database."""


class StoreUrlError(StoreError):
    """Says that the address of a store is not one that Salescope opens.

    Parameters
    ----------
    address : str
        The address without its password, as SQLAlchemy shows it.
    problem : str
        What is wrong with it, as the end of a sentence.
    remedy : str
        What to write instead, as a whole sentence.
    """

    def __init__(self, address: str, *, problem: str, remedy: str) -> None:
        self.address = address
        super().__init__(f"The store address {address!r} {problem}. {remedy}")


class StoreUnavailableError(StoreError):
    """Says that the database does not answer.

    Parameters
    ----------
    address : str
        The address without its password.
    reason : str
        The class of the driver's error; its text may hold values and is left out.
    """

    def __init__(self, address: str, *, reason: str) -> None:
        self.address = address
        self.reason = reason
        super().__init__(
            f"The store {address!r} does not answer ({reason}). "
            "Check that its server runs, or that its folder exists, is writable and has space, then try again."
        )


class StoreVersionError(StoreError):
    """Says that the database was made by a newer Salescope than this one.

    Parameters
    ----------
    found : str
        The revision in the database.
    newest : str
        The newest revision this version knows.
    """

    def __init__(self, found: str, *, newest: str) -> None:
        self.found = found
        super().__init__(
            f"The store is at revision {found!r}, and this version knows none after {newest!r}. "
            "Run the newer Salescope that made it, or restore the copy from before its upgrade."
        )


class HostileValueError(StoreError):
    """Says that a value would be stored differently by different databases, or not at all.

    The value itself is not in the message: it may be personal, huge, or unprintable.

    Parameters
    ----------
    column : str
        The table and column, as ``"predictions.subject_id"``.
    problem : str
        What is wrong, as ``"holds a NUL character"``.
    accepted : str
        What is accepted instead, as ``"1 to 200 characters"``.

    Examples
    --------
    >>> print(HostileValueError("predictions.probability", problem="is NaN", accepted="a number from 0 to 1"))
    The value for predictions.probability is NaN. Accepted: a number from 0 to 1.
    """

    def __init__(self, column: str, *, problem: str, accepted: str) -> None:
        self.column = column
        super().__init__(f"The value for {column} {problem}. Accepted: {accepted}.")


class UnknownScopeError(StoreError, UnknownNameError):
    """Says that a scope asked for a key is not one that exists.

    Parameters
    ----------
    name : str
        The scope that was asked for.
    accepted : sequence of str
        The scopes that exist.
    """

    def __init__(self, name: str, *, accepted: Sequence[str]) -> None:
        UnknownNameError.__init__(self, name, what="scope", where="the new API key", accepted=accepted)


class UnknownApiKeyError(StoreError):
    """Says that no API key has this id.

    Parameters
    ----------
    key_id : str
        The id that was given.
    present : sequence of str
        The ids that exist.
    """

    def __init__(self, key_id: str, *, present: Sequence[str]) -> None:
        self.key_id = key_id
        known = f"Present: {listed(present)}." if present else "There is no key yet."
        super().__init__(f"No API key has the id {key_id!r}. {known} List them with `salescope keys list`.")


class OutcomeConflictError(StoreError):
    """Says that an idempotency key is known already, with another outcome.

    The key itself is not in the message: it comes from a caller's body.

    Parameters
    ----------
    key : str
        The idempotency key.
    fields : sequence of str
        What differs from what was kept under it, as ``["amount"]``.

    Examples
    --------
    >>> print(OutcomeConflictError("crm-17", fields=["amount"]))
    This idempotency key was used before for an outcome with another amount. Nothing was changed. Send ...
    """

    def __init__(self, key: str, *, fields: Sequence[str]) -> None:
        self.key = key
        self.fields = tuple(fields)
        super().__init__(
            f"This idempotency key was used before for an outcome with another {' and another '.join(fields)}. "
            "Nothing was changed. Send the same outcome again, or a new key for a new one."
        )


class OvertakenRunError(StoreError):
    """Says that a newer run began to publish the same table, so that this one was given up.

    Parameters
    ----------
    name : str
        The table, as ``"customers"``.
    """

    def __init__(self, name: str) -> None:
        self.name = name
        super().__init__(
            f"Another run has begun to publish {name!r}, and this one was given up. Let only one of them run at a time."
        )


class UnknownCursorError(StoreError):
    """Says that the next page cannot be found by a cursor.

    Parameters
    ----------
    problem : str
        What is wrong with it, as the end of a sentence.

    Examples
    --------
    >>> print(UnknownCursorError("was not given out by this store"))
    The cursor was not given out by this store. Leave it out to start again from the first page.
    """

    def __init__(self, problem: str) -> None:
        super().__init__(f"The cursor {problem}. Leave it out to start again from the first page.")


class UnknownPlanError(StoreError):
    """Says that there is no such plan, or no such version of it."""

    def __init__(self) -> None:
        super().__init__("There is no such plan, or no such version of it. GET /v1/plans lists the plans.")


class PlanConflictError(StoreError):
    """Says that a plan cannot be changed as asked, because of what it is now.

    Parameters
    ----------
    problem : str
        What it is now, as a whole sentence.
    remedy : str
        What to do, as a whole sentence.

    Examples
    --------
    >>> print(PlanConflictError("The plan is at version 3.", remedy="Read it again, then change that version."))
    The plan is at version 3. Read it again, then change that version. Nothing was changed.
    """

    def __init__(self, problem: str, *, remedy: str) -> None:
        super().__init__(f"{problem} {remedy} Nothing was changed.")
