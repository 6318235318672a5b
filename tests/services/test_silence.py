"""From the instant of a handoff the assistant is silent, whatever arrives in whatever order."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta

import pytest
from sqlalchemy import select

from bot.core.bubbles import Bubble
from bot.core.consent_rules import Purpose
from bot.core.messages import Channel, InboundKind, InboundMessage, OutboundContent
from bot.core.texts import default_texts
from bot.services import consent, effects, handoffs, messages, receiving, sending, staff, turns
from bot.services.ladder import Ladder
from bot.services.turns import Turn
from bot.store.engine import Sessions, transaction
from bot.store.models import Contact, Conversation, OutboundMessage
from bot.store.models import InboundMessage as Stored

TEXTS = default_texts()
LADDER = Ladder(texts=TEXTS, templates={})


@pytest.fixture
def karim(sessions: Sessions, now: datetime) -> int:
    with transaction(sessions) as session:
        return staff.create(
            session, username="karim", password="a-long-password", display_name="Karim", now=now
        ).id


def receive(sessions: Sessions, now: datetime, text: str = "salam", number: str = "1") -> int:
    message = InboundMessage(
        channel=Channel.TELEGRAM, address="77", provider_id=number, kind=InboundKind.TEXT, text=text, raw={}
    )
    with transaction(sessions) as session:
        stored = receiving.receive(session, message, now=now)
    assert stored is not None
    return stored


def begin(sessions: Sessions, inbound_id: int, now: datetime) -> Turn | None:
    with transaction(sessions) as session:
        return turns.begin(
            session, inbound_id=inbound_id, commune_at=lambda point: None, texts=TEXTS, now=now
        )


def finish(sessions: Sessions, turn: Turn, now: datetime) -> tuple[int, ...]:
    with transaction(sessions) as session:
        return turns.finish(
            session,
            turn=turn,
            bubbles=(Bubble(text="an answer"),),
            variety="fr",
            intent="greet",
            confidence=0.9,
            texts=TEXTS,
            now=now,
        )


def take(sessions: Sessions, staff_id: int, now: datetime) -> None:
    with transaction(sessions) as session:
        handoffs.take(session, conversation_id=1, staff_id=staff_id, now=now)


def give_back(sessions: Sessions, staff_id: int, now: datetime) -> None:
    with transaction(sessions) as session:
        handoffs.give_back(session, conversation_id=1, staff_id=staff_id, texts=TEXTS, now=now)


def claim(sessions: Sessions, outbound_id: int, now: datetime) -> OutboundContent | None:
    with transaction(sessions) as session:
        return sending.claim(session, outbound_id=outbound_id, now=now, senders={}, ladder=LADDER)


def stored(sessions: Sessions, kind: str, now: datetime) -> int:
    with transaction(sessions) as session:
        conversation = session.get_one(Conversation, 1)
        (outbound_id,) = messages.reply(
            session, conversation=conversation, bubbles=[Bubble(text="words")], now=now, kind=kind
        )
    return outbound_id


def fate(sessions: Sessions, outbound_id: int) -> tuple[str, str | None]:
    with sessions() as session:
        row = session.get_one(OutboundMessage, outbound_id)
        return row.status, row.error_code


def test_a_turn_in_flight_is_dropped_when_a_coach_takes_the_conversation(
    sessions: Sessions, now: datetime, karim: int
) -> None:
    turn = begin(sessions, receive(sessions, now), now)
    assert turn is not None
    take(sessions, karim, now)
    assert finish(sessions, turn, now) == ()


def test_it_stays_dropped_when_the_coach_has_given_back_meanwhile(
    sessions: Sessions, now: datetime, karim: int
) -> None:
    turn = begin(sessions, receive(sessions, now), now)
    assert turn is not None
    take(sessions, karim, now + timedelta(seconds=2))
    give_back(sessions, karim, now + timedelta(seconds=4))
    assert finish(sessions, turn, now + timedelta(seconds=5)) == ()


def test_a_message_that_a_coach_has_seen_to_is_not_begun_later(
    sessions: Sessions, now: datetime, karim: int
) -> None:
    late = receive(sessions, now)
    take(sessions, karim, now + timedelta(seconds=2))
    give_back(sessions, karim, now + timedelta(seconds=4))
    assert begin(sessions, late, now + timedelta(seconds=5)) is None
    fresh = receive(sessions, now + timedelta(seconds=6), number="2")
    assert begin(sessions, fresh, now + timedelta(seconds=6)) is not None


def test_the_word_that_somebody_will_come_is_not_said_once_somebody_is_there(
    sessions: Sessions, now: datetime, karim: int
) -> None:
    turn = begin(sessions, receive(sessions, now), now)
    assert turn is not None
    with transaction(sessions) as session:
        handoffs.request(session, conversation_id=1, reason="asked", now=now)
        effects.once(session, turn_id=turn.inbound_id, name="handoff", now=now, write=dict)
    take(sessions, karim, now)
    assert finish(sessions, turn, now) == ()


def test_what_is_written_while_waiting_and_with_a_coach_is_kept_and_not_answered(
    sessions: Sessions, now: datetime, karim: int
) -> None:
    receive(sessions, now)
    with transaction(sessions) as session:
        handoffs.request(session, conversation_id=1, reason="asked", now=now)
    waiting = receive(sessions, now, text="are you there?", number="2")
    take(sessions, karim, now)
    with_coach = receive(sessions, now, text="thanks", number="3")
    assert begin(sessions, waiting, now) is None
    assert begin(sessions, with_coach, now) is None
    with sessions() as session:
        assert session.scalars(select(OutboundMessage)).all() == []
        kept = session.scalars(select(Stored.text).order_by(Stored.id))
        assert list(kept) == ["salam", "are you there?", "thanks"]


def test_an_answer_that_was_still_to_be_sent_is_not_sent_any_more(
    sessions: Sessions, now: datetime, karim: int
) -> None:
    receive(sessions, now)
    queued = stored(sessions, "reply", now)
    take(sessions, karim, now)
    assert claim(sessions, queued, now) is None
    assert fate(sessions, queued) == ("cancelled", "with_staff")


def test_the_word_that_somebody_will_come_is_sent_while_nobody_is_there(
    sessions: Sessions, now: datetime
) -> None:
    receive(sessions, now)
    with transaction(sessions) as session:
        handoffs.request(session, conversation_id=1, reason="asked", now=now)
    assert claim(sessions, stored(sessions, "reply", now), now) is not None


@pytest.mark.parametrize("with_coach", [False, True])
@pytest.mark.parametrize(
    ("kind", "phone", "expected"),
    [
        ("news", "+212612345678", ("cancelled", "with_staff")),
        ("announcement", "+212612345678", ("cancelled", "sent_by_sms")),
        ("announcement", None, ("failed", "with_staff")),
        ("reminder", "+212612345678", ("cancelled", "sent_by_sms")),
    ],
)
def test_timers_say_nothing_in_the_conversation(
    sessions: Sessions,
    now: datetime,
    karim: int,
    kind: str,
    phone: str | None,
    expected: tuple[str, str],
    with_coach: bool,
) -> None:
    receive(sessions, now)
    with transaction(sessions) as session:
        contact = session.get_one(Contact, 1)
        contact.phone, contact.variety = phone, "fr"
        consent.give(
            session,
            contact_id=1,
            purpose=Purpose.ANNOUNCEMENTS,
            channel=Channel.TELEGRAM,
            words="yes",
            now=now,
        )
        handoffs.request(session, conversation_id=1, reason="asked", now=now)
    if with_coach:
        take(sessions, karim, now)
    queued = stored(sessions, kind, now)
    assert claim(sessions, queued, now) is None
    assert fate(sessions, queued) == expected


@pytest.mark.parametrize("kind", ["coach", "notice"])
def test_coaches_are_heard(sessions: Sessions, now: datetime, karim: int, kind: str) -> None:
    receive(sessions, now)
    take(sessions, karim, now)
    assert claim(sessions, stored(sessions, kind, now), now) is not None


def test_taking_and_finishing_at_once_leave_no_answer_after_the_coach(
    sessions: Sessions, now: datetime, karim: int
) -> None:
    """Both lock the conversation: either the answer is stored first, or it is dropped; never is it stored after."""
    for number in range(6):
        turn = begin(sessions, receive(sessions, now, number=str(number)), now)
        assert turn is not None
        with ThreadPoolExecutor(2) as pool:
            answered = pool.submit(finish, sessions, turn, now)
            taken = pool.submit(take, sessions, karim, now)
            sent = answered.result(timeout=30)
            taken.result(timeout=30)
        for outbound_id in sent:
            assert claim(sessions, outbound_id, now) is None
        give_back(sessions, karim, now)


def test_after_a_coach_the_assistant_begins_anew_once(sessions: Sessions, now: datetime, karim: int) -> None:
    first = begin(sessions, receive(sessions, now), now)
    assert first is not None
    finish(sessions, first, now)
    assert "resumed" not in first.metadata
    later = now + timedelta(minutes=1)
    take(sessions, karim, later)
    give_back(sessions, karim, later)
    after = begin(sessions, receive(sessions, later, number="2"), later)
    assert after is not None
    assert after.metadata["resumed"] is True
    finish(sessions, after, later + timedelta(seconds=1))
    again = begin(sessions, receive(sessions, later, number="3"), later + timedelta(seconds=2))
    assert again is not None
    assert "resumed" not in again.metadata
