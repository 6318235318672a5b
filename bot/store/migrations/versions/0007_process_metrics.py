"""what each process counts"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply."""
    op.create_table(
        "process_metrics",
        sa.Column("process", sa.String(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("metrics", postgresql.JSONB(), nullable=False),
        sa.PrimaryKeyConstraint("process", name=op.f("pk_process_metrics")),
        prefixes=["UNLOGGED"],
    )


def downgrade() -> None:
    """Take back."""
    op.drop_table("process_metrics")
