"""Updates of Telegram, one line a case."""

from __future__ import annotations

import copy
from typing import Any

import pytest

from bot.channels import telegram_inbound
from bot.channels.errors import PayloadInvalid, SignatureInvalid
from bot.channels.telegram_inbound import BlockChange
from bot.core.messages import Channel, InboundKind, Location, MediaItem

from . import payloads

SECRET = "a_secret-for_tests"

CASES: dict[str, dict[str, Any]] = {
    "text": {
        "channel": Channel.TELEGRAM,
        "provider_id": "800100",
        "address": "5550001",
        "kind": InboundKind.TEXT,
        "text": "Fin kayna la caravane lyoum?",
        "payload": None,
        "location": None,
        "shared_phone": None,
        "media": (),
        "profile_name": "Yassine El A.",
        "callback_id": None,
        "order": 800100,
    },
    "start": {"kind": InboundKind.TEXT, "text": "/start", "payload": None},
    "location": {"kind": InboundKind.LOCATION, "location": Location(latitude=33.8203, longitude=-6.0663)},
    "venue": {"kind": InboundKind.LOCATION, "location": Location(latitude=33.4266, longitude=-6.0094)},
    "own_contact": {"kind": InboundKind.CONTACT, "shared_phone": "+212612345678"},
    "contact_of_somebody_else": {"kind": InboundKind.CONTACT, "shared_phone": None},
    "contact_without_account": {"kind": InboundKind.CONTACT, "shared_phone": None},
    "voice": {
        "kind": InboundKind.MEDIA,
        "media": (MediaItem(reference="AwACAgQAAxkBAAI_voice", content_type="audio/ogg"),),
    },
    "photo": {
        "kind": InboundKind.MEDIA,
        "text": "hadi l carte",
        "media": (MediaItem(reference="AgACAgQAAxkB_large", content_type="image/jpeg"),),
    },
    "document": {
        "kind": InboundKind.MEDIA,
        "media": (MediaItem(reference="BQACAgQAAxkB_doc", content_type="application/pdf"),),
    },
    "video": {
        "kind": InboundKind.MEDIA,
        "media": (MediaItem(reference="BAACAgQAAxkB_video", content_type="video/mp4"),),
    },
    "video_note": {
        "kind": InboundKind.MEDIA,
        "media": (MediaItem(reference="DQACAgQAAxkB_note", content_type="video/mp4"),),
    },
    "sticker": {"kind": InboundKind.UNSUPPORTED, "media": ()},
    "dice": {"kind": InboundKind.UNSUPPORTED},
    "unknown_fields": {"kind": InboundKind.TEXT, "text": "salam"},
    "unknown_message": {"kind": InboundKind.UNSUPPORTED},
    "unstorable": {"kind": InboundKind.TEXT, "text": "salam "},
    "callback_query": {
        "kind": InboundKind.BUTTON,
        "address": "5550001",
        "payload": '/inform{"choice": "stop:17"}',
        "text": "Oulmès, 25 nov.",
        "callback_id": "4382bfdwdsb323b2d9",
        "order": 800120,
    },
    "callback_query_of_an_old_message": {
        "kind": InboundKind.BUTTON,
        "payload": "/affirm",
        "address": "5550001",
    },
    "callback_query_without_message": {
        "kind": InboundKind.BUTTON,
        "payload": "/affirm",
        "address": "5550001",
    },
    "callback_query_not_ours": {"kind": InboundKind.UNSUPPORTED, "payload": None},
}


@pytest.mark.parametrize("name", CASES)
def test_a_message_is_parsed(name: str) -> None:
    message = telegram_inbound.parse(payloads.telegram(name))

    assert message is not None
    assert {key: getattr(message, key) for key in CASES[name]} == CASES[name]


@pytest.mark.parametrize("name", sorted(set(CASES) - {"unstorable"}))
def test_the_update_is_kept_as_it_came(name: str) -> None:
    update = payloads.telegram(name)
    before = copy.deepcopy(update)

    message = telegram_inbound.parse(update)

    assert message is not None
    assert message.raw == before
    assert update == before


@pytest.mark.parametrize(
    "name",
    [
        "edited_message",
        "group_message",
        # The package warns about the units of its own field.
        pytest.param(
            "service_message",
            marks=pytest.mark.filterwarnings("ignore::telegram.warnings.PTBDeprecationWarning"),
        ),
        "callback_query_in_a_group",
        "blocked",
        "unblocked",
    ],
)
def test_what_is_no_message_for_the_assistant_is_none(name: str) -> None:
    assert telegram_inbound.parse(payloads.telegram(name)) is None


def test_an_update_of_a_kind_yet_unknown_is_none() -> None:
    assert telegram_inbound.parse({"update_id": 1, "quantum_message": {"text": "?"}}) is None


@pytest.mark.parametrize("name", ["no_update_id", "broken_message"])
def test_what_lacks_the_needful_is_refused(name: str) -> None:
    with pytest.raises(PayloadInvalid):
        telegram_inbound.parse(payloads.telegram(name))


@pytest.mark.parametrize("message", [7, "text", [], {"chat": 3}])
def test_what_has_another_shape_is_refused(message: object) -> None:
    with pytest.raises(PayloadInvalid):
        telegram_inbound.parse({"update_id": 1, "message": message})


def test_a_repeated_update_has_the_same_id() -> None:
    first, again = (telegram_inbound.parse(payloads.telegram("text")) for _ in range(2))

    assert first is not None
    assert again is not None
    assert first.provider_id == again.provider_id


@pytest.mark.parametrize(
    ("phone", "shared"),
    [("+212 612-345678", "+212612345678"), ("212612345678", "+212612345678"), ("", None)],
)
def test_a_shared_number_is_made_international(phone: str, shared: str | None) -> None:
    update = payloads.telegram("own_contact")
    update["message"]["contact"]["phone_number"] = phone

    message = telegram_inbound.parse(update)

    assert message is not None
    assert message.shared_phone == shared


def test_blocking_is_told_apart() -> None:
    blocked = telegram_inbound.parse_block_change(payloads.telegram("blocked"))
    unblocked = telegram_inbound.parse_block_change(payloads.telegram("unblocked"))

    assert blocked == BlockChange(address="5550001", blocked=True, order=800125)
    assert unblocked == BlockChange(address="5550001", blocked=False, order=800126)
    assert telegram_inbound.parse_block_change(payloads.telegram("text")) is None


def test_the_secret_is_accepted() -> None:
    telegram_inbound.verify(secret=SECRET, headers={"x-telegram-bot-api-secret-token": SECRET})


@pytest.mark.parametrize("given", [None, "", "another", SECRET + "x", "é"])
def test_a_wrong_secret_is_refused(given: str | None) -> None:
    headers = {} if given is None else {"X-Telegram-Bot-Api-Secret-Token": given}

    with pytest.raises(SignatureInvalid):
        telegram_inbound.verify(secret=SECRET, headers=headers)


def test_nothing_is_accepted_without_a_secret() -> None:
    with pytest.raises(SignatureInvalid):
        telegram_inbound.verify(secret="", headers={"X-Telegram-Bot-Api-Secret-Token": ""})
