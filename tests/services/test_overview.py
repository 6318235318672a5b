"""Numbers of a period: days are Morocco's, questions and refusals are counted apart."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

from bot.core.reminder_rules import CASABLANCA
from bot.services import overview
from bot.services.overview import Period
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
        shown = overview.messages_of(session, whole, intent="ask_cost")
        assert len(shown) == overview.SHOWN
        assert shown[0].text == "message 0"
        assert {one.conversation_id for one in shown} == {talk}
        assert overview.messages_of(session, whole, intent="ask_jobs") == ()
