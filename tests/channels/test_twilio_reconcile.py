"""What became of a message that may have been sent."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime
from typing import Any

import pytest

from bot.channels.errors import FailureKind, SendError
from bot.channels.twilio_outbound import TwilioSender
from bot.core.messages import ApprovedTemplate, DeliveryStatus, OutboundContent, SendResult

from .provider import Drop, Provider, Reply
from .twilio_calls import (
    BUTTONS,
    MESSAGES,
    PHONE,
    SID,
    MakeSender,
    content,
    listed,
    message,
    refused,
)

CREATED_AT = datetime(2026, 11, 24, 9, 0, 1, tzinfo=UTC)


def reconcile(sender: TwilioSender, outbound: OutboundContent, **changes: Any) -> SendResult | None:
    return asyncio.run(sender.reconcile(outbound, **({"created_at": CREATED_AT} | changes)))


def test_a_message_that_was_sent_is_found(provider: Provider, make_sender: MakeSender) -> None:
    other = message(sid="SM" + "1" * 32, body="Autre chose")
    inbound = message(sid="SM" + "2" * 32, date_created="Tue, 24 Nov 2026 08:00:00 +0000")
    provider.script(listed(other, message(status="delivered"), inbound))

    result = reconcile(make_sender(), content())

    assert result is not None
    assert (result.provider_id, result.status) == (SID, DeliveryStatus.DELIVERED)
    (call,) = provider.calls
    assert (call.method, call.path) == ("GET", MESSAGES)
    assert call.query["To"] == f"whatsapp:{PHONE}"
    assert call.query["From"] == "whatsapp:+212530000001"


def test_a_message_that_failed_later_is_found_as_failed(provider: Provider, make_sender: MakeSender) -> None:
    provider.script(listed(message(status="failed", error_code=30003)))

    result = reconcile(make_sender(), content())

    assert result is not None
    assert result.status is DeliveryStatus.FAILED


def test_choices_are_part_of_the_words(provider: Provider, make_sender: MakeSender) -> None:
    provider.script(listed(message(body="Bonjour \n\n1. Oui\n2. Non")))

    assert reconcile(make_sender(), content(buttons=BUTTONS)) is not None


@pytest.mark.parametrize(
    "found",
    [
        [],
        [message(body="Autre chose")],
        [message(date_created="Tue, 24 Nov 2026 08:59:50 +0000")],
        [message(date_created=None)],
    ],
)
def test_a_message_that_was_not_sent_is_not_found(
    provider: Provider, make_sender: MakeSender, found: list[dict[str, Any]]
) -> None:
    provider.script(listed(*found))

    assert reconcile(make_sender(), content()) is None


def test_another_message_that_read_the_same_is_passed_over(
    provider: Provider, make_sender: MakeSender
) -> None:
    provider.script(listed(message()), listed(message(sid="SM" + "3" * 32), message()))
    sender = make_sender()

    assert reconcile(sender, content(), known_ids={SID}) is None
    second = reconcile(sender, content(), known_ids={SID})
    assert second is not None
    assert second.provider_id == "SM" + "3" * 32


@pytest.mark.parametrize("answer", [refused(20500, 500), Drop(), refused(20429, 429), Reply(body="<html>")])
def test_asking_can_be_repeated(provider: Provider, make_sender: MakeSender, answer: Reply | Drop) -> None:
    provider.script(answer)

    with pytest.raises(SendError) as caught:
        reconcile(make_sender(), content())

    assert caught.value.kind is FailureKind.RETRY


def test_a_template_is_known_by_its_values(provider: Provider, make_sender: MakeSender) -> None:
    provider.script(listed(message(body="La caravane t'écrit : Un conseiller te répond. Réponds ici.")))

    template = ApprovedTemplate(sid="HX1", values=("Un conseiller te répond.",))
    result = reconcile(make_sender(), content(text="Un conseiller\nte répond.", template=template))

    assert result is not None
    assert result.provider_id == SID
