from __future__ import annotations

import asyncio

import pytest
from rasa_sdk import Tracker
from rasa_sdk.executor import CollectingDispatcher
from sqlalchemy import select

from actions.people import ActionRequestCoach
from actions.runtime import Events, Scene
from bot.store.models import Contact, Conversation, ErasureRequest, Handoff, Reminder
from tests.actions.booking import FORM, all_bookings, asked_for_name, asked_for_time, asked_to_confirm, booked
from tests.actions.talk import Talk

STICKER = '/send_media{"choice": "media:sticker"}'


def expect_no_form(talk: Talk) -> None:
    assert talk.loop is None


def talker(talk: Talk) -> str:
    with talk.sessions() as session:
        return session.get_one(Conversation, talk.conversation.id).talker


def contact(talk: Talk) -> Contact:
    with talk.sessions() as session:
        return session.get_one(Contact, talk.conversation.contact_id)


def handoffs(talk: Talk) -> list[str]:
    with talk.sessions() as session:
        return list(session.scalars(select(Handoff.reason)))


def test_a_new_person_is_welcomed_a_known_one_is_greeted(talk: Talk) -> None:
    assert talk.hear("salam", "greet").act("action_greet") == ["utter_welcome"]
    talk.answered()
    assert talk.hear("salam", "greet").act("action_greet") == ["utter_hello"]
    talk.hear('/delete_my_data{"choice": "erase:yes"}').act("action_delete_data")
    assert talk.hear("salam", "greet").act("action_greet") == ["utter_welcome"]


def test_a_greeting_in_a_form_is_short(talk: Talk) -> None:
    asked_for_time(talk).answer("salam", "greet")
    assert talk.refused
    assert talk.act("action_greet") == ["utter_greet_back"]


def test_the_second_time_in_a_row_a_coach_is_offered(talk: Talk) -> None:
    assert talk.hear("zxcv", "out_of_scope").act("action_not_understood") == ["utter_not_understood"]
    assert talk.offered()[0].payload != "/talk_to_human"
    assert talk.hear("qwer", "out_of_scope").act("action_not_understood") == ["utter_not_understood_again"]
    assert talk.offered()[0].payload == "/talk_to_human"


def test_where_no_rule_fits(talk: Talk) -> None:
    assert talk.hear("zxcv", "out_of_scope").act("action_default_fallback") == ["utter_not_understood"]


@pytest.mark.parametrize(
    ("action", "key"),
    [
        ("action_go_back", "utter_menu"),
        ("action_help", "utter_menu"),
        ("action_affirm", "utter_menu"),
        ("action_deny", "utter_menu"),
        ("action_complain", "utter_complain"),
        ("action_media", "utter_media"),
        ("action_inform", "utter_not_understood"),
        ("action_not_understood", "utter_not_understood"),
    ],
)
def test_outside_a_form(talk: Talk, action: str, key: str) -> None:
    assert talk.hear("…", "out_of_scope").act(action) == [key]
    assert talk.offered() != ()


def test_who_is_lost_again_is_offered_a_coach_first(talk: Talk) -> None:
    assert talk.hear("mafhemtch", "ask_help").act("action_help") == ["utter_menu"]
    assert talk.hear("ma3reftch", "ask_help").act("action_help") == ["utter_help_again"]
    assert talk.offered()[0].payload == "/talk_to_human"
    assert [button.payload for button in talk.offered()].count("/talk_to_human") == 1
    assert talk.hear("menu", "ask_help").act("action_help") == ["utter_menu"]
    assert talk.hear("mafhemtch", "ask_help").act("action_help") == ["utter_menu"]


def test_a_long_story_is_not_met_with_a_bare_menu(talk: Talk) -> None:
    story = "rah kont khdam f casa w saddat charika w rje3t l douar w ma 3reft mnin nbda daba"
    assert talk.hear(story, "ask_help").act("action_help") == ["utter_too_long"]


def test_whoever_stays_angry_is_told_of_a_coach_only(talk: Talk) -> None:
    assert talk.hear("7mar", "complain").act("action_complain") == ["utter_complain"]
    assert talk.hear("7mar", "complain").act("action_complain") == ["utter_complain_again"]
    assert [button.payload for button in talk.offered()] == ["/talk_to_human"]
    talk.hear("wach fabor", "ask_cost").act("action_answer")
    assert talk.hear("7mar", "complain").act("action_complain") == ["utter_complain"]


def test_the_second_voice_note_in_a_row_goes_to_a_coach(talk: Talk) -> None:
    assert talk.hear("/send_media").act("action_media") == ["utter_media"]
    assert talk.hear("/send_media").act("action_media") == ["utter_media_to_coach", "utter_meanwhile"]
    assert (talker(talk), handoffs(talk), talk.listens) == ("waiting", ["media"], True)


def test_voice_notes_in_a_form_lead_out_of_it_to_a_coach(talk: Talk) -> None:
    asked_for_time(talk).answer("/send_media")
    assert talk.refused
    talk.act("action_media")
    assert talk.loop == FORM
    talk.answer("/send_media")
    assert talk.act("action_media") == ["utter_media_to_coach", "utter_meanwhile"]
    expect_no_form(talk)
    assert talker(talk) == "waiting"


def test_a_sticker_is_no_voice_note(talk: Talk) -> None:
    for _ in range(3):
        assert talk.hear(STICKER).act("action_media") == ["utter_sticker"]
    assert talker(talk) == "assistant"
    asked_for_time(talk).answer(STICKER)
    assert talk.refused
    assert talk.act("action_media") == []
    assert talk.loop == FORM


def test_a_number_that_stands_for_nothing(talk: Talk) -> None:
    assert talk.hear("7", "inform").act("action_inform") == ["utter_number_alone"]
    assert talk.offered() != ()


def test_help_in_a_form_says_how_to_answer_the_menu_leaves_it(talk: Talk) -> None:
    asked_for_time(talk).answer("mafhemtch", "ask_help")
    assert talk.refused
    assert talk.act("action_help") == ["utter_help_in_form"]
    assert talk.loop == FORM
    talk.answer("menu", "ask_help")
    assert talk.refused
    assert talk.act("action_help") == ["utter_menu"]
    assert talk.slots["booking_stop"] is None
    assert talk.listens
    expect_no_form(talk)


@pytest.mark.parametrize(
    ("said", "intent"),
    [("rje3", "go_back"), ("bslama", "goodbye"), ("la", "deny"), ("bla rdv", "cancel_booking")],
)
def test_leaving_a_form(talk: Talk, said: str, intent: str) -> None:
    asked_for_time(talk).answer(said, intent)
    assert talk.refused
    assert talk.act("action_leave_form") == ["utter_left_form", "utter_menu"]
    assert talk.loop is None
    assert {name for name, value in talk.slots.items() if value is not None} == {"place"}


@pytest.mark.parametrize("said", ["/go_back", "رجوع", "retour au menu"])
def test_leaving_at_the_name_by_the_word_for_back(talk: Talk, said: str) -> None:
    asked_for_name(talk).answer(said, "go_back", confidence=0.99)
    assert talk.refused
    talk.act("action_leave_form")
    assert talk.loop is None


def test_a_name_that_hardly_looks_like_the_word_for_back_is_a_name(talk: Talk) -> None:
    asked_for_name(talk).answer("رجاء العلمي", "go_back", confidence=0.7)
    assert not talk.refused
    assert talk.slots["booking_name"] == "رجاء العلمي"


def test_leaving_a_form_for_another_form(talk: Talk) -> None:
    asked_for_time(talk).answer("3ndi fikra", "submit_idea")
    assert talk.refused
    assert talk.act("action_leave_form") == ["utter_ask_idea_what"]
    assert talk.loop == "idea_form"
    talk.answer("/book_slot")
    assert talk.refused
    assert talk.act("action_leave_form") == ["utter_ask_booking_stop"]
    assert talk.loop == FORM


@pytest.mark.parametrize("said", ["sbr chwiya", "attends", "صبر شوية"])
def test_who_asks_for_a_moment_has_it_and_the_form_stays(talk: Talk, said: str) -> None:
    assert asked_for_time(talk).answer(said, "ask_help") == ["utter_no_hurry", "utter_ask_booking_time"]
    assert talk.answer("10:00") == ["utter_ask_booking_name"]
    assert talk.answer(said, "inform") == ["utter_no_hurry", "utter_ask_booking_name"]
    talk.expire()
    assert talk.hear(said, "out_of_scope").act("action_not_understood") == ["utter_no_hurry"]


@pytest.mark.parametrize(
    ("intent", "action"), [("ask_help", "action_help"), ("out_of_scope", "action_not_understood")]
)
def test_who_cannot_write_sends_one_number_and_speaks_to_a_coach(
    talk: Talk, intent: str, action: str
) -> None:
    assert talk.hear("ma kan3rfch nkteb", intent).act(action) == ["utter_cannot_write"]
    assert talk.offered()[0].payload == "/talk_to_human"
    talk.hear("bghit rdv", "book_slot").form(FORM)
    assert talk.hear("ما كنعرفش نكتب", intent).act(action) == ["utter_cannot_write"]
    assert talk.listens


def test_leaving_a_form_for_a_coach(talk: Talk) -> None:
    asked_to_confirm(talk).answer("bghit nhder m3a chi wa7ed", "talk_to_human")
    assert talk.refused
    assert talk.act("action_leave_form") == ["utter_handoff", "utter_meanwhile"]
    assert (talk.loop, talk.listens, talker(talk)) == (None, True, "waiting")
    assert all_bookings(talk.sessions) == []


def test_leaving_a_form_to_move_a_booking(talk: Talk) -> None:
    mine = booked(talk)
    asked_for_time(talk).answer("bghit nbeddel", "reschedule_booking")
    assert talk.refused
    assert talk.act("action_leave_form") == ["utter_moving", "utter_ask_booking_time"]
    assert (talk.loop, talk.slots["booking_moves"]) == (FORM, mine.id)


def test_who_goes_on_meanwhile_hears_that_a_coach_will_still_come(talk: Talk) -> None:
    back = talk.hear('/go_back{"choice": "coach:waits"}').act("action_go_back")
    assert back == ["utter_back_meanwhile", "utter_menu"]
    assert talk.hear("/go_back").act("action_go_back") == ["utter_menu"]


@pytest.mark.parametrize(
    ("action", "key", "reason"),
    [
        ("action_request_coach", "utter_handoff", "asked"),
    ],
)
def test_a_person_takes_over_once(talk: Talk, action: str, key: str, reason: str) -> None:
    assert talk.hear("…", "talk_to_human").act(action) == [key, "utter_meanwhile"]
    assert (talker(talk), handoffs(talk)) == ("waiting", [reason])
    talk.act(action)
    assert handoffs(talk) == [reason]


def test_news_yes_and_no_and_yes_again(talk: Talk) -> None:
    assert talk.hear("…", "subscribe_updates").act("action_subscribe") == ["utter_subscribed"]
    assert contact(talk).wants_updates is True
    assert contact(talk).updates_changed_at == talk.now
    assert talk.hear("…", "unsubscribe").act("action_unsubscribe") == ["utter_unsubscribed"]
    assert contact(talk).wants_updates is False
    assert talk.hear("…", "subscribe_updates").act("action_subscribe") == ["utter_subscribed_again"]
    assert talk.act("action_subscribe") == ["utter_subscribed_again"] * 2, "the same turn run twice"


@pytest.mark.parametrize("said", ["wach ghadi tb9aw tsifto liya messages?", 'payload {"choice": "stop:1"}'])
def test_a_question_about_messages_does_not_end_them(talk: Talk, said: str) -> None:
    talk.hear(said, "unsubscribe").act("action_unsubscribe")
    assert talk.keys() == ["utter_did_you_mean"]
    assert talk.hear(talk.offered()[0].payload).act("action_unsubscribe") == ["utter_unsubscribed"]


@pytest.mark.parametrize(
    ("said", "key"), [("hello do you speak english", "utter_other_language"), ("azul", "utter_welcome")]
)
def test_who_greets_at_length_in_another_language_hears_which_are_spoken(
    talk: Talk, said: str, key: str
) -> None:
    assert talk.hear(said, "greet").act("action_greet") == [key]


def test_stop_where_a_name_is_asked_for_is_no_name(talk: Talk) -> None:
    asked_for_name(talk).answer("/unsubscribe", "unsubscribe")
    assert talk.refused
    assert talk.act("action_leave_form") == ["utter_unsubscribed"]
    assert (talk.loop, talk.listens) == (None, True)
    assert all_bookings(talk.sessions) == []


def test_a_booking_does_not_bring_reminders_back(talk: Talk) -> None:
    talk.hear("STOP", "unsubscribe").act("action_unsubscribe")
    asked_to_confirm(talk)
    assert talk.answer("oui", "affirm") == ["utter_booking_made", "utter_no_reminders"]
    with talk.sessions() as session:
        assert session.scalars(select(Reminder)).all() == []


@pytest.mark.parametrize("yes", ["press", "say"])
def test_erasing_is_asked_about_once(talk: Talk, yes: str) -> None:
    assert talk.hear("efface mes données", "delete_my_data").act("action_delete_data") == ["utter_ask_erase"]
    assert erasures(talk) == []
    if yes == "press":
        talk.hear(talk.payload("effacer")).act("action_delete_data")
    else:
        talk.hear("oui", "affirm").act("action_affirm")
    assert talk.keys() == ["utter_erase_planned"]
    assert erasures(talk) == [talk.conversation.contact_id]
    talk.hear("vous avez effacé ?", "delete_my_data")
    assert talk.act("action_delete_data") == ["utter_erase_planned"]


@pytest.mark.parametrize("no", ["press", "say"])
def test_who_does_not_mean_it_is_not_erased(talk: Talk, no: str) -> None:
    talk.hear("efface mes données", "delete_my_data").act("action_delete_data")
    talk.hear(talk.payload("garder") if no == "press" else "non", "deny")
    assert talk.act("action_deny") == ["utter_data_kept"]
    assert erasures(talk) == []


def erasures(talk: Talk) -> list[int]:
    with talk.sessions() as session:
        return list(session.scalars(select(ErasureRequest.contact_id)))


@pytest.mark.parametrize("said", ["je veux parler français", '/change_language{"choice": "language:fr"}'])
def test_a_language_that_is_named_stays(talk: Talk, said: str) -> None:
    assert talk.hear(said, "change_language").act("action_change_language") == ["utter_language_changed"]
    assert talk.said[0].values == {"variety": "fr"}
    assert talk.slots["chosen_variety"] == "fr"
    assert (contact(talk).variety, contact(talk).variety_chosen) == ("fr", True)


@pytest.mark.parametrize("said", ["beddel logha", '/change_language{"choice": "language:tlh"}'])
def test_a_language_that_is_not_named_or_not_spoken_is_asked_for(talk: Talk, said: str) -> None:
    assert talk.hear(said, "change_language").act("action_change_language") == ["utter_which_language"]
    assert len(talk.offered()) == 4
    assert (talk.slots["chosen_variety"], talk.listens) == (None, False)


def test_in_a_form_the_list_of_languages_waits_for_its_answer(talk: Talk) -> None:
    asked_for_time(talk).answer("beddel logha", "change_language")
    assert talk.refused
    assert talk.act("action_change_language") == ["utter_which_language"]
    assert talk.listens
    assert talk.loop == FORM


class HandsOverAndFails(ActionRequestCoach):
    """Writes, and fails after that."""

    def name(self) -> str:
        return "hands_over_and_fails"

    def play(self, scene: Scene) -> Events:
        super().play(scene)
        raise ConnectionError


def test_an_action_that_fails_leaves_nothing_behind(talk: Talk) -> None:
    tracker = Tracker.from_dict(talk.hear("…", "talk_to_human").tracker())
    with pytest.raises(ConnectionError):
        asyncio.run(HandsOverAndFails().run(CollectingDispatcher(), tracker, {}))
    assert (talker(talk), handoffs(talk)) == ("assistant", [])
