"""second factors, invitations, and more about sessions and the staff"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply."""
    op.add_column("staff", sa.Column("factor_nonce", sa.String(), nullable=True))
    op.add_column("staff", sa.Column("factor_since", sa.DateTime(timezone=True), nullable=True))
    op.add_column("staff", sa.Column("factor_step", sa.BigInteger(), nullable=True))
    op.add_column("staff_session", sa.Column("seen_at", sa.DateTime(timezone=True), nullable=True))
    op.execute("UPDATE staff_session SET seen_at = created_at")
    op.alter_column("staff_session", "seen_at", nullable=False)
    op.add_column(
        "staff_session",
        sa.Column("awaits_factor", sa.Boolean(), nullable=False, server_default=sa.text("false")),
    )
    op.alter_column("staff_session", "awaits_factor", server_default=None)
    op.add_column("staff_session", sa.Column("browser", sa.String(), nullable=False, server_default=""))
    op.alter_column("staff_session", "browser", server_default=None)
    op.create_table(
        "role_rule",
        sa.Column("role", sa.String(), nullable=False),
        sa.Column("needs_factor", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("role", name=op.f("pk_role_rule")),
    )
    op.create_table(
        "recovery_code",
        sa.Column("code_hash", sa.String(), nullable=False),
        sa.Column("staff_id", sa.BigInteger(), nullable=False),
        sa.Column("used_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["staff_id"], ["staff.id"], name=op.f("fk_recovery_code_staff_id")),
        sa.PrimaryKeyConstraint("code_hash", name=op.f("pk_recovery_code")),
    )
    op.create_index(op.f("ix_recovery_code_staff_id"), "recovery_code", ["staff_id"])
    op.create_table(
        "invitation",
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("token_hash", sa.String(), nullable=False),
        sa.Column("role", sa.String(), nullable=False),
        sa.Column("display_name", sa.String(), nullable=False),
        sa.Column("speciality", sa.String(), nullable=True),
        sa.Column("staff_id", sa.BigInteger(), nullable=True),
        sa.Column("invited_by", sa.BigInteger(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("used_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("withdrawn_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["invited_by"], ["staff.id"], name=op.f("fk_invitation_invited_by")),
        sa.ForeignKeyConstraint(["staff_id"], ["staff.id"], name=op.f("fk_invitation_staff_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_invitation")),
        sa.UniqueConstraint("token_hash", name=op.f("uq_invitation_token_hash")),
    )


def downgrade() -> None:
    """Take back."""
    op.drop_table("invitation")
    op.drop_table("recovery_code")
    op.drop_table("role_rule")
    for name in ("browser", "awaits_factor", "seen_at"):
        op.drop_column("staff_session", name)
    for name in ("factor_step", "factor_since", "factor_nonce"):
        op.drop_column("staff", name)
