"""What a database needs before the processes start: its schema, a caravan, and somebody who may log in."""

from __future__ import annotations

from dataclasses import dataclass

from bot.config import Settings
from bot.progress import step


@dataclass(frozen=True, kw_only=True)
class FirstLogin:
    """The first staff account, shown once and never again."""

    username: str
    password: str


def prepare(settings: Settings) -> FirstLogin | None:
    """Migrates, and fills what is empty; the first account where it was made now. Raises Problem."""
    # Imported here: the start's other steps do not pay for the store and the services.
    from bot.services import caravan_files, staff
    from bot.store import engine, migrate
    from bot.store.clock import real_clock

    url = settings.database_url or ""
    with step("Preparing the data"):
        migrate.upgrade(url)
        connected = engine.make_engine(url)
        try:
            with engine.transaction(engine.make_sessions(connected)) as session:
                caravan_files.load_if_empty(session, settings.caravan_file, now=real_clock())
                made = staff.ensure_first_account(session, now=real_clock())
        finally:
            connected.dispose()
    return None if made is None else FirstLogin(username=made[0], password=made[1])
