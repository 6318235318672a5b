"""A coach at the console: the pages' own forms, over HTTP."""

from __future__ import annotations

import html
import re

import httpx

from tests.e2e.product import Product

INPUT = re.compile(r'<input[^>]* name="([^"]+)"[^>]* value="([^"]*)"')
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

    def change_plan(self, stop_id: int, kind: str, fields: dict[str, str]) -> str:
        """Fill in the form, look at the preview and confirm it; the path of the change."""
        page = f"/console/stops/{stop_id}/change/{kind}"
        form = self._logged_in(page)
        shown = self._submit(page, form, **(_inputs(form) | fields))
        return self._submit(f"{page}/confirm", shown, **_inputs(shown)).url.path

    def undo(self, change: str) -> None:
        """Take a change of plan back."""
        self._post(change, f"{change}/undo")

    def _post(self, page: str, target: str, **fields: str) -> None:
        self._submit(target, self._logged_in(page), **fields)

    def _logged_in(self, page: str) -> httpx.Response:
        shown = self._get(page)
        if shown.url.path == LOGIN:
            self._submit(LOGIN, shown, username=self.username, password=self.password)
            shown = self._get(page)
            assert shown.url.path == page, "the login was refused"
        return shown

    def _get(self, page: str) -> httpx.Response:
        shown = self._http.get(page)
        assert shown.status_code == httpx.codes.OK, f"{page}: {shown.status_code}"
        return shown

    def _submit(self, target: str, shown: httpx.Response, **fields: str) -> httpx.Response:
        token = TOKEN.search(shown.text)
        assert token is not None, f"{shown.url} holds no form token"
        answer = self._http.post(target, data={"csrf": token.group(1), **fields})
        assert answer.status_code == httpx.codes.OK, f"{target}: {answer.status_code} {answer.text[:300]}"
        return answer


def _inputs(shown: httpx.Response) -> dict[str, str]:
    """What the fields of a page's form hold, as a browser would send it."""
    return {name: html.unescape(value) for name, value in INPUT.findall(shown.text)}
