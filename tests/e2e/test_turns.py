"""The real assistant's turn channel: a turn runs once however often it is posted, and a failure is answered as one."""

from __future__ import annotations

import json
import os
import signal
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import httpx
import psycopg
import pytest

from tests.e2e.phone import Phone
from tests.e2e.product import Product

RASA_OFFSET = 3
RECOVERY = 90.0
PROGRAM = "actions"


class Turns:
    """Posts turns of one conversation to the assistant, as the worker does."""

    def __init__(self, product: Product, number: str) -> None:
        self._product = product
        phone = Phone(product, number, "whatsapp")
        phone.send(text="salam")
        self._url = f"http://127.0.0.1:{product.port + RASA_OFFSET}/webhooks/turn/webhook"
        secrets = json.loads((product.home / "secrets.json").read_text(encoding="utf-8"))
        self._headers = {"Authorization": f"Bearer {secrets['turn_token']}"}
        query = (
            "SELECT m.id, c.id, c.contact_id, m.received_at FROM inbound_message m"
            " JOIN conversation c ON c.id = m.conversation_id"
            " JOIN contact_address a ON a.id = c.address_id WHERE a.address = %s ORDER BY m.id DESC LIMIT 1"
        )
        with psycopg.connect(product.database_url()) as connection:
            row = connection.execute(query, (number,)).fetchone()
        assert row is not None
        self.last_id, self.conversation_id, self._contact_id, self._now = row

    def post(self, turn_id: str, text: str) -> httpx.Response:
        """The answer to a turn."""
        metadata = {
            "contact_id": self._contact_id,
            "now": self._now.isoformat(),
            "variety": "fr",
            "variety_chosen": False,
            "phone_known": True,
            "location": None,
        }
        body = {
            "conversation_id": str(self.conversation_id),
            "turn_id": turn_id,
            "channel": "whatsapp",
            "text": text,
            "metadata": metadata,
        }
        return httpx.post(self._url, json=body, headers=self._headers, timeout=60.0)

    def kept(self, turn_id: str) -> int:
        """How often the assistant's memory holds this turn."""
        query = (
            "SELECT count(*) FROM rasa.events WHERE sender_id = %s AND type_name = 'user'"
            " AND data::jsonb ->> 'message_id' = %s"
        )
        with psycopg.connect(self._product.database_url()) as connection:
            row = connection.execute(query, (str(self.conversation_id), turn_id)).fetchone()
        assert row is not None
        return int(row[0])


@contextmanager
def stopped(product: Product) -> Iterator[None]:
    """The action server is killed as this begins; when it ends all is well again."""
    os.kill(product.pid(PROGRAM), signal.SIGKILL)
    yield
    product.wait_until_healthy(RECOVERY)


@pytest.fixture(scope="module")
def turns(product: Product) -> Turns:
    """A person who has said hello."""
    return Turns(product, "+212670040000")


def test_the_same_turn_posted_twice_has_one_answer_and_is_kept_once(turns: Turns) -> None:
    turn_id = f"{turns.last_id}000001"
    first, second = (turns.post(turn_id, "c'est gratuit ?") for _ in range(2))
    assert (first.status_code, second.status_code) == (200, 200)
    assert first.json() == second.json()
    assert first.json()["messages"]
    assert turns.kept(turn_id) == 1


def test_a_turn_whose_actions_are_down_fails_and_runs_once_when_they_are_back(
    product: Product, turns: Turns
) -> None:
    turn_id = f"{turns.last_id}000002"
    with stopped(product):
        failed = turns.post(turn_id, "c'est gratuit ?")
    assert failed.status_code == httpx.codes.INTERNAL_SERVER_ERROR
    assert turns.kept(turn_id) == 0
    answers = [answered(turns, turn_id) for _ in range(2)]
    assert answers[0] == answers[1]
    assert turns.kept(turn_id) == 1


def answered(turns: Turns, turn_id: str) -> Any:
    """The answer to the turn, posted until it is one."""
    deadline = time.monotonic() + RECOVERY
    while time.monotonic() < deadline:
        answer = turns.post(turn_id, "c'est gratuit ?")
        if answer.status_code == httpx.codes.OK:
            return answer.json()
        time.sleep(0.5)
    raise AssertionError("the turn was never answered")


def test_a_wrong_token_and_a_half_turn_are_refused(product: Product) -> None:
    url = f"http://127.0.0.1:{product.port + RASA_OFFSET}/webhooks/turn/webhook"
    assert httpx.post(url, json={}).status_code == httpx.codes.UNAUTHORIZED
