"""Codes of an authenticator app, and recovery codes."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pyotp
import pytest
from sqlalchemy import select

from bot.core.errors import Conflict
from bot.services import logins, second_factor, staff
from bot.services.logins import LoginRefused
from bot.services.second_factor import CodeRefused
from bot.store.engine import Sessions, transaction
from bot.store.models import RecoveryCode, Staff

PASSWORD = "un-mot-de-passe"
SECRET = "the installation's secret"
AT = datetime(2026, 11, 24, 9, 0, 10, tzinfo=UTC)


@pytest.fixture
def karim(sessions: Sessions, now: datetime) -> int:
    with transaction(sessions) as session:
        made = staff.create(session, username="karim", password=PASSWORD, display_name="Karim", now=now)
        second_factor.begin(session, staff_id=made.id)
    return made.id


def app(sessions: Sessions, staff_id: int) -> pyotp.TOTP:
    """The app on the phone that scanned the picture."""
    with sessions() as session:
        parsed = pyotp.parse_uri(second_factor.address(staff.member(session, staff_id), secret=SECRET))
    assert isinstance(parsed, pyotp.TOTP)
    return parsed


def confirm(sessions: Sessions, staff_id: int, code: str, at: datetime = AT) -> list[str]:
    with transaction(sessions) as session:
        return second_factor.confirm(session, staff_id=staff_id, code=code, secret=SECRET, at=at, now=at)


def check(sessions: Sessions, staff_id: int, code: str, at: datetime = AT) -> None:
    with transaction(sessions) as session:
        second_factor.check(session, staff_id=staff_id, code=code, secret=SECRET, at=at, now=at)


def test_a_key_counts_once_a_code_of_it_was_shown(sessions: Sessions, karim: int) -> None:
    with pytest.raises(CodeRefused):
        check(sessions, karim, app(sessions, karim).at(AT))
    with pytest.raises(CodeRefused):
        confirm(sessions, karim, "000000")
    assert len(confirm(sessions, karim, app(sessions, karim).at(AT))) == 8
    with pytest.raises(Conflict):
        confirm(sessions, karim, app(sessions, karim).at(AT + timedelta(minutes=1)))
    with pytest.raises(Conflict), transaction(sessions) as session:
        second_factor.begin(session, staff_id=karim)


def test_a_code_is_used_once_and_none_before_it_afterwards(sessions: Sessions, karim: int) -> None:
    codes = app(sessions, karim)
    confirm(sessions, karim, codes.at(AT))
    later = AT + timedelta(minutes=5)
    check(sessions, karim, f" {codes.at(later)[:3]} {codes.at(later)[3:]} ", later)
    for moment in (later, later - timedelta(seconds=30)):
        with pytest.raises(CodeRefused):
            check(sessions, karim, codes.at(moment), later)


@pytest.mark.parametrize(("seconds", "fits"), [(-60, False), (-30, True), (30, True), (60, False)])
def test_phones_clocks_may_be_a_little_off(sessions: Sessions, karim: int, seconds: int, fits: bool) -> None:
    codes = app(sessions, karim)
    confirm(sessions, karim, codes.at(AT))
    later = AT + timedelta(minutes=5)
    code = codes.at(later + timedelta(seconds=seconds))
    if fits:
        check(sessions, karim, code, later)
        return
    with pytest.raises(CodeRefused):
        check(sessions, karim, code, later)


def test_a_recovery_code_is_used_once_and_kept_as_a_hash(sessions: Sessions, karim: int) -> None:
    codes = confirm(sessions, karim, app(sessions, karim).at(AT))
    with sessions() as session:
        kept = session.scalars(select(RecoveryCode.code_hash)).all()
    assert len(set(kept)) == len(set(codes)) == 8
    assert not set(codes) & set(kept)
    check(sessions, karim, codes[0].upper().replace("-", " "))
    with pytest.raises(CodeRefused):
        check(sessions, karim, codes[0])
    with sessions() as session:
        assert second_factor.codes_left(session, staff_id=karim) == 7


def test_the_recovery_codes_of_one_are_not_anothers(sessions: Sessions, karim: int, now: datetime) -> None:
    codes = confirm(sessions, karim, app(sessions, karim).at(AT))
    with transaction(sessions) as session:
        other = staff.create(session, username="amina", password=PASSWORD, display_name="Amina", now=now)
        second_factor.begin(session, staff_id=other.id)
    confirm(sessions, other.id, app(sessions, other.id).at(AT))
    with pytest.raises(CodeRefused):
        check(sessions, other.id, codes[0])


def test_the_database_alone_gives_no_key(sessions: Sessions, karim: int) -> None:
    with sessions() as session:
        member = staff.member(session, karim)
        key = second_factor.key_of(member, secret=SECRET)
        assert key not in [str(getattr(member, column.name)) for column in Staff.__table__.columns]
        assert second_factor.key_of(member, secret="another installation's") != key


def test_a_login_waits_for_the_second_factor(sessions: Sessions, karim: int, now: datetime) -> None:
    confirm(sessions, karim, app(sessions, karim).at(AT))
    with transaction(sessions) as session:
        opened = logins.log_in(session, username="karim", password=PASSWORD, now=now)
    assert opened.awaits_factor
    with transaction(sessions) as session:
        assert logins.by_token(session, token=opened.token, now=now) is None
        waiting = logins.awaiting(session, token=opened.token, now=now)
        assert waiting is not None
        assert logins.awaiting(session, token=opened.token, now=now + timedelta(minutes=10)) is None
        token = logins.pass_factor(session, token=opened.token, now=now)
    with transaction(sessions) as session:
        assert logins.by_token(session, token=token, now=now) is not None
        # The token that was there before counts for nothing now.
        assert logins.by_token(session, token=opened.token, now=now) is None
    with pytest.raises(LoginRefused), transaction(sessions) as session:
        logins.pass_factor(session, token=token, now=now)


def test_taking_it_away_takes_the_recovery_codes_too(sessions: Sessions, karim: int) -> None:
    confirm(sessions, karim, app(sessions, karim).at(AT))
    with transaction(sessions) as session:
        second_factor.remove(session, staff_id=karim)
    with sessions() as session:
        assert second_factor.codes_left(session, staff_id=karim) == 0
        assert staff.member(session, karim).factor_since is None
