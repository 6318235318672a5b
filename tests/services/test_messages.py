"""Messages: stored once, answered once, in one transaction with their jobs."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import select, text

from bot.core.bubbles import Bubble
from bot.core.messages import Channel, DeliveryReceipt, DeliveryStatus, InboundKind, InboundMessage
from bot.services import effects, handoffs, messages, receipts, receiving, staff
from bot.store import models
from bot.store.engine import Sessions, transaction
from tests.services.conftest import MakeConversation


def inbound(provider_id: str = "SM1", words: str = "salam") -> InboundMessage:
    return InboundMessage(
        channel=Channel.WHATSAPP,
        provider_id=provider_id,
        address="+212612345678",
        kind=InboundKind.TEXT,
        text=words,
        raw={"Body": words, "NewField": "kept"},
    )


def receive(sessions: Sessions, now: datetime, provider_id: str = "SM1") -> int | None:
    with transaction(sessions) as session:
        return receiving.receive(session, inbound(provider_id), now=now)


def jobs(sessions: Sessions, task: str) -> int:
    with sessions() as session:
        query = text("SELECT count(*) FROM procrastinate_jobs WHERE task_name = :task")
        return int(session.execute(query, {"task": task}).scalar_one())


def test_a_turn_is_completed_once(sessions: Sessions, now: datetime) -> None:
    turn = receive(sessions, now)
    assert turn is not None
    for expected in (1, 0):
        with transaction(sessions) as session:
            made = messages.complete_turn(
                session, inbound_id=turn, outcome="answered", bubbles=[Bubble(text="Salam")], now=now
            )
        assert len(made) == expected
    assert jobs(sessions, "outbound") == 1


def test_the_assistants_words_are_dropped_when_a_coach_took_the_conversation(
    sessions: Sessions, now: datetime
) -> None:
    turn = receive(sessions, now)
    assert turn is not None
    with transaction(sessions) as session:
        coach = staff.create(
            session, username="karim", password="a-long-password", display_name="Karim", now=now
        )
        conversation = session.scalars(select(models.Conversation)).one()
        handoffs.take(session, conversation_id=conversation.id, staff_id=coach.id, now=now)
    with transaction(sessions) as session:
        made = messages.complete_turn(
            session, inbound_id=turn, outcome="answered", bubbles=[Bubble(text="Salam")], now=now
        )
    assert made == ()
    assert jobs(sessions, "outbound") == 0


def test_the_turn_that_asks_for_a_coach_still_says_so(sessions: Sessions, now: datetime) -> None:
    turn = receive(sessions, now)
    assert turn is not None

    with transaction(sessions) as session:
        conversation = session.scalars(select(models.Conversation)).one()

        def write() -> dict[str, object]:
            found = handoffs.request(session, conversation_id=conversation.id, reason="asked", now=now)
            return {"handoff_id": found.id}

        effects.once(session, turn_id=turn, name="handoff", now=now, write=write)
    with transaction(sessions) as session:
        made = messages.complete_turn(
            session,
            inbound_id=turn,
            outcome="answered",
            bubbles=[Bubble(text="A coach will answer")],
            now=now,
        )
    assert len(made) == 1


def test_an_effect_is_written_once_per_turn(sessions: Sessions, now: datetime) -> None:
    turn = receive(sessions, now)
    assert turn is not None
    written: list[int] = []

    def write() -> dict[str, int]:
        written.append(1)
        return {"count": len(written)}

    for _ in range(3):
        with transaction(sessions) as session:
            assert effects.once(session, turn_id=turn, name="x", now=now, write=write) == {"count": 1}
    assert len(written) == 1


def test_receipts_only_move_forward(
    sessions: Sessions, now: datetime, make_conversation: MakeConversation
) -> None:
    conversation = make_conversation()
    with transaction(sessions) as session:
        bound = session.get_one(models.Conversation, conversation.id)
        (outbound_id,) = messages.reply(session, conversation=bound, bubbles=[Bubble(text="Salam")], now=now)

    def receipt(status: DeliveryStatus) -> None:
        with transaction(sessions) as session:
            known = receipts.record(
                session,
                DeliveryReceipt(
                    provider_id="SM9", status=status, error_code=None, raw={}, outbound_id=outbound_id
                ),
                channels=[Channel.WHATSAPP],
                now=now,
            )
        assert known

    for status in (
        DeliveryStatus.DELIVERED,
        DeliveryStatus.SENT,
        DeliveryStatus.READ,
        DeliveryStatus.DELIVERED,
    ):
        receipt(status)
    with sessions() as session:
        row = session.get_one(models.OutboundMessage, outbound_id)
        events = session.scalars(select(models.DeliveryEvent.status).order_by(models.DeliveryEvent.id)).all()
    assert (row.status, row.provider_id) == ("read", "SM9")
    assert list(events) == ["delivered", "sent", "read", "delivered"]


def test_a_receipt_for_a_message_that_is_not_ours_is_said_to_be_unknown(
    sessions: Sessions, now: datetime
) -> None:
    stranger = DeliveryReceipt(provider_id="SM404", status=DeliveryStatus.SENT, error_code=None, raw={})
    with transaction(sessions) as session:
        assert not receipts.record(session, stranger, channels=[Channel.SMS], now=now)
