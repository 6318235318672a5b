"""The ledger of consent: append-only, and the last word counts."""

from __future__ import annotations

from datetime import datetime

import pytest
from sqlalchemy import select, text
from sqlalchemy.exc import DatabaseError

from bot.core.consent_rules import Purpose
from bot.core.messages import Channel, InboundKind, InboundMessage
from bot.services import consent, contacts, receiving
from bot.store.engine import Sessions, transaction
from bot.store.models import ConsentEvent, Contact
from tests.services.conftest import MakeConversation

Entry = tuple[str, bool, str, str]


def ledger(sessions: Sessions) -> list[Entry]:
    with sessions() as session:
        rows = session.scalars(select(ConsentEvent).order_by(ConsentEvent.id))
        return [(row.purpose, row.given, row.source, row.words) for row in rows]


def allowed(sessions: Sessions, contact_id: int) -> set[Purpose]:
    with sessions() as session:
        return {p for p in Purpose if consent.allowed(session, contact_id=contact_id, purpose=p)}


def test_who_writes_first_agrees_to_be_answered_and_to_nothing_more(
    sessions: Sessions, now: datetime
) -> None:
    for number in ("1", "2"):
        message = InboundMessage(
            channel=Channel.TELEGRAM,
            provider_id=number,
            address="77",
            kind=InboundKind.TEXT,
            text=f"salam {number}",
            raw={},
        )
        with transaction(sessions) as session:
            receiving.receive(session, message, now=now)
    assert ledger(sessions) == [("service", True, "person", "salam 1")]
    with sessions() as session:
        assert session.scalars(select(Contact.wants_updates)).one() is False


def test_a_stop_ends_reminders_and_news_and_is_noted_once(
    sessions: Sessions, now: datetime, make_conversation: MakeConversation
) -> None:
    person = make_conversation().contact_id
    with transaction(sessions) as session:
        consent.resume(session, contact_id=person, channel=Channel.WHATSAPP, words="oui", now=now)
    assert allowed(sessions, person) == set(Purpose)
    new = []
    for words in ("STOP", "حبس"):
        with transaction(sessions) as session:
            new.append(
                consent.stop(session, contact_id=person, channel=Channel.WHATSAPP, words=words, now=now)
            )
    assert new == [True, False]
    assert allowed(sessions, person) == {Purpose.SERVICE}
    assert ledger(sessions)[2:] == [
        ("reminders", False, "person", "STOP"),
        ("announcements", False, "person", "STOP"),
    ]


def test_a_booking_does_not_reverse_a_stop(
    sessions: Sessions, now: datetime, make_conversation: MakeConversation
) -> None:
    person = make_conversation().contact_id
    with transaction(sessions) as session:
        consent.stop(session, contact_id=person, channel=Channel.WHATSAPP, words="STOP", now=now)
        agreed = consent.agree_to_reminders(
            session, contact_id=person, channel=Channel.WHATSAPP, words="booking K7", now=now
        )
    assert agreed is False
    assert Purpose.REMINDERS not in allowed(sessions, person)


def test_what_a_provider_says_is_noted_and_writing_again_brings_answers_only(
    sessions: Sessions, now: datetime, make_conversation: MakeConversation
) -> None:
    person = make_conversation("77", Channel.TELEGRAM).contact_id
    with transaction(sessions) as session:
        consent.resume(session, contact_id=person, channel=Channel.TELEGRAM, words="oui", now=now)
        for _ in range(2):
            contacts.block(
                session,
                contact_id=person,
                channel=Channel.TELEGRAM,
                address="77",
                code="forbidden",
                now=now,
            )
    assert allowed(sessions, person) == {Purpose.REMINDERS}
    make_conversation("77", Channel.TELEGRAM)
    assert allowed(sessions, person) == {Purpose.REMINDERS, Purpose.SERVICE}
    assert ledger(sessions)[2:] == [
        ("service", False, "provider", "forbidden"),
        ("announcements", False, "provider", "forbidden"),
        ("service", True, "person", ""),
    ]


def test_an_sms_from_who_refused_sms_does_not_lift_the_providers_block(
    sessions: Sessions, now: datetime, make_conversation: MakeConversation
) -> None:
    person = make_conversation("+212612345678", Channel.SMS).contact_id
    with transaction(sessions) as session:
        contacts.block(
            session,
            contact_id=person,
            channel=Channel.SMS,
            address="+212612345678",
            code="21610",
            now=now,
        )
    make_conversation("+212612345678", Channel.SMS)
    with sessions() as session:
        assert contacts.is_blocked(session, channel=Channel.SMS, address="+212612345678")


def test_the_database_itself_refuses_to_change_an_entry(
    sessions: Sessions, now: datetime, make_conversation: MakeConversation
) -> None:
    person = make_conversation().contact_id
    with transaction(sessions) as session:
        consent.stop(session, contact_id=person, channel=Channel.WHATSAPP, words="STOP", now=now)
    with pytest.raises(DatabaseError, match="append-only"), transaction(sessions) as session:
        session.execute(text("UPDATE consent_event SET given = true"))
