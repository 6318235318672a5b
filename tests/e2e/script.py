"""Plays a conversation written as a file: what people do, what the answers must hold, what is kept of it.

A file names one phone (``phone``, ``channel``) or several ``people`` by name, and ``steps``. A step is one act by ``as`` (the
first person where it is left out):

``me``       words that are sent
``press``    the button whose title matches
``pick``     the number of the choice whose title matches
``pin``      a position, [latitude, longitude]
``contact``  the person's own number, by Telegram's button
``voice``    a voice note
``clock``    "evening" or "morning": the product's clock moves to that reminder of the person's first booking; "later": by two minutes
``coach``    "take", "give_back" or words that a coach writes
``staff``    a change of plan in the console: ``kind``, and what its form asks; of the stop of the person's booking, or of the next one in
             ``commune`` (HCP code); ``days`` sets the day so many days later; ``undo`` takes it back
``news``     what the product writes by itself: the clock moves by two minutes, by day, and the person's phone rings

and looks. At the answer: ``bot`` (regular expressions that it must match), ``not`` (that it must not), ``buttons`` (titles),
``silence`` (there is none), ``sms`` (how many SMS came, by default one for each step of the clock; each fits into one),
``remember`` (name: expression whose group is kept, for ``<name>`` in later expressions). At the state: ``bookings``, ``ideas``
(how many), ``booking`` (field: expression, of the latest active one), ``idea`` (likewise), ``with`` (who holds the
conversation), ``language``, ``known`` (false: nothing is kept of the person any more).
"""

from __future__ import annotations

import re
import time
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import yaml

from tests.e2e.console import Console
from tests.e2e.phone import Phone
from tests.e2e.product import Product

CASABLANCA = ZoneInfo("Africa/Casablanca")
ACTS = frozenset({"me", "press", "pick", "pin", "contact", "voice", "clock", "coach", "staff", "news"})
LOOKS = frozenset({"bot", "not", "buttons", "silence", "sms", "remember"})
STATE = frozenset({"bookings", "booking", "ideas", "idea", "with", "language", "known"})
ROUNDS_SECONDS = 5.0
"""Two rounds of the worker: what does not come in that time does not come."""
FORGETTING_SECONDS = 30.0
SIBLINGS_SECONDS = 0.8
"""What falls due at the same moment leaves in the same round."""
BY_DAY = range(8, 21)
"""The hours at which the product writes by itself."""
Step = dict[str, Any]


@dataclass(frozen=True, kw_only=True)
class Dialogue:
    """A file's content: who takes part (name: phone and channel), and what happens."""

    people: dict[str, dict[str, str]]
    steps: list[Step]

    @classmethod
    def read(cls, path: Path) -> Dialogue:
        """The dialogue of a file. AssertionError where a step holds a word that means nothing."""
        content = yaml.safe_load(path.read_text(encoding="utf-8"))
        people = content.get("people") or {"": {name: content[name] for name in ("phone", "channel")}}
        for number, step in enumerate(content["steps"], start=1):
            unknown = set(step) - ACTS - LOOKS - STATE - {"as"}
            assert not unknown, f"{path.name}, step {number}: {sorted(unknown)}"
            assert len(set(step) & ACTS) <= 1, f"{path.name}, step {number}: more than one act"
        return cls(people=people, steps=content["steps"])


class Script:
    """One dialogue against a running product."""

    def __init__(self, product: Product, console: Console, dialogue: Dialogue) -> None:
        self._product = product
        self._console = console
        self._people = {
            name: Phone(product, person["phone"], person["channel"])
            for name, person in dialogue.people.items()
        }
        self._phone = next(iter(self._people.values()))
        self._steps = dialogue.steps
        self._remembered: dict[str, str] = {}

    def play(self) -> None:
        """Run all steps; AssertionError names the step that went wrong and what was said."""
        first = next(iter(self._people))
        for number, step in enumerate(self._steps, start=1):
            self._phone = self._people[step.get("as", first)]
            try:
                self._act(step)
                self._look(step)
                self._look_at_state(step)
            except AssertionError as problem:
                said = f"{problem}\n--- said:\n{self._transcript()}"
                raise AssertionError(f"step {number} {step}: {said}") from None

    def _act(self, step: Step) -> None:
        phone, waits = self._phone, not step.get("silence")
        if "me" in step:
            phone.send(text=str(step["me"]), wait=waits)
        elif "press" in step:
            phone.press(step["press"])
        elif "pick" in step:
            phone.send(text=phone.number_of(step["pick"]))
        elif "pin" in step:
            phone.send(location={"latitude": step["pin"][0], "longitude": step["pin"][1]})
        elif step.get("contact"):
            phone.send(contact=True)
        elif step.get("voice"):
            phone.send(voice=True, wait=waits)
        elif "clock" in step:
            if step["clock"] == "later":
                self._product.set_clock(self._product.clock() + timedelta(minutes=2))
            else:
                self._move_clock(step["clock"], expected=step.get("sms", 1))
        elif "coach" in step:
            self._coach(step["coach"])
        elif "staff" in step:
            self._staff(dict(step["staff"]))
        elif step.get("news"):
            self._news()
        if not waits:
            phone.wait_until_heard()

    def _look(self, step: Step) -> None:
        words = self._phone.words()
        if step.get("silence"):
            assert words == "", f"there is an answer: {words}"
        for pattern in step.get("bot", ()):
            assert self._found(pattern, words), f"{pattern!r} is not in the answer"
        for pattern in step.get("not", ()):
            assert not self._found(pattern, words), f"{pattern!r} is in the answer"
        titles = [button["title"] for button in self._phone.buttons()]
        for pattern in step.get("buttons", ()):
            assert any(self._found(pattern, title) for title in titles), (
                f"no button {pattern!r} among {titles}"
            )
        for name, pattern in step.get("remember", {}).items():
            found = self._found(pattern, words)
            assert found, f"{pattern!r} is not in the answer"
            self._remembered[name] = found.group(1)

    def _look_at_state(self, step: Step) -> None:
        number = self._phone.number
        if step.get("known") is False:
            self._wait_until_forgotten()
        if "bookings" in step:
            assert len(self._active()) == step["bookings"], self._active()
        if "booking" in step:
            self._holds(self._active()[-1:], step["booking"])
        if "ideas" in step:
            assert len(self._product.state("ideas", phone=number)) == step["ideas"]
        if "idea" in step:
            self._holds(self._product.state("ideas", phone=number)[-1:], step["idea"])
        for field in ("with", "language"):
            if field in step:
                assert self._conversation()[field] == step[field], self._conversation()[field]

    def _wait_until_forgotten(self) -> None:
        deadline = time.monotonic() + FORGETTING_SECONDS
        while self._product.state("conversations", phone=self._phone.number):
            assert time.monotonic() < deadline, "the person is still known"
            time.sleep(0.2)

    def _holds(self, rows: list[dict[str, Any]], wanted: dict[str, str]) -> None:
        assert rows, "there is none"
        for field, pattern in wanted.items():
            assert self._found(str(pattern), str(rows[0][field])), f"{field} is {rows[0][field]!r}"

    def _found(self, pattern: str, text: str) -> re.Match[str] | None:
        for name, value in self._remembered.items():
            pattern = pattern.replace(f"<{name}>", re.escape(value))
        return re.search(pattern, text, re.IGNORECASE)

    def _move_clock(self, when: str, *, expected: int) -> None:
        """Move to a reminder's time: of the first active booking, or of the one that was cancelled last."""
        booking = (self._active()[:1] or self._bookings()[-1:])[0]
        starts = datetime.fromisoformat(booking["starts_at"]).astimezone(CASABLANCA)
        if when == "evening":
            target = (starts - timedelta(days=1)).replace(hour=18, minute=0, second=5)
        else:
            earliest = starts.replace(hour=8, minute=0, second=5)
            target = max(earliest, starts - timedelta(minutes=90) + timedelta(seconds=5))
        self._phone.mark()
        if expected or target > self._product.clock():
            self._product.set_clock(target)
        self._receive_sms(expected)

    def _receive_sms(self, expected: int) -> None:
        """Wait for as many as are expected, and for those that should not come."""
        if expected:
            self._phone.wait_for_answer(channel="sms")
        deadline = time.monotonic() + (SIBLINGS_SECONDS if expected else ROUNDS_SECONDS)
        while time.monotonic() < deadline or len(self._phone.answer) < expected:
            time.sleep(0.2)
            self._phone.answer = self._phone.incoming("sms")
            assert time.monotonic() < deadline + ROUNDS_SECONDS, f"only {len(self._phone.answer)} SMS came"
        came = self._phone.answer
        assert len(came) == expected, f"{len(came)} SMS came: {[message['text'] for message in came]}"
        assert all(message["segments"] == 1 for message in came), came

    def _coach(self, what: str) -> None:
        conversation_id = int(self._conversation()["id"])
        self._phone.mark()
        if what == "take":
            self._console.take(conversation_id)
        elif what == "give_back":
            self._console.give_back(conversation_id)
            self._phone.wait_for_answer()
        else:
            self._console.answer(conversation_id, what)
            self._phone.wait_for_answer()

    def _staff(self, asked: dict[str, Any]) -> None:
        kind, undo = str(asked.pop("kind")), asked.pop("undo", False)
        stop = self._stop(asked.pop("commune", None))
        if "days" in asked:
            asked["day"] = (date.fromisoformat(stop["date"]) + timedelta(days=asked.pop("days"))).isoformat()
        change = self._console.change_plan(
            int(stop["id"]), kind, {key: str(value) for key, value in asked.items()}
        )
        if undo:
            self._console.undo(change)

    def _stop(self, commune: str | None) -> dict[str, Any]:
        """The next stop in a commune, or that of the person's booking."""
        stops = self._product.state("stops")
        if commune is None:
            (wanted,) = {booking["stop"] for booking in self._active()[:1]}
            return next(stop for stop in stops if stop["id"] == wanted)
        ahead = [stop for stop in stops if stop["commune"] == commune and stop["status"] == "confirmed"]
        return min(ahead, key=lambda stop: str(stop["date"]))

    def _news(self) -> None:
        self._phone.mark()
        later = self._product.clock().astimezone(CASABLANCA) + timedelta(minutes=2)
        if later.hour not in BY_DAY:
            day = later if later.hour < BY_DAY.start else later + timedelta(days=1)
            later = day.replace(hour=BY_DAY.start, minute=1)
        self._product.set_clock(later)
        self._phone.wait_for_answer()

    def _conversation(self) -> dict[str, Any]:
        found = self._product.state("conversations", phone=self._phone.number)
        mine = [item for item in found if item["channel"] == self._phone.channel]
        assert mine, "there is no conversation"
        return dict(mine[0])

    def _active(self) -> list[dict[str, Any]]:
        return [booking for booking in self._bookings() if booking["status"] == "active"]

    def _bookings(self) -> list[dict[str, Any]]:
        return list(self._product.state("bookings", phone=self._phone.number))

    def _transcript(self) -> str:
        return "\n".join(
            f"{message['direction']:>3} {message['channel']}: {message['text']}"
            for message in self._phone.all()
        )
