"""Makes the tables of target plans, of their versions, and of the arrays that futures are published as."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

__all__ = ["downgrade", "upgrade"]

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

ROW_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
STATUSES = "status IN ('draft', 'proposed', 'approved', 'retired')"


def by_code_point(longest: int) -> sa.types.TypeEngine[str]:
    """Is a text that is ordered as Python orders it."""
    return sa.String(longest).with_variant(sa.String(longest, collation="C"), "postgresql")


def upgrade() -> None:
    """Creates the three tables."""
    op.create_table(
        "published_arrays",
        sa.Column("publication_id", ROW_ID, nullable=False),
        sa.Column("name", by_code_point(120), nullable=False),
        sa.Column("part", sa.Integer, nullable=False),
        sa.Column("content", sa.LargeBinary, nullable=False),
        sa.PrimaryKeyConstraint("publication_id", "name", "part", name="pk_published_arrays"),
        sa.ForeignKeyConstraint(["publication_id"], ["publications.id"], name="fk_published_arrays_publication_id"),
    )
    op.create_table(
        "plans",
        sa.Column("id", ROW_ID, autoincrement=True, nullable=False),
        sa.Column("name", sa.String(120), nullable=False),
        sa.Column("idempotency_key", by_code_point(200)),
        sa.Column("digest", sa.String(64), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_plans"),
        sa.UniqueConstraint("idempotency_key", name="uq_plans_idempotency_key"),
    )
    op.create_table(
        "plan_versions",
        sa.Column("plan_id", ROW_ID, nullable=False),
        sa.Column("version", sa.Integer, nullable=False),
        sa.Column("status", sa.String(16), nullable=False),
        sa.Column("action", sa.String(16), nullable=False),
        sa.Column("at", sa.DateTime, nullable=False),
        sa.Column("by", sa.String(120), nullable=False),
        sa.Column("key_id", sa.String(10), nullable=False),
        sa.Column("request_id", sa.String(64), nullable=False),
        sa.Column("reason", sa.Text, nullable=False),
        sa.Column("content", sa.Text, nullable=False),
        sa.PrimaryKeyConstraint("plan_id", "version", name="pk_plan_versions"),
        sa.ForeignKeyConstraint(["plan_id"], ["plans.id"], name="fk_plan_versions_plan_id"),
        sa.CheckConstraint("version >= 1", name="ck_plan_versions_version"),
        sa.CheckConstraint(STATUSES, name="ck_plan_versions_status"),
    )


def downgrade() -> None:
    """Drops the tables with all that they hold, and the publications of futures."""
    for table in ("plan_versions", "plans", "published_arrays"):
        op.drop_table(table)
    op.execute("DELETE FROM publications WHERE name = 'futures'")
