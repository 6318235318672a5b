from __future__ import annotations

import logging
import sys

import anyio
import pytest
from starlette.types import Message, Receive, Scope, Send

from bot.logs import DiscreetFormatter
from bot.web.errors import HttpError
from bot.web.limits import MAX_BODY, BodyLimit


def test_an_exception_is_logged_without_its_text() -> None:
    formatter = DiscreetFormatter("%(message)s")
    told = "+2126" + "12345678"
    try:
        try:
            raise ValueError(told)
        except ValueError as error:
            raise RuntimeError(told) from error
    except RuntimeError:
        record = logging.LogRecord("bot", logging.ERROR, "", 0, "it failed", None, sys.exc_info())
    written = formatter.format(record)
    assert "it failed" in written
    assert "builtins.RuntimeError" in written
    assert "builtins.ValueError" in written
    assert "test_http_log.py" in written
    assert told not in written


def test_a_body_that_does_not_say_how_long_it_is_is_counted() -> None:
    async def app(_: Scope, receive: Receive, __: Send) -> None:
        while (await receive()).get("more_body"):
            continue

    async def receive() -> Message:
        return {"type": "http.request", "body": b"a" * (MAX_BODY // 2), "more_body": True}

    async def send(_: Message) -> None:
        raise AssertionError("nothing is to be sent")

    scope: Scope = {"type": "http", "headers": [(b"transfer-encoding", b"chunked")]}
    with pytest.raises(HttpError) as refused:
        anyio.run(BodyLimit(app), scope, receive, send)
    assert refused.value.status_code == 413
