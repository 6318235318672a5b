"""Webhooks of Twilio, one line a case."""

from __future__ import annotations

import base64
import hashlib
import hmac
from typing import Any

import pytest

from bot.channels import twilio_inbound
from bot.channels.errors import PayloadInvalid, SignatureInvalid
from bot.core.errors import InvalidInput
from bot.core.messages import (
    Channel,
    DeliveryStatus,
    InboundKind,
    InboundMessage,
    Location,
    moves_forward,
)

from . import payloads

TOKEN = "a-token-for-tests"
URL = "https://caravan.example.org/webhooks/twilio/messages"

CASES: dict[str, dict[str, Any]] = {
    "whatsapp_text": {
        "channel": Channel.WHATSAPP,
        "provider_id": "SMa1f0c2d3e4b5968778695a4b3c2d1e0f",
        "address": "+212612345678",
        "kind": InboundKind.TEXT,
        "text": "سلام، فوقاش غادي تجي القافلة لوالماس؟",
        "payload": None,
        "location": None,
        "media": (),
        "profile_name": "Salma B.",
        "shared_phone": None,
        "order": None,
    },
    "whatsapp_voice": {"kind": InboundKind.MEDIA, "text": ""},
    "whatsapp_image_with_caption": {"kind": InboundKind.MEDIA, "text": "hadi l carte dyali"},
    "whatsapp_pin": {
        "kind": InboundKind.LOCATION,
        "text": "",
        "location": Location(latitude=33.8203, longitude=-6.0663),
    },
    "whatsapp_pin_nowhere": {"kind": InboundKind.UNSUPPORTED, "location": None},
    "whatsapp_button": {"kind": InboundKind.BUTTON, "payload": "/affirm", "text": "نعم"},
    "whatsapp_button_of_a_template": {"kind": InboundKind.TEXT, "payload": None, "text": "Je viens"},
    "whatsapp_list": {
        "kind": InboundKind.BUTTON,
        "payload": '/inform{"choice": "stop:17"}',
        "text": "Oulmès, 25 nov.",
    },
    "whatsapp_unknown_fields": {"kind": InboundKind.TEXT, "address": "+212612345678", "text": "Bonjour"},
    "whatsapp_user_name": {"channel": Channel.WHATSAPP, "address": "MA.1234567890123456"},
    "whatsapp_only_wa_id": {"channel": Channel.WHATSAPP, "address": "+212612345678"},
    "whatsapp_contact_card": {"kind": InboundKind.CONTACT, "shared_phone": None},
    "whatsapp_sticker": {"kind": InboundKind.UNSUPPORTED},
    "whatsapp_blank": {"kind": InboundKind.UNSUPPORTED},
    "whatsapp_unstorable": {"kind": InboundKind.TEXT, "text": "salam"},
    "sms_text": {
        "channel": Channel.SMS,
        "address": "+212712345678",
        "kind": InboundKind.TEXT,
        "text": "Bghit mow3id f Tiflet",
        "profile_name": None,
    },
    "sms_stop": {"kind": InboundKind.TEXT, "text": "STOP"},
    "sms_of_a_short_code": {"channel": Channel.SMS, "address": "38080"},
}


@pytest.mark.parametrize("name", CASES)
def test_a_message_is_parsed(name: str) -> None:
    message = twilio_inbound.parse(payloads.twilio(name))

    assert {key: getattr(message, key) for key in CASES[name]} == CASES[name]


@pytest.mark.parametrize("name", sorted(set(CASES) - {"whatsapp_unstorable"}))
def test_the_payload_is_kept_as_it_came(name: str) -> None:
    fields = payloads.twilio(name)

    assert twilio_inbound.parse(fields).raw == fields


def test_what_a_database_cannot_hold_is_left_out() -> None:
    assert twilio_inbound.parse(payloads.twilio("whatsapp_unstorable")).raw["Body"] == "salam"


def test_media_are_references() -> None:
    (item,) = twilio_inbound.parse(payloads.twilio("whatsapp_voice")).media

    assert item.content_type == "audio/ogg"
    assert item.reference.endswith("/Media/ME11aa22bb33cc44dd55ee66ff77889900")


@pytest.mark.parametrize("number", ["", "many", "-1", "٢", "999999"])
def test_a_strange_number_of_media_loses_nothing(number: str) -> None:
    fields = payloads.twilio("whatsapp_text") | {"NumMedia": number}

    assert twilio_inbound.parse(fields).kind is InboundKind.TEXT


@pytest.mark.parametrize("value", ["nan", "inf", "", "ici"])
def test_a_pin_that_is_no_number_is_no_place(value: str) -> None:
    fields = payloads.twilio("whatsapp_pin") | {"Latitude": value}

    assert twilio_inbound.parse(fields).location is None


def test_a_repeated_webhook_has_the_same_id() -> None:
    first, again = (twilio_inbound.parse(payloads.twilio("whatsapp_text")) for _ in range(2))

    assert (first.channel, first.provider_id) == (again.channel, again.provider_id)
    assert isinstance(first, InboundMessage)


@pytest.mark.parametrize("name", ["no_sid", "no_sender", "other_channel"])
def test_what_lacks_the_needful_is_refused(name: str) -> None:
    with pytest.raises(PayloadInvalid) as caught:
        twilio_inbound.parse(payloads.twilio(name))

    assert isinstance(caught.value, InvalidInput)
    assert not caught.value.retryable


def _signature(fields: dict[str, str], *, url: str = URL, token: str = TOKEN, digest: str = "sha1") -> str:
    """As Twilio's documentation describes it, without its package."""
    signed = url + "".join(key + value for key, value in sorted(fields.items()))
    return base64.b64encode(hmac.new(token.encode(), signed.encode(), digest).digest()).decode()


def test_a_signed_webhook_is_accepted() -> None:
    fields = payloads.twilio("whatsapp_unknown_fields")

    twilio_inbound.verify(
        auth_token=TOKEN, url=URL, params=fields, headers={"x-twilio-signature": _signature(fields)}
    )


def test_sha_256_is_accepted_where_the_headers_say_so() -> None:
    fields = payloads.twilio("whatsapp_text")
    headers = {
        "X-Twilio-Signature": _signature(fields, digest="sha256"),
        "X-Twilio-Webhooks-Signature-Settings": "key=webhooks_sharedkey_1,algorithm=HMAC_SHA256",
    }

    twilio_inbound.verify(auth_token=TOKEN, url=URL, params=fields, headers=headers)

    del headers["X-Twilio-Webhooks-Signature-Settings"]
    with pytest.raises(SignatureInvalid):
        twilio_inbound.verify(auth_token=TOKEN, url=URL, params=fields, headers=headers)


def test_a_query_is_part_of_what_is_signed() -> None:
    fields = payloads.twilio("receipt_sent")
    url = "https://caravan.example.org/webhooks/twilio/status?outbound=41"
    headers = {"X-Twilio-Signature": _signature(fields, url=url)}

    twilio_inbound.verify(auth_token=TOKEN, url=url, params=fields, headers=headers)
    with pytest.raises(SignatureInvalid):
        twilio_inbound.verify(auth_token=TOKEN, url=url.replace("41", "42"), params=fields, headers=headers)


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"X-Twilio-Signature": ""},
        {"X-Twilio-Signature": "bm90IHRoZSBzaWduYXR1cmU="},
        {"X-Twilio-Signature": _signature({}, token="another")},
        {"X-Twilio-Signature": "é" * 28},
        {
            "X-Twilio-Signature": hashlib.md5(b"x", usedforsecurity=False).hexdigest(),
            "X-Twilio-Webhooks-Signature-Settings": "algorithm=HMAC_MD5",
        },
    ],
)
def test_a_wrong_signature_is_refused(headers: dict[str, str]) -> None:
    with pytest.raises(SignatureInvalid):
        twilio_inbound.verify(
            auth_token=TOKEN, url=URL, params=payloads.twilio("whatsapp_text"), headers=headers
        )


def test_a_changed_field_breaks_the_signature() -> None:
    fields = payloads.twilio("whatsapp_text")
    headers = {"X-Twilio-Signature": _signature(fields)}

    with pytest.raises(SignatureInvalid):
        twilio_inbound.verify(auth_token=TOKEN, url=URL, params=fields | {"Body": "x"}, headers=headers)


def test_nothing_is_accepted_without_a_token() -> None:
    fields = payloads.twilio("whatsapp_text")

    with pytest.raises(SignatureInvalid):
        twilio_inbound.verify(
            auth_token="",
            url=URL,
            params=fields,
            headers={"X-Twilio-Signature": _signature(fields, token="")},
        )


RECEIPTS = {
    "receipt_queued": (DeliveryStatus.QUEUED, None),
    "receipt_sent": (DeliveryStatus.SENT, None),
    "receipt_delivered": (DeliveryStatus.DELIVERED, None),
    "receipt_read": (DeliveryStatus.READ, None),
    "receipt_undelivered": (DeliveryStatus.UNDELIVERED, "63016"),
    "receipt_failed": (DeliveryStatus.FAILED, "30003"),
    "receipt_with_code_zero": (DeliveryStatus.DELIVERED, None),
}


@pytest.mark.parametrize("name", RECEIPTS)
def test_a_receipt_is_parsed(name: str) -> None:
    fields = payloads.twilio(name)

    receipt = twilio_inbound.parse_receipt(fields, 41)

    assert receipt is not None
    assert (receipt.status, receipt.error_code) == RECEIPTS[name]
    assert receipt.provider_id == "SM97f0c2d3e4b5968778695a4b3c2d1e0f"
    assert receipt.outbound_id == 41
    assert receipt.raw == fields
    assert receipt.outside_window is (receipt.error_code == "63016")


def test_a_status_that_is_not_known_says_nothing() -> None:
    assert twilio_inbound.parse_receipt(payloads.twilio("receipt_of_a_new_kind"), 41) is None


def test_a_receipt_without_an_id_is_refused() -> None:
    with pytest.raises(PayloadInvalid):
        twilio_inbound.parse_receipt(payloads.twilio("receipt_without_sid"), None)


@pytest.mark.parametrize(
    "names",
    [
        ["receipt_read", "receipt_delivered", "receipt_sent", "receipt_queued"],
        ["receipt_delivered", "receipt_sent", "receipt_read", "receipt_sent"],
        ["receipt_queued", "receipt_read", "receipt_read"],
    ],
)
def test_receipts_out_of_order_end_at_the_furthest(names: list[str]) -> None:
    status = DeliveryStatus.SENDING
    for name in names:
        receipt = twilio_inbound.parse_receipt(payloads.twilio(name), None)
        assert receipt is not None
        status = receipt.status if moves_forward(status, receipt.status) else status

    assert status is DeliveryStatus.READ


@pytest.mark.parametrize(
    ("code", "refused", "later"),
    [("21610", True, False), ("63014", True, False), ("30003", False, True), ("30006", False, False)],
)
def test_a_receipt_says_what_its_code_means(code: str, refused: bool, later: bool) -> None:
    fields = payloads.twilio("receipt_failed") | {"ErrorCode": code}

    receipt = twilio_inbound.parse_receipt(fields, 41)

    assert receipt is not None
    assert (receipt.refused, receipt.may_arrive_later) == (refused, later)
