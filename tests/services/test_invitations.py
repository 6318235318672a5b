"""Links that make an account or set a password."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from sqlalchemy import select

from bot.core.errors import InvalidInput
from bot.core.roles import Role
from bot.services import invitations, logins, staff
from bot.services.invitations import InvitationUnusable
from bot.services.passwords import PasswordRefused
from bot.services.staff import UsernameTaken
from bot.store.engine import Sessions, transaction
from bot.store.models import Invitation, Staff

PASSWORD = "un-mot-de-passe"


@pytest.fixture
def nadia(sessions: Sessions, now: datetime) -> int:
    with transaction(sessions) as session:
        made = staff.create(
            session, username="nadia", password=PASSWORD, display_name="Nadia", role=Role.ORGANISER, now=now
        )
    return made.id


def invite(sessions: Sessions, nadia: int, now: datetime, name: str = "Salma B.") -> str:
    with transaction(sessions) as session:
        return invitations.invite(
            session,
            role=Role.AGENT,
            display_name=name,
            speciality="jobs",
            invited_by=nadia,
            now=now,
        )


def join(
    sessions: Sessions, token: str, now: datetime, username: str = "salma", password: str = PASSWORD
) -> Staff:
    with transaction(sessions) as session:
        return invitations.join(session, token=token, username=username, password=password, now=now)


def test_who_joins_is_what_they_were_invited_as(sessions: Sessions, nadia: int, now: datetime) -> None:
    made = join(sessions, invite(sessions, nadia, now), now)
    assert (made.display_name, made.role) == ("Salma B.", "agent")
    with sessions() as session:
        assert staff.profile(session, made.id).specialities == ["jobs"]
        assert invitations.open_ones(session, now=now) == []


def test_a_link_works_once(sessions: Sessions, nadia: int, now: datetime) -> None:
    token = invite(sessions, nadia, now)
    join(sessions, token, now)
    with pytest.raises(InvitationUnusable):
        join(sessions, token, now, username="other")


def test_a_link_works_for_three_days(sessions: Sessions, nadia: int, now: datetime) -> None:
    token = invite(sessions, nadia, now)
    with pytest.raises(InvitationUnusable):
        join(sessions, token, now + timedelta(days=3))
    assert join(sessions, token, now + timedelta(days=3) - timedelta(seconds=1))


def test_a_withdrawn_link_or_a_made_up_one_works_not_at_all(
    sessions: Sessions, nadia: int, now: datetime
) -> None:
    token = invite(sessions, nadia, now)
    with transaction(sessions) as session:
        [invitation] = invitations.open_ones(session, now=now)
        invitations.withdraw(session, invitation_id=invitation.id, staff_id=nadia, now=now)
    for link in (token, "made-up", ""):
        with pytest.raises(InvitationUnusable):
            join(sessions, link, now)


def test_only_the_hash_of_a_link_is_kept(sessions: Sessions, nadia: int, now: datetime) -> None:
    token = invite(sessions, nadia, now)
    with sessions() as session:
        kept = session.scalars(select(Invitation)).one()
    assert token not in [str(getattr(kept, column.name)) for column in Invitation.__table__.columns]


def test_a_mistake_does_not_use_the_link_up(sessions: Sessions, nadia: int, now: datetime) -> None:
    token = invite(sessions, nadia, now)
    with pytest.raises(UsernameTaken):
        join(sessions, token, now, username="nadia")
    with pytest.raises(InvalidInput):
        join(sessions, token, now, username="S")
    with pytest.raises(PasswordRefused):
        join(sessions, token, now, password="salma-salma")
    assert join(sessions, token, now)


@pytest.mark.parametrize("name", ["", " x ", "x" * 61])
def test_an_invitation_names_somebody(sessions: Sessions, nadia: int, now: datetime, name: str) -> None:
    with pytest.raises(InvalidInput):
        invite(sessions, nadia, now, name)


def test_a_new_password_ends_the_sessions_and_older_links(
    sessions: Sessions, nadia: int, now: datetime
) -> None:
    member = join(sessions, invite(sessions, nadia, now), now)

    def offer() -> str:
        with transaction(sessions) as session:
            return invitations.offer_password(session, staff_id=member.id, invited_by=nadia, now=now)

    def accept(token: str) -> None:
        with transaction(sessions) as session:
            invitations.set_password(session, token=token, password="un-nouveau-mot", now=now)

    with transaction(sessions) as session:
        opened = logins.log_in(session, username="salma", password=PASSWORD, now=now)
    older, newer = offer(), offer()
    with pytest.raises(InvitationUnusable):
        accept(older)
    with pytest.raises(InvitationUnusable):
        join(sessions, newer, now, username="other")
    accept(newer)
    with transaction(sessions) as session:
        assert logins.by_token(session, token=opened.token, now=now) is None
        assert logins.log_in(session, username="salma", password="un-nouveau-mot", now=now)


def test_a_link_to_join_sets_no_password_and_a_closed_account_gets_none(
    sessions: Sessions, nadia: int, now: datetime
) -> None:
    with pytest.raises(InvitationUnusable), transaction(sessions) as session:
        invitations.set_password(
            session, token=invite(sessions, nadia, now), password="un-nouveau-mot", now=now
        )
    member = join(sessions, invite(sessions, nadia, now), now)
    with transaction(sessions) as session:
        token = invitations.offer_password(session, staff_id=member.id, invited_by=nadia, now=now)
        staff.disable(session, staff_id=member.id, by=nadia, to_staff_id=None, now=now)
    with pytest.raises(InvitationUnusable), transaction(sessions) as session:
        invitations.set_password(session, token=token, password="un-nouveau-mot", now=now)
