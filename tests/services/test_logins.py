"""Sessions: who is there, on which browsers, and until when."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import select

from bot.core.roles import Role
from bot.services import logins, second_factor, staff
from bot.store.engine import Sessions, transaction
from bot.store.models import AuditEvent, Staff, StaffSession

PASSWORD = "un-mot-de-passe"


def account(sessions: Sessions, now: datetime) -> Staff:
    with transaction(sessions) as session:
        return staff.create(session, username="karim", password=PASSWORD, display_name="Karim", now=now)


def log_in(sessions: Sessions, now: datetime, browser: str = "Firefox, Android") -> logins.Login:
    with transaction(sessions) as session:
        return logins.log_in(session, username="karim", password=PASSWORD, now=now, browser=browser)


def browsers(sessions: Sessions, staff_id: int, now: datetime) -> list[str]:
    with sessions() as session:
        return [each.browser for each in logins.sessions_of(session, staff_id=staff_id, now=now)]


def test_the_browsers_one_is_logged_in_with(sessions: Sessions, now: datetime) -> None:
    made = account(sessions, now)
    log_in(sessions, now, "Chrome, Windows")
    here = log_in(sessions, now + timedelta(hours=1), "Firefox, Android").token
    later = now + timedelta(hours=1)
    assert browsers(sessions, made.id, later) == ["Firefox, Android", "Chrome, Windows"]
    with transaction(sessions) as session:
        logins.end_all(session, staff_id=made.id, but=here)
    assert browsers(sessions, made.id, later) == ["Firefox, Android"]


def test_nobody_ends_the_session_of_somebody_else(sessions: Sessions, now: datetime) -> None:
    made = account(sessions, now)
    token = log_in(sessions, now).token
    with transaction(sessions) as session:
        logins.end_session(session, staff_id=made.id + 1, hashed=logins.token_hash(token))
    assert len(browsers(sessions, made.id, now)) == 1
    with transaction(sessions) as session:
        logins.end_session(session, staff_id=made.id, hashed=logins.token_hash(token))
    assert browsers(sessions, made.id, now) == []


def test_when_somebody_was_last_seen_is_written_once_a_minute(sessions: Sessions, now: datetime) -> None:
    account(sessions, now)
    token = log_in(sessions, now).token

    def seen(at: datetime) -> datetime:
        with transaction(sessions) as session:
            logins.by_token(session, token=token, now=at)
        with sessions() as session:
            return session.scalars(select(StaffSession.seen_at)).one()

    assert seen(now + timedelta(seconds=59)) == now
    assert seen(now + timedelta(seconds=61)) == now + timedelta(seconds=61)


def test_a_role_that_needs_a_second_factor_lacks_it_until_it_is_there(
    sessions: Sessions, now: datetime
) -> None:
    made = account(sessions, now)
    token = log_in(sessions, now).token

    def lacks() -> bool:
        with transaction(sessions) as session:
            found = logins.by_token(session, token=token, now=now)
            assert found is not None
            return found.lacks_factor

    assert not lacks()
    with transaction(sessions) as session:
        second_factor.ask_of(session, role=Role.COACH, needed=True)
    assert lacks()
    with transaction(sessions) as session:
        session.get_one(Staff, made.id).factor_since = now
    assert not lacks()


def test_refused_logins_are_in_the_record(sessions: Sessions, now: datetime) -> None:
    made = account(sessions, now)
    with transaction(sessions) as session:
        logins.note_failure(session, key="karim", now=now)
        logins.note_failure(session, key="nobody", now=now)
    with sessions() as session:
        rows = session.execute(select(AuditEvent.action, AuditEvent.detail).order_by(AuditEvent.id))
        assert [tuple(row) for row in rows] == [
            ("login_refused", {"staff": [made.id]}),
            ("login_refused", {}),
        ]
