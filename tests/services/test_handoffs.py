"""The handoff: one atomic step, one coach."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta

import pytest
from sqlalchemy import select

from bot.core.roles import Role
from bot.core.texts import default_texts
from bot.services import handoffs, staff
from bot.services.handoffs import CannotTake, NotHeld, TakenByAnother
from bot.store.engine import Sessions, transaction
from bot.store.models import Conversation, Handoff, OutboundMessage, Staff
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


def test_a_second_wish_that_is_urgent_goes_first(
    sessions: Sessions, now: datetime, make_conversation: MakeConversation
) -> None:
    conversation = make_conversation()
    with transaction(sessions) as session:
        handoffs.request(session, conversation_id=conversation.id, reason="asked", now=now)
        known = handoffs.request(session, conversation_id=conversation.id, reason="distress", now=now)
        again = handoffs.request(session, conversation_id=conversation.id, reason="asked", now=now)
    assert (known.urgent, again.reason) == (True, "distress")


def test_the_first_answer_is_noted_once(
    sessions: Sessions, now: datetime, make_conversation: MakeConversation
) -> None:
    conversation = make_conversation()
    karim = coach(sessions, now, "karim")
    with transaction(sessions) as session:
        handoffs.take(session, conversation_id=conversation.id, staff_id=karim, now=now)
        for minutes in (5, 9):
            later = now + timedelta(minutes=minutes)
            handoffs.answer(session, conversation_id=conversation.id, staff_id=karim, text="Salam", now=later)
    with sessions() as session:
        assert session.scalars(select(Handoff)).one().first_answer_at == now + timedelta(minutes=5)


def test_handed_to_a_colleague_only_the_colleague_answers(
    sessions: Sessions, now: datetime, make_conversation: MakeConversation
) -> None:
    conversation = make_conversation()
    karim, amina = coach(sessions, now, "karim"), coach(sessions, now, "amina")
    with transaction(sessions) as session:
        handoffs.take(session, conversation_id=conversation.id, staff_id=karim, now=now)
        handoffs.transfer_to(
            session, conversation_id=conversation.id, staff_id=karim, colleague_id=amina, now=now
        )
        handoffs.answer(session, conversation_id=conversation.id, staff_id=amina, text="Salam", now=now)
    with pytest.raises(NotHeld), transaction(sessions) as session:
        handoffs.answer(session, conversation_id=conversation.id, staff_id=karim, text="Salam", now=now)
    assert talker(sessions, conversation) == "coach"


@pytest.mark.parametrize("role", [Role.AGENT, Role.AUDITOR, None])
def test_nobody_is_handed_a_conversation_who_does_not_talk(
    sessions: Sessions, now: datetime, make_conversation: MakeConversation, role: Role | None
) -> None:
    conversation = make_conversation()
    karim, other = coach(sessions, now, "karim"), coach(sessions, now, "other")
    with transaction(sessions) as session:
        account = session.get_one(Staff, other)
        account.role = (role or Role.COACH).value
        account.disabled_at = None if role else now
        handoffs.take(session, conversation_id=conversation.id, staff_id=karim, now=now)
    with pytest.raises(CannotTake), transaction(sessions) as session:
        handoffs.transfer_to(
            session, conversation_id=conversation.id, staff_id=karim, colleague_id=other, now=now
        )


def test_for_a_speciality_it_waits_again_and_the_assistant_stays_silent(
    sessions: Sessions, now: datetime, make_conversation: MakeConversation
) -> None:
    conversation = make_conversation()
    karim, amina = coach(sessions, now, "karim"), coach(sessions, now, "amina")
    later = now + timedelta(hours=1)
    with transaction(sessions) as session:
        handoffs.take(session, conversation_id=conversation.id, staff_id=karim, now=now)
        handoffs.transfer_to_speciality(
            session, conversation_id=conversation.id, staff_id=karim, speciality="financing", now=later
        )
    assert talker(sessions, conversation) == "waiting"
    with transaction(sessions) as session:
        taken = handoffs.take(session, conversation_id=conversation.id, staff_id=amina, now=later)
    assert (taken.speciality, taken.waiting_since, taken.staff_id) == ("financing", later, amina)
    with pytest.raises(CannotTake), transaction(sessions) as session:
        handoffs.transfer_to_speciality(
            session, conversation_id=conversation.id, staff_id=amina, speciality="poetry", now=later
        )
