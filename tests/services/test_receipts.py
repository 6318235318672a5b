"""What a receipt changes beside the status."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from sqlalchemy import select, text

from bot.core.messages import Channel, DeliveryReceipt, DeliveryStatus
from bot.services import contacts, messages, receipts
from bot.store.engine import Sessions, transaction
from bot.store.locks import LATER
from bot.store.models import DeliveryEvent, OutboundMessage
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


def word(outbound_id: int | None, status: DeliveryStatus, **values: bool) -> DeliveryReceipt:
    return DeliveryReceipt(
        provider_id="SM1",
        status=status,
        error_code=None,
        raw={"Status": status.value},
        outbound_id=outbound_id,
        **values,
    )


def test_receipts_that_come_together_are_noted_in_order_and_the_status_moves_forward(
    sessions: Sessions, now: datetime, sms: int
) -> None:
    said = [DeliveryStatus.DELIVERED, DeliveryStatus.SENT, DeliveryStatus.READ]
    with transaction(sessions) as session:
        assert receipts.record_all(session, [word(sms, status) for status in said], now=now) == [True] * 3
    with sessions() as session:
        row = session.get_one(OutboundMessage, sms)
        assert (row.status, row.provider_id) == ("read", "SM1")
        events = session.scalars(select(DeliveryEvent).order_by(DeliveryEvent.id)).all()
    assert [(event.status, event.raw) for event in events] == [
        (status.value, {"Status": status.value}) for status in said
    ]


def test_what_is_more_than_a_status_is_left_and_so_is_what_comes_after_it(
    sessions: Sessions, now: datetime, sms: int
) -> None:
    found = [
        word(sms, DeliveryStatus.SENT),
        word(sms, DeliveryStatus.UNDELIVERED, may_arrive_later=True),
        word(sms, DeliveryStatus.DELIVERED),
        word(None, DeliveryStatus.READ),
        word(sms + 1000, DeliveryStatus.READ),
    ]
    with transaction(sessions) as session:
        assert receipts.record_all(session, found, now=now) == [True, *[LATER] * 4]
    with sessions() as session:
        assert session.get_one(OutboundMessage, sms).status == "sent"
    assert replacements(sessions) == []


def test_a_message_that_somebody_has_keeps_no_receipt_of_another_waiting(
    sessions: Sessions, now: datetime, sms: int
) -> None:
    with transaction(sessions) as session:
        free = messages.replace(session, session.get_one(OutboundMessage, sms), now=now)
    with sessions() as other:
        other.get_one(OutboundMessage, sms, with_for_update=True)
        with transaction(sessions) as session:
            found = [word(sms, DeliveryStatus.READ), word(free, DeliveryStatus.SENT)]
            assert receipts.record_all(session, found, now=now) == [LATER, True]
    with sessions() as session:
        assert session.get_one(OutboundMessage, sms).status == "sent"
        assert session.get_one(OutboundMessage, free).status == "sent"


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
