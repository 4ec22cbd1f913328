"""Lets the ledger hold answers about customers and invoices beside leads, and expected values beside chances."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from alembic import op

__all__ = ["downgrade", "upgrade"]

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

INTEGERS = ("horizon_days", "outcome_window_days")
REALS = ("value", "value_low", "value_high")
CHECKS = {
    "ck_predictions_answer": "probability IS NOT NULL OR value IS NOT NULL",
    "ck_predictions_interval": "value_low <= value_high",
    "ck_predictions_days": "horizon_days >= 1 AND outcome_window_days >= 1",
}
ROW_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
PLAIN = sa.String(200)
BY_CODE_POINT = sa.String(200).with_variant(sa.String(200, collation="C"), "postgresql")


def upgrade() -> None:
    """Renames the lead to the subject, adds the values, and lets a line be without a chance."""
    op.drop_index("ix_predictions_model_lead_id_at", "predictions")
    # SQLite cannot alter a constraint: there the table is copied, PostgreSQL alters it in place.
    with op.batch_alter_table("predictions", copy_from=_before()) as table:
        table.alter_column("lead_id", new_column_name="subject_id", existing_type=PLAIN, type_=BY_CODE_POINT)
        for name, kind in (("probability", sa.Float(53)), ("score", sa.Integer()), ("grade", sa.String(1))):
            table.alter_column(name, existing_type=kind, nullable=True)
        for name in REALS:
            table.add_column(sa.Column(name, sa.Float(53)))
        for name in INTEGERS:
            table.add_column(sa.Column(name, sa.Integer()))
        table.add_column(sa.Column("judged_at", sa.DateTime))
        for name, condition in CHECKS.items():
            table.create_check_constraint(name, condition)
    op.create_index("ix_predictions_model_subject_id_at", "predictions", ["model", "subject_id", "at"])
    only = sa.text("judged_at IS NOT NULL")
    op.create_index(
        "ix_predictions_model_judged_at",
        "predictions",
        ["model", "judged_at"],
        sqlite_where=only,
        postgresql_where=only,
    )


def downgrade() -> None:
    """Takes the values out again; lines without a chance, a score or a grade are lost."""
    op.drop_index("ix_predictions_model_judged_at", "predictions")
    op.drop_index("ix_predictions_model_subject_id_at", "predictions")
    op.execute("DELETE FROM predictions WHERE probability IS NULL OR score IS NULL OR grade IS NULL")
    with op.batch_alter_table("predictions", copy_from=_after()) as table:
        for name in CHECKS:
            table.drop_constraint(name, type_="check")
        for name in (*REALS, *INTEGERS, "judged_at"):
            table.drop_column(name)
        table.alter_column("subject_id", new_column_name="lead_id", existing_type=BY_CODE_POINT, type_=PLAIN)
        for name, kind in (("probability", sa.Float(53)), ("score", sa.Integer()), ("grade", sa.String(1))):
            table.alter_column(name, existing_type=kind, nullable=False)
    op.create_index("ix_predictions_model_lead_id_at", "predictions", ["model", "lead_id", "at"])


def _before() -> sa.Table:
    return _table(sa.Column("lead_id", PLAIN), is_nullable=False)


def _after() -> sa.Table:
    values = [sa.Column(name, sa.Float(53)) for name in REALS] + [sa.Column(name, sa.Integer()) for name in INTEGERS]
    checks = [sa.CheckConstraint(condition, name=name) for name, condition in CHECKS.items()]
    subject = sa.Column("subject_id", BY_CODE_POINT)
    return _table(subject, *values, sa.Column("judged_at", sa.DateTime), *checks, is_nullable=True)


def _table(*particular: sa.Column[Any] | sa.CheckConstraint, is_nullable: bool) -> sa.Table:
    return sa.Table(
        "predictions",
        sa.MetaData(),
        sa.Column("id", ROW_ID, autoincrement=True, nullable=False),
        *particular,
        sa.Column("model", sa.String(120), nullable=False),
        sa.Column("version", sa.String(120), nullable=False),
        sa.Column("digest", sa.String(64), nullable=False),
        sa.Column("probability", sa.Float(53), nullable=is_nullable),
        sa.Column("score", sa.Integer, nullable=is_nullable),
        sa.Column("grade", sa.String(1), nullable=is_nullable),
        sa.Column("as_of", sa.DateTime, nullable=False),
        sa.Column("request_id", sa.String(64), nullable=False),
        sa.Column("at", sa.DateTime, nullable=False),
        sa.Column("reasons", sa.Text),
        sa.PrimaryKeyConstraint("id", name="pk_predictions"),
        sa.CheckConstraint("probability >= 0 AND probability <= 1", name="ck_predictions_probability"),
        sa.CheckConstraint("score >= 1 AND score <= 100", name="ck_predictions_score"),
    )
