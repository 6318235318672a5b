"""what became of a talk at a stop, in the staff's words"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply."""
    op.add_column("attendance", sa.Column("what_next", sa.String(), nullable=True))
    op.add_column("attendance", sa.Column("referred_to", sa.String(), nullable=True))


def downgrade() -> None:
    """Take back."""
    op.drop_column("attendance", "referred_to")
    op.drop_column("attendance", "what_next")
