from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from sqlalchemy import select

from bot.core.messages import Channel, InboundKind, InboundMessage
from bot.core.texts import default_texts
from bot.services import staff, telegram_link
from bot.services.audit import Action
from bot.store.engine import Sessions, transaction
from bot.store.models import AuditEvent, Conversation, OutboundMessage
from tests.services.test_staff import create


@pytest.fixture
def staff_id(sessions: Sessions, now: datetime) -> int:
    return create(sessions, now).id


def code_of(sessions: Sessions, staff_id: int, now: datetime) -> str:
    with transaction(sessions) as session:
        return telegram_link.offer(session, staff_id=staff_id, now=now)


def send(
    sessions: Sessions,
    text: str,
    now: datetime,
    *,
    chat: str = "70001",
    channel: Channel = Channel.TELEGRAM,
) -> bool:
    message = InboundMessage(
        channel=channel, provider_id="1", address=chat, kind=InboundKind.TEXT, text=text, raw={}
    )
    with transaction(sessions) as session:
        return telegram_link.take(session, message, texts=default_texts, now=now)


def answers(sessions: Sessions) -> list[tuple[str, bool]]:
    """To whom, and whether it says that it is done."""
    with sessions() as session:
        rows = session.scalars(select(OutboundMessage).order_by(OutboundMessage.id)).all()
        return [(row.address, "c'est fait" in row.text) for row in rows]


def address(sessions: Sessions, staff_id: int) -> tuple[str | None, str | None]:
    with sessions() as session:
        found = staff.profile(session, staff_id)
        return found.alert_channel, found.alert_address


@pytest.mark.parametrize("form", ["/start {}", " {} "], ids=["the link", "the code alone"])
def test_a_code_links_once_and_is_no_turn(
    sessions: Sessions, staff_id: int, now: datetime, form: str
) -> None:
    code = code_of(sessions, staff_id, now)
    assert send(sessions, form.format(code), now)
    assert address(sessions, staff_id) == ("telegram", "70001")
    # Brought twice by Telegram: no second answer. From elsewhere: it has been used.
    assert send(sessions, form.format(code), now)
    assert send(sessions, code, now, chat="70002")
    assert address(sessions, staff_id) == ("telegram", "70001")
    assert answers(sessions) == [("70001", True), ("70002", False)]
    with sessions() as session:
        assert session.scalars(select(Conversation)).all() == []
        [noted] = session.scalars(select(AuditEvent).where(AuditEvent.action == Action.TELEGRAM_LINKED.value))
        assert (noted.staff_id, noted.detail) == (staff_id, {"staff": [staff_id]})


def test_an_old_code_links_nothing(sessions: Sessions, staff_id: int, now: datetime) -> None:
    first = code_of(sessions, staff_id, now)
    second = code_of(sessions, staff_id, now)
    assert send(sessions, first, now)
    assert send(sessions, second, now + telegram_link.LIFETIME)
    assert address(sessions, staff_id) == (None, None)
    assert answers(sessions) == [("70001", False)] * 2


def test_the_code_of_a_closed_account_links_nothing(sessions: Sessions, staff_id: int, now: datetime) -> None:
    code = code_of(sessions, staff_id, now)
    with transaction(sessions) as session:
        staff.member(session, staff_id).disabled_at = now
    assert send(sessions, code, now + timedelta(minutes=1))
    assert address(sessions, staff_id) == (None, None)


@pytest.mark.parametrize(
    ("text", "channel"),
    [
        ("/start", Channel.TELEGRAM),
        ("/start stand", Channel.TELEGRAM),
        ("bonjour staff-aaaaaaaaaaaaaaaaaaaaaa", Channel.TELEGRAM),
        ("staff-aaaaaaaaaaaaaaaaaaaaaa", Channel.WHATSAPP),
    ],
)
def test_what_is_no_code_goes_to_the_assistant(
    sessions: Sessions, now: datetime, text: str, channel: Channel
) -> None:
    assert not send(sessions, text, now, channel=channel)
    assert answers(sessions) == []


def test_saving_the_profile_keeps_the_link(sessions: Sessions, staff_id: int, now: datetime) -> None:
    send(sessions, code_of(sessions, staff_id, now), now)
    with transaction(sessions) as session:
        staff.set_profile(
            session,
            staff_id=staff_id,
            specialities=["jobs"],
            alert_channel=Channel.TELEGRAM,
            alert_address="",
        )
    assert address(sessions, staff_id) == ("telegram", "70001")
