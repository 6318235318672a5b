"""An answer in the hands of the worker that made it: held where nothing stands against it, else left to a job."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from sqlalchemy import text

from bot.core.bubbles import Bubble
from bot.core.messages import Channel, InboundKind, InboundMessage
from bot.services import contacts, messages, receiving
from bot.services.at_once import AtOnce
from bot.store.engine import Sessions, transaction
from bot.store.models import Conversation, OutboundMessage

ADDRESS = "+212612345678"
WORDS = ("Salam", "x" * 1500)


@pytest.fixture
def turn(sessions: Sessions, now: datetime) -> int:
    """Somebody's message on WhatsApp."""
    message = InboundMessage(
        channel=Channel.WHATSAPP,
        provider_id="SM1",
        address=ADDRESS,
        kind=InboundKind.TEXT,
        text="salam",
        raw={},
    )
    with transaction(sessions) as session:
        found = receiving.receive(session, message, now=now)
        session.execute(text("DELETE FROM procrastinate_jobs"))
        session.execute(text("INSERT INTO procrastinate_workers DEFAULT VALUES"))
    assert found is not None
    return found


def answer(sessions: Sessions, turn: int, now: datetime, *texts: str) -> AtOnce:
    """Complete the turn, offering what is said to the worker."""
    with transaction(sessions) as session:
        worker_id = session.scalar(text("SELECT max(id) FROM procrastinate_workers"))
        at_once = AtOnce(worker_id=worker_id, now=now)
        messages.complete_turn(
            session,
            inbound_id=turn,
            outcome="answered",
            bubbles=[Bubble(text=said) for said in texts],
            now=now,
            send_now=at_once,
        )
    return at_once


def state(sessions: Sessions) -> list[tuple[str, str, bool]]:
    """Each message's status and its job's, and whether the job has a worker."""
    query = text(
        "SELECT m.status, j.status::text, j.worker_id IS NOT NULL FROM outbound_message m JOIN procrastinate_jobs j "
        "ON (j.args ->> 'outbound_id')::bigint = m.id AND j.lock LIKE 'send:whatsapp:%' ORDER BY m.id"
    )
    with sessions() as session:
        return [tuple(row) for row in session.execute(query)]


def test_an_answer_is_stored_claimed_and_held_together(sessions: Sessions, turn: int, now: datetime) -> None:
    held = answer(sessions, turn, now, "Salam").held
    assert held is not None
    assert (held.content.address, held.content.text) == (ADDRESS, "Salam")
    assert state(sessions) == [("sending", "doing", True)]


def test_only_the_first_of_several_is_held_and_the_others_wait_for_it(
    sessions: Sessions, turn: int, now: datetime
) -> None:
    assert answer(sessions, turn, now, *WORDS).held is not None
    assert state(sessions) == [("sending", "doing", True), ("queued", "todo", False)]


def test_what_waits_for_the_same_address_leaves_first(sessions: Sessions, turn: int, now: datetime) -> None:
    with transaction(sessions) as session:
        conversation = session.query(Conversation).one()
        messages.reply(session, conversation=conversation, bubbles=[Bubble(text="Avant")], now=now)
    assert answer(sessions, turn, now, "Salam").held is None
    assert state(sessions) == [("queued", "todo", False)] * 2


def test_who_blocked_us_or_wrote_too_long_ago_is_left_to_the_job(
    sessions: Sessions, turn: int, now: datetime
) -> None:
    late = now + timedelta(hours=25)
    assert answer(sessions, turn, late, "Salam").held is None
    assert state(sessions) == [("queued", "todo", False)]
    with transaction(sessions) as session:
        session.execute(text("UPDATE inbound_message SET outcome = NULL"))
        session.execute(text("DELETE FROM procrastinate_jobs"))
        session.query(OutboundMessage).delete()
        contacts.note_block(session, channel=Channel.WHATSAPP, address=ADDRESS, blocked=True, now=now)
    assert answer(sessions, turn, now, "Salam").held is None
