"""what is said while somebody waits for a coach and goes on with the assistant is told at once as well"""

from __future__ import annotations

from alembic import op

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None

OF_A_MESSAGE = """
CREATE OR REPLACE FUNCTION tell_of_message() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM pg_notify('talk_changed', id::text) FROM conversation
        WHERE id = NEW.conversation_id AND ({condition});
    RETURN NULL;
END
$$
"""
IN_HUMAN_HANDS = "talker <> 'assistant'"
ASKED_FOR = (
    "EXISTS (SELECT FROM handoff WHERE handoff.conversation_id = conversation.id AND closed_at IS NULL)"
)


def upgrade() -> None:
    """Apply."""
    op.execute(OF_A_MESSAGE.format(condition=f"{IN_HUMAN_HANDS} OR {ASKED_FOR}"))


def downgrade() -> None:
    """Take back."""
    op.execute(OF_A_MESSAGE.format(condition=IN_HUMAN_HANDS))
