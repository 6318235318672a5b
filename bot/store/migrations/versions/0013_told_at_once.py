"""whoever listens is told at once that a conversation in human hands has changed"""

from __future__ import annotations

from alembic import op

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None

# Only ids leave: whoever may listen to the channel learns nothing of anybody. Messages of conversations that the assistant has are
# not told: nobody waits for them in front of a screen, and each notification makes its commit wait for the ones before it.
OF_A_MESSAGE = """
CREATE FUNCTION tell_of_message() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM pg_notify('talk_changed', id::text) FROM conversation
        WHERE id = NEW.conversation_id AND talker <> 'assistant';
    RETURN NULL;
END
$$
"""
OF_A_HANDOFF = """
CREATE FUNCTION tell_of_handoff() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM pg_notify('talk_changed', NEW.conversation_id::text);
    RETURN NULL;
END
$$
"""
TABLES = {
    "inbound_message": "tell_of_message",
    "outbound_message": "tell_of_message",
    "coach_note": "tell_of_handoff",
    "handoff": "tell_of_handoff",
}


def upgrade() -> None:
    """Apply."""
    op.execute(OF_A_MESSAGE)
    op.execute(OF_A_HANDOFF)
    for table, function in TABLES.items():
        op.execute(
            f"CREATE TRIGGER told_at_once AFTER INSERT OR UPDATE ON {table}"
            f" FOR EACH ROW EXECUTE FUNCTION {function}()"
        )


def downgrade() -> None:
    """Take back."""
    for table in TABLES:
        op.execute(f"DROP TRIGGER told_at_once ON {table}")
    op.execute("DROP FUNCTION tell_of_handoff()")
    op.execute("DROP FUNCTION tell_of_message()")
