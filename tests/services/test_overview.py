"""Numbers of a period: days are Morocco's, questions and refusals are counted apart."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

from bot.core.reminder_rules import CASABLANCA
from bot.services import handoff_numbers, handoffs, overview
from bot.services.overview import Part, Period
from bot.store.engine import Sessions, transaction
from bot.store.models import InboundMessage
from tests.services.conftest import MakeConversation

NOW = datetime(2026, 11, 24, 9, 0, tzinfo=UTC)


def message(
    conversation_id: int, number: int, at: datetime, intent: str | None, variety: str = "fr"
) -> InboundMessage:
    return InboundMessage(
        conversation_id=conversation_id,
        channel="whatsapp",
        provider_id=f"SM{number}",
        kind="text",
        text=f"message {number}",
        raw={},
        received_at=at,
        intent=intent,
        variety=variety if intent else None,
    )


def test_a_period_ends_today_by_the_clock_of_morocco() -> None:
    late = datetime(2026, 11, 24, 23, 30, tzinfo=UTC)
    period = overview.last_days(now=late, days=7)
    assert period.last == late.astimezone(CASABLANCA).date()
    assert (period.last - period.first).days == 6
    assert len(period.days()) == 7


def test_messages_are_counted_by_day_variety_and_question(
    sessions: Sessions, make_conversation: MakeConversation
) -> None:
    first, second = make_conversation().id, make_conversation("+212612345679").id
    day = timedelta(days=1)
    with transaction(sessions) as session:
        session.add_all(
            [
                message(first, 1, NOW, "ask_cost"),
                message(first, 2, NOW - day, "ask_cost", "ary-Latn"),
                message(second, 3, NOW - day, "out_of_scope"),
                message(second, 4, NOW, None),
                message(second, 5, NOW - 9 * day, "ask_cost"),
            ]
        )
    with sessions() as session:
        found = overview.of_period(session, overview.last_days(now=NOW, days=7))
        assert (found.messages, found.conversations) == (4, 2)
        assert found.by_day[-2:] == ((date(2026, 11, 23), 2), (date(2026, 11, 24), 2))
        assert found.questions == (("ask_cost", 2),)
        assert (found.read, found.refused) == (3, 1)
        assert found.by_variety == (("fr", 2), ("ary-Latn", 1))


def test_a_number_leads_to_what_it_counts(sessions: Sessions, make_conversation: MakeConversation) -> None:
    talk = make_conversation().id
    with transaction(sessions) as session:
        session.add_all(
            [message(talk, number, NOW - timedelta(hours=number), "ask_cost") for number in range(60)]
        )
    with sessions() as session:
        whole = Period(first=date(2026, 11, 1), last=date(2026, 11, 24))
        shown = overview.messages_of(session, whole, Part(intent="ask_cost"))
        assert len(shown) == overview.SHOWN
        assert shown[0].text == "message 0"
        assert {one.conversation_id for one in shown} == {talk}
        assert overview.messages_of(session, whole, Part(intent="ask_jobs")) == ()


def test_a_part_is_of_one_language_or_the_last_word_of_each_person(
    sessions: Sessions, make_conversation: MakeConversation
) -> None:
    first, second = make_conversation().id, make_conversation("+212612345679").id
    minute = timedelta(minutes=1)
    with transaction(sessions) as session:
        session.add_all(
            [
                message(first, 1, NOW - 9 * minute, "ask_cost", "ar"),
                message(second, 2, NOW - 8 * minute, "ask_cost"),
                message(first, 3, NOW - 7 * minute, "out_of_scope"),
                message(first, 4, NOW - timedelta(days=3), "ask_cost", "ar"),
            ]
        )
    with sessions() as session:
        today = Period(first=NOW.date(), last=NOW.date())

        def texts(part: Part) -> list[str]:
            return [one.text for one in overview.messages_of(session, today, part)]

        assert texts(Part()) == ["message 3", "message 2", "message 1"]
        assert texts(Part(variety="ar")) == ["message 1"]
        assert texts(Part(last_only=True)) == ["message 3", "message 2"]
        assert [(one.messages, one.refused) for one in overview.of_days(session, today)] == [(3, 1)]


def test_a_day_counts_who_asked_for_a_person(sessions: Sessions, make_conversation: MakeConversation) -> None:
    talk = make_conversation().id
    with transaction(sessions) as session:
        handoffs.request(session, conversation_id=talk, reason="asked", now=NOW)
    with sessions() as session:
        days = overview.of_days(session, overview.last_days(now=NOW, days=2))
        assert [one.handoffs for one in days] == [0, 1]
        period = overview.last_days(now=NOW, days=2)
        [asked] = handoff_numbers.requests(session, since=period.begins, until=period.ends)
        assert (asked.conversation_id, asked.reason, asked.first_answer) == (talk, "asked", None)
        wanted = handoff_numbers.requests(session, since=period.begins, until=period.ends, reason="anger")
        assert wanted == ()
