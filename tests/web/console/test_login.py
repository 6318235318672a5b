from __future__ import annotations

from collections.abc import Callable
from typing import Any

import httpx
import pytest
from sqlalchemy import select

from bot.store.engine import Sessions, transaction
from bot.store.models import Conversation, Staff, StaffSession

PASSWORD = "motdepasse-long"
LOGIN = "/console/login"
INBOX = "/console/inbox"
TALK = "/console/conversations/1"


def test_after_a_login_one_is_where_one_wanted_to_be(visitor: Any) -> None:
    location = visitor.get("/console/ideas?page=2").headers["location"]
    assert location == f"{LOGIN}?next=/console/ideas%3Fpage%3D2"
    fields = {"username": "Amina ", "password": PASSWORD, "next": "/console/ideas?page=2"}
    done = visitor.post(LOGIN, data=fields | {"csrf": visitor.token(location)})
    assert (done.status_code, done.headers["location"]) == (303, "/console/ideas?page=2")


@pytest.mark.parametrize(
    "target",
    [
        "https://evil.example/console/",
        "//evil.example",
        "/console/\\evil",
        "/sandbox",
        "",
        "/console/a\r\nb",
        "javascript:x",
    ],
)
def test_a_login_leads_nowhere_else(visitor: Any, target: str) -> None:
    fields = {"username": "amina", "password": PASSWORD, "next": target}
    assert visitor.send(LOGIN, fields, form_at=LOGIN).headers["location"] == "/console"


@pytest.mark.parametrize(
    ("name", "password"),
    [
        ("amina", "wrong"),
        ("nobody", PASSWORD),
        ("", ""),
        ("a\x00", "b\x00"),
        ("x" * 500, PASSWORD),
        ("amina", "x" * 5000),
    ],
)
def test_a_wrong_login_is_refused_without_a_hint(visitor: Any, name: str, password: str) -> None:
    refused = visitor.send(LOGIN, {"username": name, "password": password}, form_at=LOGIN)
    assert refused.status_code == 401
    assert "ne vont pas ensemble" in refused.text or "غير متطابقين" in refused.text
    assert "staff" not in visitor.client.cookies


def test_too_many_wrong_logins_are_slowed_down_kindly(visitor: Any, clock: Any) -> None:
    wrong = {"username": "amina", "password": "wrong"}
    right = {"username": "amina", "password": PASSWORD}
    assert [visitor.send(LOGIN, wrong, form_at=LOGIN).status_code for _ in range(5)] == [401] * 5
    slowed = visitor.send(LOGIN, right, form_at=LOGIN)
    assert slowed.status_code == 429
    assert "ربع ساعة" in slowed.text
    clock.move(minutes=16)
    assert visitor.send(LOGIN, right, form_at=LOGIN).status_code == 303


def test_the_cookies_are_for_this_site_alone(visitor: Any, token_of: Any) -> None:
    page = visitor.get(LOGIN)
    done = visitor.post(LOGIN, data={"username": "amina", "password": PASSWORD, "csrf": token_of(page)})
    cookies = page.headers.get_list("set-cookie") + done.headers.get_list("set-cookie")
    assert len(cookies) == 3
    for cookie in cookies:
        assert "HttpOnly" in cookie
        assert "SameSite=lax" in cookie
        assert "Secure" in cookie


def test_without_https_the_cookies_still_arrive(make_client: Callable[..., httpx.Client]) -> None:
    page = make_client(public_base_url="http://127.0.0.1:8000").get(LOGIN)
    assert "Secure" not in page.headers["set-cookie"]


def test_a_session_ends_with_its_time(amina: Any, clock: Any) -> None:
    clock.move(hours=11, minutes=59)
    assert amina.get(INBOX).status_code == 200
    clock.move(minutes=1)
    assert amina.get(INBOX).headers["location"].startswith(LOGIN)


def test_the_pages_own_script_is_told_that_the_session_has_ended(visitor: Any) -> None:
    assert visitor.get(INBOX, headers={"X-Live": "1"}).status_code == 401


def test_logging_out_ends_the_session_on_the_server(amina: Any, sessions: Sessions) -> None:
    cookie = amina.client.cookies["staff"]
    assert amina.send("/console/logout", {}, form_at=INBOX).headers["location"] == LOGIN
    amina.client.cookies.set("staff", cookie, path="/console")
    assert amina.get(INBOX).status_code == 303
    with sessions() as session:
        assert session.scalars(select(StaffSession)).all() == []


def test_an_account_that_was_closed_is_out_at_once(amina: Any, sessions: Sessions, clock: Any) -> None:
    with transaction(sessions) as session:
        session.scalars(select(Staff).where(Staff.username == "amina")).one().disabled_at = clock()
    assert amina.get(INBOX).status_code == 303


@pytest.mark.usefixtures("waiting")
@pytest.mark.parametrize("token", [None, "", "0" * 64, "é"])
def test_no_form_is_taken_without_its_token(
    amina: Any, sessions: Sessions, token: str | None, outbound: Any
) -> None:
    fields = {"text": "x", "language": "ar"} | ({} if token is None else {"csrf": token})
    for path in (
        f"{TALK}/take",
        f"{TALK}/answer",
        f"{TALK}/give-back",
        "/console/logout",
        "/console/language",
    ):
        assert amina.post(path, data=fields).status_code == 403
    assert outbound() == []
    with sessions() as session:
        assert session.get_one(Conversation, 1).talker == "waiting"
    assert '<html lang="fr"' in amina.get(INBOX).text


@pytest.mark.usefixtures("waiting")
def test_the_token_of_another_session_does_not_fit(log_in: Callable[..., Any]) -> None:
    amina, youssef = log_in("amina"), log_in("youssef")
    stolen = youssef.token(TALK)
    assert amina.post(f"{TALK}/take", data={"csrf": stolen}).status_code == 403


def test_a_login_form_from_elsewhere_is_refused(visitor: Any) -> None:
    assert visitor.post(LOGIN, data={"username": "amina", "password": PASSWORD}).status_code == 403
