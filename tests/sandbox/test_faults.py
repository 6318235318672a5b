"""What the providers do wrong, as a client of theirs lives it."""

from __future__ import annotations

import json
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import httpx
import pytest

from bot.sandbox.faults import FaultBox
from bot.sandbox.settings import HOST, Settings

from .conftest import RunningSandbox
from .fake_product import FakeProduct
from .serving import free_port, wait_for

PHONE = "+212612345678"
STATUS = "/webhooks/twilio/status"


def create_sms(sandbox: RunningSandbox, *, base_url: str | None = None) -> httpx.Response:
    settings = sandbox.settings
    account = settings.twilio_account_sid
    return sandbox.http.post(
        f"{base_url or sandbox.url}/twilio/2010-04-01/Accounts/{account}/Messages.json",
        data={
            "To": PHONE,
            "From": settings.twilio_sms_from,
            "Body": "salam",
            "StatusCallback": f"https://caravan.example.org{STATUS}",
        },
        auth=(account, settings.twilio_auth_token),
    )


def get_me(sandbox: RunningSandbox, base_url: str | None = None) -> httpx.Response:
    return sandbox.http.get(
        f"{base_url or sandbox.url}/telegram/bot{sandbox.settings.telegram_bot_token}/getMe"
    )


def provider_url(sandbox: RunningSandbox) -> str:
    return f"http://{HOST}:{sandbox.settings.provider_port}"


def test_state_is_answered_whole_and_replaced_in_part(sandbox: RunningSandbox) -> None:
    default = sandbox.http.get("/sandbox/faults").json()
    assert default == {
        "delay_ms": 0,
        "error_rate": 0.0,
        "throttle_rate": 0.0,
        "drop_after_accept_rate": 0.0,
        "duplicate_webhooks": 0,
        "shuffle_webhooks": False,
        "down": False,
        "status_callbacks": "normal",
        "seed": None,
    }
    sandbox.faults(error_rate=0.5)
    changed = sandbox.http.put("/sandbox/faults", json={"duplicate_webhooks": 2, "seed": 7}).json()
    assert changed == default | {"error_rate": 0.5, "duplicate_webhooks": 2, "seed": 7}
    assert sandbox.http.get("/sandbox/faults").json() == changed


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        ({"error_rate": 1.5}, "error_rate"),
        ({"delay_ms": -1}, "delay_ms"),
        ({"down": "yes"}, "down"),
        ({"status_callbacks": "late"}, "status_callbacks"),
        ({"eror_rate": 0.1}, "eror_rate"),
        ([], "object"),
    ],
)
def test_bad_faults(sandbox: RunningSandbox, body: object, reason: str) -> None:
    answer = sandbox.http.put("/sandbox/faults", json=body)
    assert answer.status_code == 422
    assert reason in answer.json()["error"]


def test_errors_are_worded_as_each_provider_words_them(sandbox: RunningSandbox) -> None:
    sandbox.faults(error_rate=1)
    twilio = create_sms(sandbox)
    assert (twilio.status_code, twilio.json()["code"]) == (500, 20500)
    assert get_me(sandbox).json() == {"ok": False, "error_code": 500, "description": "Internal Server Error"}
    sandbox.faults(error_rate=0, throttle_rate=1)
    twilio = create_sms(sandbox)
    assert (twilio.status_code, twilio.json()["code"]) == (429, 20429)
    telegram = get_me(sandbox)
    assert telegram.status_code == 429
    assert telegram.json()["parameters"] == {"retry_after": 1}
    sandbox.faults(throttle_rate=0)
    assert sandbox.messages(PHONE) == []
    assert create_sms(sandbox).status_code == 201


def test_accepted_and_then_dropped(sandbox: RunningSandbox, product: FakeProduct) -> None:
    sandbox.faults(drop_after_accept_rate=1)
    with pytest.raises(httpx.RemoteProtocolError):
        create_sms(sandbox)
    assert [message["text"] for message in sandbox.messages(PHONE)] == ["salam"]
    wait_for(lambda: len(product.forms(STATUS)) == 2)
    sandbox.send(PHONE, channel="telegram", text="/start")
    chat = json.loads(product.received[-1].body)["message"]["chat"]["id"]
    with pytest.raises(httpx.RemoteProtocolError):
        sandbox.http.post(
            f"/telegram/bot{sandbox.settings.telegram_bot_token}/sendMessage",
            data={"chat_id": chat, "text": "a"},
        )
    assert sandbox.messages(PHONE)[-1]["text"] == "a"
    assert get_me(sandbox).status_code == 200


def test_delay(sandbox: RunningSandbox) -> None:
    sandbox.faults(delay_ms=300)
    before = time.monotonic()
    assert get_me(sandbox).status_code == 200
    assert time.monotonic() - before >= 0.3


def test_down_refuses_connections_and_comes_back(sandbox: RunningSandbox) -> None:
    url = provider_url(sandbox)
    assert create_sms(sandbox, base_url=url).status_code == 201
    sandbox.faults(down=True)
    with pytest.raises(httpx.ConnectError):
        get_me(sandbox, url)
    with pytest.raises(httpx.RemoteProtocolError):
        get_me(sandbox)
    assert len(sandbox.messages(PHONE)) == 1
    sandbox.faults(down=False)
    assert get_me(sandbox, url).status_code == 200
    assert get_me(sandbox).status_code == 200


def test_duplicated_webhooks(sandbox: RunningSandbox, product: FakeProduct) -> None:
    sandbox.faults(duplicate_webhooks=2)
    assert sandbox.send(PHONE, channel="whatsapp", text="salam").status_code == 202
    assert len({webhook.body for webhook in product.received}) == 1
    assert len(product.received) == 3
    assert len(sandbox.messages(PHONE)) == 1


def test_shuffled_webhooks(sandbox: RunningSandbox, product: FakeProduct) -> None:
    sandbox.faults(shuffle_webhooks=True)
    texts = [str(number) for number in range(6)]
    with ThreadPoolExecutor(len(texts)) as pool:
        futures = []
        for text in texts:
            futures.append(pool.submit(sandbox.send, PHONE, channel="telegram", text=text))
            wait_for(lambda: len(sandbox.messages(PHONE)) == len(futures))
        assert {future.result().status_code for future in futures} == {202}
    arrived = [json.loads(webhook.body)["message"]["text"] for webhook in product.received]
    assert sorted(arrived) == texts
    assert arrived != texts


@pytest.mark.parametrize(
    ("mode", "expected"),
    [
        ("normal", ["sent", "delivered"]),
        ("duplicated", ["sent", "sent", "delivered", "delivered"]),
        ("reordered", ["delivered", "sent"]),
        ("none", []),
    ],
)
def test_status_callbacks(
    sandbox: RunningSandbox, product: FakeProduct, mode: str, expected: list[str]
) -> None:
    sandbox.faults(status_callbacks=mode)
    create_sms(sandbox)
    wait_for(lambda: sandbox.messages(PHONE)[0]["status"] == "delivered")
    wait_for(lambda: len(product.forms(STATUS)) == len(expected))
    assert [form["MessageStatus"] for form in product.forms(STATUS)] == expected


def test_seed_repeats_the_luck() -> None:
    def luck() -> list[str]:
        box = FaultBox()
        box.replace({"error_rate": 0.3, "throttle_rate": 0.3, "seed": 42})
        return [box.verdict() for _ in range(50)]

    assert luck() == luck()
    assert set(luck()) == {"pass", "error", "throttle"}


def test_without_a_second_port(settings: Settings) -> None:
    sandbox = RunningSandbox(replace(settings, provider_port=None, port=free_port()))
    try:
        sandbox.faults(down=True)
        with pytest.raises(httpx.RemoteProtocolError):
            get_me(sandbox)
        sandbox.faults(down=False)
        assert get_me(sandbox).status_code == 200
    finally:
        sandbox.stop()
