"""the calendar"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

ALL_SERVICES = "ARRAY['jobs', 'training', 'project_support', 'auto_entrepreneur', 'cooperative', 'financing']"
TIMES_AS_MADE = """
UPDATE stop SET advisers = made.advisers, minutes = made.minutes, breaks = CASE extract(isodow FROM day)
    WHEN 5 THEN '[["12:00", "14:30"]]'::jsonb ELSE '[["12:30", "14:00"]]'::jsonb END
FROM (
    SELECT stop_id, greatest(max(capacity), 1) AS advisers, coalesce(min(gap), 30) AS minutes
    FROM (
        SELECT stop_id, capacity,
            extract(epoch FROM starts_at - lag(starts_at) OVER (PARTITION BY stop_id ORDER BY starts_at)) / 60 AS gap
        FROM appointment_time
    ) AS steps
    GROUP BY stop_id
) AS made
WHERE made.stop_id = stop.id
"""


def upgrade() -> None:
    """Apply."""
    op.create_table(
        "preference",
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("value", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_preference")),
    )
    op.create_table(
        "plan_change",
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("stop_id", sa.BigInteger(), nullable=False),
        sa.Column("target_stop_id", sa.BigInteger(), nullable=True),
        sa.Column("staff_id", sa.BigInteger(), nullable=True),
        sa.Column("wish", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("before", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("status", sa.String(), nullable=False),
        sa.Column("confirmed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("release_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("undone_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["staff_id"], ["staff.id"], name=op.f("fk_plan_change_staff_id")),
        sa.ForeignKeyConstraint(["stop_id"], ["stop.id"], name=op.f("fk_plan_change_stop_id")),
        sa.ForeignKeyConstraint(["target_stop_id"], ["stop.id"], name=op.f("fk_plan_change_target_stop_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_plan_change")),
        sa.UniqueConstraint("key", name=op.f("uq_plan_change_key")),
    )
    op.create_index(op.f("ix_plan_change_stop_id"), "plan_change", ["stop_id"], unique=False)
    op.create_table(
        "call",
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("booking_id", sa.BigInteger(), nullable=False),
        sa.Column("contact_id", sa.BigInteger(), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("done_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("staff_id", sa.BigInteger(), nullable=True),
        sa.Column("result", sa.String(), nullable=True),
        sa.ForeignKeyConstraint(["booking_id"], ["booking.id"], name=op.f("fk_call_booking_id")),
        sa.ForeignKeyConstraint(["contact_id"], ["contact.id"], name=op.f("fk_call_contact_id")),
        sa.ForeignKeyConstraint(["staff_id"], ["staff.id"], name=op.f("fk_call_staff_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_call")),
    )
    op.create_index(op.f("ix_call_booking_id"), "call", ["booking_id"], unique=False)
    op.create_index(op.f("ix_call_contact_id"), "call", ["contact_id"], unique=False)
    op.create_index(
        "uq_call_open",
        "call",
        ["booking_id", "reason"],
        unique=True,
        postgresql_where=sa.text("done_at IS NULL"),
    )
    op.create_table(
        "announcement",
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("change_id", sa.BigInteger(), nullable=False),
        sa.Column("booking_id", sa.BigInteger(), nullable=False),
        sa.Column("contact_id", sa.BigInteger(), nullable=False),
        sa.Column("booking_version", sa.BigInteger(), nullable=False),
        sa.Column("outcome", sa.String(), nullable=False),
        sa.Column("from_time_id", sa.BigInteger(), nullable=False),
        sa.Column("to_time_id", sa.BigInteger(), nullable=True),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("status", sa.String(), nullable=False),
        sa.Column("reason", sa.String(), nullable=True),
        sa.Column("outbound_id", sa.BigInteger(), nullable=True),
        sa.Column("sent_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("answer", sa.String(), nullable=True),
        sa.Column("answered_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["booking_id"], ["booking.id"], name=op.f("fk_announcement_booking_id")),
        sa.ForeignKeyConstraint(["change_id"], ["plan_change.id"], name=op.f("fk_announcement_change_id")),
        sa.ForeignKeyConstraint(["contact_id"], ["contact.id"], name=op.f("fk_announcement_contact_id")),
        sa.ForeignKeyConstraint(
            ["from_time_id"], ["appointment_time.id"], name=op.f("fk_announcement_from_time_id")
        ),
        sa.ForeignKeyConstraint(
            ["outbound_id"], ["outbound_message.id"], name=op.f("fk_announcement_outbound_id")
        ),
        sa.ForeignKeyConstraint(
            ["to_time_id"], ["appointment_time.id"], name=op.f("fk_announcement_to_time_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_announcement")),
        sa.UniqueConstraint("change_id", "booking_id", name=op.f("uq_announcement_change_id_booking_id")),
    )
    op.create_index(op.f("ix_announcement_booking_id"), "announcement", ["booking_id"], unique=False)
    op.create_index(op.f("ix_announcement_contact_id"), "announcement", ["contact_id"], unique=False)
    op.create_index(
        "ix_announcement_due",
        "announcement",
        ["due_at"],
        unique=False,
        postgresql_where=sa.text("status = 'held'"),
    )
    op.create_index(op.f("ix_announcement_from_time_id"), "announcement", ["from_time_id"], unique=False)
    op.create_index(op.f("ix_announcement_to_time_id"), "announcement", ["to_time_id"], unique=False)
    op.create_index(
        "ix_announcement_unanswered",
        "announcement",
        ["sent_at"],
        unique=False,
        postgresql_where=sa.text("status = 'sent' AND answer IS NULL"),
    )
    op.add_column("appointment_time", sa.Column("service", sa.String(), nullable=True))
    op.add_column(
        "appointment_time", sa.Column("closed", sa.Boolean(), nullable=False, server_default=sa.false())
    )
    op.alter_column("appointment_time", "closed", server_default=None)
    op.add_column(
        "appointment_time", sa.Column("adjusted", sa.Boolean(), nullable=False, server_default=sa.false())
    )
    op.alter_column("appointment_time", "adjusted", server_default=None)
    op.drop_constraint(op.f("uq_appointment_time_stop_id_starts_at"), "appointment_time", type_="unique")
    op.create_unique_constraint(
        op.f("uq_appointment_time_stop_id_starts_at_service"),
        "appointment_time",
        ["stop_id", "starts_at", "service"],
        postgresql_nulls_not_distinct=True,
    )
    op.add_column("booking", sa.Column("service", sa.String(), nullable=True))
    op.drop_index(
        op.f("uq_booking_active_person"),
        table_name="booking",
        postgresql_where="((status)::text = 'active'::text)",
    )
    op.create_index(
        "uq_booking_active_person",
        "booking",
        ["contact_id", "person_key", "service"],
        unique=True,
        postgresql_nulls_not_distinct=True,
        postgresql_where=sa.text("status = 'active'"),
    )
    op.add_column(
        "stop",
        sa.Column("services", sa.ARRAY(sa.String()), nullable=False, server_default=sa.text(ALL_SERVICES)),
    )
    op.alter_column("stop", "services", server_default=None)
    op.add_column("stop", sa.Column("advisers", sa.BigInteger(), nullable=False, server_default="1"))
    op.alter_column("stop", "advisers", server_default=None)
    op.add_column(
        "stop",
        sa.Column(
            "own_advisers", postgresql.JSONB(astext_type=sa.Text()), nullable=False, server_default="{}"
        ),
    )
    op.alter_column("stop", "own_advisers", server_default=None)
    op.add_column("stop", sa.Column("minutes", sa.BigInteger(), nullable=False, server_default="30"))
    op.alter_column("stop", "minutes", server_default=None)
    op.add_column(
        "stop",
        sa.Column("breaks", postgresql.JSONB(astext_type=sa.Text()), nullable=False, server_default="[]"),
    )
    op.alter_column("stop", "breaks", server_default=None)
    op.add_column("stop", sa.Column("walk_in", sa.BigInteger(), nullable=False, server_default="0"))
    op.alter_column("stop", "walk_in", server_default=None)
    op.add_column("stop", sa.Column("moved_to_id", sa.BigInteger(), nullable=True))
    op.create_foreign_key(op.f("fk_stop_moved_to_id"), "stop", "stop", ["moved_to_id"], ["id"])
    op.execute(TIMES_AS_MADE)


def downgrade() -> None:
    """Take back."""
    op.drop_constraint(op.f("fk_stop_moved_to_id"), "stop", type_="foreignkey")
    for name in ("moved_to_id", "walk_in", "breaks", "minutes", "own_advisers", "advisers", "services"):
        op.drop_column("stop", name)
    op.drop_index("uq_booking_active_person", table_name="booking")
    op.create_index(
        "uq_booking_active_person",
        "booking",
        ["contact_id", "person_key"],
        unique=True,
        postgresql_where=sa.text("status = 'active'"),
    )
    op.drop_column("booking", "service")
    op.drop_constraint(
        op.f("uq_appointment_time_stop_id_starts_at_service"), "appointment_time", type_="unique"
    )
    for name in ("adjusted", "closed", "service"):
        op.drop_column("appointment_time", name)
    op.create_unique_constraint(
        op.f("uq_appointment_time_stop_id_starts_at"), "appointment_time", ["stop_id", "starts_at"]
    )
    for table in ("announcement", "call", "plan_change", "preference"):
        op.drop_table(table)
