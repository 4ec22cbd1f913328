"""Makes the table of outcomes: what happened to leads, customers and invoices."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

__all__ = ["downgrade", "upgrade"]

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

BY_CODE_POINT = sa.String(200).with_variant(sa.String(200, collation="C"), "postgresql")


def upgrade() -> None:
    """Creates the table, one row a key, and the indexes that predictions are judged by."""
    op.create_table(
        "outcomes",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=True, nullable=False),
        sa.Column("idempotency_key", BY_CODE_POINT, nullable=False),
        sa.Column("subject_kind", sa.String(16), nullable=False),
        sa.Column("subject_id", BY_CODE_POINT, nullable=False),
        sa.Column("kind", sa.String(16), nullable=False),
        sa.Column("happened_at", sa.DateTime, nullable=False),
        sa.Column("amount", sa.Float(53)),
        sa.Column("received_at", sa.DateTime, nullable=False),
        sa.Column("request_id", sa.String(64), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_outcomes"),
        sa.UniqueConstraint("idempotency_key", name="uq_outcomes_idempotency_key"),
    )
    columns = ["subject_kind", "subject_id", "happened_at"]
    op.create_index("ix_outcomes_subject_kind_subject_id_happened_at", "outcomes", columns)
    op.create_index("ix_outcomes_subject_kind_happened_at", "outcomes", ["subject_kind", "happened_at"])


def downgrade() -> None:
    """Drops the table with all that it holds."""
    op.drop_table("outcomes")
