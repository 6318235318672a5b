"""People with phones: each holds one conversation after another, from a seed, and waits for answers as people do."""

from __future__ import annotations

import asyncio
import random
import re
import secrets
import time
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import quote

import httpx

STOP = "Majmaa Tolba"
PATIENCE = 300.0
"""Seconds after which a person gives up waiting; whether the message was lost is for the records to tell."""
STUBBORN = 180.0
POLL = 0.4
ACCEPTED = 202
QUESTIONS = (
    "c'est quoi cette caravane ?",
    "c'est gratuit ?",
    "il faut apporter quels papiers ?",
    "واش الخدمات بفابور؟",
    "chno khasni njib m3aya",
    "ما هي القافلة؟",
    "fin kayna l9afila daba",
)
NAMES = ("Sara Benali", "Mehdi Alaoui", "Khadija Amrani", "Youssef Idrissi")


class NoAnswer(Exception):
    """The person waited in vain, or nobody took the message."""


@dataclass
class Tally:
    """What became of people's undertakings."""

    asked: int = 0
    booked: int = 0
    cancelled: int = 0
    bursts: int = 0
    broken_off: int = 0


@dataclass(kw_only=True)
class Person:
    """One phone on one channel."""

    number: str
    channel: str
    client: httpx.AsyncClient
    luck: random.Random
    tally: Tally
    _seen: int = 0
    _answer: list[dict[str, Any]] = field(default_factory=list)

    async def live(self, until: asyncio.Event, pause: float) -> None:
        """Talk until ``until`` is set; ``pause`` is the mean seconds between two conversations."""
        while not until.is_set():
            try:
                await self._undertake()
            except NoAnswer:
                self.tally.broken_off += 1
            await asyncio.sleep(pause * self.luck.uniform(0.3, 1.7))

    async def _undertake(self) -> None:
        await self.luck.choice((self.ask, self.ask, self.burst, self.book))()

    async def ask(self) -> None:
        """One question."""
        await self.say(self.luck.choice(QUESTIONS))
        self.tally.asked += 1

    async def burst(self) -> None:
        """Three questions at once, none waited for before the next."""
        await self._look()
        words = [self.luck.choice(QUESTIONS) for _ in range(3)]
        await asyncio.gather(*(self._send(text=text) for text in words))
        await self._wait()
        self.tally.bursts += 1

    async def book(self) -> None:
        """A booking from the wish up to the code; half of them are given up again."""
        answer = await self.say(f"je voudrais un rendez-vous à {STOP} s'il vous plaît")
        if "heures libres" not in answer:
            answer = await self.say(self._number(STOP))
        times = re.findall(r"(\d+)\. \d\d:\d\d", answer)
        if not times:
            raise NoAnswer
        await self.say(self.luck.choice(times))
        answer = await self.say(self.luck.choice(NAMES))
        if "?" not in answer:
            raise NoAnswer
        answer = await self.say("oui")
        if "noté" not in answer:
            raise NoAnswer
        self.tally.booked += 1
        if self.luck.random() < 0.7:
            await self._cancel()

    async def _cancel(self) -> None:
        await self.say("je veux annuler mon rendez-vous")
        answer = await self.say("oui")
        if "annulé" in answer:
            self.tally.cancelled += 1

    async def say(self, text: str) -> str:
        """Send words and wait for the answer. Raises NoAnswer."""
        await self._look()
        await self._send(text=text)
        return await self._wait()

    def _number(self, title: str) -> str:
        found = re.search(rf"(\d+)\. {title}", self._words())
        if found is None:
            raise NoAnswer
        return found.group(1)

    def _words(self) -> str:
        titles = [button["title"] for message in self._answer for button in message["buttons"]]
        return "\n".join([*(str(message["text"]) for message in self._answer), *titles])

    async def _send(self, **content: Any) -> None:
        """As one does whose message shows no tick: again, until it was taken; the provider keeps its id."""
        body = {"channel": self.channel, **content}
        if self.channel == "whatsapp":
            body["provider_id"] = f"SM{secrets.token_hex(16)}"
        deadline = time.monotonic() + STUBBORN
        while time.monotonic() < deadline:
            try:
                answer = await self.client.post(self._path(), json=body, timeout=20.0)
                if answer.status_code == ACCEPTED:
                    return
            except httpx.HTTPError:
                pass  # a process is being restarted
            await asyncio.sleep(0.5)
        raise NoAnswer

    async def _wait(self) -> str:
        deadline = time.monotonic() + PATIENCE
        while time.monotonic() < deadline:
            await asyncio.sleep(POLL)
            found = [message for message in await self._messages(self._seen) if message["direction"] == "out"]
            self._answer = [message for message in found if message["channel"] == self.channel]
            if self._answer:
                return self._words()
        raise NoAnswer

    async def _look(self) -> None:
        shown = await self._messages(self._seen)
        self._seen = max([self._seen, *(int(message["id"]) for message in shown)])

    async def _messages(self, after: int) -> list[dict[str, Any]]:
        try:
            answer = await self.client.get(self._path(), params={"after": after}, timeout=10.0)
            return list(answer.json())
        except (httpx.HTTPError, ValueError):
            return []  # the sandbox is being restarted

    def _path(self) -> str:
        return f"/sandbox/phones/{quote(self.number, safe='')}/messages"
