"""Somebody waits for a coach: nobody else speaks, and they go on with the assistant by a word."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import select

from bot.core.locales import Variety
from bot.core.messages import Channel, InboundKind, InboundMessage
from bot.core.texts import default_texts
from bot.services import desk_settings, handoffs, inbox, receiving, staff, turns, waiting
from bot.services.desk_settings import Desk
from bot.services.inbox import Tab
from bot.services.waiting import BACK
from bot.store import models
from bot.store.engine import Sessions, transaction

Write = Callable[..., turns.Turn | None]
TEXTS = default_texts()
LATER = timedelta(minutes=1)


@pytest.fixture
def write(sessions: Sessions, now: datetime) -> Write:
    """Somebody on Telegram writes, some time after now; what the assistant is asked to answer, if it is."""
    numbers = iter(range(1, 100))

    def receive(text: str, after: timedelta = LATER, **changes: Any) -> turns.Turn | None:
        values: dict[str, Any] = {"kind": InboundKind.TEXT, "text": text} | changes
        message = InboundMessage(
            channel=Channel.TELEGRAM, address="77", provider_id=str(next(numbers)), raw={}, **values
        )
        with transaction(sessions) as session:
            inbound_id = receiving.receive(session, message, now=now + after)
            assert inbound_id is not None
        with transaction(sessions) as session:
            return turns.begin(
                session,
                inbound_id=inbound_id,
                commune_at=lambda point: None,
                texts=TEXTS,
                now=now + after,
            )

    return receive


@pytest.fixture
def waits(sessions: Sessions, write: Write, now: datetime) -> None:
    """They have asked for a coach."""
    write("salam", timedelta())
    ask(sessions, now)


def ask(sessions: Sessions, now: datetime, reason: str = "asked") -> None:
    with transaction(sessions) as session:
        handoffs.request(session, conversation_id=1, reason=reason, now=now)


def take(sessions: Sessions, now: datetime) -> None:
    with transaction(sessions) as session:
        karim = staff.create(
            session, username="karim", password="a-long-password", display_name="Karim", now=now
        )
        handoffs.take(session, conversation_id=1, staff_id=karim.id, now=now)


def said(sessions: Sessions) -> list[str]:
    with sessions() as session:
        return list(session.scalars(select(models.OutboundMessage.text).order_by(models.OutboundMessage.id)))


def talker(sessions: Sessions) -> str:
    with sessions() as session:
        return session.get_one(models.Conversation, 1).talker


def followed_by(sessions: Sessions, now: datetime, *, urgent: bool = False) -> str:
    """The lines behind the news that a coach will answer, in French."""
    with sessions() as session:
        lines = waiting.what_follows(session, urgent=urgent, now=now)
    return "\n".join(TEXTS.say(key, Variety.FRENCH, values) for key, values in lines)


class TestTelling:
    def test_when_coaches_are_there_is_said_as_far_as_staff_have_said_it(
        self, sessions: Sessions, now: datetime
    ) -> None:
        assert "jusqu'à" not in followed_by(sessions, now)
        with transaction(sessions) as session:
            # Now is Tuesday, 10:00.
            desk_settings.save(session, Desk(hours={"1": ["09:00", "12:00"], "2": ["09:00", "12:00"]}))
        assert "aujourd'hui jusqu'à 12:00" in followed_by(sessions, now)
        assert "mercredi 25 novembre à 09:00" in followed_by(sessions, now + timedelta(hours=4))

    def test_the_way_back_is_named(self, sessions: Sessions, now: datetime) -> None:
        assert "« menu »" in followed_by(sessions, now)

    def test_who_is_in_danger_is_told_the_line_and_not_led_away(
        self, sessions: Sessions, now: datetime
    ) -> None:
        with transaction(sessions) as session:
            desk_settings.save(session, Desk(emergency_line="0800001234"))
        words = followed_by(sessions, now, urgent=True)
        assert "0800001234" in words
        assert "menu" not in words


@pytest.mark.usefixtures("waits")
class TestSilence:
    def test_nothing_is_said_to_who_waits_whatever_they_write(self, sessions: Sessions, write: Write) -> None:
        assert write("je cherche une formation") is None
        assert write("vous êtes là ?", timedelta(hours=30)) is None
        assert said(sessions) == []
        assert talker(sessions) == "waiting"

    def test_a_choice_of_the_assistants_that_is_pressed_late_is_for_the_coach(
        self, sessions: Sessions, write: Write
    ) -> None:
        assert write("Rdv", kind=InboundKind.BUTTON, payload="/book_slot") is None
        assert talker(sessions) == "waiting"

    def test_with_a_coach_nobody_else_speaks(self, sessions: Sessions, write: Write, now: datetime) -> None:
        take(sessions, now)
        assert write("chokran") is None
        assert write("menu") is None
        assert said(sessions) == []
        assert talker(sessions) == "coach"


@pytest.mark.usefixtures("waits")
class TestGoingOn:
    @pytest.mark.parametrize("word", ["menu", "القائمة", "رجوع", "0", "bghit l menu 3afak", "/start"])
    def test_a_word_gives_the_assistant_back_and_the_coaches_lose_nothing(
        self, sessions: Sessions, write: Write, word: str
    ) -> None:
        turn = write(word)
        assert turn is not None
        assert turn.payload == BACK
        assert turn.metadata["resumed"]
        assert talker(sessions) == "assistant"
        with sessions() as session:
            assert inbox.counts(session, staff_id=1).waiting == 1
            (row,) = inbox.page(session, tab=Tab.WAITING, staff_id=1).rows
        assert row.reason == "asked"

    def test_then_the_assistant_answers_and_a_coach_can_take_over_at_any_time(
        self, sessions: Sessions, write: Write, now: datetime
    ) -> None:
        write("menu")
        assert write("fin jaya l9afila", 2 * LATER) is not None
        assert said(sessions) == []
        take(sessions, now)
        assert write("fin jaya l9afila", 3 * LATER) is None
        assert talker(sessions) == "coach"

    def test_who_asks_for_a_coach_again_waits_again_in_the_same_place(
        self, sessions: Sessions, write: Write, now: datetime
    ) -> None:
        write("menu")
        ask(sessions, now + LATER)
        assert talker(sessions) == "waiting"
        with sessions() as session:
            assert session.scalars(select(models.Handoff)).one().waiting_since == now

    def test_danger_still_goes_to_a_person(self, sessions: Sessions, write: Write) -> None:
        write("menu")
        assert write("bghit nmout", 2 * LATER) is None
        assert talker(sessions) == "waiting"
        with sessions() as session:
            assert session.scalars(select(models.Handoff)).one().urgent

    def test_a_question_that_holds_such_a_word_is_for_the_coach(
        self, sessions: Sessions, write: Write
    ) -> None:
        assert write("je veux continuer mes études") is None
        assert talker(sessions) == "waiting"
