"""The gate in front of a provider API: requests are delayed, refused, throttled or dropped here."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any

from starlette.requests import Request
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from bot.sandbox.connections import break_off
from bot.sandbox.faults import FaultBox, Verdict
from bot.sandbox.stats import Stats

FaultAnswer = Callable[[Verdict], Response]
_ACCEPTED = "sandbox_accepted"


def mark_accepted(request: Request) -> None:
    """Say that this request was taken, so that its connection may die before the answer."""
    setattr(request.state, _ACCEPTED, True)


class FaultGate:
    """ASGI middleware; ``answer`` words an error or a throttling as the provider does."""

    def __init__(self, app: ASGIApp, *, faults: FaultBox, stats: Stats, answer: FaultAnswer) -> None:
        self._app = app
        self._faults = faults
        self._stats = stats
        self._answer = answer

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if self._faults.state.down:
            self._stats.count_api("refused")
            await break_off(scope, receive)
            return
        await asyncio.sleep(self._faults.state.delay_ms / 1000)
        verdict = self._faults.verdict()
        self._stats.count_api(verdict)
        if verdict != "pass":
            await self._answer(verdict)(scope, receive, send)
            return
        await self._pass(scope, receive, send)

    async def _pass(self, scope: Scope, receive: Receive, send: Send) -> None:
        state: dict[str, Any] = scope.setdefault("state", {})
        answer: list[Message] = []

        async def hold(message: Message) -> None:
            answer.append(message)

        await self._app(scope, receive, hold)
        if state.get(_ACCEPTED) and self._faults.drops():
            self._stats.count_api("dropped")
            await break_off(scope, receive)
            return
        for message in answer:
            await send(message)
