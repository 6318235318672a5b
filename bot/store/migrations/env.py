"""Alembic's entry: migrations run in one transaction under an advisory lock, so that two starts at once do not collide."""

from __future__ import annotations

from alembic import context
from sqlalchemy import create_engine, pool, text

from bot.store.models import Base

MIGRATION_LOCK = 7_261_202_101


def ours(name: str | None, kind: str, parents: object) -> bool:
    """Leave the queue's own tables alone when models and database are compared, and indexes of words, which are expressions."""
    if kind == "index":
        return not str(name).endswith("_words")
    return kind != "table" or not str(name).startswith("procrastinate_")


engine = create_engine(context.config.attributes["url"], poolclass=pool.NullPool)
with engine.connect() as connection:
    context.configure(connection=connection, target_metadata=Base.metadata, include_name=ours)
    with context.begin_transaction():
        connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": MIGRATION_LOCK})
        context.run_migrations()
