"""roles of the staff; the record takes back nothing"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

# Rows of the first version named one conversation under "conversation_id".
LISTS = """
UPDATE audit_event
SET detail = (detail - 'conversation_id')
    || jsonb_build_object('conversation', jsonb_build_array(detail -> 'conversation_id'))
WHERE detail -> 'conversation_id' IS NOT NULL
"""
REFUSE = """
CREATE FUNCTION refuse_change_of_record() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'the record of what staff saw and changed takes back nothing'
        USING ERRCODE = 'insufficient_privilege';
END
$$
"""


def upgrade() -> None:
    """Apply."""
    op.add_column("staff", sa.Column("role", sa.String(), nullable=True))
    # Whoever was there first set the product up.
    op.execute("UPDATE staff SET role = 'coach'")
    op.execute("UPDATE staff SET role = 'organiser' WHERE id = (SELECT min(id) FROM staff)")
    op.alter_column("staff", "role", nullable=False)
    op.execute(LISTS)
    op.drop_index("ix_audit_event_staff_id", table_name="audit_event")
    op.create_index("ix_audit_event_staff_id", "audit_event", ["staff_id", "at", "id"])
    op.create_index("ix_audit_event_at", "audit_event", ["at", "id"])
    op.create_index(
        "ix_audit_event_detail",
        "audit_event",
        ["detail"],
        postgresql_using="gin",
        postgresql_ops={"detail": "jsonb_path_ops"},
    )
    op.execute(REFUSE)
    op.execute(
        "CREATE TRIGGER append_only BEFORE UPDATE OR DELETE ON audit_event"
        " FOR EACH ROW EXECUTE FUNCTION refuse_change_of_record()"
    )
    op.execute(
        "CREATE TRIGGER never_emptied BEFORE TRUNCATE ON audit_event"
        " FOR EACH STATEMENT EXECUTE FUNCTION refuse_change_of_record()"
    )


def downgrade() -> None:
    """Take back."""
    op.execute("DROP TRIGGER never_emptied ON audit_event")
    op.execute("DROP TRIGGER append_only ON audit_event")
    op.execute("DROP FUNCTION refuse_change_of_record()")
    op.drop_index("ix_audit_event_detail", table_name="audit_event")
    op.drop_index("ix_audit_event_at", table_name="audit_event")
    op.drop_index("ix_audit_event_staff_id", table_name="audit_event")
    op.create_index("ix_audit_event_staff_id", "audit_event", ["staff_id"])
    op.drop_column("staff", "role")
