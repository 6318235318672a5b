"""Inviting, joining, second factors, roles and the record, as browsers play them."""

from __future__ import annotations

import html
import re
from collections.abc import Callable
from typing import Any

import httpx
import pyotp
import pytest
from sqlalchemy import select

from bot.core.roles import Role
from bot.services import second_factor, staff
from bot.store.engine import Sessions
from bot.store.models import AuditEvent, InboundMessage, StaffSession

PASSWORD = "motdepasse-long"
NEW = "chèvre lune tracteur"
LOGIN = "/console/login"
ACCOUNT = "/console/account"
FACTOR = "/console/account/second-factor"
TEAM = "/console/staff"


@pytest.fixture
def nadia(log_in: Callable[..., Any]) -> Any:
    """The organiser."""
    return log_in("nadia")


def link_in(page: str) -> str:
    match = re.search(r'id="link" value="([^"]+)"', page)
    assert match is not None
    return html.unescape(match[1])


def number_of(sessions: Sessions, username: str) -> int:
    with sessions() as session:
        return staff.by_username(session, username).id


def invite(nadia: Any, role: Role = Role.COACH) -> str:
    page = nadia.send(f"{TEAM}/invite", {"name": "Salma B.", "role": role.value}, form_at=TEAM)
    assert page.status_code == 200
    return link_in(page.text)


def join(browser: Any, secret: str, **changes: str) -> Any:
    fields = {"invitation": secret, "username": "salma", "password": NEW, "again": NEW} | changes
    return browser.send("/console/join", fields, form_at="/console/join")


def set_up_factor(desk: Any, clock: Any) -> tuple[pyotp.TOTP, list[str]]:
    """Scan the picture (by its key), confirm, and read the recovery codes."""
    desk.send(FACTOR, {}, form_at=FACTOR)
    key = re.search(r'class="key">([A-Z2-7]+)<', desk.get(FACTOR).text)
    assert key is not None
    app = pyotp.TOTP(key[1])
    page = desk.send(f"{FACTOR}/confirm", {"code": app.at(clock())}, form_at=FACTOR)
    codes = re.findall(r"<li>([a-z2-7]{4}(?:-[a-z2-7]{4}){3})</li>", page.text)
    assert len(codes) == 8
    return app, codes


def test_an_invitation_becomes_an_account(nadia: Any, visitor: Any, sessions: Sessions) -> None:
    link = invite(nadia)
    address, _, secret = link.partition("#")
    assert address == "https://caravan.example.org/console/join"
    assert len(secret) >= 40
    # Nothing of the page keeps the secret, and it is shown only once.
    assert secret not in nadia.get(TEAM).text
    done = join(visitor, secret)
    assert (done.status_code, done.headers["location"]) == (303, "/console")
    assert visitor.get("/console/inbox").status_code == 200
    with sessions() as session:
        assert staff.by_username(session, "salma").role == "coach"
    assert join(visitor, secret, username="other").status_code == 422


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"again": "other"}, "ne sont pas les mêmes"),
        ({"password": "motdepasse1", "again": "motdepasse1"}, "trop facile"),
        ({"username": "é"}, "bonne forme"),
        ({"username": "amina"}, "déjà pris"),
        ({"invitation": "made-up"}, "ne marche pas"),
        ({"invitation": "\x00", "username": "\x00\x00"}, "ne marche pas"),
    ],
)
def test_what_is_wrong_with_joining_is_said(
    nadia: Any, visitor: Any, changes: dict[str, str], words: str
) -> None:
    visitor.client.headers["Accept-Language"] = "fr"
    refused = join(visitor, invite(nadia).partition("#")[2], **changes)
    assert refused.status_code == 422
    assert words in refused.text
    assert NEW not in refused.text


def test_a_forgotten_password_is_replaced_by_a_link(nadia: Any, visitor: Any, sessions: Sessions) -> None:
    place = f"{TEAM}/{number_of(sessions, 'amina')}"
    link = link_in(nadia.send(f"{place}/password", {}, form_at=place).text)
    address, _, secret = link.partition("#")
    assert address.endswith("/console/new-password")
    fields = {"invitation": secret, "password": NEW, "again": NEW}
    done = visitor.send("/console/new-password", fields, form_at="/console/new-password")
    assert done.status_code == 303
    assert visitor.get("/console/inbox").status_code == 200


def test_the_second_factor_is_asked_for_after_the_password(
    log_in: Callable[..., Any], visitor: Any, clock: Any
) -> None:
    app, codes = set_up_factor(log_in("amina"), clock)
    clock.move(minutes=2)
    visitor.client.headers["Accept-Language"] = "fr"
    asked = visitor.send(LOGIN, {"username": "amina", "password": PASSWORD}, form_at=LOGIN)
    assert asked.headers["location"].startswith("/console/login/code?next=")
    assert visitor.get("/console/inbox").status_code == 303
    wrong = visitor.send("/console/login/code", {"code": "000000"}, form_at="/console/login/code")
    assert (wrong.status_code, 'role="alert"' in wrong.text) == (401, True)
    right = {"code": app.at(clock()), "next": "/console/ideas"}
    done = visitor.send("/console/login/code", right, form_at="/console/login/code")
    assert done.headers["location"] == "/console/ideas"
    assert visitor.get("/console/ideas").status_code == 200
    again = log_in_with(visitor, codes[0])
    assert again.headers["location"] == "/console"


def log_in_with(visitor: Any, code: str) -> Any:
    visitor.client.cookies.clear()
    visitor.send(LOGIN, {"username": "amina", "password": PASSWORD}, form_at=LOGIN)
    return visitor.send("/console/login/code", {"code": code}, form_at="/console/login/code")


def test_guessing_codes_is_slowed_down(log_in: Callable[..., Any], visitor: Any, clock: Any) -> None:
    app, _ = set_up_factor(log_in("amina"), clock)
    clock.move(minutes=2)
    visitor.send(LOGIN, {"username": "amina", "password": PASSWORD}, form_at=LOGIN)
    page = "/console/login/code"
    answers = [visitor.send(page, {"code": f"{n:06d}"}, form_at=page).status_code for n in range(5)]
    assert answers == [401] * 5
    assert visitor.send(page, {"code": app.at(clock())}, form_at=page).status_code == 429


def test_a_role_that_needs_a_second_factor_is_led_to_it(
    nadia: Any, log_in: Callable[..., Any], clock: Any
) -> None:
    nadia.send(f"{TEAM}/rules", {"needs": "coach"}, form_at=TEAM)
    amina = log_in("amina")
    for path in ("/console/inbox", ACCOUNT, "/console/stops"):
        assert amina.get(path).headers["location"] == FACTOR
    assert amina.post(f"{ACCOUNT}/profile", data={"csrf": amina.token(FACTOR)}).headers["location"] == FACTOR
    set_up_factor(amina, clock)
    assert amina.get("/console/inbox").status_code == 200
    kept = amina.send(f"{FACTOR}/remove", {"password": PASSWORD}, form_at=ACCOUNT)
    assert kept.status_code == 409


def test_taking_the_second_factor_away_needs_the_password(
    log_in: Callable[..., Any], clock: Any, sessions: Sessions
) -> None:
    amina = log_in("amina")
    set_up_factor(amina, clock)
    refused = amina.send(f"{FACTOR}/remove", {"password": "wrong"}, form_at=ACCOUNT)
    assert (refused.status_code, 'role="alert"' in refused.text) == (422, True)
    assert amina.send(f"{FACTOR}/remove", {"password": PASSWORD}, form_at=ACCOUNT).status_code == 303
    with sessions() as session:
        assert second_factor.codes_left(session, staff_id=number_of(sessions, "amina")) == 0


def test_ones_other_browsers_are_logged_out(log_in: Callable[..., Any]) -> None:
    here, there = log_in("amina"), log_in("amina")
    hashed = re.search(r'name="session" value="([0-9a-f]{64})"', here.get(ACCOUNT).text)
    assert hashed is not None
    here.send(f"{ACCOUNT}/sessions/end", {"session": hashed[1]}, form_at=ACCOUNT)
    assert there.get(ACCOUNT).status_code == 303
    assert here.get(ACCOUNT).status_code == 200


def test_another_password_needs_the_present_one(log_in: Callable[..., Any]) -> None:
    amina = log_in("amina")
    wrong = {"present": "wrong", "password": NEW, "again": NEW}
    assert amina.send(f"{ACCOUNT}/password", wrong, form_at=ACCOUNT).status_code == 422
    done = amina.send(f"{ACCOUNT}/password", wrong | {"present": PASSWORD}, form_at=ACCOUNT)
    assert done.headers["location"] == f"{ACCOUNT}?done=password"


def test_a_changed_role_counts_at_once(nadia: Any, log_in: Callable[..., Any], sessions: Sessions) -> None:
    amina = log_in("amina")
    place = f"{TEAM}/{number_of(sessions, 'amina')}"
    nadia.send(f"{place}/role", {"role": "agent"}, form_at=place)
    assert amina.get("/console/inbox").status_code == 403
    assert amina.get("/console/stops").status_code == 200


def test_the_last_organiser_cannot_go(nadia: Any, sessions: Sessions) -> None:
    place = f"{TEAM}/{number_of(sessions, 'nadia')}"
    for path, fields in ((f"{place}/role", {"role": "coach"}), (f"{place}/disable", {})):
        refused = nadia.send(path, fields, form_at=place)
        assert (refused.status_code, 'role="alert"' in refused.text) == (409, True)


def test_a_closed_account_is_out_at_once(nadia: Any, log_in: Callable[..., Any], sessions: Sessions) -> None:
    amina = log_in("amina")
    place = f"{TEAM}/{number_of(sessions, 'amina')}"
    nadia.send(f"{place}/disable", {}, form_at=place)
    assert amina.get("/console/inbox").status_code == 303
    nadia.send(f"{place}/enable", {}, form_at=place)
    assert log_in("amina").get("/console/inbox").status_code == 200


def test_an_organiser_helps_who_lost_their_phone(
    nadia: Any, log_in: Callable[..., Any], sessions: Sessions, clock: Any
) -> None:
    amina = log_in("amina")
    set_up_factor(amina, clock)
    place = f"{TEAM}/{number_of(sessions, 'amina')}"
    nadia.send(f"{place}/factor", {}, form_at=place)
    assert amina.get("/console/inbox").status_code == 303
    assert log_in("amina").get("/console/inbox").status_code == 200


@pytest.mark.usefixtures("waiting")
def test_the_auditor_finds_who_read_a_conversation(log_in: Callable[..., Any]) -> None:
    log_in("amina").get("/console/conversations/1")
    hiba = log_in("hiba")
    page = hiba.get("/console/record?kind=conversation&number=1").text
    assert "Amina" in page
    assert "a lu une conversation" in page
    assert "a lu une conversation" in hiba.get("/console/record?kind=contact&number=1").text
    assert 'class="empty"' in hiba.get("/console/record?kind=conversation&number=2").text
    assert 'class="empty"' in hiba.get("/console/record?kind=booking&number=%00%00").text
    assert 'class="empty"' in hiba.get("/console/record?first=2030-01-01").text


def test_the_record_holds_no_words_of_people(
    nadia: Any, visitor: Any, log_in: Callable[..., Any], waiting: None, sessions: Sessions
) -> None:
    join(visitor, invite(nadia).partition("#")[2])
    amina = log_in("amina")
    amina.take()
    amina.answer("Bonjour Fatima")
    with sessions() as session:
        kept = str(session.scalars(select(AuditEvent.detail)).all())
    for words in ("Fatima", "Bonjour", "612345678", "Salma", "salma", PASSWORD):
        assert words not in kept


def test_where_a_session_is_used_is_named_in_two_words(visitor: Any, sessions: Sessions) -> None:
    visitor.client.headers["User-Agent"] = (
        "Mozilla/5.0 (Linux; Android 14; SM-A546B) AppleWebKit/537.36 Chrome/124.0.0.0 Mobile Safari/537.36"
    )
    visitor.send(LOGIN, {"username": "amina", "password": PASSWORD}, form_at=LOGIN)
    with sessions() as session:
        assert session.scalars(select(StaffSession.browser)).all() == ["Chrome, Android"]


def test_a_telegram_is_linked_with_an_account(
    log_in: Callable[..., Any], neighbours: Any, sessions: Sessions
) -> None:
    neighbours.answers["https://api.telegram.org/bot123456789:token/getMe"] = lambda _: httpx.Response(
        200, json={"ok": True, "result": {"username": "caravane_bot"}}
    )
    amina = log_in("amina", sandbox=False)
    shown = amina.send(f"{ACCOUNT}/telegram", {}, form_at=ACCOUNT)
    [(address, code)] = re.findall(r'href="(https://t\.me/[^"?]+\?start=)(staff-[\w-]+)"', shown.text)
    assert address == "https://t.me/caravane_bot?start="
    update = {
        "update_id": 1,
        "message": {
            "message_id": 1,
            "date": 1780000000,
            "chat": {"id": 70001, "type": "private", "first_name": "Amina"},
            "from": {"id": 70001, "is_bot": False, "first_name": "Amina"},
            "text": f"/start {code}",
        },
    }
    headers = {"X-Telegram-Bot-Api-Secret-Token": "telegram-secret"}
    assert amina.post("/webhooks/telegram", json=update, headers=headers).status_code == 200
    assert "Par Telegram (relié)" in amina.get(ACCOUNT).text
    with sessions() as session:
        assert session.scalars(select(InboundMessage)).all() == []


def test_without_the_bots_name_the_words_are_shown(log_in: Callable[..., Any]) -> None:
    shown = log_in("amina", sandbox=False).send(f"{ACCOUNT}/telegram", {}, form_at=ACCOUNT)
    assert "t.me" not in shown.text
    assert 'value="/start staff-' in shown.text
