"""An outbound message on its way: claimed once, settled once, never backwards."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest

from bot.core.bubbles import Bubble
from bot.core.errors import NotFound
from bot.core.locales import Variety
from bot.core.messages import (
    ApprovedTemplate,
    Button,
    Channel,
    DeliveryReceipt,
    DeliveryStatus,
    InputRequest,
    OutboundContent,
    SendResult,
)
from bot.core.texts import default_texts
from bot.services import consent, contacts, messages, receipts, sending
from bot.services.ladder import Ladder
from bot.services.sending import Interrupted
from bot.store.engine import Sessions, transaction
from bot.store.models import Contact, ContactAddress, Conversation, OutboundMessage
from tests.services.conftest import MakeConversation

Say = Callable[..., int]
TEXTS = default_texts()


@pytest.fixture
def person(sessions: Sessions, now: datetime, make_conversation: MakeConversation) -> Conversation:
    """Somebody on WhatsApp who wrote just now."""
    conversation = make_conversation()
    with transaction(sessions) as session:
        session.get_one(Conversation, conversation.id).last_inbound_at = now
    return conversation


@pytest.fixture
def say(sessions: Sessions, now: datetime, person: Conversation) -> Say:
    """Stores a message to the person; keyword arguments are the bubble's."""

    def store(**values: Any) -> int:
        bubble = Bubble(**({"text": "Salam"} | values))
        with transaction(sessions) as session:
            bound = session.get_one(Conversation, person.id)
            (outbound_id,) = messages.reply(session, conversation=bound, bubbles=[bubble], now=now)
        return outbound_id

    return store


def claim(
    sessions: Sessions, outbound_id: int, now: datetime, templates: dict[tuple[str, str], str] | None = None
) -> OutboundContent | None:
    ladder = Ladder(texts=TEXTS, templates=templates or {})
    with transaction(sessions) as session:
        return sending.claim(session, outbound_id=outbound_id, now=now, senders={}, ladder=ladder)


def settle(sessions: Sessions, outbound_id: int, now: datetime) -> None:
    with transaction(sessions) as session:
        sending.settle(session, outbound_id=outbound_id, result=SendResult(provider_id="SM1"), now=now)


def fail(sessions: Sessions, outbound_id: int, status: DeliveryStatus, code: str) -> None:
    with transaction(sessions) as session:
        sending.fail(session, outbound_id=outbound_id, status=status, code=code)


def row(sessions: Sessions, outbound_id: int) -> OutboundMessage:
    with sessions() as session:
        return session.get_one(OutboundMessage, outbound_id)


def state(sessions: Sessions, outbound_id: int) -> tuple[str, str | None]:
    found = row(sessions, outbound_id)
    return found.status, found.error_code


def test_a_claimed_message_is_being_sent_with_all_that_it_holds(
    sessions: Sessions, now: datetime, say: Say
) -> None:
    button = Button(title="Oui", payload="/affirm")
    outbound_id = say(buttons=(button,), request="contact", request_title="Mon numéro")
    assert claim(sessions, outbound_id, now) == OutboundContent(
        channel=Channel.WHATSAPP,
        address="+212612345678",
        text="Salam",
        outbound_id=outbound_id,
        buttons=(button,),
        request=InputRequest.CONTACT,
        request_title="Mon numéro",
    )
    assert state(sessions, outbound_id) == ("sending", None)


def test_a_second_claim_says_that_the_first_was_interrupted(
    sessions: Sessions, now: datetime, say: Say
) -> None:
    outbound_id = say()
    claim(sessions, outbound_id, now)
    with pytest.raises(Interrupted):
        claim(sessions, outbound_id, now)
    assert state(sessions, outbound_id) == ("sending", None)


def test_a_message_that_is_not_there_cannot_be_claimed(sessions: Sessions, now: datetime) -> None:
    with pytest.raises(NotFound):
        claim(sessions, 404, now)


def test_what_was_sent_is_not_sent_again(sessions: Sessions, now: datetime, say: Say) -> None:
    outbound_id = say()
    claim(sessions, outbound_id, now)
    settle(sessions, outbound_id, now)
    assert claim(sessions, outbound_id, now) is None
    found = row(sessions, outbound_id)
    assert (found.status, found.provider_id, found.sent_at) == ("sent", "SM1", now)


def test_an_sms_is_sent_until_it_expires(sessions: Sessions, now: datetime, person: Conversation) -> None:
    ids = []
    for _ in range(2):
        with transaction(sessions) as session:
            stored = messages.send_sms(
                session,
                contact_id=person.contact_id,
                phone_number="+212612345678",
                text="Rendez-vous",
                kind="reminder",
                now=now,
                expires_at=now + timedelta(hours=1),
            )
        ids.append(stored)
    in_time, late = ids
    assert claim(sessions, in_time, now + timedelta(minutes=59)) is not None
    assert claim(sessions, late, now + timedelta(hours=1)) is None
    assert state(sessions, late) == ("cancelled", "expired")


def test_outside_the_service_window_the_provider_is_not_asked(
    sessions: Sessions, now: datetime, say: Say
) -> None:
    inside, outside = say(), say()
    with transaction(sessions) as session:
        session.query(Contact).one().phone = None
    assert claim(sessions, inside, now + timedelta(hours=23)) is not None
    assert claim(sessions, outside, now + timedelta(hours=24)) is None
    assert state(sessions, outside) == ("failed", "window_closed")


def test_outside_the_service_window_the_approved_template_goes(
    sessions: Sessions, now: datetime, say: Say, person: Conversation
) -> None:
    outbound_id = say(text="Un conseiller\nte répond")
    with transaction(sessions) as session:
        contacts.remember_variety(session, contact_id=person.contact_id, variety=Variety.FRENCH)
    inside = claim(sessions, say(), now, {("reply", "fr"): "HX1"})
    outside = claim(sessions, outbound_id, now + timedelta(hours=25), {("reply", "fr"): "HX1"})
    assert inside is not None
    assert inside.template is None
    assert outside is not None
    assert outside.template == ApprovedTemplate(sid="HX1", values=("Un conseiller te répond",))


def test_outside_the_service_window_without_a_template_an_sms_names_the_chat(
    sessions: Sessions, now: datetime, say: Say, person: Conversation
) -> None:
    outbound_id = say(text="Un conseiller te répond.")
    with transaction(sessions) as session:
        contacts.remember_variety(session, contact_id=person.contact_id, variety=Variety.FRENCH)
    assert claim(sessions, outbound_id, now + timedelta(hours=25)) is None
    assert state(sessions, outbound_id) == ("cancelled", "sent_by_sms")
    with sessions() as session:
        instead = session.query(OutboundMessage).filter_by(replaces_id=outbound_id).one()
    assert (instead.channel, instead.address, instead.kind) == ("sms", "+212612345678", "reply")
    assert instead.text == "Caravane : Un conseiller te répond. Pour répondre, écris par WhatsApp."


def test_who_shut_us_out_is_not_written_to(
    sessions: Sessions, now: datetime, say: Say, person: Conversation
) -> None:
    first, second, third = say(), say(), say()
    claim(sessions, first, now)
    with transaction(sessions) as session:
        sending.block_address(session, outbound_id=first, code="63014", now=now)
    assert claim(sessions, second, now) is None
    assert state(sessions, second) == ("failed", "blocked")
    with sessions() as session:
        assert session.get_one(ContactAddress, person.address_id).blocked_at == now
    with transaction(sessions) as session:
        contacts.note_block(
            session, channel=Channel.WHATSAPP, address="+212612345678", blocked=False, now=now
        )
    assert claim(sessions, third, now) is not None


def test_an_sms_is_not_offered_to_a_number_that_refused_one(
    sessions: Sessions, now: datetime, person: Conversation
) -> None:
    def sms() -> int:
        with transaction(sessions) as session:
            return messages.send_sms(
                session,
                contact_id=person.contact_id,
                phone_number="+212699999999",
                text="Rappel",
                kind="reminder",
                now=now,
                expires_at=now + timedelta(hours=1),
            )

    first, second = sms(), sms()
    claim(sessions, first, now)
    with transaction(sessions) as session:
        sending.block_address(session, outbound_id=first, code="21610", now=now)
    assert claim(sessions, second, now) is None
    assert state(sessions, second) == ("failed", "blocked")


def test_a_reminder_that_waits_is_not_sent_after_a_stop(
    sessions: Sessions, now: datetime, person: Conversation
) -> None:
    with transaction(sessions) as session:
        waiting = messages.send_sms(
            session,
            contact_id=person.contact_id,
            phone_number="+212612345678",
            text="Rappel",
            kind="reminder",
            now=now,
            expires_at=now + timedelta(hours=1),
        )
        consent.stop(session, contact_id=person.contact_id, channel=Channel.WHATSAPP, words="STOP", now=now)
    assert claim(sessions, waiting, now) is None
    assert state(sessions, waiting)[1] == "opted_out"


def test_a_receipt_that_came_before_keeps_its_later_status(
    sessions: Sessions, now: datetime, say: Say
) -> None:
    outbound_id = say()
    claim(sessions, outbound_id, now)
    delivered = DeliveryReceipt(
        provider_id="SM1", status=DeliveryStatus.DELIVERED, error_code=None, raw={}, outbound_id=outbound_id
    )
    with transaction(sessions) as session:
        receipts.record(session, delivered, channels=[Channel.WHATSAPP], now=now)
    settle(sessions, outbound_id, now)
    assert (row(sessions, outbound_id).status, row(sessions, outbound_id).sent_at) == ("delivered", now)


def test_what_was_not_sent_goes_back_and_is_claimed_again(
    sessions: Sessions, now: datetime, say: Say
) -> None:
    outbound_id = say()
    claim(sessions, outbound_id, now)
    fail(sessions, outbound_id, DeliveryStatus.QUEUED, "connect")
    assert state(sessions, outbound_id) == ("queued", "connect")
    assert claim(sessions, outbound_id, now) is not None
    settle(sessions, outbound_id, now)
    assert state(sessions, outbound_id) == ("sent", None)


def test_a_failure_does_not_undo_what_a_receipt_said(sessions: Sessions, now: datetime, say: Say) -> None:
    outbound_id = say()
    claim(sessions, outbound_id, now)
    settle(sessions, outbound_id, now)
    fail(sessions, outbound_id, DeliveryStatus.QUEUED, "timeout")
    assert state(sessions, outbound_id) == ("sent", None)


def test_a_final_failure_is_not_claimed_again(sessions: Sessions, now: datetime, say: Say) -> None:
    outbound_id = say()
    claim(sessions, outbound_id, now)
    fail(sessions, outbound_id, DeliveryStatus.FAILED, "63003")
    assert claim(sessions, outbound_id, now) is None
    assert state(sessions, outbound_id) == ("failed", "63003")
