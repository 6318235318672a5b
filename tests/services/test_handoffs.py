"""The handoff: one atomic step, one coach."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import datetime

import pytest
from sqlalchemy import select

from bot.core.texts import default_texts
from bot.services import handoffs, staff
from bot.services.handoffs import NotHeld, TakenByAnother
from bot.store.engine import Sessions, transaction
from bot.store.models import Conversation, OutboundMessage
from tests.services.conftest import MakeConversation


def coach(sessions: Sessions, now: datetime, name: str) -> int:
    with transaction(sessions) as session:
        return staff.create(session, username=name, password="a-long-password", display_name=name, now=now).id


def talker(sessions: Sessions, conversation: Conversation) -> str:
    with sessions() as session:
        return session.get_one(Conversation, conversation.id).talker


def test_ask_take_answer_give_back(
    sessions: Sessions, now: datetime, make_conversation: MakeConversation
) -> None:
    conversation = make_conversation()
    karim = coach(sessions, now, "karim")
    with transaction(sessions) as session:
        handoffs.request(session, conversation_id=conversation.id, reason="asked", now=now)
    assert talker(sessions, conversation) == "waiting"
    with transaction(sessions) as session:
        handoffs.take(session, conversation_id=conversation.id, staff_id=karim, now=now)
        handoffs.answer(
            session, conversation_id=conversation.id, staff_id=karim, text="Salam, ana Karim", now=now
        )
    assert talker(sessions, conversation) == "coach"
    with transaction(sessions) as session:
        handoffs.give_back(
            session, conversation_id=conversation.id, staff_id=karim, texts=default_texts(), now=now
        )
    assert talker(sessions, conversation) == "assistant"
    with sessions() as session:
        kinds = session.scalars(select(OutboundMessage.kind).order_by(OutboundMessage.id)).all()
    assert list(kinds) == ["coach", "notice"]


def test_of_many_coaches_at_once_exactly_one_gets_it(
    sessions: Sessions, now: datetime, make_conversation: MakeConversation
) -> None:
    conversation = make_conversation()
    coaches = [coach(sessions, now, f"coach{number}") for number in range(8)]

    def attempt(staff_id: int) -> bool:
        try:
            with transaction(sessions) as session:
                handoffs.take(session, conversation_id=conversation.id, staff_id=staff_id, now=now)
        except TakenByAnother:
            return False
        return True

    with ThreadPoolExecutor(8) as pool:
        results = list(pool.map(attempt, coaches))
    assert results.count(True) == 1


def test_only_the_holder_may_answer_or_give_back(
    sessions: Sessions, now: datetime, make_conversation: MakeConversation
) -> None:
    conversation = make_conversation()
    karim, amina = coach(sessions, now, "karim"), coach(sessions, now, "amina")
    with transaction(sessions) as session:
        handoffs.take(session, conversation_id=conversation.id, staff_id=karim, now=now)
    with pytest.raises(NotHeld), transaction(sessions) as session:
        handoffs.answer(session, conversation_id=conversation.id, staff_id=amina, text="Salam", now=now)
    with pytest.raises(NotHeld), transaction(sessions) as session:
        handoffs.give_back(
            session, conversation_id=conversation.id, staff_id=amina, texts=default_texts(), now=now
        )
    assert talker(sessions, conversation) == "coach"


def test_asking_twice_is_one_handoff(
    sessions: Sessions, now: datetime, make_conversation: MakeConversation
) -> None:
    conversation = make_conversation()
    with transaction(sessions) as session:
        first = handoffs.request(session, conversation_id=conversation.id, reason="asked", now=now)
        second = handoffs.request(session, conversation_id=conversation.id, reason="asked", now=now)
    assert first.id == second.id
