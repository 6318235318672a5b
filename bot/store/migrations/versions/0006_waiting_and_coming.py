"""holds, the waiting list, attendance and what follows"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply."""
    _make_holds()
    _make_attendance()
    _make_follow_ups()
    _make_waiting_list()
    op.add_column("appointment_time", sa.Column("held", sa.BigInteger(), nullable=False, server_default="0"))
    op.alter_column("appointment_time", "held", server_default=None)
    op.drop_constraint(op.f("ck_appointment_time_capacity"), "appointment_time", type_="check")
    op.create_check_constraint(
        op.f("ck_appointment_time_capacity"),
        "appointment_time",
        "taken >= 0 AND held >= 0 AND taken + held <= capacity",
    )
    op.create_index(op.f("ix_outbound_message_replaces_id"), "outbound_message", ["replaces_id"])
    op.add_column("reminder", sa.Column("chat_outbound_id", sa.BigInteger(), nullable=True))
    op.add_column("reminder", sa.Column("sent_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column("reminder", sa.Column("settled_at", sa.DateTime(timezone=True), nullable=True))
    op.create_index(op.f("ix_reminder_chat_outbound_id"), "reminder", ["chat_outbound_id"], unique=False)
    op.create_index(op.f("ix_reminder_outbound_id"), "reminder", ["outbound_id"], unique=False)
    op.create_index(
        "ix_reminder_unsettled",
        "reminder",
        ["sent_at"],
        unique=False,
        postgresql_where=sa.text("status = 'sent' AND settled_at IS NULL"),
    )
    op.create_foreign_key(
        op.f("fk_reminder_chat_outbound_id"), "reminder", "outbound_message", ["chat_outbound_id"], ["id"]
    )


def _make_holds() -> None:
    op.create_table(
        "hold",
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("appointment_time_id", sa.BigInteger(), nullable=False),
        sa.Column("contact_id", sa.BigInteger(), nullable=False),
        sa.Column("purpose", sa.String(), nullable=False),
        sa.Column("status", sa.String(), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["appointment_time_id"], ["appointment_time.id"], name=op.f("fk_hold_appointment_time_id")
        ),
        sa.ForeignKeyConstraint(["contact_id"], ["contact.id"], name=op.f("fk_hold_contact_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_hold")),
    )
    op.create_index(op.f("ix_hold_appointment_time_id"), "hold", ["appointment_time_id"], unique=False)
    op.create_index(op.f("ix_hold_contact_id"), "hold", ["contact_id"], unique=False)
    op.create_index(
        "ix_hold_lapsing", "hold", ["expires_at"], unique=False, postgresql_where=sa.text("status = 'held'")
    )
    op.create_index(
        "uq_hold_confirming",
        "hold",
        ["contact_id"],
        unique=True,
        postgresql_where=sa.text("status = 'held' AND purpose = 'confirm'"),
    )


def _make_attendance() -> None:
    op.create_table(
        "attendance",
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("stop_id", sa.BigInteger(), nullable=False),
        sa.Column("booking_id", sa.BigInteger(), nullable=True),
        sa.Column("came", sa.Boolean(), nullable=False),
        sa.Column("name", sa.String(), nullable=True),
        sa.Column("service", sa.String(), nullable=True),
        sa.Column("gender", sa.String(), nullable=True),
        sa.Column("staff_id", sa.BigInteger(), nullable=True),
        sa.Column("noted_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("came OR booking_id IS NOT NULL", name=op.f("ck_attendance_absent_with_booking")),
        sa.ForeignKeyConstraint(["booking_id"], ["booking.id"], name=op.f("fk_attendance_booking_id")),
        sa.ForeignKeyConstraint(["staff_id"], ["staff.id"], name=op.f("fk_attendance_staff_id")),
        sa.ForeignKeyConstraint(["stop_id"], ["stop.id"], name=op.f("fk_attendance_stop_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_attendance")),
        sa.UniqueConstraint("booking_id", name=op.f("uq_attendance_booking_id")),
    )
    op.create_index(op.f("ix_attendance_stop_id"), "attendance", ["stop_id"], unique=False)


def _make_follow_ups() -> None:
    op.create_table(
        "follow_up",
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("booking_id", sa.BigInteger(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("status", sa.String(), nullable=False),
        sa.Column("reason", sa.String(), nullable=True),
        sa.Column("outbound_id", sa.BigInteger(), nullable=True),
        sa.Column("sent_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("answer", sa.String(), nullable=True),
        sa.Column("answered_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["booking_id"], ["booking.id"], name=op.f("fk_follow_up_booking_id")),
        sa.ForeignKeyConstraint(
            ["outbound_id"], ["outbound_message.id"], name=op.f("fk_follow_up_outbound_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_follow_up")),
        sa.UniqueConstraint("booking_id", name=op.f("uq_follow_up_booking_id")),
    )
    op.create_index(
        "ix_follow_up_due", "follow_up", ["due_at"], unique=False, postgresql_where=sa.text("status = 'due'")
    )


def _make_waiting_list() -> None:
    op.create_table(
        "waiting_list_entry",
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("stop_id", sa.BigInteger(), nullable=False),
        sa.Column("contact_id", sa.BigInteger(), nullable=False),
        sa.Column("conversation_id", sa.BigInteger(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("person_key", sa.String(), nullable=False),
        sa.Column("phone", sa.String(), nullable=False),
        sa.Column("service", sa.String(), nullable=True),
        sa.Column("status", sa.String(), nullable=False),
        sa.Column("hold_id", sa.BigInteger(), nullable=True),
        sa.Column("booking_id", sa.BigInteger(), nullable=True),
        sa.Column("outbound_id", sa.BigInteger(), nullable=True),
        sa.Column("joined_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("told_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["booking_id"], ["booking.id"], name=op.f("fk_waiting_list_entry_booking_id")
        ),
        sa.ForeignKeyConstraint(
            ["contact_id"], ["contact.id"], name=op.f("fk_waiting_list_entry_contact_id")
        ),
        sa.ForeignKeyConstraint(
            ["conversation_id"], ["conversation.id"], name=op.f("fk_waiting_list_entry_conversation_id")
        ),
        sa.ForeignKeyConstraint(["hold_id"], ["hold.id"], name=op.f("fk_waiting_list_entry_hold_id")),
        sa.ForeignKeyConstraint(
            ["outbound_id"], ["outbound_message.id"], name=op.f("fk_waiting_list_entry_outbound_id")
        ),
        sa.ForeignKeyConstraint(["stop_id"], ["stop.id"], name=op.f("fk_waiting_list_entry_stop_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_waiting_list_entry")),
    )
    op.create_index(
        op.f("ix_waiting_list_entry_contact_id"), "waiting_list_entry", ["contact_id"], unique=False
    )
    op.create_index(
        "ix_waiting_list_entry_line",
        "waiting_list_entry",
        ["stop_id", "id"],
        unique=False,
        postgresql_where=sa.text("status = 'waiting'"),
    )
    op.create_index(
        "ix_waiting_list_entry_offered",
        "waiting_list_entry",
        ["id"],
        unique=False,
        postgresql_where=sa.text("status = 'offered'"),
    )
    op.create_index(op.f("ix_waiting_list_entry_stop_id"), "waiting_list_entry", ["stop_id"], unique=False)
    op.create_index(
        "uq_waiting_list_entry_open",
        "waiting_list_entry",
        ["stop_id", "contact_id", "person_key"],
        unique=True,
        postgresql_where=sa.text("status IN ('waiting', 'offered')"),
    )


def downgrade() -> None:
    """Take back."""
    op.drop_index(op.f("ix_outbound_message_replaces_id"), table_name="outbound_message")
    op.drop_constraint(op.f("fk_reminder_chat_outbound_id"), "reminder", type_="foreignkey")
    op.drop_index(
        "ix_reminder_unsettled",
        table_name="reminder",
        postgresql_where=sa.text("status = 'sent' AND settled_at IS NULL"),
    )
    op.drop_index(op.f("ix_reminder_outbound_id"), table_name="reminder")
    op.drop_index(op.f("ix_reminder_chat_outbound_id"), table_name="reminder")
    op.drop_column("reminder", "settled_at")
    op.drop_column("reminder", "sent_at")
    op.drop_column("reminder", "chat_outbound_id")
    op.drop_constraint(op.f("ck_appointment_time_capacity"), "appointment_time", type_="check")
    op.drop_column("appointment_time", "held")
    op.create_check_constraint(
        op.f("ck_appointment_time_capacity"), "appointment_time", "taken >= 0 AND taken <= capacity"
    )
    op.drop_index(
        "uq_waiting_list_entry_open",
        table_name="waiting_list_entry",
        postgresql_where=sa.text("status IN ('waiting', 'offered')"),
    )
    op.drop_index(op.f("ix_waiting_list_entry_stop_id"), table_name="waiting_list_entry")
    op.drop_index(
        "ix_waiting_list_entry_offered",
        table_name="waiting_list_entry",
        postgresql_where=sa.text("status = 'offered'"),
    )
    op.drop_index(
        "ix_waiting_list_entry_line",
        table_name="waiting_list_entry",
        postgresql_where=sa.text("status = 'waiting'"),
    )
    op.drop_index(op.f("ix_waiting_list_entry_contact_id"), table_name="waiting_list_entry")
    op.drop_table("waiting_list_entry")
    op.drop_index("ix_follow_up_due", table_name="follow_up", postgresql_where=sa.text("status = 'due'"))
    op.drop_table("follow_up")
    op.drop_index(op.f("ix_attendance_stop_id"), table_name="attendance")
    op.drop_table("attendance")
    op.drop_index(
        "uq_hold_confirming",
        table_name="hold",
        postgresql_where=sa.text("status = 'held' AND purpose = 'confirm'"),
    )
    op.drop_index("ix_hold_lapsing", table_name="hold", postgresql_where=sa.text("status = 'held'"))
    op.drop_index(op.f("ix_hold_contact_id"), table_name="hold")
    op.drop_index(op.f("ix_hold_appointment_time_id"), table_name="hold")
    op.drop_table("hold")
