"""The ledger: every answer that the service gave, and what it last said about a lead."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, fields
from datetime import datetime

from sqlalchemy import Connection, func, insert, select

from salescope.store.engine import Store
from salescope.store.reasons import LONGEST_REASONS
from salescope.store.tables import PREDICTIONS
from salescope.store.values import check_number, check_text

__all__ = ["LONGEST_LEAD_ID", "Prediction", "latest_scores", "record_predictions"]

LONGEST_LEAD_ID = 200
# SQLite counts at most 32,766 variables in a statement.
MOST_IDS_A_QUERY = 10_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Prediction:
    """Is one line of the ledger.

    Parameters
    ----------
    lead_id : str or None
        The lead, 1 to 200 characters; None where the caller named none.
    model, version, digest : str
        The registered model, its version and the SHA-256 of its bundle's manifest.
    probability : float
        The calibrated chance, 0 to 1.
    score : int
        1 to 100.
    grade : str
        A to D.
    as_of : datetime
        The instant the features look back from, aware.
    request_id : str
        The call that it was the answer to.
    at : datetime
        The instant of the answer, aware.
    reasons : str or None, default None
        Its strongest reasons as `encode_reasons` writes them; None where the caller asked for none.

    Raises
    ------
    HostileValueError
        If a value would not be stored unchanged.
    """

    lead_id: str | None
    model: str
    version: str
    digest: str
    probability: float
    score: int
    grade: str
    as_of: datetime
    request_id: str
    at: datetime
    reasons: str | None = None

    def __post_init__(self) -> None:
        if self.lead_id is not None:
            check_text(self.lead_id, column="predictions.lead_id", longest=LONGEST_LEAD_ID)
        check_text(self.model, column="predictions.model", longest=120)
        check_text(self.version, column="predictions.version", longest=120)
        check_text(self.digest, column="predictions.digest", longest=64)
        check_text(self.request_id, column="predictions.request_id", longest=64)
        check_text(self.grade, column="predictions.grade", longest=1)
        if self.reasons is not None:
            check_text(self.reasons, column="predictions.reasons", longest=LONGEST_REASONS)
        check_number(self.probability, column="predictions.probability", lowest=0, highest=1)
        check_number(self.score, column="predictions.score", lowest=1, highest=100)


COLUMNS = tuple(field.name for field in fields(Prediction))


def latest_scores(connection: Connection, lead_ids: Iterable[str], *, model: str) -> dict[str, int]:
    """Looks up the newest score of each lead.

    Parameters
    ----------
    connection : sqlalchemy.Connection
        From `Store.reading` or `Store.writing`.
    lead_ids : iterable of str
        The leads; repeats are looked up once.
    model : str
        Only this model's answers count: scores of different models are not comparable.

    Returns
    -------
    dict of str to int
        Leads that were never scored are absent.
    """
    wanted = sorted(set(lead_ids))
    found: dict[str, int] = {}
    for start in range(0, len(wanted), MOST_IDS_A_QUERY):
        found |= _newest(connection, wanted[start : start + MOST_IDS_A_QUERY], model=model)
    return found


def _newest(connection: Connection, lead_ids: Sequence[str], *, model: str) -> dict[str, int]:
    table = PREDICTIONS.c
    newest_first = func.row_number().over(partition_by=table.lead_id, order_by=(table.at.desc(), table.id.desc()))
    ranked = (
        select(table.lead_id, table.score, newest_first.label("place"))
        .where(table.model == model, table.lead_id.in_(lead_ids))
        .subquery()
    )
    rows = connection.execute(select(ranked.c.lead_id, ranked.c.score).where(ranked.c.place == 1))
    return {row.lead_id: row.score for row in rows}


def record_predictions(store: Store, batches: Sequence[Sequence[Prediction]]) -> list[dict[str, int]]:
    """Writes several calls' answers in one commit.

    Parameters
    ----------
    store : Store
        Where the ledger is.
    batches : sequence of sequence of Prediction
        One batch a call, in the order the calls were answered; a batch is of one model.

    Returns
    -------
    list of dict of str to int, shape (n_batches,)
        For each call the score each of its leads had before that call; leads never scored are absent.

    Raises
    ------
    StoreUnavailableError
        If the database does not take them; then none is kept.
    """
    with store.writing() as connection:
        before = _scores_before(connection, batches)
        # Not asdict: it copies every value deeply, which costs more than the database does.
        lines = [{name: getattr(line, name) for name in COLUMNS} for batch in batches for line in batch]
        if lines:
            connection.execute(insert(PREDICTIONS), lines)
    return before


def _scores_before(connection: Connection, batches: Sequence[Sequence[Prediction]]) -> list[dict[str, int]]:
    wanted: dict[str, set[str]] = {}
    for line in (line for batch in batches for line in batch):
        if line.lead_id is not None:
            wanted.setdefault(line.model, set()).add(line.lead_id)
    known = {model: latest_scores(connection, ids, model=model) for model, ids in wanted.items()}
    answers = []
    for batch in batches:
        named = [(line.lead_id, line) for line in batch if line.lead_id is not None]
        answers.append({lead: known[line.model][lead] for lead, line in named if lead in known[line.model]})
        # A later call of the same commit must see this one's answer, as it would have after a commit of its own.
        for lead, line in named:
            known[line.model][lead] = line.score
    return answers
