"""Accounts of the staff and their logins."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta

import pytest
from sqlalchemy import select

from bot.core.errors import Conflict, InvalidInput, NotFound
from bot.core.messages import Channel
from bot.core.roles import Role
from bot.services import handoffs, logins, staff
from bot.services.logins import LoginRefused, TooManyAttempts
from bot.services.passwords import PasswordRefused
from bot.services.staff import FIRST_ACCOUNT, LastOrganiser, WrongPassword
from bot.store.engine import Sessions, transaction
from bot.store.models import AuditEvent, Conversation, Handoff, Staff, StaffSession

PASSWORD = "un-mot-de-passe"
MakeConversation = Callable[..., Conversation]


def create(sessions: Sessions, now: datetime, username: str = "karim", password: str = PASSWORD) -> Staff:
    with transaction(sessions) as session:
        return staff.create(session, username=username, password=password, display_name="Karim", now=now)


def log_in(sessions: Sessions, now: datetime, *, username: str = "karim", password: str = PASSWORD) -> str:
    with transaction(sessions) as session:
        return logins.log_in(session, username=username, password=password, now=now).token


def fail(sessions: Sessions, now: datetime, times: int, username: str = "karim") -> None:
    with transaction(sessions) as session:
        for _ in range(times):
            logins.note_failure(session, key=username, now=now)


def who(sessions: Sessions, token: str, now: datetime) -> str | None:
    with sessions() as session:
        found = logins.by_token(session, token=token, now=now)
        return found.staff.username if found else None


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
        create(sessions, now, password="neuf-neuf")
    create(sessions, now, password="dix-lettre")


def test_passwords_that_are_easy_to_guess_are_refused(sessions: Sessions, now: datetime) -> None:
    for password in ("1234567890", "motdepasse2026", "karim-karim!"):
        with pytest.raises(PasswordRefused):
            create(sessions, now, password=password)


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
        logins.log_out(session, token=here)
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


def crew(sessions: Sessions, now: datetime, **roles: Role) -> dict[str, int]:
    """Accounts by user name, with their roles; their ids."""
    with transaction(sessions) as session:
        made = [
            Staff(username=name, display_name=name, password_hash="-", role=role.value, created_at=now)
            for name, role in roles.items()
        ]
        session.add_all(made)
        session.flush()
        return {each.username: each.id for each in made}


def hold(sessions: Sessions, conversation: Conversation, staff_id: int, now: datetime) -> None:
    with transaction(sessions) as session:
        handoffs.take(session, conversation_id=conversation.id, staff_id=staff_id, now=now)


def held_by(sessions: Sessions) -> list[tuple[int | None, str]]:
    with sessions() as session:
        rows = session.execute(
            select(Handoff.staff_id, Conversation.talker).join(Conversation).order_by(Conversation.id)
        )
        return [(staff_id, talker) for staff_id, talker in rows]


def test_a_new_account_is_a_coachs_and_the_first_one_an_organisers(sessions: Sessions, now: datetime) -> None:
    with transaction(sessions) as session:
        staff.ensure_first_account(session, now=now)
    assert create(sessions, now).role == Role.COACH.value
    with sessions() as session:
        assert staff.by_username(session, FIRST_ACCOUNT).role == Role.ORGANISER.value


def test_the_last_organiser_stays(sessions: Sessions, now: datetime) -> None:
    ids = crew(sessions, now, nadia=Role.ORGANISER, omar=Role.ORGANISER, amina=Role.COACH)
    with transaction(sessions) as session:
        staff.disable(session, staff_id=ids["omar"], by=ids["nadia"], to_staff_id=None, now=now)
    with pytest.raises(LastOrganiser), transaction(sessions) as session:
        staff.change_role(session, staff_id=ids["nadia"], role=Role.COACH, by=ids["nadia"], now=now)
    with pytest.raises(LastOrganiser), transaction(sessions) as session:
        staff.disable(session, staff_id=ids["nadia"], by=ids["nadia"], to_staff_id=None, now=now)
    with transaction(sessions) as session:
        staff.change_role(session, staff_id=ids["amina"], role=Role.ORGANISER, by=ids["nadia"], now=now)
        staff.change_role(session, staff_id=ids["nadia"], role=Role.COACH, by=ids["nadia"], now=now)


def test_who_leaves_gives_up_their_conversations(
    sessions: Sessions, now: datetime, make_conversation: MakeConversation
) -> None:
    ids = crew(sessions, now, nadia=Role.ORGANISER, amina=Role.COACH, said=Role.COACH, hiba=Role.AUDITOR)
    hold(sessions, make_conversation(), ids["amina"], now)
    with pytest.raises(NotFound), transaction(sessions) as session:
        staff.disable(session, staff_id=ids["amina"], by=ids["nadia"], to_staff_id=ids["hiba"], now=now)
    with transaction(sessions) as session:
        staff.disable(session, staff_id=ids["amina"], by=ids["nadia"], to_staff_id=ids["said"], now=now)
    assert held_by(sessions) == [(ids["said"], "coach")]
    with transaction(sessions) as session:
        staff.change_role(session, staff_id=ids["said"], role=Role.AGENT, by=ids["nadia"], now=now)
    assert held_by(sessions) == [(None, "waiting")]


def test_a_closed_account_can_be_opened_again(sessions: Sessions, now: datetime) -> None:
    made = create(sessions, now)
    crew(sessions, now, nadia=Role.ORGANISER)
    with transaction(sessions) as session:
        staff.disable(session, staff_id=made.id, by=made.id, to_staff_id=None, now=now)
    with pytest.raises(LoginRefused):
        log_in(sessions, now)
    with transaction(sessions) as session:
        staff.enable(session, staff_id=made.id, by=made.id, now=now)
    assert log_in(sessions, now)


def test_ones_own_password_is_changed_by_who_knows_it(sessions: Sessions, now: datetime) -> None:
    made = create(sessions, now)
    here, there = log_in(sessions, now), log_in(sessions, now)

    def change(present: str) -> None:
        with transaction(sessions) as session:
            staff.change_password(
                session, staff_id=made.id, present=present, wanted="un-nouveau-mot", token=here, now=now
            )

    with pytest.raises(WrongPassword):
        change("autre-chose")
    change(PASSWORD)
    assert (who(sessions, here, now), who(sessions, there, now)) == ("karim", None)
    assert log_in(sessions, now, password="un-nouveau-mot")


@pytest.mark.parametrize(
    ("channel", "typed", "kept"),
    [
        (Channel.SMS, "06 12 34 56 78", "+212612345678"),
        (None, "whatever", None),
    ],
)
def test_alerts_go_where_they_can_go(
    sessions: Sessions, now: datetime, channel: Channel | None, typed: str, kept: str | None
) -> None:
    made = create(sessions, now)
    with transaction(sessions) as session:
        staff.set_profile(
            session,
            staff_id=made.id,
            specialities=["projects", "nonsense"],
            alert_channel=channel,
            alert_address=typed,
        )
    with sessions() as session:
        profile = staff.profile(session, made.id)
    assert (profile.specialities, profile.alert_address) == (["projects"], kept)


@pytest.mark.parametrize(
    ("channel", "typed"), [(Channel.SMS, "0537 12 34 56"), (Channel.SMS, ""), (Channel.TELEGRAM, "123456789")]
)
def test_alerts_do_not_go_elsewhere(sessions: Sessions, now: datetime, channel: Channel, typed: str) -> None:
    made = create(sessions, now)
    with pytest.raises(InvalidInput), transaction(sessions) as session:
        staff.set_profile(
            session, staff_id=made.id, specialities=[], alert_channel=channel, alert_address=typed
        )
