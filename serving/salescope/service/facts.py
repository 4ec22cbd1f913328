"""Facts that come inline with a record: what a fact of a kind may have, and how a list of them is read."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from salescope.service.errors import InvalidRecordError
from salescope.service.record_call import INSTANTS_ACCEPTED, LARGEST_WHOLE, instant_in
from salescope.service.settings import ServiceSettings

__all__ = ["FactKind", "FactReader", "number_in", "optional_instant_in"]


@dataclass(frozen=True, slots=True)
class FactKind:
    """Says what a fact of one kind may have, and what is looked at.

    Parameters
    ----------
    at : str
        Its instant, which it must have.
    instants, numbers, words : tuple of str
        What it may have beside it.
    unread : tuple of str
        What the contract knows as well, and no feature looks at.
    """

    at: str
    instants: tuple[str, ...] = ()
    numbers: tuple[str, ...] = ()
    words: tuple[str, ...] = ()
    unread: tuple[str, ...] = ()

    @property
    def members(self) -> frozenset[str]:
        """Names everything that it may have."""
        return frozenset({self.at, *self.instants, *self.numbers, *self.words, *self.unread})


@dataclass(frozen=True, slots=True)
class FactReader:
    """Reads the facts of the records of one call.

    Parameters
    ----------
    settings : ServiceSettings
        How much is taken.
    counts : Counter
        Is told of ``late_facts`` at or after the moment of their record, and of ``unknown_fact_members``.
    """

    settings: ServiceSettings
    counts: Counter[str]

    def read(self, facts: object, kind: FactKind, *, as_of: datetime, where: str) -> list[dict[str, Any]]:
        """Reads a list of facts.

        Parameters
        ----------
        facts : object
            As they were sent.
        kind : FactKind
            What they may have.
        as_of : datetime
            The moment of their record, aware.
        where : str
            Their place, as a JSON Pointer.

        Returns
        -------
        list of dict
            With instants as naive UTC.

        Raises
        ------
        InvalidRecordError
            If they cannot be read.
        """
        most = self.settings.max_events
        if not isinstance(facts, list) or len(facts) > most:
            raise InvalidRecordError(where, detail=f"An array of at most {most:,} objects is accepted.")
        read = [self._fact(fact, kind, where=f"{where}/{position}") for position, fact in enumerate(facts)]
        self.counts["late_facts"] += sum(fact[kind.at] >= as_of.replace(tzinfo=None) for fact in read)
        return read

    def _fact(self, fact: object, kind: FactKind, *, where: str) -> dict[str, Any]:
        if not isinstance(fact, dict):
            raise InvalidRecordError(where, detail=f"An object with `{kind.at}` is accepted.")
        at = instant_in(fact.get(kind.at))
        if at is None:
            raise InvalidRecordError(where, step=kind.at, detail=INSTANTS_ACCEPTED)
        self.counts["unknown_fact_members"] += len(fact.keys() - kind.members)
        read: dict[str, Any] = {kind.at: at.replace(tzinfo=None)}
        read |= {name: optional_instant_in(fact[name], name, where=where) for name in kind.instants if name in fact}
        read |= {name: number_in(fact[name], name, where=where) for name in kind.numbers if name in fact}
        read |= {name: self._word(fact[name], name, where=where) for name in kind.words if name in fact}
        return read

    def _word(self, value: object, name: str, *, where: str) -> Any:  # noqa: ANN401
        most = self.settings.max_string
        if value is None or (isinstance(value, str) and len(value) <= most) or _is_whole(value):
            return value
        raise InvalidRecordError(
            where, step=name, detail=f"A text of at most {most:,} characters, a whole number or null is accepted."
        )


def number_in(value: object, name: str, *, where: str) -> Any:  # noqa: ANN401
    """Reads a number that may be missing.

    Parameters
    ----------
    value : object
        As it was sent.
    name : str
        Its member.
    where : str
        The place of what it belongs to, as a JSON Pointer.

    Returns
    -------
    float, int or None

    Raises
    ------
    InvalidRecordError
        If it is none.
    """
    if value is None or isinstance(value, float) or _is_whole(value):
        return value
    raise InvalidRecordError(where, step=name, detail="A number or null is accepted.")


def optional_instant_in(value: object, name: str, *, where: str) -> datetime | None:
    """Reads an instant that may be missing, as naive UTC.

    Parameters
    ----------
    value : object
        As it was sent.
    name : str
        Its member.
    where : str
        The place of what it belongs to, as a JSON Pointer.

    Returns
    -------
    datetime or None

    Raises
    ------
    InvalidRecordError
        If it is none.
    """
    if value is None:
        return None
    found = instant_in(value)
    if found is None:
        raise InvalidRecordError(where, step=name, detail=INSTANTS_ACCEPTED)
    return found.replace(tzinfo=None)


def _is_whole(value: object) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and abs(value) <= LARGEST_WHOLE
