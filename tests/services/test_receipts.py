"""What a receipt changes beside the status."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from sqlalchemy import select, text

from bot.core.messages import Channel, DeliveryReceipt, DeliveryStatus
from bot.services import contacts, messages, receipts
from bot.store.engine import Sessions, transaction
from bot.store.models import OutboundMessage
from tests.services.conftest import MakeConversation

NUMBER = "+212612345678"


@pytest.fixture
def sms(sessions: Sessions, now: datetime, make_conversation: MakeConversation) -> int:
    """A reminder that was sent."""
    person = make_conversation()
    with transaction(sessions) as session:
        made = messages.send_sms(
            session,
            contact_id=person.contact_id,
            phone_number=NUMBER,
            text="Rappel",
            kind="reminder",
            now=now,
            expires_at=now + timedelta(hours=3),
        )
        session.get_one(OutboundMessage, made).status = "sent"
        session.execute(text("DELETE FROM procrastinate_jobs"))
    return made


def say(sessions: Sessions, outbound_id: int, now: datetime, code: str = "30003", **values: bool) -> None:
    receipt = DeliveryReceipt(
        provider_id="SM1",
        status=DeliveryStatus.UNDELIVERED,
        error_code=code,
        raw={},
        outbound_id=outbound_id,
        **values,
    )
    with transaction(sessions) as session:
        assert receipts.record(session, receipt, channels=[Channel.SMS], now=now)


def replacements(sessions: Sessions) -> list[OutboundMessage]:
    with sessions() as session:
        found = select(OutboundMessage).where(OutboundMessage.replaces_id.is_not(None))
        return list(session.scalars(found.order_by(OutboundMessage.id)))


def test_what_may_arrive_later_is_sent_anew_after_a_pause_once_for_each_receipt(
    sessions: Sessions, now: datetime, sms: int
) -> None:
    for _ in range(2):
        say(sessions, sms, now, may_arrive_later=True)
    (anew,) = replacements(sessions)
    assert (anew.text, anew.status, anew.replaces_id) == ("Rappel", "queued", sms)
    assert anew.expires_at == now + timedelta(hours=3)
    with sessions() as session:
        due = text("SELECT extract(epoch FROM scheduled_at - now()) FROM procrastinate_jobs")
        assert 60 < session.execute(due).scalar_one() <= 120


def test_it_is_not_sent_anew_without_end_nor_past_its_time(
    sessions: Sessions, now: datetime, sms: int
) -> None:
    latest = sms
    for _ in range(5):
        say(sessions, latest, now, may_arrive_later=True)
        latest = replacements(sessions)[-1].id
    assert len(replacements(sessions)) == 3


def test_past_its_time_it_is_not_sent_anew(sessions: Sessions, now: datetime, sms: int) -> None:
    say(sessions, sms, now + timedelta(hours=3), may_arrive_later=True)
    assert replacements(sessions) == []


def test_what_came_too_late_is_sent_anew_at_once_and_once(
    sessions: Sessions, now: datetime, sms: int
) -> None:
    for _ in range(2):
        say(sessions, sms, now, "63016", outside_window=True)
    (anew,) = replacements(sessions)
    say(sessions, anew.id, now, "63016", outside_window=True)
    assert len(replacements(sessions)) == 1
    with sessions() as session:
        assert session.execute(text("SELECT scheduled_at FROM procrastinate_jobs")).scalar_one() is None


def test_past_its_time_what_came_too_late_is_left(sessions: Sessions, now: datetime, sms: int) -> None:
    say(sessions, sms, now + timedelta(hours=3), "63016", outside_window=True)
    assert replacements(sessions) == []


def test_who_refused_is_not_written_to_again(sessions: Sessions, now: datetime, sms: int) -> None:
    say(sessions, sms, now, refused=True)
    with sessions() as session:
        assert contacts.is_blocked(session, channel=Channel.SMS, address=NUMBER)
    assert replacements(sessions) == []
