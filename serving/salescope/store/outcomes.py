"""Outcomes: what really happened to a lead, a customer or an invoice, each kept once however often it is sent."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

from sqlalchemy import Connection, select
from sqlalchemy.dialects import postgresql, sqlite

from salescope.store.engine import Store
from salescope.store.errors import HostileValueError, OutcomeConflictError
from salescope.store.tables import LONGEST_ID, OUTCOMES
from salescope.store.values import LARGEST_VALUE, check_instant, check_number, check_text

__all__ = ["OUTCOME_KINDS", "Outcome", "Receipt", "check_known", "record_outcomes"]

OUTCOME_KINDS: Mapping[str, tuple[str, ...]] = {
    "lead": ("won", "lost"),
    "customer": ("ordered", "left"),
    "invoice": ("paid",),
}
# SQLite counts at most 32,766 variables in a statement.
MOST_KEYS_A_QUERY = 10_000
CONTENT = ("subject_kind", "subject_id", "kind", "happened_at", "amount")


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """Is what happened once to one subject.

    Parameters
    ----------
    key : str
        The sender's own name for this outcome, 1 to 200 characters: sent again with it, it is kept once.
    subject_kind : {"lead", "customer", "invoice"}
        What it happened to.
    subject_id : str
        Which one, 1 to 200 characters.
    kind : str
        ``"won"`` or ``"lost"`` for a lead, ``"ordered"`` or ``"left"`` for a customer, ``"paid"`` for an invoice.
    happened_at : datetime
        When, aware.
    amount : float or None, default None
        The money in it, in the workspace's currency.
    received_at : datetime
        The instant it came, aware.
    request_id : str
        The call that it came with.

    Raises
    ------
    HostileValueError
        If a value would not be stored unchanged, or there is no such kind.

    Examples
    --------
    >>> noon = datetime.fromisoformat("2026-03-01T12:00:00Z")
    >>> Outcome(
    ...     key="crm-17",
    ...     subject_kind="lead",
    ...     subject_id="L-7",
    ...     kind="paid",
    ...     happened_at=noon,
    ...     received_at=noon,
    ...     request_id="call",
    ... )
    Traceback (most recent call last):
        ...
    salescope.store.errors.HostileValueError: The value for outcomes.kind is not one that exists. Accepted: 'won' or ...
    """

    key: str
    subject_kind: str
    subject_id: str
    kind: str
    happened_at: datetime
    amount: float | None = None
    received_at: datetime
    request_id: str

    def __post_init__(self) -> None:
        check_text(self.key, column="outcomes.idempotency_key", longest=LONGEST_ID)
        check_text(self.subject_id, column="outcomes.subject_id", longest=LONGEST_ID)
        check_text(self.request_id, column="outcomes.request_id", longest=64)
        check_known(self.subject_kind, column="outcomes.subject_kind", accepted=OUTCOME_KINDS)
        check_known(self.kind, column="outcomes.kind", accepted=OUTCOME_KINDS[self.subject_kind])
        for name in ("happened_at", "received_at"):
            object.__setattr__(self, name, check_instant(getattr(self, name), column=f"outcomes.{name}"))
        if self.amount is not None:
            check_number(self.amount, column="outcomes.amount", lowest=-LARGEST_VALUE, highest=LARGEST_VALUE)


@dataclass(frozen=True, slots=True)
class Receipt:
    """Says that an outcome is kept.

    Parameters
    ----------
    key : str
        Its idempotency key.
    state : {"recorded", "known"}
        Whether this call brought it, or it was there already.
    """

    key: str
    state: Literal["recorded", "known"]


def record_outcomes(store: Store, batches: Sequence[Sequence[Outcome]]) -> list[list[Receipt | OutcomeConflictError]]:
    """Writes several calls' outcomes in one commit, each key once.

    Parameters
    ----------
    store : Store
        Where they are kept.
    batches : sequence of sequence of Outcome
        One batch a call, in the order the calls came.

    Returns
    -------
    list of list of Receipt or OutcomeConflictError, shape (n_batches,)
        For each call what became of each of its outcomes, in their order. The same content under a known key is known;
        other content is a conflict, of which nothing is kept, while the other outcomes of the call are.

    Raises
    ------
    StoreUnavailableError
        If the database does not take them; then none is kept.

    Notes
    -----
    The content is everything but the instant it came and the call that it came with.
    """
    first: dict[str, Outcome] = {}
    for outcome in (outcome for batch in batches for outcome in batch):
        first.setdefault(outcome.key, outcome)
    if not first:
        return [[] for _ in batches]
    with store.writing() as connection:
        recorded = _insert(connection, first.values())
        kept = {key: _content(first[key]) for key in recorded}
        kept |= _kept(connection, sorted(first.keys() - recorded))
    return [[_answer(outcome, kept, unsaid=recorded) for outcome in batch] for batch in batches]


def _insert(connection: Connection, outcomes: Iterable[Outcome]) -> set[str]:
    """Inserts what has a new key and says which keys those are."""
    is_sqlite = connection.dialect.name == "sqlite"
    insert: sqlite.Insert | postgresql.Insert = sqlite.insert(OUTCOMES) if is_sqlite else postgresql.insert(OUTCOMES)
    # In the order of keys, so that two services that are sent the same outcomes wait for each other in one direction.
    rows = [_row(outcome) for outcome in sorted(outcomes, key=lambda outcome: outcome.key)]
    statement = insert.on_conflict_do_nothing(index_elements=[OUTCOMES.c.idempotency_key])
    return set(connection.execute(statement.returning(OUTCOMES.c.idempotency_key), rows).scalars())


def _kept(connection: Connection, keys: Sequence[str]) -> dict[str, tuple[object, ...]]:
    found: dict[str, tuple[object, ...]] = {}
    columns = [OUTCOMES.c[name] for name in CONTENT]
    for start in range(0, len(keys), MOST_KEYS_A_QUERY):
        some = OUTCOMES.c.idempotency_key.in_(keys[start : start + MOST_KEYS_A_QUERY])
        rows = connection.execute(select(OUTCOMES.c.idempotency_key, *columns).where(some))
        found |= {key: tuple(content) for key, *content in rows}
    return found


def _answer(
    outcome: Outcome, kept: Mapping[str, tuple[object, ...]], *, unsaid: set[str]
) -> Receipt | OutcomeConflictError:
    other = [
        name for name, mine, there in zip(CONTENT, _content(outcome), kept[outcome.key], strict=True) if mine != there
    ]
    if other:
        return OutcomeConflictError(outcome.key, fields=other)
    if outcome.key in unsaid:
        # Only the first that says it has brought it.
        unsaid.remove(outcome.key)
        return Receipt(outcome.key, "recorded")
    return Receipt(outcome.key, "known")


def _content(outcome: Outcome) -> tuple[object, ...]:
    return tuple(getattr(outcome, name) for name in CONTENT)


def _row(outcome: Outcome) -> dict[str, Any]:
    return {
        "idempotency_key": outcome.key,
        "received_at": outcome.received_at,
        "request_id": outcome.request_id,
        **dict(zip(CONTENT, _content(outcome), strict=True)),
    }


def check_known(said: object, *, column: str, accepted: Iterable[str]) -> None:
    """Refuses what is none of the accepted names."""
    known = tuple(accepted)
    if not isinstance(said, str) or said not in known:
        raise HostileValueError(
            column, problem="is not one that exists", accepted=" or ".join(repr(name) for name in known)
        )
