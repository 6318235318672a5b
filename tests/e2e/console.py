"""A coach at the console: the pages' own forms, over HTTP."""

from __future__ import annotations

import re

import httpx

from tests.e2e.product import Product

TOKEN = re.compile(r'name="csrf" value="([^"]+)"')
LOGIN = "/console/login"


class Console:
    """A browser that logs in, and again when the session has expired: the product's clock may leap over days."""

    def __init__(self, product: Product, username: str, password: str) -> None:
        self.username = username
        self.password = password
        self._http = httpx.Client(base_url=product.url, follow_redirects=True, timeout=20.0)

    def close(self) -> None:
        """Close the connections."""
        self._http.close()

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
        shown = self._get(page)
        if shown.url.path == LOGIN:
            self._submit(LOGIN, shown, username=self.username, password=self.password)
            shown = self._get(page)
            assert shown.url.path == page, "the login was refused"
        self._submit(target, shown, **fields)

    def _get(self, page: str) -> httpx.Response:
        shown = self._http.get(page)
        assert shown.status_code == httpx.codes.OK, f"{page}: {shown.status_code}"
        return shown

    def _submit(self, target: str, shown: httpx.Response, **fields: str) -> None:
        token = TOKEN.search(shown.text)
        assert token is not None, f"{shown.url} holds no form token"
        answer = self._http.post(target, data={"csrf": token.group(1), **fields})
        assert answer.status_code == httpx.codes.OK, f"{target}: {answer.status_code} {answer.text[:300]}"
