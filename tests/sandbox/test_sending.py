from __future__ import annotations

import json

import pytest
from telegram import Update
from twilio.request_validator import RequestValidator

from bot.sandbox.messages import ChannelName

from .conftest import RunningSandbox, StartSandbox
from .fake_product import FakeProduct

PHONE = "+212612345678"
TWILIO_PATH = "/webhooks/twilio/messages"


def test_whatsapp_text_is_signed_and_realistic(sandbox: RunningSandbox, product: FakeProduct) -> None:
    answer = sandbox.send(PHONE, channel="whatsapp", text="سلام & bonjour", name="Amina")
    assert answer.status_code == 202
    [webhook] = product.received
    form = webhook.form
    assert webhook.path == TWILIO_PATH
    url = f"{sandbox.settings.public_base_url}{TWILIO_PATH}"
    validator = RequestValidator(sandbox.settings.twilio_auth_token)
    assert validator.validate(url, form, webhook.headers["x-twilio-signature"])
    assert form["From"] == f"whatsapp:{PHONE}"
    assert form["To"] == f"whatsapp:{sandbox.settings.twilio_whatsapp_from}"
    assert (form["WaId"], form["ProfileName"], form["MessageType"]) == ("212612345678", "Amina", "text")
    assert (form["Body"], form["NumMedia"], form["SmsStatus"]) == ("سلام & bonjour", "0", "received")
    [message] = sandbox.messages(PHONE)
    assert message["id"] == answer.json()["id"]
    assert (message["direction"], message["status"], message["text"]) == ("in", "received", "سلام & bonjour")


def test_whatsapp_pin_has_no_words(sandbox: RunningSandbox, product: FakeProduct) -> None:
    sandbox.send(PHONE, channel="whatsapp", location={"latitude": 33.82, "longitude": -6.07})
    form = product.received[0].form
    assert (form["MessageType"], form["Body"]) == ("location", "")
    assert (form["Latitude"], form["Longitude"]) == ("33.82", "-6.07")


def test_whatsapp_voice_can_be_downloaded_with_credentials(
    sandbox: RunningSandbox, product: FakeProduct
) -> None:
    sandbox.send(PHONE, channel="whatsapp", voice=True)
    form = product.received[0].form
    assert (form["NumMedia"], form["MediaContentType0"], form["Body"]) == ("1", "audio/ogg", "")
    path = form["MediaUrl0"].removeprefix("https://api.twilio.com")
    assert path != form["MediaUrl0"]
    assert sandbox.http.get(f"/twilio{path}").status_code == 401
    credentials = (sandbox.settings.twilio_account_sid, sandbox.settings.twilio_auth_token)
    answer = sandbox.http.get(f"/twilio{path}", auth=credentials)
    assert answer.headers["content-type"] == "audio/ogg"
    assert answer.content.startswith(b"OggS")
    [message] = sandbox.messages(PHONE)
    media = message["media"]
    assert isinstance(media, list)
    assert sandbox.http.get(media[0]["url"]).content == answer.content


def test_sms_carries_its_arithmetic(sandbox: RunningSandbox, product: FakeProduct) -> None:
    sandbox.send(PHONE, channel="sms", text="موعد " * 20)
    form = product.received[0].form
    assert (form["From"], form["NumSegments"]) == (PHONE, "2")
    assert "WaId" not in form
    [message] = sandbox.messages(PHONE)
    assert (message["segments"], message["encoding"]) == (2, "UCS-2")


def _update(sandbox: RunningSandbox, product: FakeProduct, **body: object) -> Update:
    assert sandbox.send(PHONE, channel="telegram", **body).status_code == 202
    webhook = product.received[-1]
    assert webhook.path == "/webhooks/telegram"
    assert webhook.headers["x-telegram-bot-api-secret-token"] == sandbox.settings.telegram_webhook_secret
    update = Update.de_json(json.loads(webhook.body))
    assert update.effective_user is not None
    assert update.effective_chat is not None
    assert update.effective_user.id == update.effective_chat.id
    return update


def test_telegram_updates(sandbox: RunningSandbox, product: FakeProduct) -> None:
    start = _update(sandbox, product, text="/start", name="Amina")
    assert start.message is not None
    assert start.message.entities[0].type == "bot_command"
    assert start.message.from_user is not None
    assert start.message.from_user.first_name == "Amina"
    pin = _update(sandbox, product, location={"latitude": 33.5, "longitude": -6.5})
    assert pin.message is not None
    assert pin.message.location is not None
    assert pin.message.location.latitude == 33.5
    contact = _update(sandbox, product, contact=True)
    assert contact.message is not None
    assert contact.message.contact is not None
    assert contact.message.contact.phone_number == "212612345678"
    assert contact.message.contact.user_id == start.message.from_user.id
    voice = _update(sandbox, product, voice=True)
    assert voice.message is not None
    assert voice.message.voice is not None
    assert voice.message.voice.mime_type == "audio/ogg"
    updates = [start, pin, contact, voice]
    assert [update.update_id - start.update_id for update in updates] == [0, 1, 2, 3]


@pytest.mark.parametrize("channel", ["whatsapp", "telegram", "sms"])
def test_same_provider_id_is_the_same_webhook_again(
    sandbox: RunningSandbox, product: FakeProduct, channel: ChannelName
) -> None:
    provider_id = "900000001" if channel == "telegram" else "SM" + "7" * 32
    first = sandbox.send(PHONE, channel=channel, text="1", provider_id=provider_id)
    second = sandbox.send(PHONE, channel=channel, text="1", provider_id=provider_id)
    assert first.json()["id"] == second.json()["id"]
    bodies = [webhook.body for webhook in product.received]
    assert len(bodies) == 2
    assert bodies[0] == bodies[1]
    assert provider_id.encode() in bodies[0]
    assert len(sandbox.messages(PHONE)) == 1


def test_refused_webhook_is_told_and_can_be_retried(sandbox: RunningSandbox, product: FakeProduct) -> None:
    product.status = 503
    answer = sandbox.send(PHONE, channel="whatsapp", text="salam")
    assert answer.status_code == 502
    assert (answer.json()["status"], answer.json()["body"]) == (503, "a reason")
    [message] = sandbox.messages(PHONE)
    assert message["status"] == "failed"
    product.status = 200
    again = sandbox.send(PHONE, channel="whatsapp", text="salam", provider_id=message["provider_id"])
    assert again.status_code == 202
    [message] = sandbox.messages(PHONE)
    assert message["status"] == "received"


def test_product_that_refuses_connections(sandbox: RunningSandbox, product: FakeProduct) -> None:
    product.stop()
    answer = sandbox.send(PHONE, channel="sms", text="salam")
    assert answer.status_code == 502
    assert answer.json()["status"] is None
    assert "ConnectError" in answer.json()["body"]
    assert sandbox.messages(PHONE)[0]["status"] == "failed"


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        ({"channel": "fax", "text": "a"}, "channel"),
        ({"channel": "sms"}, "exactly one"),
        ({"channel": "whatsapp", "text": "a", "voice": True}, "exactly one"),
        ({"channel": "whatsapp", "text": "  "}, "blank"),
        ({"channel": "sms", "voice": True}, "SMS"),
        ({"channel": "whatsapp", "contact": True}, "telegram"),
        ({"channel": "whatsapp", "location": {"latitude": 91, "longitude": 0}}, "location.latitude"),
        ({"channel": "telegram", "text": "a", "provider_id": "SM1"}, "update_id"),
        ({"channel": "whatsapp", "button": "/never_offered"}, "offered"),
        ({"channel": "sms", "text": "a", "txet": "b"}, "txet"),
    ],
)
def test_bad_messages(
    sandbox: RunningSandbox, product: FakeProduct, body: dict[str, object], reason: str
) -> None:
    answer = sandbox.send(PHONE, **body)
    assert answer.status_code == 422
    assert reason in answer.json()["error"]
    assert not product.received
    assert sandbox.messages(PHONE) == []


def test_bad_phone_and_bad_json(sandbox: RunningSandbox) -> None:
    assert sandbox.send("0612345678", channel="sms", text="a").status_code == 422
    path = "/sandbox/phones/%2B212612345678/messages"
    assert sandbox.http.post(path, content=b"{").status_code == 422
    assert sandbox.http.post(path, content=b"[]").status_code == 422
    assert sandbox.http.get(path, params={"after": "x"}).status_code == 422


def test_pages_of_other_sites_cannot_send(sandbox: RunningSandbox) -> None:
    answer = sandbox.http.post(
        "/sandbox/phones/%2B212612345678/messages",
        json={"channel": "sms", "text": "a"},
        headers={"Sec-Fetch-Site": "cross-site"},
    )
    assert answer.status_code == 403


def test_after_and_forget(sandbox: RunningSandbox) -> None:
    ids = [sandbox.send(PHONE, channel="sms", text=text).json()["id"] for text in "abc"]
    assert [message["text"] for message in sandbox.messages(PHONE, after=ids[0])] == ["b", "c"]
    assert sandbox.http.delete("/sandbox/phones/%2B212612345678").status_code == 204
    assert sandbox.messages(PHONE) == []
    assert sandbox.send(PHONE, channel="sms", text="d").json()["id"] > ids[-1]


def test_restart_keeps_messages(start_sandbox: StartSandbox) -> None:
    sandbox = start_sandbox()
    sandbox.send(PHONE, channel="telegram", text="salam", name="Amina")
    sandbox.send(PHONE, channel="whatsapp", location={"latitude": 33.5, "longitude": -6.5})
    before = sandbox.messages(PHONE)
    journal = sandbox.settings.directory / "journal.jsonl"
    sandbox.stop()
    with journal.open("ab") as file:
        file.write(b'{"kind": "message", "da')
    sandbox = start_sandbox()
    assert sandbox.messages(PHONE) == before
    sandbox.send(PHONE, channel="sms", text="after the restart")
    sandbox = start_sandbox()
    assert [message["text"] for message in sandbox.messages(PHONE)][-1] == "after the restart"
    assert len(sandbox.messages(PHONE)) == len(before) + 1


def test_stats_count_and_survive_forgetting(sandbox: RunningSandbox) -> None:
    for text in ("a", "a", "b"):
        sandbox.send(PHONE, channel="sms", text=text)
    sandbox.http.delete("/sandbox/phones/%2B212612345678")
    stats = sandbox.http.get("/sandbox/stats").json()
    assert stats["channels"]["sms"] == {"in": 3, "out": 0}
    assert stats["phones"][PHONE] == {"in": 3, "out": 0, "distinct_in": 2, "distinct_out": 0}
    assert stats["webhooks"] == {"message_accepted": 3}
