"""The tables of the service's database, and the types that they share."""

from __future__ import annotations

from datetime import UTC, datetime

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Column,
    Date,
    DateTime,
    Float,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Table,
    Text,
    UniqueConstraint,
)
from sqlalchemy.engine import Dialect
from sqlalchemy.types import TypeDecorator, TypeEngine

from salescope.store.values import check_instant

__all__ = [
    "API_KEYS",
    "CUSTOMER_PROFILES",
    "FORECAST_ROWS",
    "METADATA",
    "OUTCOMES",
    "PLANS",
    "PLAN_VERSIONS",
    "PREDICTIONS",
    "PUBLICATIONS",
    "PUBLISHED_ARRAYS",
    "Instant",
    "Real",
    "identity",
]

NAMES = {
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_name)s",
    "pk": "pk_%(table_name)s",
    "uq": "uq_%(table_name)s_%(column_0_name)s",
}
LONGEST_ID = 200
LONGEST_NODE = 400
LONGEST_LEVEL = 120


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
        return None if value is None else check_instant(value, column="an instant of the store").replace(tzinfo=None)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:  # noqa: ARG002
        """Gives the stored instant its zone, UTC, back."""
        return None if value is None else value.replace(tzinfo=UTC)


class Real(TypeDecorator[float]):
    """Stores a float64.

    Notes
    -----
    Adding zero turns -0.0 into 0.0: SQLite keeps a whole number as an integer, which has no sign for zero.
    """

    impl = Float
    cache_ok = True

    def __init__(self) -> None:
        super().__init__(53)

    def process_bind_param(self, value: float | None, dialect: Dialect) -> float | None:  # noqa: ARG002
        """Turns a number into a plain float without a negative zero."""
        return None if value is None else float(value) + 0.0


def identity(longest: int = LONGEST_ID) -> TypeEngine[str]:
    """Is the type of an id that rows are ordered by.

    Parameters
    ----------
    longest : int, default 200
        The most characters.

    Returns
    -------
    TypeEngine of str
        Ordered by code point as in SQLite and in Python; PostgreSQL would order by a language.
    """
    return String(longest).with_variant(String(longest, collation="C"), "postgresql")


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
ROW_ID = BigInteger().with_variant(Integer(), "sqlite")

PREDICTIONS = Table(
    "predictions",
    METADATA,
    Column("id", ROW_ID, primary_key=True, autoincrement=True),
    Column("subject_id", identity()),
    Column("model", String(120), nullable=False),
    Column("version", String(120), nullable=False),
    Column("digest", String(64), nullable=False),
    Column("probability", Real),
    Column("score", Integer),
    Column("grade", String(1)),
    Column("value", Real),
    Column("value_low", Real),
    Column("value_high", Real),
    Column("horizon_days", Integer),
    Column("outcome_window_days", Integer),
    Column("as_of", Instant, nullable=False),
    Column("request_id", String(64), nullable=False),
    Column("at", Instant, nullable=False),
    Column("reasons", Text),
    Column("judged_at", Instant),
    CheckConstraint("probability >= 0 AND probability <= 1", name="probability"),
    CheckConstraint("score >= 1 AND score <= 100", name="score"),
    CheckConstraint("probability IS NOT NULL OR value IS NOT NULL", name="answer"),
    CheckConstraint("value_low <= value_high", name="interval"),
    CheckConstraint("horizon_days >= 1 AND outcome_window_days >= 1", name="days"),
    Index("ix_predictions_model_subject_id_at", "model", "subject_id", "at"),
)
# Only what can be judged is in it, so that it costs an answer about a lead nothing.
JUDGED = Index(
    "ix_predictions_model_judged_at",
    PREDICTIONS.c.model,
    PREDICTIONS.c.judged_at,
    sqlite_where=PREDICTIONS.c.judged_at.is_not(None),
    postgresql_where=PREDICTIONS.c.judged_at.is_not(None),
)

PUBLICATIONS = Table(
    "publications",
    METADATA,
    Column("id", ROW_ID, primary_key=True, autoincrement=True),
    Column("name", String(120), nullable=False),
    Column("as_of", Instant, nullable=False),
    Column("at", Instant, nullable=False),
    Column("versions", Text, nullable=False),
    Column("currency", String(3), nullable=False),
    Column("row_count", Integer, nullable=False),
    # An object of JSON: what a reader has to know of the whole table; of forecasts their frequency, unit and coverage.
    Column("about", Text),
    # A reader knows only a complete one; while its rows are written it is "begun", while they are taken away "gone".
    Column("state", String(8), nullable=False),
    CheckConstraint("state IN ('begun', 'complete', 'gone')", name="state"),
)

CUSTOMER_PROFILES = Table(
    "customer_profiles",
    METADATA,
    Column("publication_id", ROW_ID, ForeignKey(PUBLICATIONS.c.id), primary_key=True, autoincrement=False),
    Column("customer_id", identity(), primary_key=True),
    Column("owner", String(LONGEST_ID)),
    Column("region", String(LONGEST_ID)),
    Column("tier", String(LONGEST_ID)),
    Column("churn_probability", Real),
    Column("expected_money", Real),
    Column("rank_score", Real, nullable=False),
    Column("content", Text, nullable=False),
    CheckConstraint("churn_probability >= 0 AND churn_probability <= 1", name="churn_probability"),
)
# One for each way of filtering: a page is then read from an index in order, whatever else there is.
RANKED = tuple(
    Index(
        "_".join(("ix_customer_profiles", *filtered, "ranked")),
        CUSTOMER_PROFILES.c.publication_id,
        *(CUSTOMER_PROFILES.c[name] for name in filtered),
        CUSTOMER_PROFILES.c.rank_score.desc(),
        CUSTOMER_PROFILES.c.customer_id,
    )
    for filtered in ((), ("region",), ("tier",), ("owner",))
)

FORECAST_ROWS = Table(
    "forecasts",
    METADATA,
    Column("publication_id", ROW_ID, ForeignKey(PUBLICATIONS.c.id), primary_key=True, autoincrement=False),
    Column("node", identity(LONGEST_NODE), primary_key=True),
    Column("level", String(LONGEST_LEVEL), nullable=False),
    Column("date", Date, nullable=False),
    Column("step", Integer, primary_key=True, autoincrement=False),
    *(Column(name, Real, nullable=False) for name in ("mean", "lo_80", "hi_80", "lo_95", "hi_95")),
    Column("baseline", Real),
    Column("contributions", Text, nullable=False),
    Column("responses", Text),
    CheckConstraint("step >= 1", name="step"),
    CheckConstraint("lo_80 <= hi_80 AND lo_95 <= hi_95", name="interval"),
    Index("ix_forecasts_level", "publication_id", "level", "node", "step"),
)

PUBLISHED_ARRAYS = Table(
    "published_arrays",
    METADATA,
    Column("publication_id", ROW_ID, ForeignKey(PUBLICATIONS.c.id), primary_key=True, autoincrement=False),
    Column("name", identity(LONGEST_LEVEL), primary_key=True),
    Column("part", Integer, primary_key=True, autoincrement=False),
    Column("content", LargeBinary, nullable=False),
)

PLANS = Table(
    "plans",
    METADATA,
    Column("id", ROW_ID, primary_key=True, autoincrement=True),
    Column("name", String(120), nullable=False),
    Column("idempotency_key", identity()),
    Column("digest", String(64), nullable=False),
    UniqueConstraint("idempotency_key"),
)
# Rows are only ever added: the newest is the plan, and all of them are how it came to be.
PLAN_VERSIONS = Table(
    "plan_versions",
    METADATA,
    Column("plan_id", ROW_ID, ForeignKey(PLANS.c.id), primary_key=True, autoincrement=False),
    Column("version", Integer, primary_key=True, autoincrement=False),
    Column("status", String(16), nullable=False),
    Column("action", String(16), nullable=False),
    Column("at", Instant, nullable=False),
    Column("by", String(120), nullable=False),
    Column("key_id", String(10), nullable=False),
    Column("request_id", String(64), nullable=False),
    Column("reason", Text, nullable=False),
    Column("content", Text, nullable=False),
    CheckConstraint("version >= 1", name="version"),
    CheckConstraint("status IN ('draft', 'proposed', 'approved', 'retired')", name="status"),
)

OUTCOMES = Table(
    "outcomes",
    METADATA,
    Column("id", ROW_ID, primary_key=True, autoincrement=True),
    Column("idempotency_key", identity(), nullable=False),
    Column("subject_kind", String(16), nullable=False),
    Column("subject_id", identity(), nullable=False),
    Column("kind", String(16), nullable=False),
    Column("happened_at", Instant, nullable=False),
    Column("amount", Real),
    Column("received_at", Instant, nullable=False),
    Column("request_id", String(64), nullable=False),
    UniqueConstraint("idempotency_key"),
    Index("ix_outcomes_subject_kind_subject_id_happened_at", "subject_kind", "subject_id", "happened_at"),
    Index("ix_outcomes_subject_kind_happened_at", "subject_kind", "happened_at"),
)
