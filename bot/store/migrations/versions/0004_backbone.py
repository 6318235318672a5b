"""consent, media, limits of rate, requests to be erased"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

APPEND_ONLY = """
CREATE FUNCTION consent_event_is_append_only() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'the ledger of consent is append-only';
END $$;
CREATE TRIGGER consent_event_append_only BEFORE UPDATE ON consent_event
    FOR EACH ROW EXECUTE FUNCTION consent_event_is_append_only();
"""
# What was known before there was a ledger: who asked for news, and when.
KNOWN_CONSENT = """
INSERT INTO consent_event (contact_id, purpose, channel, given, source, words, at)
SELECT contact.id, 'announcements', contact_address.channel, contact.wants_updates, 'person', '', contact.updates_changed_at
FROM contact JOIN contact_address ON contact_address.contact_id = contact.id
WHERE contact.updates_changed_at IS NOT NULL
"""


def upgrade() -> None:
    """Apply."""
    _make_people()
    _make_messages()
    op.create_table(
        "nightly_run",
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_nightly_run")),
    )


def _make_people() -> None:
    op.create_table(
        "consent_event",
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("contact_id", sa.BigInteger(), nullable=False),
        sa.Column("purpose", sa.String(), nullable=False),
        sa.Column("channel", sa.String(), nullable=False),
        sa.Column("given", sa.Boolean(), nullable=False),
        sa.Column("source", sa.String(), nullable=False),
        sa.Column("words", sa.String(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["contact_id"], ["contact.id"], name=op.f("fk_consent_event_contact_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_consent_event")),
    )
    op.create_index("ix_consent_event_state", "consent_event", ["contact_id", "purpose", "id"])
    op.execute(KNOWN_CONSENT)
    op.execute(APPEND_ONLY)
    op.create_table(
        "erasure_request",
        sa.Column("contact_id", sa.BigInteger(), nullable=False),
        sa.Column("requested_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("staff_id", sa.BigInteger(), nullable=True),
        sa.ForeignKeyConstraint(["contact_id"], ["contact.id"], name=op.f("fk_erasure_request_contact_id")),
        sa.ForeignKeyConstraint(["staff_id"], ["staff.id"], name=op.f("fk_erasure_request_staff_id")),
        sa.PrimaryKeyConstraint("contact_id", name=op.f("pk_erasure_request")),
    )


def _make_messages() -> None:
    op.add_column("inbound_message", sa.Column("provider_order", sa.BigInteger(), nullable=True))
    op.add_column("inbound_message", sa.Column("merged_into", sa.BigInteger(), nullable=True))
    op.create_index("ix_inbound_message_newest", "inbound_message", ["conversation_id", "id"])
    op.drop_index("ix_inbound_message_conversation_id", table_name="inbound_message")
    op.add_column("outbound_message", sa.Column("replaces_id", sa.BigInteger(), nullable=True))
    op.add_column("outbound_message", sa.Column("handled_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column("outbound_message", sa.Column("handled_by", sa.BigInteger(), nullable=True))
    op.create_foreign_key(
        op.f("fk_outbound_message_replaces_id"),
        "outbound_message",
        "outbound_message",
        ["replaces_id"],
        ["id"],
    )
    op.create_foreign_key(
        op.f("fk_outbound_message_handled_by"), "outbound_message", "staff", ["handled_by"], ["id"]
    )
    op.create_index(
        "ix_outbound_message_failed",
        "outbound_message",
        ["id"],
        postgresql_where=sa.text("status IN ('failed', 'undelivered', 'unknown') AND handled_at IS NULL"),
    )
    op.create_table(
        "media_file",
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("inbound_id", sa.BigInteger(), nullable=False),
        sa.Column("position", sa.BigInteger(), nullable=False),
        sa.Column("status", sa.String(), nullable=False),
        sa.Column("reason", sa.String(), nullable=True),
        sa.Column("content_type", sa.String(), nullable=True),
        sa.Column("name", sa.String(), nullable=True),
        sa.Column("size", sa.BigInteger(), nullable=True),
        sa.Column("stored_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["inbound_id"], ["inbound_message.id"], name=op.f("fk_media_file_inbound_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_media_file")),
        sa.UniqueConstraint("inbound_id", "position", name=op.f("uq_media_file_inbound_id_position")),
    )
    op.create_table(
        "rate_bucket",
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("tokens", sa.Double(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_rate_bucket")),
        prefixes=["UNLOGGED"],
    )


def downgrade() -> None:
    """Take back."""
    for table in ("rate_bucket", "media_file", "erasure_request", "consent_event", "nightly_run"):
        op.drop_table(table)
    op.execute("DROP FUNCTION consent_event_is_append_only")
    op.create_index("ix_inbound_message_conversation_id", "inbound_message", ["conversation_id"])
    op.drop_index("ix_inbound_message_newest", table_name="inbound_message")
    for table, column in (
        ("inbound_message", "provider_order"),
        ("inbound_message", "merged_into"),
        ("outbound_message", "replaces_id"),
        ("outbound_message", "handled_at"),
        ("outbound_message", "handled_by"),
    ):
        op.drop_column(table, column)
