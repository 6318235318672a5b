"""Staff at work in the console."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import httpx
import pytest
from pwdlib import PasswordHash
from pwdlib.hashers.argon2 import Argon2Hasher
from sqlalchemy import select

from bot.core.locales import Variety
from bot.core.roles import Role
from bot.core.texts import Texts
from bot.services import handoffs
from bot.store.engine import Sessions, transaction
from bot.store.models import OutboundMessage, Staff

PASSWORD = "motdepasse-long"
LOGIN = "/console/login"
TALK = "/console/conversations/1"
TEAM = {
    "amina": Role.COACH,
    "youssef": Role.COACH,
    "nadia": Role.ORGANISER,
    "said": Role.AGENT,
    "hiba": Role.AUDITOR,
}


@dataclass(frozen=True, kw_only=True)
class Desk:
    """A browser on the console."""

    client: httpx.Client

    def get(self, path: str, **options: Any) -> httpx.Response:
        return self.client.get(path, **options)

    def post(self, path: str, **options: Any) -> httpx.Response:
        return self.client.post(path, **options)

    def token(self, path: str) -> str:
        """The token of the forms on a page."""
        return token_in(self.get(path))

    def send(self, path: str, fields: dict[str, str], *, form_at: str) -> httpx.Response:
        """Send a form of the page at ``form_at``."""
        page = self.get(form_at)
        seen = re.search(r'name="seen" value="(\d+)"', page.text)
        hidden = {"csrf": token_in(page)} | ({"seen": seen[1]} if seen else {})
        return self.post(path, data=hidden | fields)

    def take(self) -> httpx.Response:
        return self.send(f"{TALK}/take", {}, form_at=TALK)

    def answer(self, words: str) -> httpx.Response:
        return self.send(f"{TALK}/answer", {"text": words}, form_at=TALK)


def token_in(page: httpx.Response) -> str:
    match = re.search(r'name="csrf" value="([0-9a-f]+)"', page.text)
    assert match is not None
    return match[1]


def texts() -> Texts:
    """Words of the conversation, as few as the console needs."""
    words = {"notice_given_back": "the assistant is back", "notice_linked": "alerts come here"}
    return Texts(words=dict.fromkeys(Variety, words), layout={})


@pytest.fixture
def app_options() -> dict[str, Any]:
    return {"texts": texts, "places": lambda code, language: f"{code}-{language}"}


@pytest.fixture
def token_of() -> Callable[[httpx.Response], str]:
    return token_in


@pytest.fixture(scope="session")
def password_hash() -> str:
    """As kept, but cheap to compare with: a good hash is slow on purpose, and every test logs in."""
    return PasswordHash((Argon2Hasher(time_cost=1, memory_cost=8, parallelism=1),)).hash(PASSWORD)


@pytest.fixture
def accounts(sessions: Sessions, clock: Any, password_hash: str) -> None:
    with transaction(sessions) as session:
        for name, role in TEAM.items():
            account = Staff(
                username=name,
                display_name=name.title(),
                password_hash=password_hash,
                role=role.value,
                language="fr",
                created_at=clock(),
            )
            session.add(account)
            session.flush()


@pytest.fixture
def visitor(client: httpx.Client, accounts: None) -> Desk:
    """A browser in which nobody is logged in."""
    return Desk(client=client)


@pytest.fixture
def log_in(make_client: Callable[..., httpx.Client], accounts: None) -> Callable[..., Desk]:
    """Gives a browser in which somebody of the staff is logged in."""

    def browser(name: str = "amina", **changes: Any) -> Desk:
        desk = Desk(client=make_client(**changes))
        done = desk.send(LOGIN, {"username": name, "password": PASSWORD}, form_at=LOGIN)
        assert done.status_code == 303
        return desk

    return browser


@pytest.fixture
def amina(log_in: Callable[..., Desk]) -> Desk:
    return log_in("amina")


@pytest.fixture
def waiting(providers: Any, sessions: Sessions, clock: Any) -> None:
    """Conversation 1, on WhatsApp, waits for a person."""
    providers.whatsapp("bghit nhder m3a chi wahed, 0612345678", phone="+212612345678")
    with transaction(sessions) as session:
        handoffs.request(session, conversation_id=1, reason="asked", now=clock())


@pytest.fixture
def outbound(sessions: Sessions) -> Callable[[], list[OutboundMessage]]:
    """Gives what is to be sent so far."""

    def read() -> list[OutboundMessage]:
        with sessions() as session:
            return list(session.scalars(select(OutboundMessage).order_by(OutboundMessage.id)))

    return read
