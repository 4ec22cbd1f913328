"""Makes the dated publications and the profiles of customers in them."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

__all__ = ["downgrade", "upgrade"]

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

ROW_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
BY_CODE_POINT = sa.String(200).with_variant(sa.String(200, collation="C"), "postgresql")


def upgrade() -> None:
    """Creates both tables and an index for each way of ranking."""
    op.create_table(
        "publications",
        sa.Column("id", ROW_ID, autoincrement=True, nullable=False),
        sa.Column("name", sa.String(120), nullable=False),
        sa.Column("as_of", sa.DateTime, nullable=False),
        sa.Column("at", sa.DateTime, nullable=False),
        sa.Column("versions", sa.Text, nullable=False),
        sa.Column("currency", sa.String(3), nullable=False),
        sa.Column("row_count", sa.Integer, nullable=False),
        sa.Column("state", sa.String(8), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_publications"),
        sa.CheckConstraint("state IN ('begun', 'complete', 'gone')", name="ck_publications_state"),
    )
    op.create_table(
        "customer_profiles",
        sa.Column("publication_id", ROW_ID, nullable=False),
        sa.Column("customer_id", BY_CODE_POINT, nullable=False),
        sa.Column("owner", sa.String(200)),
        sa.Column("region", sa.String(200)),
        sa.Column("tier", sa.String(200)),
        sa.Column("churn_probability", sa.Float(53)),
        sa.Column("expected_money", sa.Float(53)),
        sa.Column("rank_score", sa.Float(53), nullable=False),
        sa.Column("content", sa.Text, nullable=False),
        sa.PrimaryKeyConstraint("publication_id", "customer_id", name="pk_customer_profiles"),
        sa.ForeignKeyConstraint(["publication_id"], ["publications.id"], name="fk_customer_profiles_publication_id"),
        sa.CheckConstraint(
            "churn_probability >= 0 AND churn_probability <= 1", name="ck_customer_profiles_churn_probability"
        ),
    )
    for filtered in ((), ("region",), ("tier",), ("owner",)):
        op.create_index(
            "_".join(("ix_customer_profiles", *filtered, "ranked")),
            "customer_profiles",
            ["publication_id", *filtered, sa.text("rank_score DESC"), "customer_id"],
        )


def downgrade() -> None:
    """Drops both tables with all that they hold."""
    op.drop_table("customer_profiles")
    op.drop_table("publications")
