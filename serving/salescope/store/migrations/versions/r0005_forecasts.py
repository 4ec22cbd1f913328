"""Makes the table of published forecasts, and lets a publication say what it is about."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

__all__ = ["downgrade", "upgrade"]

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

ROW_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
NODE = sa.String(400).with_variant(sa.String(400, collation="C"), "postgresql")
REALS = ("mean", "lo_80", "hi_80", "lo_95", "hi_95")


def upgrade() -> None:
    """Adds the column and creates the table, with an index for the nodes of a level."""
    op.add_column("publications", sa.Column("about", sa.Text))
    op.create_table(
        "forecasts",
        sa.Column("publication_id", ROW_ID, nullable=False),
        sa.Column("node", NODE, nullable=False),
        sa.Column("level", sa.String(120), nullable=False),
        sa.Column("date", sa.Date, nullable=False),
        sa.Column("step", sa.Integer, nullable=False),
        *(sa.Column(name, sa.Float(53), nullable=False) for name in REALS),
        sa.Column("baseline", sa.Float(53)),
        sa.Column("contributions", sa.Text, nullable=False),
        sa.Column("responses", sa.Text),
        sa.PrimaryKeyConstraint("publication_id", "node", "step", name="pk_forecasts"),
        sa.ForeignKeyConstraint(["publication_id"], ["publications.id"], name="fk_forecasts_publication_id"),
        sa.CheckConstraint("step >= 1", name="ck_forecasts_step"),
        sa.CheckConstraint("lo_80 <= hi_80 AND lo_95 <= hi_95", name="ck_forecasts_interval"),
    )
    op.create_index("ix_forecasts_level", "forecasts", ["publication_id", "level", "node", "step"])


def downgrade() -> None:
    """Drops the table with all that it holds, its publications, and what any publication said it was about."""
    # Their rows are gone, and an older version would never take them away: it does not know such a table.
    op.drop_table("forecasts")
    op.execute("DELETE FROM publications WHERE about IS NOT NULL")
    op.drop_column("publications", "about")
