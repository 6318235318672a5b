"""The job queue's own schema, and the table in which Rasa keeps its conversations."""

from __future__ import annotations

from alembic import op
from procrastinate.schema import SchemaManager

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

RASA_EVENTS = """
CREATE SCHEMA IF NOT EXISTS rasa;
CREATE TABLE rasa.events (
    id SERIAL PRIMARY KEY,
    sender_id VARCHAR(255) NOT NULL,
    type_name VARCHAR(255) NOT NULL,
    timestamp FLOAT,
    intent_name VARCHAR(255),
    action_name VARCHAR(255),
    data TEXT
);
CREATE INDEX ix_events_sender_id ON rasa.events (sender_id);
CREATE INDEX ix_events_turn ON rasa.events (sender_id, ((data::jsonb) ->> 'message_id')) WHERE type_name = 'user';
"""


def upgrade() -> None:
    """Rasa would make its table itself; making it here adds the index by which a turn is looked up."""
    # Not through SQLAlchemy: the scripts hold percent signs and more than one statement.
    cursor = op.get_bind().connection.cursor()
    cursor.execute(SchemaManager.get_schema())
    cursor.execute(RASA_EVENTS)


def downgrade() -> None:
    """Take the trackers back; the queue's objects go with the database."""
    op.execute("DROP SCHEMA rasa CASCADE")
