"""Sending through Telegram, against a scripted server on this machine."""

from __future__ import annotations

import json
import logging
from typing import Any

import pytest

from bot.channels.errors import FailureKind, SendError
from bot.channels.telegram_api import make_bot
from bot.channels.telegram_outbound import TelegramSender
from bot.core.messages import (
    Button,
    DeliveryStatus,
    InputRequest,
    Location,
)

from .provider import Drop, Provider, Reply, Silence, refused_url
from .telegram_calls import BUTTONS, CHAT, SEND, TOKEN, content, failure, refused, send, taken, with_bot


def markup(provider: Provider, call: int = -1) -> Any:
    return json.loads(provider.calls[call].form["reply_markup"])


def test_a_message_is_sent_as_plain_text(provider: Provider) -> None:
    provider.script(taken())

    result = send(provider.url, content())

    assert (result.provider_id, result.status) == ("31", DeliveryStatus.SENT)
    assert result.at is not None
    assert result.at.tzinfo is not None
    (call,) = provider.calls
    assert call.path == SEND
    assert call.form["chat_id"] == str(CHAT)
    assert call.form["text"] == "Bonjour *toi* <b>"
    assert "parse_mode" not in call.form
    assert json.loads(call.form["link_preview_options"]) == {"is_disabled": True}


def test_choices_are_numbered_buttons_one_a_row(provider: Provider) -> None:
    provider.script(taken())

    send(provider.url, content(buttons=BUTTONS))

    assert markup(provider) == {
        "inline_keyboard": [
            [{"text": "1. Oui", "callback_data": "/affirm"}],
            [{"text": "2. Oulmès", "callback_data": '/inform{"choice": "stop:17"}'}],
        ]
    }


def test_a_payload_that_is_too_long_makes_lines(provider: Provider) -> None:
    provider.script(taken())
    long = Button(title="Non", payload="/" + "é" * 32)

    send(provider.url, content(text="On y va ?", buttons=(BUTTONS[0], long)))

    assert provider.calls[0].form["text"] == "On y va ?\n\n1. Oui\n2. Non"
    assert "inline_keyboard" not in markup(provider)


@pytest.mark.parametrize(
    ("request_", "key"),
    [
        (InputRequest.CONTACT, {"text": "Partager", "request_contact": True}),
        (InputRequest.LOCATION, {"text": "Partager", "request_location": True}),
    ],
)
def test_a_request_is_a_keyboard(provider: Provider, request_: InputRequest, key: dict[str, Any]) -> None:
    provider.script(taken())

    send(provider.url, content(request=request_, request_title="Partager"))

    assert markup(provider) == {"keyboard": [[key]], "one_time_keyboard": True, "resize_keyboard": True}


def test_a_request_keeps_the_choices_as_lines(provider: Provider) -> None:
    provider.script(taken())

    send(
        provider.url,
        content(text="Où ?", buttons=BUTTONS, request=InputRequest.LOCATION, request_title="Ma place"),
    )

    assert provider.calls[0].form["text"] == "Où ?\n\n1. Oui\n2. Oulmès"


@pytest.mark.parametrize("changes", [{}, {"request": InputRequest.CONTACT}])
def test_without_choices_an_old_keyboard_goes(provider: Provider, changes: dict[str, Any]) -> None:
    provider.script(taken())

    send(provider.url, content(**changes))

    assert markup(provider) == {"remove_keyboard": True}


def test_a_long_text_goes_in_parts_with_the_buttons_last(provider: Provider) -> None:
    provider.script(taken(31), taken(32), taken(33))
    text = "\n\n".join(["a" * 3000, "b" * 3000, "c" * 3000])

    result = send(provider.url, content(text=text, buttons=BUTTONS))

    assert [call.form["text"] for call in provider.calls] == ["a" * 3000, "b" * 3000, "c" * 3000]
    assert ["reply_markup" in call.form for call in provider.calls] == [False, False, True]
    assert result.provider_id == "33"


@pytest.mark.parametrize(
    "answer", [refused(429, "Too Many", retry_after=3), Drop(), refused(400, "Bad Request")]
)
def test_what_is_partly_sent_is_not_sent_again(provider: Provider, answer: Reply | Drop) -> None:
    provider.script(taken(), answer)

    error = failure(provider.url, content(text="a" * 3000 + " " + "b" * 3000))

    assert (error.kind, error.code) == (FailureKind.AMBIGUOUS, "partly_sent")


def test_a_place_follows_the_words(provider: Provider) -> None:
    provider.script(taken(), taken(32))

    result = send(provider.url, content(location=Location(latitude=33.4266, longitude=-6.0094)))

    assert provider.calls[1].path.endswith("/sendLocation")
    assert provider.calls[1].form["latitude"] == "33.4266"
    assert result.provider_id == "31"


def test_a_place_that_is_refused_leaves_the_message_sent(provider: Provider) -> None:
    provider.script(taken(), refused(400, "Bad Request: nowhere"))

    result = send(provider.url, content(location=Location(latitude=33.4266, longitude=-6.0094)))

    assert result.provider_id == "31"


REFUSALS = [
    (refused(429, "Too Many Requests: retry after 14", retry_after=14), FailureKind.RETRY, "429", 14.0),
    (Reply(status=429, body="<html>"), FailureKind.RETRY, "429", 5.0),
    (refused(403, "Forbidden: bot was blocked by the user"), FailureKind.SUPPRESS, "forbidden", None),
    (refused(400, "Bad Request: chat not found"), FailureKind.PERMANENT, "bad_request", None),
    (refused(400, "Bad Request: message text is empty"), FailureKind.CONTENT, "bad_request", None),
    (refused(400, "Group migrated", migrate_to_chat_id=-1), FailureKind.PERMANENT, "migrated", None),
    (refused(401, "Unauthorized"), FailureKind.CONTENT, "invalid_token", None),
    (refused(404, "Not Found"), FailureKind.CONTENT, "invalid_token", None),
    (refused(409, "Conflict"), FailureKind.CONTENT, "conflict", None),
    (refused(500, "Internal Server Error"), FailureKind.AMBIGUOUS, "server_error", None),
    (Reply(status=502, body="<html>"), FailureKind.AMBIGUOUS, "server_error", None),
    (Reply(status=200, body="<html>"), FailureKind.AMBIGUOUS, "server", None),
    (Reply(status=200, body={"ok": True, "result": {}}), FailureKind.AMBIGUOUS, "unreadable", None),
]


@pytest.mark.parametrize(("answer", "kind", "code", "retry_after"), REFUSALS)
def test_a_refusal_is_classified(
    provider: Provider, answer: Reply, kind: FailureKind, code: str, retry_after: float | None
) -> None:
    provider.script(answer)

    error = failure(provider.url, content())

    assert (error.kind, error.code, error.retry_after) == (kind, code, retry_after)
    assert error.retryable is (kind is FailureKind.RETRY)
    assert len(provider.calls) == 1


def test_a_time_out_after_acceptance_is_ambiguous(provider: Provider) -> None:
    provider.script(Silence())

    error = failure(provider.url, content(), timeout=0.2)

    assert (error.kind, error.code) == (FailureKind.AMBIGUOUS, "timeout")
    assert len(provider.calls) == 1


def test_a_broken_connection_is_ambiguous_and_not_tried_again(provider: Provider) -> None:
    provider.script(Drop(), taken())

    error = failure(provider.url, content())

    assert (error.kind, error.code) == (FailureKind.AMBIGUOUS, "dropped")
    assert len(provider.calls) == 1


def test_a_refused_connection_was_not_sent() -> None:
    error = failure(refused_url(), content())

    assert (error.kind, error.code, error.retryable) == (FailureKind.RETRY, "connect", True)


def test_an_address_that_is_no_chat_is_permanent(provider: Provider) -> None:
    assert failure(provider.url, content(address="yassine_example")).kind is FailureKind.PERMANENT
    assert provider.calls == []


def test_a_token_is_needed() -> None:
    with pytest.raises(SendError, match="TELEGRAM_BOT_TOKEN"):
        make_bot(token="")


def test_a_pressed_button_is_confirmed(provider: Provider) -> None:
    provider.script(Reply(body={"ok": True, "result": True}))

    assert with_bot(provider.url, lambda bot: TelegramSender(bot).answer_callback("4382")) is True
    assert provider.calls[0].path.endswith("/answerCallbackQuery")
    assert provider.calls[0].form["callback_query_id"] == "4382"


@pytest.mark.parametrize(
    "answer", [refused(400, "Bad Request: query is too old"), Drop(), refused(429, "slow")]
)
def test_a_press_that_cannot_be_confirmed_breaks_nothing(provider: Provider, answer: Reply | Drop) -> None:
    provider.script(answer)

    assert with_bot(provider.url, lambda bot: TelegramSender(bot).answer_callback("4382")) is False


def test_nothing_private_is_logged(provider: Provider, caplog: pytest.LogCaptureFixture) -> None:
    provider.script(taken(), Reply(body="un secret, mais pas du JSON"))
    caplog.set_level(logging.DEBUG)

    send(provider.url, content(text="un secret"))
    failure(provider.url, content(text="un secret"))

    assert TOKEN not in caplog.text
    assert "secret" not in caplog.text
    assert str(CHAT) not in caplog.text
