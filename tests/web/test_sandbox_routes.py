from __future__ import annotations

import json
from collections.abc import Callable
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

import httpx
import pytest

from bot.core.texts import CASABLANCA
from bot.sandbox import phones
from bot.services import bookings, ideas
from bot.store.clock import product_clock, real_clock
from bot.store.engine import Sessions, transaction
from bot.store.models import AppointmentTime, Caravan, Contact, Conversation, Stop
from bot.web import sandbox_state

PHONE = "+212612345678"
OULMES = "04.291.05.11"
STARTS_AT = datetime(2026, 12, 1, 9, tzinfo=UTC)


def local(moment: datetime) -> str:
    return moment.astimezone(CASABLANCA).isoformat()


def at_this_machine(browser: httpx.Client) -> httpx.Client:
    browser.headers["Host"] = "127.0.0.1:8000"
    return browser


@pytest.fixture
def client(make_client: Callable[..., httpx.Client]) -> httpx.Client:
    """A browser on the machine itself."""
    return at_this_machine(make_client())


@pytest.fixture
def moving(make_client: Callable[..., httpx.Client], sessions: Sessions) -> httpx.Client:
    """A browser on a service whose clock is the product's own."""
    return at_this_machine(make_client(clock=product_clock(sessions, movable=True)))


@pytest.mark.parametrize("path", ["", "/clock", "/state/bookings", "/stats"])
def test_who_comes_by_the_public_name_finds_no_sandbox(
    make_client: Callable[..., httpx.Client], path: str
) -> None:
    assert make_client().get(f"/sandbox{path}").status_code == 404


def put(client: httpx.Client, body: object) -> httpx.Response:
    content = body if isinstance(body, bytes) else json.dumps(body).encode()
    return client.put("/sandbox/clock", content=content)


def test_the_clock_moves_forward_and_runs_on(moving: httpx.Client) -> None:
    before = datetime.fromisoformat(moving.get("/sandbox/clock").json()["now"])
    target = before + timedelta(days=2)
    answer = put(moving, {"now": target.isoformat()})
    assert answer.status_code == 200
    assert datetime.fromisoformat(answer.json()["now"]) == target
    later = datetime.fromisoformat(moving.get("/sandbox/clock").json()["now"])
    assert target <= later < target + timedelta(minutes=1)


def test_the_clock_does_not_go_back(moving: httpx.Client) -> None:
    answer = put(moving, {"now": (real_clock() - timedelta(seconds=5)).isoformat()})
    assert answer.status_code == 422
    assert "forward" in answer.json()["error"]["message"]


def test_a_time_without_an_offset_is_local(moving: httpx.Client) -> None:
    answer = put(moving, {"now": "2030-07-01T09:00:00"})
    assert datetime.fromisoformat(answer.json()["now"]) == datetime(2030, 7, 1, 9, tzinfo=CASABLANCA)


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"nonsense",
        b"[]",
        b"\xff",
        {},
        {"now": None},
        {"now": 5},
        {"now": ""},
        {"now": "tomorrow"},
        {"now": "2026-13-01T00:00:00Z"},
        {"now": "9999-12-31T23:59:59Z"},
        {"now": "0001-01-01T00:00:00+14:00"},
    ],
)
def test_a_malformed_time_is_explained(moving: httpx.Client, body: object) -> None:
    answer = put(moving, body)
    assert answer.status_code == 422
    assert answer.json()["error"]["message"]


@pytest.fixture
def time_id(sessions: Sessions, clock: Any) -> int:
    """A caravan with one stop and one appointment time, whose id it gives."""
    with transaction(sessions) as session:
        caravan = Caravan(
            code="x", province_code="04.291", is_example=True, is_current=True, facts={}, loaded_at=clock()
        )
        stop = Stop(
            caravan=caravan,
            commune_code=OULMES,
            day=date(2026, 12, 1),
            opens_at=time(9),
            closes_at=time(16),
            latitude=33.4,
            longitude=-6.0,
        )
        session.add(AppointmentTime(stop=stop, starts_at=STARTS_AT, capacity=4))
        session.flush()
        return stop.appointment_times[0].id


@pytest.fixture
def booked(providers: Any, sessions: Sessions, clock: Any, time_id: int) -> None:
    """Somebody wrote on WhatsApp, booked a place and told an idea."""
    providers.whatsapp("bghit nhjez", phone=PHONE)
    with transaction(sessions) as session:
        conversation = session.get_one(Conversation, 1)
        who: dict[str, Any] = {"contact_id": conversation.contact_id, "now": clock()}
        booking: dict[str, Any] = {"appointment_time_id": time_id, "name": "Fatima", "phone": PHONE}
        bookings.book(session, conversation_id=conversation.id, **booking, **who)
        idea: dict[str, Any] = {
            "summary": "Un rucher",
            "place": "Oulmès",
            "sector": "livestock",
            "needs": "des ruches",
        }
        ideas.submit(session, commune_code=OULMES, **idea, **who)


@pytest.mark.usefixtures("booked")
def test_bookings_as_the_contract_says(client: httpx.Client) -> None:
    (row,) = client.get("/sandbox/state/bookings", params={"phone": PHONE}).json()
    assert {name: row[name] for name in ("phone", "name", "stop", "commune", "starts_at", "status")} == {
        "phone": PHONE,
        "name": "Fatima",
        "stop": 1,
        "commune": OULMES,
        "starts_at": local(STARTS_AT),
        "status": "active",
    }
    assert client.get("/sandbox/state/bookings").json() == [row]
    assert client.get("/sandbox/state/bookings", params={"phone": "+212600000000"}).json() == []


@pytest.mark.usefixtures("booked")
def test_stops_as_the_contract_says(client: httpx.Client) -> None:
    assert client.get("/sandbox/state/stops").json() == [
        {
            "id": 1,
            "commune": OULMES,
            "date": "2026-12-01",
            "latitude": 33.4,
            "longitude": -6.0,
            "status": "confirmed",
            "appointment_times": [{"starts_at": local(STARTS_AT), "capacity": 4, "taken": 1}],
        }
    ]


@pytest.mark.usefixtures("booked")
def test_ideas_as_the_contract_says(client: httpx.Client) -> None:
    (row,) = client.get("/sandbox/state/ideas", params={"phone": PHONE}).json()
    assert row.pop("reference").startswith("I-")
    assert row == {
        "title": "Un rucher",
        "summary": "Un rucher",
        "sector": "livestock",
        "commune": OULMES,
        "status": "received",
    }
    assert client.get("/sandbox/state/ideas", params={"phone": "+212600000000"}).json() == []


def test_conversations_with_their_messages_in_order(providers: Any, client: httpx.Client, clock: Any) -> None:
    for number, text in enumerate(["salam", "fin", "chokran"]):
        clock.move(minutes=1)
        providers.whatsapp(text, sid=f"SM{number}", phone=PHONE)
    providers.whatsapp("autre", sid="SM9", phone="+212600000009")
    (row,) = client.get("/sandbox/state/conversations", params={"phone": PHONE}).json()
    assert (row["channel"], row["language"], row["with"]) == ("whatsapp", None, "assistant")
    assert [message["text"] for message in row["messages"]] == ["salam", "fin", "chokran"]
    assert row["messages"][0] == {
        "id": "SM0",
        "direction": "in",
        "text": "salam",
        "status": "received",
        "at": local(clock() - timedelta(minutes=2)),
    }
    assert len(client.get("/sandbox/state/conversations").json()) == 2


def test_a_plus_that_was_not_encoded_finds_the_phone_too(providers: Any, client: httpx.Client) -> None:
    providers.whatsapp("salam", phone=PHONE)
    assert len(client.get(f"/sandbox/state/conversations?phone={PHONE}").json()) == 1


def test_a_telegram_only_conversation_is_found_by_the_phone(providers: Any, client: httpx.Client) -> None:
    user = phones.telegram_user_id(PHONE)
    person = {"id": user, "is_bot": False, "first_name": "Amine"}
    chat = {"id": user, "type": "private"}
    message = {"message_id": 1, "date": 1_795_000_000, "chat": chat, "from": person, "text": "salam"}
    providers.telegram({"update_id": 1, "message": message})
    (row,) = client.get("/sandbox/state/conversations", params={"phone": PHONE}).json()
    assert row["channel"] == "telegram"


def test_a_telegram_conversation_is_found_by_the_phone_that_was_told(
    providers: Any, client: httpx.Client, sessions: Sessions
) -> None:
    person = {"id": 77, "is_bot": False, "first_name": "Amine"}
    chat = {"id": 77, "type": "private"}
    message = {"message_id": 1, "date": 1_795_000_000, "chat": chat, "from": person, "text": "salam"}
    providers.telegram({"update_id": 1, "message": message})
    assert client.get("/sandbox/state/conversations", params={"phone": PHONE}).json() == []
    with transaction(sessions) as session:
        session.get_one(Contact, 1).phone = PHONE
    assert len(client.get("/sandbox/state/conversations", params={"phone": PHONE}).json()) == 1


@pytest.mark.parametrize("phone", [PHONE, "+33612345678", "+212700000001"])
def test_both_sides_derive_the_same_telegram_user(phone: str) -> None:
    assert sandbox_state.telegram_user_id(phone) == phones.telegram_user_id(phone)


def test_everything_else_goes_to_the_sandbox_as_it_came(client: httpx.Client, neighbours: Any) -> None:
    def answer(request: httpx.Request) -> httpx.Response:
        return httpx.Response(202, json={"id": 5}, headers={"X-Sandbox": "yes", "Connection": "close"})

    neighbours.answers["http://sandbox.invalid/"] = answer
    client.cookies.set("staff", "token")
    said = client.post(
        "/sandbox/phones/%2B212612345678/messages?a=b%20c", json={"text": "سلام"}, headers={"X-Custom": "1"}
    )
    assert (said.status_code, said.json(), said.headers["X-Sandbox"]) == (202, {"id": 5}, "yes")
    (request,) = neighbours.seen
    assert str(request.url) == "http://sandbox.invalid/sandbox/phones/%2B212612345678/messages?a=b%20c"
    assert (request.method, json.loads(request.content), request.headers["X-Custom"]) == (
        "POST",
        {"text": "سلام"},
        "1",
    )
    assert request.headers["host"] == "sandbox.invalid"
    assert "cookie" not in request.headers


@pytest.mark.parametrize("path", ["/sandbox", "/sandbox/", "/sandbox/static/page.js"])
def test_the_page_goes_to_the_sandbox_too(client: httpx.Client, neighbours: Any, path: str) -> None:
    neighbours.answers["http://sandbox.invalid/"] = lambda _: httpx.Response(200, text="page")
    assert client.get(path).text == "page"
    assert neighbours.seen[0].url.path == path


def test_a_sandbox_that_is_down_is_a_bad_gateway(client: httpx.Client) -> None:
    answer = client.get("/sandbox")
    assert answer.status_code == 502
    assert "sandbox does not answer" in answer.json()["error"]["message"]


@pytest.mark.parametrize("path", ["/sandbox", "/sandbox/clock", "/sandbox/state/bookings", "/sandbox/faults"])
def test_production_has_no_sandbox(make_client: Callable[..., httpx.Client], path: str) -> None:
    client = make_client(sandbox=False)
    assert client.get(path).status_code == 404
    assert client.put(path, content=b"{}").status_code == 404
