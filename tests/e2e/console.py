"""A coach at the console: the pages' own forms, over HTTP."""

from __future__ import annotations

import re

import httpx

from tests.e2e.product import Product

TOKEN = re.compile(r'name="csrf(?:_token)?" value="([^"]+)"')


class Console:
    """A logged-in browser session."""

    def __init__(self, product: Product, username: str, password: str) -> None:
        self.http = httpx.Client(base_url=product.url, follow_redirects=True, timeout=20.0)
        self._post("/console/login", "/console/login", username=username, password=password)
        inbox = self.http.get("/console/inbox")
        assert inbox.status_code == httpx.codes.OK
        assert "/console/login" not in str(inbox.url), "the login was refused"

    def take(self, conversation_id: int) -> None:
        """Take a conversation."""
        page = f"/console/conversations/{conversation_id}"
        self._post(page, f"{page}/take")

    def answer(self, conversation_id: int, text: str) -> None:
        """Write to the person."""
        page = f"/console/conversations/{conversation_id}"
        self._post(page, f"{page}/answer", text=text)

    def give_back(self, conversation_id: int) -> None:
        """Give the conversation back to the assistant."""
        page = f"/console/conversations/{conversation_id}"
        self._post(page, f"{page}/give-back")

    def _post(self, page: str, target: str, **fields: str) -> None:
        shown = self.http.get(page)
        assert shown.status_code == httpx.codes.OK, f"{page}: {shown.status_code}"
        token = TOKEN.search(shown.text)
        assert token is not None, f"{page} holds no form token"
        name = "csrf_token" if "csrf_token" in token.group(0) else "csrf"
        answer = self.http.post(target, data={name: token.group(1), **fields})
        assert answer.status_code == httpx.codes.OK, f"{target}: {answer.status_code} {answer.text[:300]}"
