"""Somebody waits and coaches are told; nobody writes any more and the assistant resumes."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta

import pytest
from sqlalchemy import select

from bot.core.roles import Role
from bot.core.texts import default_texts
from bot.services import desk_settings, handoff_watch, handoffs, staff
from bot.services.desk_settings import Desk, UnusableSettings
from bot.services.handoff_numbers import measure
from bot.store.engine import Sessions, transaction
from bot.store.models import CoachProfile, Conversation, Handoff, OutboundMessage
from tests.services.conftest import MakeConversation

Hire = Callable[..., int]
URL = "https://caravan.example.org"
TEXTS = default_texts()


@pytest.fixture
def hire(sessions: Sessions, now: datetime) -> Hire:
    """Makes an account that is alerted by SMS."""

    def make(
        name: str, number: str | None, role: Role = Role.COACH, specialities: tuple[str, ...] = ()
    ) -> int:
        with transaction(sessions) as session:
            made = staff.create(
                session, username=name, password="a-long-password", display_name=name, now=now, role=role
            )
            session.add(
                CoachProfile(
                    staff_id=made.id,
                    specialities=list(specialities),
                    alert_channel="sms" if number else None,
                    alert_address=number,
                )
            )
        return made.id

    return make


@pytest.fixture
def waiting(sessions: Sessions, now: datetime, make_conversation: MakeConversation) -> Conversation:
    conversation = make_conversation()
    with transaction(sessions) as session:
        handoffs.request(session, conversation_id=conversation.id, reason="asked", now=now)
    return conversation


def tell(sessions: Sessions, at: datetime) -> int:
    with transaction(sessions) as session:
        return handoff_watch.tell_coaches(session, texts=TEXTS, console_url=URL, now=at)


def resume(sessions: Sessions, at: datetime) -> int:
    with transaction(sessions) as session:
        return handoff_watch.give_back_silent(session, texts=TEXTS, now=at)


def alerts(sessions: Sessions) -> list[tuple[str, str]]:
    with sessions() as session:
        rows = session.scalars(select(OutboundMessage).where(OutboundMessage.kind == "alert"))
        return sorted((row.address, row.text) for row in rows)


def to(sessions: Sessions) -> list[str]:
    return [address for address, _ in alerts(sessions)]


def test_coaches_are_told_once_when_somebody_waits_too_long(
    sessions: Sessions, now: datetime, hire: Hire, waiting: Conversation
) -> None:
    hire("karim", "+212600000001")
    hire("amina", None)
    hire("nadia", "+212600000003", Role.ORGANISER)
    assert tell(sessions, now + timedelta(minutes=9)) == 0
    assert tell(sessions, now + timedelta(minutes=10)) == 1
    assert tell(sessions, now + timedelta(minutes=11)) == 0
    ((number, words),) = alerts(sessions)
    assert number == "+212600000001"
    assert "10 min" in words
    assert f"{URL}/console/conversations/{waiting.id}" in words
    assert "Sara" not in words


def test_where_nobody_came_the_organiser_is_told(
    sessions: Sessions, now: datetime, hire: Hire, waiting: Conversation
) -> None:
    hire("karim", "+212600000001")
    hire("nadia", "+212600000003", Role.ORGANISER)
    tell(sessions, now + timedelta(minutes=10))
    assert tell(sessions, now + timedelta(minutes=45)) == 1
    assert tell(sessions, now + timedelta(minutes=90)) == 0
    assert to(sessions) == ["+212600000001", "+212600000003"]


def test_who_is_taken_needs_nobody(
    sessions: Sessions, now: datetime, hire: Hire, waiting: Conversation
) -> None:
    karim = hire("karim", "+212600000001")
    with transaction(sessions) as session:
        handoffs.take(session, conversation_id=waiting.id, staff_id=karim, now=now)
    assert tell(sessions, now + timedelta(hours=1)) == 0


def test_what_is_urgent_is_told_at_once_and_outside_the_hours_too(
    sessions: Sessions, now: datetime, hire: Hire, waiting: Conversation
) -> None:
    hire("karim", "+212600000001")
    with transaction(sessions) as session:
        desk_settings.save(session, Desk(hours={"5": ["09:00", "10:00"]}))
    assert tell(sessions, now + timedelta(hours=1)) == 0
    with transaction(sessions) as session:
        handoffs.request(session, conversation_id=waiting.id, reason="violence", now=now)
    assert tell(sessions, now) == 1
    assert "URGENT" in alerts(sessions)[0][1]


def test_a_speciality_is_told_to_those_who_have_it(
    sessions: Sessions, now: datetime, hire: Hire, waiting: Conversation
) -> None:
    karim = hire("karim", "+212600000001")
    hire("amina", "+212600000002", specialities=("financing",))
    with transaction(sessions) as session:
        handoffs.take(session, conversation_id=waiting.id, staff_id=karim, now=now)
        handoffs.transfer_to_speciality(
            session, conversation_id=waiting.id, staff_id=karim, speciality="financing", now=now
        )
    tell(sessions, now + timedelta(minutes=10))
    assert to(sessions) == ["+212600000002"]


def test_two_workers_tell_once(sessions: Sessions, now: datetime, hire: Hire, waiting: Conversation) -> None:
    hire("karim", "+212600000001")
    with ThreadPoolExecutor(4) as pool:
        told = list(pool.map(lambda _: tell(sessions, now + timedelta(minutes=10)), range(4)))
    assert sum(told) == 1


def test_after_a_silence_the_assistant_resumes_and_says_so(
    sessions: Sessions, now: datetime, hire: Hire, waiting: Conversation
) -> None:
    karim = hire("karim", None)
    with transaction(sessions) as session:
        handoffs.take(session, conversation_id=waiting.id, staff_id=karim, now=now)
        handoffs.answer(session, conversation_id=waiting.id, staff_id=karim, text="Salam", now=now)
    assert resume(sessions, now + timedelta(minutes=119)) == 0
    assert resume(sessions, now + timedelta(minutes=120)) == 1
    assert resume(sessions, now + timedelta(minutes=121)) == 0
    with sessions() as session:
        assert session.get_one(Conversation, waiting.id).talker == "assistant"
        handoff = session.scalars(select(Handoff)).one()
        assert (handoff.closed_by, handoff.closed_at) == ("silence", now + timedelta(minutes=120))
        notice = session.scalars(select(OutboundMessage).where(OutboundMessage.kind == "notice")).one()
        assert notice.text.startswith("شي مدة")


def test_a_word_of_the_person_lengthens_it(
    sessions: Sessions, now: datetime, hire: Hire, waiting: Conversation
) -> None:
    karim = hire("karim", None)
    with transaction(sessions) as session:
        handoffs.take(session, conversation_id=waiting.id, staff_id=karim, now=now)
        handoffs.answer(session, conversation_id=waiting.id, staff_id=karim, text="Salam", now=now)
        session.get_one(Conversation, waiting.id).last_activity_at = now + timedelta(minutes=60)
    assert resume(sessions, now + timedelta(minutes=130)) == 0


def test_who_was_never_answered_waits_for_somebody_else(
    sessions: Sessions, now: datetime, hire: Hire, waiting: Conversation
) -> None:
    karim = hire("karim", "+212600000001")
    with transaction(sessions) as session:
        handoffs.take(session, conversation_id=waiting.id, staff_id=karim, now=now)
    later = now + timedelta(minutes=120)
    assert resume(sessions, later) == 1
    with sessions() as session:
        assert session.get_one(Conversation, waiting.id).talker == "waiting"
        assert session.scalars(select(Handoff)).one().staff_id is None
    assert tell(sessions, later + timedelta(minutes=10)) == 1


@pytest.mark.parametrize(
    "desk",
    [Desk(alert_after=timedelta(0)), Desk(give_back_after=timedelta(days=8)), Desk(emergency_line="ask me")],
)
def test_settings_that_cannot_be(sessions: Sessions, desk: Desk) -> None:
    with pytest.raises(UnusableSettings), transaction(sessions) as session:
        desk_settings.save(session, desk)


def test_settings_are_kept(sessions: Sessions) -> None:
    wanted = Desk(
        hours={"0": ["09:00", "16:00"]}, emergency_line="0800 001 234", alert_after=timedelta(minutes=5)
    )
    with transaction(sessions) as session:
        desk_settings.save(session, wanted)
    with sessions() as session:
        assert desk_settings.load(session) == wanted


def test_the_times_are_measured(
    sessions: Sessions, now: datetime, hire: Hire, make_conversation: MakeConversation
) -> None:
    karim = hire("karim", None)
    for number, minutes in enumerate((2, 4, 12)):
        conversation = make_conversation(f"+21261234567{number}")
        with transaction(sessions) as session:
            handoffs.request(session, conversation_id=conversation.id, reason="asked", now=now)
            handoffs.take(session, conversation_id=conversation.id, staff_id=karim, now=now)
            later = now + timedelta(minutes=minutes)
            handoffs.answer(session, conversation_id=conversation.id, staff_id=karim, text="Salam", now=later)
            if minutes < 10:
                handoffs.give_back(
                    session,
                    conversation_id=conversation.id,
                    staff_id=karim,
                    texts=TEXTS,
                    now=later + timedelta(minutes=6),
                )
    with sessions() as session:
        numbers = measure(session, since=now, until=now + timedelta(days=1))
        nothing = measure(session, since=now + timedelta(days=1), until=now + timedelta(days=2))
    assert (numbers.asked, numbers.answered, numbers.closed, numbers.closed_by_silence) == (3, 3, 2, 0)
    assert numbers.first_answer == timedelta(minutes=4)
    assert numbers.to_close == timedelta(minutes=9)
    assert numbers.by_reason == {"asked": 3}
    assert (nothing.asked, nothing.first_answer) == (0, None)
