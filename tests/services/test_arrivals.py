"""Messages that swapped on their way, and messages without end."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import select

from bot.core.consent_rules import Purpose
from bot.core.messages import Channel, InboundKind, InboundMessage
from bot.core.texts import default_texts
from bot.services import arrivals, consent, messages, receiving, turns
from bot.services.arrivals import NotYet, Overtaken
from bot.services.turns import Turn
from bot.store import models
from bot.store.engine import Sessions, transaction

Receive = Callable[..., int]


@pytest.fixture
def receive(sessions: Sessions, now: datetime) -> Receive:
    """Stores an update of Telegram's with this number."""

    def store(order: int, *, address: str = "77", at: datetime = now, **changes: Any) -> int:
        values: dict[str, Any] = {"kind": InboundKind.TEXT, "text": f"message {order}"}
        message = InboundMessage(
            channel=Channel.TELEGRAM,
            provider_id=str(order),
            order=order,
            address=address,
            raw={},
            **(values | changes),
        )
        with transaction(sessions) as session:
            stored = receiving.receive(session, message, now=at)
        assert stored is not None
        return stored

    return store


def begin(sessions: Sessions, inbound_id: int, now: datetime) -> Turn | None:
    with transaction(sessions) as session:
        return turns.begin(
            session, inbound_id=inbound_id, commune_at=lambda point: None, texts=default_texts(), now=now
        )


def complete(sessions: Sessions, inbound_id: int, now: datetime) -> None:
    with transaction(sessions) as session:
        messages.complete_turn(session, inbound_id=inbound_id, outcome="answered", bubbles=(), now=now)


def outcomes(sessions: Sessions) -> list[str | None]:
    with sessions() as session:
        return list(session.scalars(select(models.InboundMessage.outcome).order_by(models.InboundMessage.id)))


def test_what_was_sent_first_is_answered_first(sessions: Sessions, now: datetime, receive: Receive) -> None:
    complete(sessions, receive(1), now)
    text, press = receive(3), receive(2)
    with pytest.raises(Overtaken) as raised:
        begin(sessions, text, now)
    assert raised.value.earlier_id == press
    assert begin(sessions, press, now) is not None
    complete(sessions, press, now)
    assert begin(sessions, text, now) is not None
    with sessions() as session:
        assert arrivals.previous_turn(session, text) == press


def test_where_a_number_is_missing_a_message_waits_a_second(
    sessions: Sessions, now: datetime, receive: Receive
) -> None:
    complete(sessions, receive(1), now)
    late = receive(3)
    with pytest.raises(NotYet) as raised:
        begin(sessions, late, now + timedelta(seconds=0.4))
    assert raised.value.retry_after == pytest.approx(0.6)
    assert not raised.value.long
    assert begin(sessions, late, now + timedelta(seconds=1)) is not None


def test_the_first_message_of_a_conversation_waits_for_none(
    sessions: Sessions, now: datetime, receive: Receive
) -> None:
    assert begin(sessions, receive(7), now) is not None


def test_a_number_of_somebody_elses_is_not_missing(
    sessions: Sessions, now: datetime, receive: Receive
) -> None:
    complete(sessions, receive(1), now)
    receive(2, address="88")
    assert begin(sessions, receive(3), now) is not None


def flood(receive: Receive, now: datetime, count: int) -> list[int]:
    every = timedelta(seconds=0.4)
    return [receive(number, at=now + every * number) for number in range(1, count + 1)]


def test_a_flood_is_answered_once_and_every_message_of_it_is_kept_and_marked(
    sessions: Sessions, now: datetime, receive: Receive
) -> None:
    first, *rest = flood(receive, now, 21)
    last = now + timedelta(seconds=0.4 * 21)
    with pytest.raises(NotYet) as raised:
        begin(sessions, first, last)
    assert raised.value.long
    turn = begin(sessions, first, last + timedelta(seconds=2))
    assert turn is not None
    assert turn.text.splitlines() == [f"message {number}" for number in range(16, 22)]
    assert outcomes(sessions) == [None] + ["merged"] * 20
    assert [begin(sessions, other, last) for other in rest] == [None] * 20
    again = begin(sessions, first, last + timedelta(hours=1))
    assert again is not None
    assert again.text == turn.text, "a turn that runs again says the same"


def test_twenty_messages_are_no_flood_yet(sessions: Sessions, now: datetime, receive: Receive) -> None:
    first, *_ = flood(receive, now, 20)
    turn = begin(sessions, first, now + timedelta(seconds=8))
    assert turn is not None
    assert turn.text == "message 1"


def test_a_stop_in_a_flood_is_heeded(sessions: Sessions, now: datetime, receive: Receive) -> None:
    first, *_ = flood(receive, now, 20)
    receive(21, text="STOP", at=now + timedelta(seconds=9))
    turn = begin(sessions, first, now + timedelta(seconds=11))
    assert turn is not None
    assert turn.payload == "/unsubscribe"
    with sessions() as session:
        assert not consent.allowed(session, contact_id=turn.metadata["contact_id"], purpose=Purpose.REMINDERS)


def test_a_flood_of_one_person_is_no_flood_of_another(
    sessions: Sessions, now: datetime, receive: Receive
) -> None:
    flood(receive, now, 21)
    turn = begin(sessions, receive(22, address="88", at=now), now + timedelta(seconds=8.4))
    assert turn is not None
    assert turn.text == "message 22"
