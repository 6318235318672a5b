"""The stand-in for Twilio, used through Twilio's own package."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import requests
from twilio.base.exceptions import TwilioRestException
from twilio.http.http_client import TwilioHttpClient
from twilio.request_validator import RequestValidator
from twilio.rest import Client
from twilio.rest.content.v1.content import ContentList

from .conftest import RunningSandbox, StartSandbox
from .fake_product import FakeProduct
from .serving import wait_for

PHONE = "+212612345678"
WHATSAPP = f"whatsapp:{PHONE}"
CALLBACK = "https://caravan.example.org/base/webhooks/twilio/status?outbound=17#rc=3"


class RewritingClient:
    """Sends Twilio's requests to the stand-in, through Twilio's own HTTP client."""

    def __init__(self, base_url: str) -> None:
        self._base_url = base_url
        self._session = requests.Session()
        self._session.trust_env = False
        self._client = TwilioHttpClient()
        self._client.session = self._session

    def request(self, method: str, url: str, *arguments: Any, **named: Any) -> Any:
        for host in ("https://api.twilio.com", "https://content.twilio.com"):
            if url.startswith(host):
                target = self._base_url + url.removeprefix(host)
                return self._client.request(method, target, *arguments, **named)
        raise AssertionError(f"an unexpected address: {url}")

    def close(self) -> None:
        self._session.close()


@pytest.fixture
def client(sandbox: RunningSandbox) -> Client:
    return connect(sandbox)


def connect(sandbox: RunningSandbox, token: str | None = None) -> Client:
    settings = sandbox.settings
    http = RewritingClient(f"{sandbox.url}/twilio")
    sandbox.closing.append(http.close)
    return Client(settings.twilio_account_sid, token or settings.twilio_auth_token, http_client=http)


def write_first(sandbox: RunningSandbox) -> None:
    """Opens the service window."""
    assert sandbox.send(PHONE, channel="whatsapp", text="salam").status_code == 202


def send_whatsapp(client: Client, **fields: Any) -> Any:
    return client.messages.create(to=WHATSAPP, from_="whatsapp:+14155238886", **fields)


def send_sms(client: Client, to: str = PHONE, **fields: Any) -> Any:
    return client.messages.create(to=to, from_="CARAVANE", **fields)


def content(client: Client, types: dict[str, Any], **fields: Any) -> Any:
    request = ContentList.ContentCreateRequest({"language": "fr", "types": types, **fields})
    return client.content.v1.contents.create(request)


def outgoing(sandbox: RunningSandbox) -> list[dict[str, Any]]:
    return [message for message in sandbox.messages(PHONE) if message["direction"] == "out"]


def test_whatsapp_text_and_its_receipts(
    sandbox: RunningSandbox, client: Client, product: FakeProduct
) -> None:
    write_first(sandbox)
    sent = send_whatsapp(client, body="Bonjour", status_callback=CALLBACK)
    assert sent.sid.startswith("SM")
    assert (sent.status, sent.direction, sent.error_code) == ("queued", "outbound-api", None)
    wait_for(lambda: len(product.forms("/webhooks/twilio/status")) == 3)
    forms = product.forms("/webhooks/twilio/status")
    assert [form["MessageStatus"] for form in forms] == ["sent", "delivered", "read"]
    assert {form["MessageSid"] for form in forms} == {sent.sid}
    webhook = product.received[-1]
    assert webhook.path == "/webhooks/twilio/status?outbound=17"
    validator = RequestValidator(sandbox.settings.twilio_auth_token)
    url = CALLBACK.partition("#")[0]
    assert validator.validate(url, webhook.form, webhook.headers["x-twilio-signature"])
    assert str(client.messages(sent.sid).fetch().status) == "read"
    assert outgoing(sandbox)[0]["status"] == "read"


def test_sms_parts(sandbox: RunningSandbox, client: Client, product: FakeProduct) -> None:
    sent = send_sms(client, body="موعدك غدا " * 8, status_callback=CALLBACK)
    assert sent.num_segments == "2"
    wait_for(lambda: len(product.forms("/webhooks/twilio/status")) == 2)
    [message] = outgoing(sandbox)
    assert (message["channel"], message["segments"], message["encoding"]) == ("sms", 2, "UCS-2")
    assert message["status"] == "delivered"


@pytest.mark.parametrize(
    ("to", "body", "code"),
    [
        ("+21261234", "a", 21211),
        ("0612345678", "a", 21211),
        ("+212537123456", "a", 21614),
        (PHONE, "a" * 1601, 21617),
        (PHONE, "", 21602),
    ],
)
def test_refusals(sandbox: RunningSandbox, client: Client, to: str, body: str, code: int) -> None:
    with pytest.raises(TwilioRestException) as raised:
        send_sms(client, to=to, body=body)
    assert (raised.value.code, raised.value.status) == (code, 400)
    assert outgoing(sandbox) == []


def test_wrong_credentials_and_wrong_senders(sandbox: RunningSandbox, client: Client) -> None:
    with pytest.raises(TwilioRestException) as raised:
        send_sms(connect(sandbox, token="b" * 32), body="a")
    assert (raised.value.code, raised.value.status) == (20003, 401)
    with pytest.raises(TwilioRestException) as raised:
        client.messages.create(to=WHATSAPP, from_="CARAVANE", body="a")
    assert raised.value.code == 21910
    with pytest.raises(TwilioRestException) as raised:
        client.messages.create(to=WHATSAPP, from_="whatsapp:+14155238887", body="a")
    assert raised.value.code == 63007
    with pytest.raises(TwilioRestException) as raised:
        client.messages.create(to=PHONE, from_="AUTRE", body="a")
    assert raised.value.code == 21606
    with pytest.raises(TwilioRestException) as raised:
        client.messages("SM" + "0" * 32).fetch()
    assert (raised.value.code, raised.value.status) == (20404, 404)


def test_person_who_refuses(sandbox: RunningSandbox, client: Client, product: FakeProduct) -> None:
    write_first(sandbox)
    path = "/sandbox/phones/%2B212612345678/blocked"
    for channel in ("sms", "whatsapp"):
        assert sandbox.http.put(path, json={"channel": channel, "blocked": True}).status_code == 200
    with pytest.raises(TwilioRestException) as raised:
        send_sms(client, body="a")
    assert raised.value.code == 21610
    send_whatsapp(client, body="a", status_callback=CALLBACK)
    wait_for(lambda: product.forms("/webhooks/twilio/status"))
    form = product.forms("/webhooks/twilio/status")[0]
    assert (form["MessageStatus"], form["ErrorCode"]) == ("undelivered", "63014")
    assert sandbox.send(PHONE, channel="whatsapp", text="a").status_code == 422
    sandbox.http.put(path, json={"channel": "sms", "blocked": False})
    assert send_sms(client, body="a").sid


def test_service_window_by_the_products_clock(
    sandbox: RunningSandbox, client: Client, product: FakeProduct
) -> None:
    write_first(sandbox)
    product.now = datetime.now(UTC) + timedelta(hours=25)
    sent = send_whatsapp(client, body="Bonjour", status_callback=CALLBACK)
    assert sent.status == "queued"
    wait_for(lambda: str(client.messages(sent.sid).fetch().status) == "undelivered")
    assert client.messages(sent.sid).fetch().error_code == 63016
    wait_for(lambda: product.forms("/webhooks/twilio/status"))
    assert product.forms("/webhooks/twilio/status")[0]["ErrorCode"] == "63016"
    assert outgoing(sandbox)[0]["error_code"] == 63016
    template = content(client, {"twilio/text": {"body": "Demain à {{1}}"}})
    sandbox.http.post(
        f"/twilio/v1/Content/{template.sid}/ApprovalRequests/whatsapp",
        json={"name": "rappel", "category": "UTILITY"},
        auth=(sandbox.settings.twilio_account_sid, sandbox.settings.twilio_auth_token),
    ).raise_for_status()
    sent = send_whatsapp(client, content_sid=template.sid, content_variables='{"1": "10h \\"pile\\""}')
    wait_for(lambda: str(client.messages(sent.sid).fetch().status) == "read")
    assert sent.body == 'Demain à 10h "pile"'


def test_quick_replies_can_be_pressed(sandbox: RunningSandbox, client: Client, product: FakeProduct) -> None:
    write_first(sandbox)
    actions = [{"title": "{{1}}", "id": "/affirm"}, {"title": "Non", "id": "/deny"}]
    made = content(client, {"twilio/quick-reply": {"body": "On confirme ?", "actions": actions}})
    sent = send_whatsapp(client, content_sid=made.sid, content_variables='{"1": "نعم"}')
    [message] = outgoing(sandbox)
    assert message["text"] == "On confirme ?"
    assert message["buttons"] == [
        {"title": "نعم", "payload": "/affirm"},
        {"title": "Non", "payload": "/deny"},
    ]
    sandbox.send(PHONE, channel="whatsapp", button="/affirm")
    form = product.forms("/webhooks/twilio/messages")[-1]
    assert (form["MessageType"], form["Body"]) == ("button", "نعم")
    assert (form["ButtonText"], form["ButtonPayload"]) == ("نعم", "/affirm")
    assert form["OriginalRepliedMessageSid"] == sent.sid
    assert client.content.v1.contents(made.sid).fetch().types == made.types
    assert [row.sid for row in client.content.v1.contents.list()] == [made.sid]


def test_list_picker(sandbox: RunningSandbox, client: Client, product: FakeProduct) -> None:
    write_first(sandbox)
    items = [{"item": f"Jour {day}", "id": f"day:{day}", "description": "matin"} for day in range(1, 5)]
    made = content(
        client, {"twilio/list-picker": {"body": "Quel jour ?", "button": "Choisir", "items": items}}
    )
    send_whatsapp(client, content_sid=made.sid)
    assert len(outgoing(sandbox)[0]["buttons"]) == 4
    sandbox.send(PHONE, channel="whatsapp", button="day:3")
    form = product.forms("/webhooks/twilio/messages")[-1]
    assert (form["MessageType"], form["ListId"], form["ListTitle"]) == ("interactive", "day:3", "Jour 3")
    assert form["Body"] == "Jour 3"
    assert "ButtonPayload" not in form


def test_buttons_that_whatsapp_refuses(sandbox: RunningSandbox, client: Client) -> None:
    write_first(sandbox)
    actions = [{"title": "x" * 21, "id": "a"}]
    made = content(client, {"twilio/quick-reply": {"body": "?", "actions": actions}})
    sent = send_whatsapp(client, content_sid=made.sid)
    wait_for(lambda: client.messages(sent.sid).fetch().error_code == 63021)
    with pytest.raises(TwilioRestException) as raised:
        send_whatsapp(client, content_sid="HX" + "0" * 32)
    assert raised.value.code == 21655
    with pytest.raises(TwilioRestException) as raised:
        send_whatsapp(client, content_sid=made.sid, content_variables="{")
    assert raised.value.code == 21656
    with pytest.raises(TwilioRestException) as raised:
        content(client, {"twilio/location": {"latitude": "north", "longitude": 0}})
    assert raised.value.code == 20001


def test_messages_are_listed_for_reconciliation(sandbox: RunningSandbox, client: Client) -> None:
    start = datetime.now(UTC)
    bodies = [f"numéro {number}" for number in range(5)]
    for body in bodies:
        send_sms(client, body=body)
    send_sms(client, to="+212661000001", body="à un autre")
    listed = client.messages.list(to=PHONE, date_sent_after=start, page_size=2)
    assert [message.body for message in listed] == bodies[::-1]
    assert client.messages.list(to=PHONE, date_sent_after=start + timedelta(hours=1)) == []
    assert client.messages.list(to=PHONE, from_="CARAVANE", limit=1)[0].body == bodies[-1]


def test_pin_and_picture(sandbox: RunningSandbox, client: Client) -> None:
    write_first(sandbox)
    send_whatsapp(client, body="Ici", persistent_action=["geo:33.82,-6.07|Khémisset"])
    sent = send_whatsapp(client, media_url=["https://caravan.example.org/plan.png"])
    assert sent.sid.startswith("MM")
    pin, picture = outgoing(sandbox)
    assert pin["location"] == {"latitude": 33.82, "longitude": -6.07, "label": "Khémisset"}
    assert picture["media"][0]["url"] == "https://caravan.example.org/plan.png"


def test_receipts_go_on_after_a_restart(start_sandbox: StartSandbox, product: FakeProduct) -> None:
    sandbox = start_sandbox()
    sent = send_sms(connect(sandbox), body="a", status_callback=CALLBACK)
    sandbox = start_sandbox()
    wait_for(lambda: str(connect(sandbox).messages(sent.sid).fetch().status) == "delivered")
    wait_for(lambda: product.forms("/webhooks/twilio/status")[-1:])
    wait_for(lambda: product.forms("/webhooks/twilio/status")[-1]["MessageStatus"] == "delivered")
