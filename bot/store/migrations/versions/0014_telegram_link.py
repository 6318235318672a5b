"""a code that links an account with its owner's Telegram"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply."""
    op.add_column("coach_profile", sa.Column("link_hash", sa.String(), nullable=True))
    op.add_column("coach_profile", sa.Column("link_expires_at", sa.DateTime(timezone=True), nullable=True))


def downgrade() -> None:
    """Take back."""
    op.drop_column("coach_profile", "link_expires_at")
    op.drop_column("coach_profile", "link_hash")
