"""Makes the table of API keys and the ledger of predictions."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

__all__ = ["downgrade", "upgrade"]

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Creates both tables and the index that a trend is looked up by."""
    op.create_table(
        "api_keys",
        sa.Column("id", sa.String(16), nullable=False),
        sa.Column("label", sa.String(120), nullable=False),
        sa.Column("sha256", sa.String(64), nullable=False),
        sa.Column("last4", sa.String(4), nullable=False),
        sa.Column("scopes", sa.String(200), nullable=False),
        sa.Column("created_at", sa.DateTime, nullable=False),
        sa.Column("expires_at", sa.DateTime),
        sa.Column("revoked_at", sa.DateTime),
        sa.PrimaryKeyConstraint("id", name="pk_api_keys"),
    )
    op.create_table(
        "predictions",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=True, nullable=False),
        sa.Column("lead_id", sa.String(200)),
        sa.Column("model", sa.String(120), nullable=False),
        sa.Column("version", sa.String(120), nullable=False),
        sa.Column("digest", sa.String(64), nullable=False),
        sa.Column("probability", sa.Float(53), nullable=False),
        sa.Column("score", sa.Integer, nullable=False),
        sa.Column("grade", sa.String(1), nullable=False),
        sa.Column("as_of", sa.DateTime, nullable=False),
        sa.Column("request_id", sa.String(64), nullable=False),
        sa.Column("at", sa.DateTime, nullable=False),
        sa.Column("reasons", sa.Text),
        sa.PrimaryKeyConstraint("id", name="pk_predictions"),
        sa.CheckConstraint("probability >= 0 AND probability <= 1", name="ck_predictions_probability"),
        sa.CheckConstraint("score >= 1 AND score <= 100", name="ck_predictions_score"),
    )
    op.create_index("ix_predictions_model_lead_id_at", "predictions", ["model", "lead_id", "at"])


def downgrade() -> None:
    """Drops both tables with all that they hold."""
    op.drop_table("predictions")
    op.drop_table("api_keys")
