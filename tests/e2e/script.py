"""Plays a conversation written as a file: what the person does, what the answer must hold.

A step is one of ``me`` (words), ``press`` (a button whose title matches), ``pick`` (the number of the numbered line that matches),
``pin`` ([latitude, longitude]), ``contact``, ``voice``, ``clock`` ("evening" before the booked day, or "morning" of it), ``coach``
("take", "give_back" or words), each with ``bot`` (regular expressions that the answer must match), ``not`` (that it must not) and
``buttons``; or a look at the state: ``bookings``, ``ideas`` (how many), ``with`` (who holds the conversation), ``language``.
"""

from __future__ import annotations

import re
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import yaml

from tests.e2e.console import Console
from tests.e2e.phone import Phone
from tests.e2e.product import Product

CASABLANCA = ZoneInfo("Africa/Casablanca")


class Script:
    """One conversation against a running product."""

    def __init__(self, product: Product, console: Console, path: Path) -> None:
        content = yaml.safe_load(path.read_text(encoding="utf-8"))
        self._product = product
        self._console = console
        self._phone = Phone(product, content["phone"], content["channel"])
        self._steps: list[dict[str, Any]] = content["steps"]

    def play(self) -> None:
        """Run all steps; AssertionError names the step that went wrong and what was said."""
        for number, step in enumerate(self._steps, start=1):
            try:
                self._act(step)
                self._look(step)
            except AssertionError as problem:
                raise AssertionError(f"step {number} {step}: {problem}\n--- said:\n{self._transcript()}") from None

    def _act(self, step: dict[str, Any]) -> None:
        phone = self._phone
        if "me" in step:
            phone.send(text=str(step["me"]), wait=not step.get("silence"))
        elif "press" in step:
            phone.press(step["press"])
        elif "pick" in step:
            phone.send(text=self._number_of(step["pick"]))
        elif "pin" in step:
            phone.send(location={"latitude": step["pin"][0], "longitude": step["pin"][1]})
        elif step.get("contact"):
            phone.send(contact=True)
        elif step.get("voice"):
            phone.send(voice=True)
        elif "clock" in step:
            self._move_clock(step["clock"])
        elif "coach" in step:
            self._coach(step)

    def _look(self, step: dict[str, Any]) -> None:
        words = self._phone.words()
        for pattern in step.get("bot", ()):
            assert re.search(pattern, words, re.IGNORECASE), f"{pattern!r} is not in the answer"
        for pattern in step.get("not", ()):
            assert not re.search(pattern, words, re.IGNORECASE), f"{pattern!r} is in the answer"
        for pattern in step.get("buttons", ()):
            titles = [button["title"] for button in self._phone.buttons()]
            assert any(re.search(pattern, title) for title in titles), f"no button {pattern!r} among {titles}"
        if "bookings" in step:
            assert len(self._active()) == step["bookings"], self._active()
        if "ideas" in step:
            assert len(self._product.state("ideas", phone=self._phone.number)) == step["ideas"]
        if "with" in step:
            assert self._conversation()["with"] == step["with"]
        if "language" in step:
            assert self._conversation()["language"] == step["language"]

    def _number_of(self, pattern: str) -> str:
        lines = re.findall(r"^(\d+)\. (.+)$", self._phone.words(), re.MULTILINE)
        titles = [(b["title"].split(". ", 1)[0], b["title"]) for b in self._phone.buttons()]
        for number, title in [*lines, *titles]:
            if re.search(pattern, title):
                return str(number)
        raise AssertionError(f"no choice {pattern!r} among {lines or titles}")

    def _move_clock(self, when: str) -> None:
        starts = datetime.fromisoformat(self._active()[0]["starts_at"]).astimezone(CASABLANCA)
        if when == "evening":
            target = (starts - timedelta(days=1)).replace(hour=18, minute=0, second=5)
        else:
            target = starts - timedelta(minutes=85)
        self._phone.mark()
        self._product.set_clock(target.isoformat())
        self._phone.wait_for_answer(channel="sms")

    def _coach(self, step: dict[str, Any]) -> None:
        what = step["coach"]
        self._phone.mark()
        if what == "take":
            self._console.take(self._waiting_id())
        elif what == "give_back":
            self._console.give_back(self._waiting_id())
            self._phone.wait_for_answer()
        else:
            self._console.answer(self._waiting_id(), what)
            self._phone.wait_for_answer()

    def _waiting_id(self) -> int:
        return int(self._conversation()["id"])

    def _conversation(self) -> dict[str, Any]:
        found = self._product.state("conversations", phone=self._phone.number)
        mine = [item for item in found if item["channel"] == self._phone.channel]
        assert mine, "there is no conversation"
        return dict(mine[0])

    def _active(self) -> list[dict[str, Any]]:
        found = self._product.state("bookings", phone=self._phone.number)
        return [booking for booking in found if booking["status"] == "active"]

    def _transcript(self) -> str:
        return "\n".join(f"{m['direction']:>3} {m['channel']}: {m['text']}" for m in self._phone.all())
