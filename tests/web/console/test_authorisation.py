"""Who may use which route: a table that people can read, compared with what the service does.

Each route of the service is asked for by every role, and by somebody who is not logged in. A console route that does not
say which roles may use it fails here; so does one that is not in the table.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import httpx
import pytest
from fastapi import FastAPI
from fastapi.routing import APIRoute
from starlette.routing import Mount

from bot.core.roles import Role
from bot.web.console.routes import DECLARED, ConsoleRouter
from bot.web.webhooks import WebhookRoute
from tests.web.routes import all_routes

# yes: may use it; -: may not. "visitor" is somebody without a login.
CONSOLE = """
                                                        organiser  coach  agent  auditor  visitor
GET   /console                                          yes        yes    yes    yes      -
GET   /console/                                         yes        yes    yes    yes      -
GET   /console/menu                                     yes        yes    yes    yes      -
POST  /console/logout                                   yes        yes    yes    yes      -
GET   /console/login                                    yes        yes    yes    yes      yes
POST  /console/login                                    yes        yes    yes    yes      yes
POST  /console/language                                 yes        yes    yes    yes      yes
GET   /console/login/code                               yes        yes    yes    yes      yes
POST  /console/login/code                               yes        yes    yes    yes      yes
GET   /console/join                                     yes        yes    yes    yes      yes
POST  /console/join                                     yes        yes    yes    yes      yes
GET   /console/new-password                             yes        yes    yes    yes      yes
POST  /console/new-password                             yes        yes    yes    yes      yes
GET   /console/account                                  yes        yes    yes    yes      -
POST  /console/account/profile                          yes        yes    yes    yes      -
POST  /console/account/telegram                         yes        yes    yes    yes      -
POST  /console/account/password                         yes        yes    yes    yes      -
POST  /console/account/sessions/end                     yes        yes    yes    yes      -
GET   /console/account/second-factor                    yes        yes    yes    yes      -
POST  /console/account/second-factor                    yes        yes    yes    yes      -
POST  /console/account/second-factor/confirm            yes        yes    yes    yes      -
POST  /console/account/second-factor/codes              yes        yes    yes    yes      -
POST  /console/account/second-factor/remove             yes        yes    yes    yes      -
GET   /console/staff                                    yes        -      -      yes      -
POST  /console/staff/invite                             yes        -      -      -        -
POST  /console/staff/withdraw                           yes        -      -      -        -
POST  /console/staff/rules                              yes        -      -      -        -
GET   /console/staff/{staff_id}                         yes        -      -      yes      -
POST  /console/staff/{staff_id}/role                    yes        -      -      -        -
POST  /console/staff/{staff_id}/disable                 yes        -      -      -        -
POST  /console/staff/{staff_id}/enable                  yes        -      -      -        -
POST  /console/staff/{staff_id}/password                yes        -      -      -        -
POST  /console/staff/{staff_id}/factor                  yes        -      -      -        -
POST  /console/staff/{staff_id}/sessions                yes        -      -      -        -
GET   /console/record                                   yes        -      -      yes      -
GET   /console/inbox                                    yes        yes    -      yes      -
GET   /console/live                                     yes        yes    -      yes      -
GET   /console/conversations/{conversation_id}          yes        yes    -      yes      -
POST  /console/conversations/{conversation_id}/take     yes        yes    -      -        -
POST  /console/conversations/{conversation_id}/answer   yes        yes    -      -        -
POST  /console/conversations/{conversation_id}/give-back  yes      yes    -      -        -
GET   /console/day                                      yes        yes    yes    yes      -
GET   /console/day/{stop_id}                            yes        yes    yes    yes      -
GET   /console/day/{stop_id}/list.pdf                   yes        yes    yes    yes      -
POST  /console/day/{stop_id}/bookings/{booking_id}      yes        yes    yes    -        -
POST  /console/day/{stop_id}/results/{attendance_id}    yes        yes    yes    -        -
POST  /console/day/{stop_id}/walk-ins                   yes        yes    yes    -        -
POST  /console/day/{stop_id}/rest-absent                yes        yes    yes    -        -
GET   /console/numbers                                  yes        -      -      yes      -
GET   /console/numbers/messages                         yes        -      -      yes      -
GET   /console/numbers/handoffs                         yes        -      -      yes      -
GET   /console/numbers/days.csv                         yes        -      -      yes      -
GET   /console/numbers/stops.csv                        yes        -      -      yes      -
GET   /console/numbers/stops.xlsx                       yes        -      -      yes      -
GET   /console/stops                                    yes        yes    yes    yes      -
GET   /console/stops/new                                yes        -      -      -        -
GET   /console/stops/province.svg                       yes        -      -      -        -
POST  /console/stops/new                                yes        -      -      -        -
GET   /console/stops/{stop_id}                          yes        yes    yes    yes      -
GET   /console/stops/{stop_id}/edit                     yes        -      -      -        -
POST  /console/stops/{stop_id}/edit                     yes        -      -      -        -
POST  /console/stops/{stop_id}/times/{time_id}          yes        -      -      -        -
GET   /console/stops/{stop_id}/change/{kind}            yes        -      -      -        -
POST  /console/stops/{stop_id}/change/{kind}            yes        -      -      -        -
POST  /console/stops/{stop_id}/change/{kind}/confirm    yes        -      -      -        -
GET   /console/changes/{change_id}                      yes        yes    yes    yes      -
POST  /console/changes/{change_id}/undo                 yes        -      -      -        -
GET   /console/timetable                                yes        -      -      -        -
GET   /console/timetable/export.{kind}                  yes        -      -      -        -
POST  /console/timetable                                yes        -      -      -        -
POST  /console/timetable/apply                          yes        -      -      -        -
GET   /console/calls                                    yes        yes    yes    -        -
POST  /console/calls/preferences                        yes        -      -      -        -
POST  /console/calls/{call_id}                          yes        yes    yes    -        -
GET   /console/ideas                                    yes        yes    -      yes      -
GET   /console/undelivered                              yes        yes    -      yes      -
POST  /console/undelivered/{outbound_id}/again          yes        yes    -      -        -
POST  /console/undelivered/{outbound_id}/done           yes        yes    -      -        -
POST  /console/undelivered/jobs/{job_id}/replay         yes        -      -      -        -
POST  /console/conversations/{conversation_id}/note     yes        yes    -      -        -
POST  /console/conversations/{conversation_id}/transfer  yes       yes    -      -        -
POST  /console/conversations/{conversation_id}/book     yes        yes    -      -        -
POST  /console/conversations/{conversation_id}/bookings/{booking_id}/move  yes yes - - -
POST  /console/conversations/{conversation_id}/bookings/{booking_id}/cancel  yes yes - - -
GET   /console/coaching                                 yes        -      -      -        -
POST  /console/coaching/desk                            yes        -      -      -        -
GET   /console/conversations/{conversation_id}/data     yes        yes    -      yes      -
POST  /console/conversations/{conversation_id}/data/export  yes    yes    -      -        -
POST  /console/conversations/{conversation_id}/data/erase  yes     yes    -      -        -
GET   /console/media/{media_id}                         yes        yes    -      yes      -
GET   /console/labels                                   yes        yes    -      -        -
POST  /console/labels/{candidate_id}/label              yes        yes    -      -        -
POST  /console/labels/{candidate_id}/discard            yes        yes    -      -        -
"""

# What is outside the console, and what it asks for instead of a login.
ELSEWHERE = {
    "GET /": "public",
    "GET /health": "public",
    "GET /metrics": "loopback, or a token",
    "GET /calendar/{token}.ics": "the signature in the link",
    "MOUNT /static": "public",
    "POST /webhooks/twilio/messages": "signature",
    "POST /webhooks/twilio/status": "signature",
    "POST /webhooks/telegram": "secret header",
    "GET /sandbox/clock": "loopback, only with the sandbox",
    "PUT /sandbox/clock": "loopback, only with the sandbox",
    "GET /sandbox/state/bookings": "loopback, only with the sandbox",
    "GET /sandbox/state/stops": "loopback, only with the sandbox",
    "GET /sandbox/state/ideas": "loopback, only with the sandbox",
    "GET /sandbox/state/conversations": "loopback, only with the sandbox",
    "ANY /sandbox": "loopback, only with the sandbox",
    "ANY /sandbox/{path:path}": "loopback, only with the sandbox",
}
NAMES = {Role.ORGANISER: "nadia", Role.COACH: "amina", Role.AGENT: "said", Role.AUDITOR: "hiba"}


def table() -> dict[str, dict[str, bool]]:
    """The table above: who may, by method and path."""
    lines = CONSOLE.strip("\n").splitlines()
    columns = lines[0].split()
    rows: dict[str, dict[str, bool]] = {}
    for line in lines[1:]:
        method, path, *marks = line.split()
        assert len(marks) == len(columns), line
        rows[f"{method} {path}"] = {name: mark == "yes" for name, mark in zip(columns, marks, strict=True)}
    return rows


def named(route: APIRoute | Mount | WebhookRoute) -> list[str]:
    """A route's names in the tables: its methods and its path."""
    if isinstance(route, Mount):
        return [f"MOUNT {route.path}"]
    methods = sorted(route.methods or ())
    return [f"ANY {route.path}"] if len(methods) > 2 else [f"{method} {route.path}" for method in methods]


def test_every_route_is_in_one_of_the_tables(make_app: Callable[..., FastAPI]) -> None:
    served = {name for route in all_routes(make_app()) for name in named(route)}
    assert served == table().keys() | ELSEWHERE.keys()


def test_every_route_of_the_console_declares_its_roles(make_app: Callable[..., FastAPI]) -> None:
    declared = {
        name: declaration(route)
        for route in all_routes(make_app())
        if isinstance(route, APIRoute) and route.path.startswith("/console")
        for name in named(route)
    }
    assert [name for name, roles in declared.items() if roles is None] == []
    said = {
        name: sorted(role.value for role in Role if marks[role.value]) if not marks["visitor"] else []
        for name, marks in table().items()
    }
    assert declared == said


def test_a_route_cannot_be_added_without_its_roles() -> None:
    router: Any = ConsoleRouter(prefix="/console")
    with pytest.raises(TypeError, match="roles"):
        router.page("/new")
    with pytest.raises(TypeError, match="roles"):
        router.form("/new")


@pytest.mark.parametrize("column", ["visitor", *(role.value for role in Role)])
@pytest.mark.usefixtures("waiting")
def test_every_route_is_open_to_those_in_the_table_and_to_nobody_else(
    column: str, log_in: Callable[..., Any], visitor: Any
) -> None:
    client = (visitor if column == "visitor" else log_in(NAMES[Role(column)])).client
    wrong = []
    for name, marks in table().items():
        method, path = name.split()
        # A form is sent without its token: who may use it is told that the form has expired, and nothing is changed.
        answer = client.request(method, re.sub(r"\{[a-z_]+\}", "1", path))
        if may(answer) != marks[column]:
            wrong.append(f"{column} {name}: {answer.status_code}")
    assert wrong == []


def declaration(route: APIRoute) -> list[str] | None:
    """What a route says of its roles, None where it says nothing."""
    found: list[str] | None = (route.openapi_extra or {}).get(DECLARED)
    return found


def may(answer: httpx.Response) -> bool:
    """Whether the answer is that of somebody who may."""
    location = answer.headers.get("location", "")
    asked_by_post = answer.request.method == "POST" and location == "/console/login"
    to_the_login = answer.status_code == 303 and (
        asked_by_post or location.startswith("/console/login?next=")
    )
    return not to_the_login and 'data-kind="role"' not in answer.text


@pytest.mark.parametrize("role", list(Role))
@pytest.mark.usefixtures("waiting")
def test_every_form_needs_the_token_of_its_session(role: Role, log_in: Callable[..., Any]) -> None:
    client = log_in(NAMES[role]).client
    for name, marks in table().items():
        method, path = name.split()
        if method == "POST" and marks[role.value]:
            for token in ({}, {"csrf": ""}, {"csrf": "0" * 64}):
                answer = client.post(re.sub(r"\{[a-z_]+\}", "1", path), data=token)
                assert (answer.status_code, 'data-kind="403"' in answer.text) == (403, True), name


def test_routes_elsewhere_ask_for_what_the_table_says(
    make_client: Callable[..., httpx.Client],
) -> None:
    client = make_client()
    for name, needed in ELSEWHERE.items():
        method, path = name.split()
        method = "GET" if method in ("ANY", "MOUNT") else method
        path = path.replace("/{path:path}", "/nothing").replace("/static", "/static/icon.svg")
        status = client.request(
            method, path, data={"Body": "x"} if needed == "signature" else None
        ).status_code
        if needed == "public":
            # Nothing is behind the service in this test, and /health says so.
            assert status in (200, 503), name
        else:
            assert status == (
                404 if needed.startswith(("loopback", "token", "the signature in the link")) else 403
            ), name
