"""an index for the numbers of a period"""

from __future__ import annotations

from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply."""
    op.create_index("ix_inbound_message_received_at", "inbound_message", ["received_at"])


def downgrade() -> None:
    """Take back."""
    op.drop_index("ix_inbound_message_received_at", table_name="inbound_message")
