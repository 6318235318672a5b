"""A person's phone in the sandbox: says things, waits for the answer, looks at it."""

from __future__ import annotations

import re
import time
from typing import Any
from urllib.parse import quote

import httpx

from tests.e2e.product import Product

ANSWER_SECONDS = 45.0
RETRY_SECONDS = 60.0
UNSETTLED = frozenset({"received", "queued", "sending"})
"""Statuses of messages that are still being answered, or are on their way."""


class Phone:
    """One phone number with one channel at a time."""

    def __init__(self, product: Product, number: str, channel: str) -> None:
        self.number = number
        self.channel = channel
        self._product = product
        self._path = f"/sandbox/phones/{quote(number, safe='')}/messages"
        self.seen = 0
        self.answer: list[dict[str, Any]] = []

    def send(self, *, wait: bool = True, **content: Any) -> None:
        """Send a message (text, button, location, voice, contact) and wait for the assistant's answer to it."""
        self.mark()
        answer = self._product.http.post(self._path, json={"channel": self.channel, **content})
        assert answer.status_code == httpx.codes.ACCEPTED, answer.text
        if wait:
            self.wait_for_answer()

    def send_stubbornly(self, **content: Any) -> None:
        """Send as a person does whose message shows no tick: again, until it was taken. Does not wait for the answer."""
        self.mark()
        deadline = time.monotonic() + RETRY_SECONDS
        while time.monotonic() < deadline:
            try:
                answer = self._product.http.post(
                    self._path, json={"channel": self.channel, **content}, timeout=20.0
                )
                if answer.status_code == httpx.codes.ACCEPTED:
                    return
            except httpx.HTTPError:
                pass  # the web process is being restarted
            time.sleep(0.3)
        raise AssertionError(f"nobody took the message of {self.number}")

    def mark(self) -> None:
        """Forget what was answered so far."""
        self.answer = []
        try:
            messages = self.all()
        except httpx.HTTPError:
            return  # the web process is being restarted; what was seen last still counts
        self.seen = max([int(message["id"]) for message in messages], default=0)

    def wait_for_answer(self, seconds: float = ANSWER_SECONDS, channel: str | None = None) -> str:
        """Wait until something new came in and nothing more is on its way; the words of it."""
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline:
            if self.incoming(channel) and self.is_settled():
                self.answer = self.incoming(channel)
                return self.words()
            time.sleep(0.05)
        raise AssertionError(f"no answer to {self.number} on {channel or self.channel} within {seconds} s")

    def wait_until_heard(self, seconds: float = ANSWER_SECONDS) -> None:
        """Wait until the product is done with all that was sent, whether it answered or not."""
        deadline = time.monotonic() + seconds
        while not self.is_settled():
            assert time.monotonic() < deadline, f"{self.number} is not heard within {seconds} s"
            time.sleep(0.05)
        self.answer = self.incoming()

    def is_settled(self) -> bool:
        """Whether all messages of this phone are answered and all answers are sent."""
        try:
            found = self._product.state("conversations", phone=self.number)
        except httpx.HTTPError:
            return False  # the web process is being restarted
        messages = [message for conversation in found for message in conversation["messages"]]
        return bool(messages) and not any(message["status"] in UNSETTLED for message in messages)

    def incoming(self, channel: str | None = None) -> list[dict[str, Any]]:
        """What came in since the last message was sent."""
        try:
            messages = self.all(after=self.seen)
        except httpx.HTTPError:
            return []  # the web process is being restarted
        wanted = channel or self.channel
        return [m for m in messages if m["direction"] == "out" and m["channel"] == wanted]

    def all(self, after: int = 0) -> list[dict[str, Any]]:
        """All messages of this phone, both ways, oldest first."""
        answer = self._product.http.get(self._path, params={"after": after} if after else None)
        answer.raise_for_status()
        return list(answer.json())

    def words(self) -> str:
        """The words of the last answer."""
        return "\n".join(str(message["text"]) for message in self.answer)

    def buttons(self) -> list[dict[str, str]]:
        """The buttons of the last answer."""
        return [button for message in self.answer for button in message["buttons"]]

    def press(self, title: str) -> None:
        """Press the button whose title matches."""
        for button in self.buttons():
            if re.search(title, button["title"]):
                self.send(button=button["payload"])
                return
        raise AssertionError(f"no button {title!r} among {[b['title'] for b in self.buttons()]}")

    def number_of(self, pattern: str) -> str:
        """The number under which the last answer offers a choice, in a list or on a button."""
        for number, title in self.choices():
            if re.search(pattern, title, re.IGNORECASE):
                return number
        raise AssertionError(f"no choice {pattern!r} among {self.choices()}")

    def choices(self) -> list[tuple[str, str]]:
        """The numbered choices of the last answer: number and title."""
        lines = self.words().splitlines() + [button["title"] for button in self.buttons()]
        found = (re.match(r"(\d+)\. (.+)$", line) for line in lines)
        return [(match.group(1), match.group(2)) for match in found if match]
