"""The tables of the service's database, and the one type of instant they share."""

from __future__ import annotations

from datetime import UTC, datetime

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Column,
    DateTime,
    Float,
    Index,
    Integer,
    MetaData,
    String,
    Table,
    Text,
)
from sqlalchemy.engine import Dialect
from sqlalchemy.types import TypeDecorator

from salescope.store.errors import HostileValueError

__all__ = ["API_KEYS", "METADATA", "PREDICTIONS", "Instant"]

NAMES = {"ck": "ck_%(table_name)s_%(constraint_name)s", "pk": "pk_%(table_name)s"}


class Instant(TypeDecorator[datetime]):
    """Stores an aware instant as naive UTC and gives it back aware.

    Notes
    -----
    SQLite drops an offset without a word and PostgreSQL converts it to the session's zone; converting before the
    database is the only way to read the same instant from both.
    """

    impl = DateTime
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:  # noqa: ARG002
        """Turns an aware instant into naive UTC, and refuses a naive one."""
        if value is None:
            return None
        if value.tzinfo is None:
            raise HostileValueError("an instant of the store", problem="has no time zone", accepted="an aware datetime")
        return value.astimezone(UTC).replace(tzinfo=None)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:  # noqa: ARG002
        """Gives the stored instant its zone, UTC, back."""
        return None if value is None else value.replace(tzinfo=UTC)


METADATA = MetaData(naming_convention=NAMES)

API_KEYS = Table(
    "api_keys",
    METADATA,
    Column("id", String(16), primary_key=True),
    Column("label", String(120), nullable=False),
    Column("sha256", String(64), nullable=False),
    Column("last4", String(4), nullable=False),
    Column("scopes", String(200), nullable=False),
    Column("created_at", Instant, nullable=False),
    Column("expires_at", Instant),
    Column("revoked_at", Instant),
)

# SQLite numbers rows by itself only for a column of exactly INTEGER; PostgreSQL's ledger outgrows 32 bits.
LEDGER_ID = BigInteger().with_variant(Integer(), "sqlite")

PREDICTIONS = Table(
    "predictions",
    METADATA,
    Column("id", LEDGER_ID, primary_key=True, autoincrement=True),
    Column("lead_id", String(200)),
    Column("model", String(120), nullable=False),
    Column("version", String(120), nullable=False),
    Column("digest", String(64), nullable=False),
    Column("probability", Float(53), nullable=False),
    Column("score", Integer, nullable=False),
    Column("grade", String(1), nullable=False),
    Column("as_of", Instant, nullable=False),
    Column("request_id", String(64), nullable=False),
    Column("at", Instant, nullable=False),
    Column("reasons", Text),
    CheckConstraint("probability >= 0 AND probability <= 1", name="probability"),
    CheckConstraint("score >= 1 AND score <= 100", name="score"),
    Index("ix_predictions_model_lead_id_at", "model", "lead_id", "at"),
)
