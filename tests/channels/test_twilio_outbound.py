"""Sending through Twilio, against a scripted server on this machine."""

from __future__ import annotations

import asyncio
import logging
from datetime import UTC, datetime

import pytest

from bot.channels.errors import FailureKind, SendError
from bot.channels.twilio_errors import kind_of
from bot.channels.twilio_outbound import TwilioSender
from bot.core.messages import ApprovedTemplate, Channel, DeliveryStatus, Location, SendResult

from .provider import Drop, Provider, Reply, Silence, refused_url
from .twilio_calls import (
    ACCOUNT,
    BUTTONS,
    MESSAGES,
    PHONE,
    SID,
    MakeSender,
    content,
    failure,
    message,
    refused,
    send,
    taken,
)


def test_a_whatsapp_message_is_sent(provider: Provider, make_sender: MakeSender) -> None:
    provider.script(taken())

    result = send(make_sender(), content())

    assert result == SendResult(
        provider_id=SID, status=DeliveryStatus.SENT, at=datetime(2026, 11, 24, 9, 0, 2, tzinfo=UTC)
    )
    (call,) = provider.calls
    assert (call.method, call.path) == ("POST", MESSAGES)
    assert call.form == {
        "To": f"whatsapp:{PHONE}",
        "From": "whatsapp:+212530000001",
        "Body": "Bonjour",
        "StatusCallback": "https://caravan.example.org/webhooks/twilio/status?outbound=41",
    }
    assert call.headers["authorization"].startswith("Basic ")


def test_an_sms_is_sent(provider: Provider, make_sender: MakeSender) -> None:
    provider.script(taken(status="accepted"))

    send(make_sender(), content(channel=Channel.SMS, text="Ghedda f Tiflet"))

    assert provider.calls[0].form["To"] == PHONE
    assert provider.calls[0].form["From"] == "Caravane"


@pytest.mark.parametrize("channel", [Channel.WHATSAPP, Channel.SMS])
def test_choices_become_numbered_lines(provider: Provider, make_sender: MakeSender, channel: Channel) -> None:
    provider.script(taken())

    send(make_sender(), content(channel=channel, text="On y va ?", buttons=BUTTONS))

    assert provider.calls[0].form["Body"] == "On y va ?\n\n1. Oui\n2. Non"


def test_a_place_goes_along_on_whatsapp(provider: Provider, make_sender: MakeSender) -> None:
    provider.script(taken(), taken())
    sender, point = make_sender(), Location(latitude=33.4266, longitude=-6.0094)

    send(sender, content(location=point))
    send(sender, content(location=point, channel=Channel.SMS))

    assert provider.calls[0].form["PersistentAction"] == "geo:33.4266,-6.0094"
    assert "PersistentAction" not in provider.calls[1].form


CODES = [
    *((code, 400, FailureKind.RETRY) for code in (30001, 30003, 30008, 30500, 63012, 63018)),
    *((code, 400, FailureKind.PERMANENT) for code in (21211, 21614, 30005, 30006, 63003, 63024)),
    *((code, 400, FailureKind.SUPPRESS) for code in (21610, 63014)),
    *((code, 400, FailureKind.CONTENT) for code in (63021, 63013, 21617, 30007, 30004, 21408, 21606, 99999)),
    (63016, 400, FailureKind.WINDOW),
    (20003, 401, FailureKind.CONTENT),
    (20404, 404, FailureKind.CONTENT),
    (20500, 500, FailureKind.AMBIGUOUS),
    (20503, 503, FailureKind.AMBIGUOUS),
    (21211, 502, FailureKind.AMBIGUOUS),
]


@pytest.mark.parametrize(("code", "status", "kind"), CODES)
def test_a_refusal_is_classified(
    provider: Provider, make_sender: MakeSender, code: int, status: int, kind: FailureKind
) -> None:
    provider.script(refused(code, status))

    error = failure(make_sender(), content())

    assert (error.kind, error.code) == (kind, str(code))
    assert error.retryable is (kind is FailureKind.RETRY)
    assert PHONE not in str(error)
    assert len(provider.calls) == 1


def test_a_refusal_in_the_newer_form_is_classified(provider: Provider, make_sender: MakeSender) -> None:
    problem = {"type": "https://example.org/p", "title": "Refused", "status": 400, "code": 21610}
    provider.script(Reply(status=400, body=problem))

    assert failure(make_sender(), content()).kind is FailureKind.SUPPRESS


def test_throttling_says_how_long(provider: Provider, make_sender: MakeSender) -> None:
    provider.script(
        Reply(status=429, body={"code": 20429, "status": 429}, headers={"Retry-After": "7"}),
        Reply(status=429, body="Too many"),
    )
    sender = make_sender()

    first, second = failure(sender, content()), failure(sender, content())

    assert (first.kind, first.code, first.retry_after) == (FailureKind.RETRY, "20429", 7.0)
    assert (second.kind, second.retry_after) == (FailureKind.RETRY, None)


def test_a_time_out_after_acceptance_is_ambiguous(provider: Provider, make_sender: MakeSender) -> None:
    provider.script(Silence())

    error = failure(make_sender(timeout=0.2), content())

    assert (error.kind, error.code, error.retryable) == (FailureKind.AMBIGUOUS, "timeout", False)
    assert len(provider.calls) == 1


def test_waiting_for_twilio_does_not_hold_up_the_rest(provider: Provider, make_sender: MakeSender) -> None:
    provider.script(Silence())
    sender = make_sender(timeout=0.5)

    async def scenario() -> bool:
        task = asyncio.create_task(sender.send(content()))
        await asyncio.sleep(0.01)
        went_on = not task.done()
        await asyncio.wait([task])
        return went_on and isinstance(task.exception(), SendError)

    assert asyncio.run(scenario())


def test_a_broken_connection_is_ambiguous_and_not_tried_again(
    provider: Provider, make_sender: MakeSender
) -> None:
    provider.script(Drop(), taken())

    error = failure(make_sender(), content())

    assert (error.kind, error.code) == (FailureKind.AMBIGUOUS, "dropped")
    assert len(provider.calls) == 1


def test_a_server_failure_is_not_tried_again(provider: Provider, make_sender: MakeSender) -> None:
    provider.script(Reply(status=500, body="<html>"), taken())

    assert failure(make_sender(), content()).kind is FailureKind.AMBIGUOUS
    assert len(provider.calls) == 1


def test_a_refused_connection_was_not_sent(make_sender: MakeSender) -> None:
    error = failure(make_sender(api_base_url=refused_url()), content())

    assert (error.kind, error.code, error.retryable) == (FailureKind.RETRY, "connect", True)


@pytest.mark.parametrize("body", ["", "<html>", "{", "[]", "{}"])
def test_an_answer_that_cannot_be_read_is_ambiguous(
    provider: Provider, make_sender: MakeSender, body: str
) -> None:
    provider.script(Reply(status=201, body=body))

    assert failure(make_sender(), content()).kind is FailureKind.AMBIGUOUS


def test_a_message_that_fails_at_once_is_an_error(provider: Provider, make_sender: MakeSender) -> None:
    provider.script(taken(status="failed", error_code=21610))

    assert failure(make_sender(), content()).kind is FailureKind.SUPPRESS


def test_a_text_that_is_too_long_is_not_sent(provider: Provider, make_sender: MakeSender) -> None:
    error = failure(make_sender(), content(text="a" * 1601))

    assert (error.kind, error.code) == (FailureKind.CONTENT, "21617")
    assert provider.calls == []


@pytest.mark.parametrize(
    ("blank", "channel", "named"),
    [
        ("whatsapp_from", Channel.WHATSAPP, "TWILIO_WHATSAPP_FROM"),
        ("sms_from", Channel.SMS, "TWILIO_SMS_FROM"),
    ],
)
def test_a_blank_sender_is_named(
    provider: Provider, make_sender: MakeSender, blank: str, channel: Channel, named: str
) -> None:
    error = failure(make_sender(**{blank: " "}), content(channel=channel))

    assert (error.kind, error.code) == (FailureKind.CONTENT, "not_configured")
    assert named in str(error)
    assert provider.calls == []


def test_an_account_is_needed() -> None:
    with pytest.raises(SendError, match="auth token"):
        TwilioSender(
            account_sid=ACCOUNT,
            auth_token="",
            whatsapp_from="",
            sms_from="",
            public_base_url="https://caravan.example.org",
        )


def test_nothing_private_is_logged(
    provider: Provider, make_sender: MakeSender, caplog: pytest.LogCaptureFixture
) -> None:
    provider.script(taken(), refused(21211), Reply(body={"messages": [message()]}))
    sender = make_sender()
    caplog.set_level(logging.DEBUG)

    send(sender, content(text="un secret"))
    failure(sender, content(text="un secret"))
    asyncio.run(sender.reconcile(content(), created_at=datetime(2026, 11, 24, 9, tzinfo=UTC)))

    assert PHONE.removeprefix("+") not in caplog.text
    assert "secret" not in caplog.text


def test_what_a_receipt_says_is_classified_alike() -> None:
    assert kind_of("30003") is FailureKind.RETRY
    assert kind_of("63024") is FailureKind.PERMANENT
    assert kind_of("63014") is FailureKind.SUPPRESS
    assert kind_of("63016") is FailureKind.WINDOW
    assert kind_of(None) is FailureKind.CONTENT


def test_an_approved_template_goes_with_its_values_in_place_of_the_text(
    provider: Provider, make_sender: MakeSender
) -> None:
    provider.script(taken())

    send(make_sender(), content(template=ApprovedTemplate(sid="HX1", values=("Bonjour", "été"))))

    form = provider.calls[0].form
    assert (form["ContentSid"], form["ContentVariables"]) == ("HX1", '{"1": "Bonjour", "2": "été"}')
    assert "Body" not in form
