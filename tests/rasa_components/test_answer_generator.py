from __future__ import annotations

import asyncio
from typing import Any

import pytest
from rasa.shared.core.domain import Domain
from rasa.shared.core.events import ActiveLoop, SlotSet, UserUttered
from rasa.shared.core.slots import AnySlot
from rasa.shared.core.trackers import DialogueStateTracker

from bot.core.locales import Variety
from bot.core.texts import Texts, default_texts
from bot.rasa_components.answer_generator import AnswerGenerator, variety_of_turn

LONG = "je voudrais savoir quand vous passez chez nous"


def tracker(
    text: str = LONG,
    *,
    intent: str = "ask_dates",
    known: str | None = None,
    chosen: bool = False,
    identified: str | None = None,
    wanted: str | None = None,
    before: tuple[Any, ...] = (),
    after: tuple[Any, ...] = (),
) -> DialogueStateTracker:
    """A conversation whose latest message is ``text``."""
    made = DialogueStateTracker("1", [AnySlot("chosen_variety", mappings=[{}])])
    message = UserUttered(
        text,
        {"name": intent, "confidence": 1.0},
        parse_data={"intent": {"name": intent}, "variety": identified, "text": text},
        metadata={"variety": known, "variety_chosen": chosen},
    )
    wish = (SlotSet("chosen_variety", wanted),) if wanted else ()
    made.update_with_events([*before, *wish, message, *after], Domain.empty())
    return made


def variety(text: str = LONG, **given: Any) -> str:
    return variety_of_turn(tracker(text, **given)).value


def test_what_was_asked_for_in_this_conversation_counts_most() -> None:
    assert variety(wanted="ar", known="fr", chosen=True, identified="ary-Latn") == "ar"


def test_what_was_chosen_before_counts_more_than_what_is_written() -> None:
    assert variety(known="ary-Arab", chosen=True, identified="fr") == "ary-Arab"


def test_what_is_written_counts_more_than_what_was_in_use() -> None:
    assert variety(known="ary-Arab", identified="fr") == "fr"


def test_where_nothing_is_identified_what_was_in_use_stays() -> None:
    assert variety(known="ary-Latn") == "ary-Latn"


def test_where_nothing_is_known_it_is_darija() -> None:
    assert variety() == "ary-Arab"
    assert (
        variety_of_turn(DialogueStateTracker("1", [AnySlot("chosen_variety", mappings=[{}])])).value
        == "ary-Arab"
    )


@pytest.mark.parametrize("intent", ["inform", "affirm", "deny"])
def test_a_value_a_yes_a_no_keep_the_variety_in_use(intent: str) -> None:
    assert (
        variety("oui à dix heures demain matin", intent=intent, known="ary-Arab", identified="fr")
        == "ary-Arab"
    )


def test_a_first_value_is_answered_as_it_is_written() -> None:
    assert variety("Tiflet demain", intent="inform", identified="fr") == "fr"


def test_a_short_answer_in_a_form_keeps_the_variety_in_use() -> None:
    form = (ActiveLoop("booking_form"),)
    given = {"known": "ary-Arab", "identified": "fr"}
    assert variety("Sara El Amrani", before=form, **given) == "ary-Arab"
    assert variety("Sara El Amrani Idrissi", before=form, **given) == "fr"
    assert variety("Sara El Amrani", **given) == "fr"


def test_a_form_that_this_message_ended_was_open_before_it() -> None:
    events = {"before": (ActiveLoop("booking_form"),), "after": (ActiveLoop(None),)}
    assert variety("Sara Benali", known="ary-Arab", identified="fr", **events) == "ary-Arab"


def test_a_form_that_this_message_began_was_not_open_before_it() -> None:
    after = (ActiveLoop("booking_form"),)
    assert (
        variety("un rendez-vous", intent="book_slot", known="ary-Arab", identified="fr", after=after) == "fr"
    )


def test_a_form_that_ended_earlier_is_not_open() -> None:
    before = (ActiveLoop("booking_form"), ActiveLoop(None))
    assert variety("merci bien", intent="thank", known="ary-Arab", identified="fr", before=before) == "fr"


def generated(response: str, **given: Any) -> dict[str, Any]:
    answer = AnswerGenerator().generate(response, tracker(identified="fr"), "whatsapp", **given)
    made = asyncio.run(answer)
    assert made is not None
    return made


def test_words_buttons_and_the_variety() -> None:
    option = {
        "key": "option_time",
        "payload": "/inform",
        "values": {"starts_at": "2026-12-01T10:30:00+00:00"},
    }
    made = generated("utter_menu", values={}, options=[option])
    assert made["variety"] == "fr"
    assert made["text"]
    assert made["buttons"][0]["payload"] == "/inform"
    assert "10:30" in made["buttons"][0]["title"]
    assert len(made["buttons"]) > 1


def test_a_location_is_asked_for_with_its_button() -> None:
    made = generated("utter_ask_booking_place")
    assert made["request"] == "location"
    assert made["request_title"]


def test_the_variety_that_was_just_asked_for_is_used_at_once() -> None:
    assert generated("utter_language_changed", values={"variety": "ar"})["variety"] == "ar"


@pytest.mark.parametrize("response", ["utter_nothing_like_this", "utter_booking_made"])
def test_where_the_words_are_missing_the_person_is_told_so_and_it_is_logged(
    response: str, caplog: pytest.LogCaptureFixture
) -> None:
    made = generated(response)
    assert made["text"] == default_texts().say("utter_unknown", Variety.FRENCH)
    assert [button["payload"] for button in made["buttons"]] == ["/talk_to_human"]
    assert response in caplog.text


def test_a_text_that_was_added_since_the_start_is_found() -> None:
    generator = AnswerGenerator()
    generator._texts = Texts(words={variety: {} for variety in Variety}, layout={})
    made = asyncio.run(generator.generate("utter_menu", tracker(identified="fr"), "whatsapp"))
    assert made is not None
    assert made["text"] == default_texts().say("utter_menu", Variety.FRENCH)
