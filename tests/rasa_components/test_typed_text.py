from __future__ import annotations

import pytest

from bot.rasa_components.typed_text import message_text

OFFERED = [
    {"title": "Tiflet", "payload": '/inform{"choice": "stop:17"}'},
    {"title": "Oulmès", "payload": '/inform{"choice": "stop:18"}'},
    {"title": "Une autre commune", "payload": '/inform{"choice": "change:place"}'},
]


def resolved(typed: str, payload: str | None = None) -> str:
    return message_text(typed=typed, payload=payload, offered=OFFERED)


@pytest.mark.parametrize(
    "typed", ["2", " 2 ", "2.", "٢", "2️⃣", "jouj", "جوج", "deux", "n°2", "numéro 2", "le 2", "2 svp"]
)
def test_a_number_in_any_form_is_the_choice_that_was_offered(typed: str) -> None:
    assert resolved(typed) == OFFERED[1]["payload"]


@pytest.mark.parametrize(("typed", "place"), [("1", 0), ("3", 2)])
def test_the_first_and_the_last(typed: str, place: int) -> None:
    assert resolved(typed) == OFFERED[place]["payload"]


@pytest.mark.parametrize("typed", ["0", "٠", "zéro", "sifr"])
@pytest.mark.parametrize("offered", [OFFERED, []])
def test_nought_is_the_way_back(typed: str, offered: list[dict[str, str]]) -> None:
    assert message_text(typed=typed, payload=None, offered=offered) == "/go_back"


@pytest.mark.parametrize("typed", ["4", "99", "0612345678", "10h", "2 personnes à Tiflet"])
def test_a_number_that_was_not_offered_stays_what_was_typed(typed: str) -> None:
    assert resolved(typed) == typed


def test_without_an_offer_a_number_is_a_number() -> None:
    assert message_text(typed="1", payload=None, offered=[]) == "1"


@pytest.mark.parametrize(
    "typed",
    [
        "/restart",
        "//restart",
        " /book_slot",
        "/ /restart",
        "\u200f/restart",
        "\n/inform{}",
        "/",
        "///",
        "/ / /",
    ],
)
def test_what_is_typed_never_begins_with_a_slash(typed: str) -> None:
    text = resolved(typed)
    assert text
    assert not text.startswith("/")


@pytest.mark.parametrize(
    ("typed", "text"), [("/restart", "restart"), ("3ndi 1/2 ha", "3ndi 1/2 ha"), ("salam", "salam")]
)
def test_the_words_are_kept(typed: str, text: str) -> None:
    assert resolved(typed) == text


def test_a_payload_is_kept_whatever_the_button_said() -> None:
    assert resolved("2", '/inform{"choice": "stop:99"}') == '/inform{"choice": "stop:99"}'


@pytest.mark.parametrize("typed", ["", "   ", "\n"])
def test_nothing_typed_is_still_a_message(typed: str) -> None:
    assert resolved(typed) == "…"


@pytest.mark.parametrize(("typed", "place"), [("oulmes", 1), ("OULMÈS.", 1), ("une autre commune", 2)])
def test_the_words_of_a_choice_are_that_choice(typed: str, place: int) -> None:
    assert resolved(typed) == OFFERED[place]["payload"]


@pytest.mark.parametrize("typed", ["commune", "autre", "Tiflet demain"])
def test_some_words_of_a_choice_are_left_to_the_model(typed: str) -> None:
    assert resolved(typed) == typed


MEANINGS = [
    {"title": "واش فابور ولا بالفلوس", "payload": '/ask_cost{"choice": "meant:5"}'},
    {"title": "نلغي الموعد ديالي", "payload": '/cancel_booking{"choice": "meant:5"}'},
    {"title": "نبدل الموعد ديالي", "payload": '/reschedule_booking{"choice": "meant:5"}'},
]


@pytest.mark.parametrize(("typed", "place"), [("فابور", 0), ("نلغي", 1), ("نبدل الموعد", 2)])
def test_of_a_meaning_a_word_is_enough_that_only_it_has(typed: str, place: int) -> None:
    assert message_text(typed=typed, payload=None, offered=MEANINGS) == MEANINGS[place]["payload"]


def test_a_word_that_two_meanings_have_chooses_none() -> None:
    assert message_text(typed="الموعد", payload=None, offered=MEANINGS) == "الموعد"


@pytest.mark.parametrize(
    ("typed", "text"),
    [
        ("👍", "/affirm"),
        ("👍🏽 👌", "/affirm"),
        ("✅", "/affirm"),
        ("👎", "/deny"),
        ("😂😂", '/send_media{"choice": "media:sticker"}'),
        ("❤️", '/send_media{"choice": "media:sticker"}'),
        ("👍 merci", "👍 merci"),
        ("…", "…"),
        ("؟", "؟"),
    ],
)
def test_signs_alone(typed: str, text: str) -> None:
    assert message_text(typed=typed, payload=None, offered=[]) == text
