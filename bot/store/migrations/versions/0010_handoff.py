"""the coaches' desk: urgency, waiting, notes, what was read, settings; search in names and messages"""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None

STAMP = sa.DateTime(timezone=True)
# As bot.core.search_words folds what is looked for.
FOLDED = (
    "translate(lower({column}), 'àâäáãéèêëíîïìóôöòõúùûüçñÀÂÄÉÈÊËÎÏÔÙÛÇأإآٱىةؤئ٠١٢٣٤٥٦٧٨٩',"
    " 'aaaaaeeeeiiiiooooouuuucnaaaeeeeiiouucاااايهوي0123456789')"
)
SEARCHED = (("inbound_message", "text"), ("outbound_message", "text"), ("contact_address", "profile_name"))


def upgrade() -> None:
    """Apply."""
    columns: tuple[sa.Column[Any], ...] = (
        sa.Column("urgent", sa.Boolean(), nullable=False, server_default=sa.false()),
        sa.Column("speciality", sa.String(), nullable=True),
        sa.Column("waiting_since", STAMP, nullable=True),
        sa.Column("first_answer_at", STAMP, nullable=True),
        sa.Column("alerted_at", STAMP, nullable=True),
        sa.Column("escalated_at", STAMP, nullable=True),
        sa.Column("closed_by", sa.String(), nullable=True),
    )
    for column in columns:
        op.add_column("handoff", column)
    op.execute("UPDATE handoff SET waiting_since = requested_at")
    op.alter_column("handoff", "waiting_since", nullable=False)
    op.alter_column("handoff", "urgent", server_default=None)
    op.create_index("ix_handoff_closed", "handoff", ["closed_at", "id"])
    _tables()
    for table, words in SEARCHED:
        op.execute(
            f"CREATE INDEX ix_{table}_words ON {table}"
            f" USING gin (to_tsvector('simple', {FOLDED.format(column=words)}))"
        )


def _tables() -> None:
    op.create_table(
        "coach_note",
        sa.Column("id", sa.BigInteger(), primary_key=True),
        sa.Column("conversation_id", sa.BigInteger(), sa.ForeignKey("conversation.id"), nullable=False),
        sa.Column("staff_id", sa.BigInteger(), sa.ForeignKey("staff.id"), nullable=False),
        sa.Column("text", sa.String(), nullable=False),
        sa.Column("at", STAMP, nullable=False),
    )
    op.create_index("ix_coach_note_conversation_id", "coach_note", ["conversation_id"])
    op.create_table(
        "conversation_seen",
        sa.Column("staff_id", sa.BigInteger(), sa.ForeignKey("staff.id"), primary_key=True),
        sa.Column("conversation_id", sa.BigInteger(), sa.ForeignKey("conversation.id"), primary_key=True),
        sa.Column("inbound_id", sa.BigInteger(), nullable=False),
    )
    op.create_index("ix_conversation_seen_conversation_id", "conversation_seen", ["conversation_id"])
    op.create_table(
        "coach_profile",
        sa.Column("staff_id", sa.BigInteger(), sa.ForeignKey("staff.id"), primary_key=True),
        sa.Column("specialities", postgresql.JSONB(), nullable=False),
        sa.Column("alert_channel", sa.String(), nullable=True),
        sa.Column("alert_address", sa.String(), nullable=True),
    )
    op.create_table(
        "desk_settings",
        sa.Column("id", sa.BigInteger(), primary_key=True),
        sa.Column("hours", postgresql.JSONB(), nullable=False),
        sa.Column("emergency_line", sa.String(), nullable=True),
        sa.Column("alert_after", sa.BigInteger(), nullable=False),
        sa.Column("escalate_after", sa.BigInteger(), nullable=False),
        sa.Column("give_back_after", sa.BigInteger(), nullable=False),
    )


def downgrade() -> None:
    """Take back."""
    for table, _ in SEARCHED:
        op.execute(f"DROP INDEX ix_{table}_words")
    for table in ("desk_settings", "coach_profile", "conversation_seen", "coach_note"):
        op.drop_table(table)
    op.drop_index("ix_handoff_closed", table_name="handoff")
    for name in (
        "urgent",
        "speciality",
        "waiting_since",
        "first_answer_at",
        "alerted_at",
        "escalated_at",
        "closed_by",
    ):
        op.drop_column("handoff", name)
