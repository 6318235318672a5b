"""Content templates that exist at Twilio already, shared by all workers."""

from __future__ import annotations

from sqlalchemy.dialects.postgresql import insert

from bot.store.engine import Sessions, transaction
from bot.store.models import ContentTemplate


class StoredTemplates:
    """Remembers template sids in the database; each call is a transaction of its own."""

    def __init__(self, sessions: Sessions) -> None:
        self._sessions = sessions

    def get(self, key: str) -> str | None:
        """The sid (HX…) kept for ``key``, None where there is none."""
        with self._sessions() as session:
            found = session.get(ContentTemplate, key)
            return found.sid if found else None

    def put(self, key: str, sid: str) -> None:
        """Keep ``sid`` for ``key``, in place of any other."""
        with transaction(self._sessions) as session:
            session.execute(
                insert(ContentTemplate)
                .values(key=key, sid=sid)
                .on_conflict_do_update(index_elements=["key"], set_={"sid": sid})
            )
