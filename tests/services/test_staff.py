"""Accounts of the staff and their logins."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from sqlalchemy import select

from bot.core.errors import Conflict, InvalidInput, NotFound
from bot.services import staff
from bot.services.staff import FIRST_ACCOUNT, LoginRefused, TooManyAttempts
from bot.store.engine import Sessions, transaction
from bot.store.models import AuditEvent, Staff, StaffSession

PASSWORD = "un-mot-de-passe"


def create(sessions: Sessions, now: datetime, username: str = "karim", password: str = PASSWORD) -> Staff:
    with transaction(sessions) as session:
        return staff.create(session, username=username, password=password, display_name="Karim", now=now)


def log_in(sessions: Sessions, now: datetime, *, username: str = "karim", password: str = PASSWORD) -> str:
    with transaction(sessions) as session:
        return staff.log_in(session, username=username, password=password, now=now)


def fail(sessions: Sessions, now: datetime, times: int, username: str = "karim") -> None:
    with transaction(sessions) as session:
        for _ in range(times):
            staff.note_failure(session, username=username, now=now)


def who(sessions: Sessions, token: str, now: datetime) -> str | None:
    with sessions() as session:
        found = staff.by_token(session, token=token, now=now)
        return found.username if found else None


def test_a_new_account_logs_in_and_is_known_by_its_token(sessions: Sessions, now: datetime) -> None:
    made = create(sessions, now)
    token = log_in(sessions, now)
    assert who(sessions, token, now) == "karim"
    assert (made.display_name, made.language) == ("Karim", "fr")
    with sessions() as session:
        kept = session.scalars(select(StaffSession.token_hash)).one()
        events = session.execute(select(AuditEvent.staff_id, AuditEvent.action)).all()
    assert token not in kept
    assert PASSWORD not in made.password_hash
    assert [tuple(event) for event in events] == [(made.id, "login")]


def test_user_names_have_a_form(sessions: Sessions, now: datetime) -> None:
    for username in ("", "k", "Karim", "ka rim", "-karim", "k" * 41, "كريم", "karim\n"):
        with pytest.raises(InvalidInput, match="user name"):
            create(sessions, now, username)


def test_short_passwords_are_refused(sessions: Sessions, now: datetime) -> None:
    with pytest.raises(InvalidInput, match="at least 10"):
        create(sessions, now, password="123456789")
    create(sessions, now, password="1234567890")


def test_a_name_is_taken_once(sessions: Sessions, now: datetime) -> None:
    create(sessions, now)
    with pytest.raises(Conflict):
        create(sessions, now)


def test_the_first_account_is_made_once_and_logs_in(sessions: Sessions, now: datetime) -> None:
    with transaction(sessions) as session:
        made = staff.ensure_first_account(session, now=now)
    assert made is not None
    username, password = made
    assert username == FIRST_ACCOUNT
    assert log_in(sessions, now, username=username, password=password)
    with transaction(sessions) as session:
        assert staff.ensure_first_account(session, now=now) is None


def test_where_somebody_has_an_account_no_first_one_is_made(sessions: Sessions, now: datetime) -> None:
    create(sessions, now)
    with transaction(sessions) as session:
        assert staff.ensure_first_account(session, now=now) is None


def test_a_wrong_name_and_a_wrong_password_are_not_told_apart(sessions: Sessions, now: datetime) -> None:
    create(sessions, now)
    for username, password in (("karim", "autre-mot-de-passe"), ("amina", PASSWORD)):
        with pytest.raises(LoginRefused, match=r"^unknown user name or wrong password$"):
            log_in(sessions, now, username=username, password=password)


def test_after_five_failures_in_a_quarter_of_an_hour_not_even_the_right_password_helps(
    sessions: Sessions, now: datetime
) -> None:
    create(sessions, now)
    fail(sessions, now, 4)
    assert log_in(sessions, now)
    fail(sessions, now, 1)
    with pytest.raises(TooManyAttempts):
        log_in(sessions, now + timedelta(minutes=14, seconds=59))
    assert log_in(sessions, now + timedelta(minutes=15))


def test_failures_count_for_their_name_only(sessions: Sessions, now: datetime) -> None:
    create(sessions, now)
    fail(sessions, now, 9, username="amina")
    assert log_in(sessions, now)


def test_a_session_lasts_twelve_hours(sessions: Sessions, now: datetime) -> None:
    create(sessions, now)
    token = log_in(sessions, now)
    assert who(sessions, token, now + timedelta(hours=11, minutes=59)) == "karim"
    assert who(sessions, token, now + timedelta(hours=12)) is None


def test_logging_out_ends_this_session_only(sessions: Sessions, now: datetime) -> None:
    create(sessions, now)
    here, there = log_in(sessions, now), log_in(sessions, now)
    with transaction(sessions) as session:
        staff.log_out(session, token=here)
    assert (who(sessions, here, now), who(sessions, there, now)) == (None, "karim")


def test_a_made_up_token_is_nobodys(sessions: Sessions, now: datetime) -> None:
    assert who(sessions, "made-up", now) is None


def test_a_disabled_account_is_shut_out_at_once(sessions: Sessions, now: datetime) -> None:
    made = create(sessions, now)
    token = log_in(sessions, now)
    with transaction(sessions) as session:
        session.get_one(Staff, made.id).disabled_at = now
    assert who(sessions, token, now) is None
    with pytest.raises(LoginRefused):
        log_in(sessions, now)


def test_a_new_password_replaces_the_old_and_ends_the_sessions_of_this_account(
    sessions: Sessions, now: datetime
) -> None:
    create(sessions, now)
    create(sessions, now, "amina")
    mine, hers = log_in(sessions, now), log_in(sessions, now, username="amina")
    with transaction(sessions) as session:
        staff.set_password(session, username="karim", password="un-nouveau-mot")
    assert (who(sessions, mine, now), who(sessions, hers, now)) == (None, "amina")
    with pytest.raises(LoginRefused):
        log_in(sessions, now)
    assert log_in(sessions, now, password="un-nouveau-mot")


def test_a_password_is_not_set_for_nobody_nor_too_short(sessions: Sessions, now: datetime) -> None:
    create(sessions, now)
    with pytest.raises(NotFound), transaction(sessions) as session:
        staff.set_password(session, username="amina", password=PASSWORD)
    with pytest.raises(InvalidInput), transaction(sessions) as session:
        staff.set_password(session, username="karim", password="court")
    assert log_in(sessions, now)


def test_the_console_speaks_two_languages(sessions: Sessions, now: datetime) -> None:
    made = create(sessions, now)
    with transaction(sessions) as session:
        staff.set_language(session, staff_id=made.id, language="ar")
    with pytest.raises(InvalidInput), transaction(sessions) as session:
        staff.set_language(session, staff_id=made.id, language="en")
    with sessions() as session:
        assert session.get_one(Staff, made.id).language == "ar"
