from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import httpx
import pytest

from bot.store.engine import Sessions, make_engine, make_sessions, transaction
from bot.store.models import Contact

LOGIN = "/console/login"
INBOX = "/console/inbox"
TALK = "/console/conversations/1"


@pytest.mark.usefixtures("waiting")
@pytest.mark.parametrize(("language", "direction"), [("ar", "rtl"), ("fr", "ltr")])
def test_every_page_speaks_the_chosen_language(amina: Any, language: str, direction: str) -> None:
    amina.send("/console/language", {"language": language, "back": "/console/stops"}, form_at=INBOX)
    for path in (INBOX, TALK, "/console/stops", "/console/ideas", "/console/nothing", "/"):
        assert f'<html lang="{language}" dir="{direction}">' in amina.get(path).text


def test_the_language_stays_with_the_account(log_in: Callable[..., Any]) -> None:
    first = log_in("amina")
    done = first.send("/console/language", {"language": "ar", "back": "/console/stops"}, form_at=INBOX)
    assert done.headers["location"] == "/console/stops"
    assert 'lang="ar"' in log_in("amina").get(INBOX).text


@pytest.mark.parametrize(
    ("header", "language"), [("fr-FR,fr;q=0.9", "fr"), ("ar-MA", "ar"), ("en", "ar"), ("", "ar")]
)
def test_the_browsers_language_is_the_first_guess(client: httpx.Client, header: str, language: str) -> None:
    page = client.get(LOGIN, headers={"Accept-Language": header})
    assert f'<html lang="{language}"' in page.text


@pytest.mark.parametrize("path", ["/", LOGIN])
def test_pages_forbid_foreign_and_inline_code(client: httpx.Client, path: str) -> None:
    page = client.get(path)
    policy = page.headers["content-security-policy"]
    assert "default-src 'none'" in policy
    assert "unsafe" not in policy
    assert not re.search(r"<script(?![^>]*\bsrc=)|<style|\bon[a-z]+=\"|\bstyle=\"", page.text)
    assert page.headers["x-content-type-options"] == "nosniff"
    assert page.headers["cache-control"] == "no-store"


@pytest.mark.usefixtures("waiting")
def test_a_page_with_all_it_needs_is_light(amina: Any) -> None:
    page = amina.get(TALK)
    files = set(re.findall(r'(?:href|src)="(/static/[^"]+)"', page.text))
    assert len(files) == 3
    answers = [amina.get(file) for file in files]
    assert all(file.status_code == 200 and "immutable" in file.headers["cache-control"] for file in answers)
    assert len(page.content) + sum(len(file.content) for file in answers) < 60_000


def test_an_unknown_page_is_explained_in_both_languages(client: httpx.Client) -> None:
    page = client.get("/console/nothing", headers={"Accept-Language": "fr"})
    assert page.status_code == 404
    assert "existe pas" in page.text
    assert "غير موجودة" in page.text


def test_without_the_database_the_console_says_so(make_client: Callable[..., httpx.Client]) -> None:
    client = make_client(sessions=make_sessions(make_engine("postgresql://nobody@127.0.0.1:9/nothing")))
    client.cookies.set("staff", "token", path="/console")
    page = client.get(INBOX)
    assert page.status_code == 503
    assert 'class="card error"' in page.text


def test_an_unforeseen_error_is_a_page_without_its_text(
    make_client: Callable[..., httpx.Client],
) -> None:
    def broken() -> Any:
        raise RuntimeError("secret +212612345678")

    page = make_client(clock=broken).get(INBOX, headers={"Cookie": "staff=x"})
    assert page.status_code == 500
    assert "secret" not in page.text
    assert 'class="card error"' in page.text


def test_the_public_page_leads_to_the_sandbox_only_where_there_is_one(
    make_client: Callable[..., httpx.Client],
) -> None:
    assert 'href="/sandbox"' in make_client().get("/").text
    production = make_client(sandbox=False).get("/").text
    assert 'href="/sandbox"' not in production
    assert "https://wa.me/99900000001" in production


@pytest.mark.usefixtures("waiting")
def test_the_summary_names_the_language_that_the_person_uses(amina: Any, sessions: Sessions) -> None:
    with transaction(sessions) as session:
        session.get_one(Contact, 1).variety = "ary-Latn"
    assert "darija (lettres latines)" in amina.get(TALK).text
