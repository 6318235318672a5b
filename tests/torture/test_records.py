"""What is read from the sandbox and the database is what the proof needs: a conversation of the product's own services breaks nothing."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import httpx
import pytest
from sqlalchemy import select, text

from bot.core.bubbles import Bubble
from bot.core.messages import Channel, DeliveryStatus, InboundKind, InboundMessage, SendResult
from bot.services import messages, receiving, sending
from bot.store.engine import Sessions, libpq_url, transaction
from bot.store.models import Conversation, OutboundMessage
from tests.torture import records
from tests.torture.proof import prove

PHONE = "+212680000001"


def said(id_: int, direction: str, provider_id: str) -> dict[str, Any]:
    status = "received" if direction == "in" else "sent"
    return {
        "id": id_,
        "channel": "whatsapp",
        "direction": direction,
        "provider_id": provider_id,
        "status": status,
    }


@pytest.fixture
def talk(sessions: Sessions, now: datetime) -> None:
    """A question and its answer, both known to the sandbox."""
    question = InboundMessage(
        channel=Channel.WHATSAPP,
        provider_id="SMin",
        address=PHONE,
        kind=InboundKind.TEXT,
        text="c'est gratuit ?",
        raw={},
    )
    with transaction(sessions) as session:
        inbound_id = receiving.receive(session, question, now=now)
        assert inbound_id is not None
        messages.complete_turn(
            session, inbound_id=inbound_id, outcome="answered", bubbles=[Bubble(text="Oui.")], now=now
        )
        row = session.scalars(select(OutboundMessage)).one()
        row.status = DeliveryStatus.SENDING.value
        sending.settle(session, outbound_id=row.id, result=SendResult(provider_id="SMout"), now=now)
        conversation = session.scalars(select(Conversation)).one()
        session.execute(
            text("INSERT INTO rasa.events (sender_id, type_name, data) VALUES (:sender, 'user', :data)"),
            {"sender": str(conversation.id), "data": f'{{"message_id": "{inbound_id}"}}'},
        )


def read(database_url: str, *shown: dict[str, Any]) -> records.Records:
    sandbox = httpx.Client(
        base_url="http://sandbox.invalid",
        transport=httpx.MockTransport(lambda request: httpx.Response(200, json=list(shown))),
    )
    return records.read(libpq_url(database_url), [PHONE], sandbox)


@pytest.mark.usefixtures("talk")
def test_a_conversation_of_the_product_breaks_nothing(database_url: str) -> None:
    found = read(database_url, said(1, "in", "SMin"), said(2, "out", "SMout"))
    assert (len(found.inbound), len(found.outbound), len(found.tracked)) == (1, 1, 1)
    assert prove(found).holds, prove(found).violations


@pytest.mark.usefixtures("talk")
def test_a_message_of_which_the_database_knows_nothing_is_lost(database_url: str) -> None:
    found = read(database_url, said(1, "in", "SMin"), said(2, "out", "SMout"), said(3, "in", "SMlost"))
    assert len(prove(found).violations["messages lost"]) == 1


@pytest.mark.usefixtures("talk")
def test_what_is_under_way_is_counted(database_url: str, sessions: Sessions) -> None:
    assert records.unfinished(libpq_url(database_url)) == 0
    with transaction(sessions) as session:
        session.execute(text("UPDATE inbound_message SET outcome = NULL"))
    assert records.unfinished(libpq_url(database_url)) == 1


def test_an_answer_on_telegram_is_known_by_its_number_in_the_chat(database_url: str) -> None:
    found = read(database_url, said(7, "out", "") | {"channel": "telegram"}, said(8, "out", "SMout"))
    assert [message.provider_id for message in found.shown] == ["7", "SMout"]
