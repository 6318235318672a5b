from __future__ import annotations

import pytest
from sqlalchemy import select

from bot.core.sectors import SECTORS
from bot.store.models import Idea
from tests.actions.talk import Talk

FORM = "idea_form"


def ideas_of(talk: Talk) -> list[Idea]:
    with talk.sessions() as session:
        return list(session.scalars(select(Idea)))


def asked_for_needs(talk: Talk) -> Talk:
    """All but the last question are answered."""
    talk.hear("3ndi fikra", "submit_idea").form(FORM)
    talk.answer("une petite unité de fromage de chèvre")
    talk.answer("f Oulmes")
    talk.answer('/inform{"choice": "sector:food_processing"}')
    assert talk.slots["requested_slot"] == "idea_needs"
    return talk


def test_from_the_first_word_to_the_reference(talk: Talk) -> None:
    assert talk.hear("3ndi fikra", "submit_idea").form(FORM) == ["utter_ask_idea_what"]
    assert talk.answer("une petite unité de fromage de chèvre") == ["utter_ask_idea_where"]
    assert talk.answer("f Oulmes") == ["utter_ask_idea_sector"]
    assert len(talk.offered()) == len(SECTORS)
    assert talk.answer(talk.offered()[2].payload) == ["utter_ask_idea_needs"]
    assert talk.answer("une formation et du matériel") == ["utter_idea_received"]
    (idea,) = ideas_of(talk)
    assert idea.reference in talk.words()
    assert idea.summary == "une petite unité de fromage de chèvre"
    assert (idea.sector, idea.commune_code, idea.place) == (SECTORS[2], "04.291.05.11", "f Oulmes")
    assert idea.needs == "une formation et du matériel"
    assert talk.hear("w lfikra dyali?", "check_idea").act("action_answer") == ["utter_idea_status"]
    assert idea.reference in talk.words()


def test_who_begins_by_telling_the_project_is_not_asked_again(talk: Talk) -> None:
    text = "bghit ndir projet dyal miel f douar dyalna"
    assert talk.hear(text, "submit_idea").form(FORM) == ["utter_ask_idea_where"]
    assert (talk.slots["idea_what"], talk.slots["idea_sector"]) == (text, "food_processing")


@pytest.mark.parametrize(
    ("said", "asked", "known"),
    [
        (
            "3ndi fikra dyal tarbiyat n7al f Oulmes w khassni lflous",
            "utter_idea_received",
            ("livestock", "04.291.05.11", "Oulmes", "khassni lflous"),
        ),
        (
            "بغيت ندير مشروع ديال الزرابي فتيداس",
            "utter_ask_idea_needs",
            ("crafts", "04.291.05.13", "تيداس", None),
        ),
        (
            "je veux faire de l'apiculture au douar Ait Hammou",
            "utter_ask_idea_needs",
            ("livestock", None, "douar Ait Hammou", None),
        ),
        (
            "bghit ndir tijara, khassni n3ref kifach",
            "utter_ask_idea_where",
            ("commerce", None, None, None),
        ),
    ],
)
def test_what_was_said_in_the_first_message_is_not_asked_for_again(
    talk: Talk, said: str, asked: str, known: tuple[str | None, ...]
) -> None:
    assert talk.hear(said, "submit_idea").form(FORM) == [asked]
    if asked == "utter_idea_received":
        (idea,) = ideas_of(talk)
        assert (idea.sector, idea.commune_code, idea.place, idea.needs) == known
        assert idea.summary == said
        return
    where = talk.slots["idea_where"] or {"commune": None, "text": None}
    needs = talk.slots["idea_needs"]
    assert (talk.slots["idea_sector"], where["commune"], where["text"], needs) == known
    assert talk.slots["idea_what"] == said


def test_a_short_first_message_is_no_project_but_its_sector_is_kept(talk: Talk) -> None:
    assert talk.hear("projet dyal fla7a", "submit_idea").form(FORM) == ["utter_ask_idea_what"]
    told = "bghit nzra3 zitoun f Tiflet, khassni lma w lflous"
    assert talk.answer(told) == ["utter_idea_received"]
    (idea,) = ideas_of(talk)
    assert (idea.sector, idea.commune_code, idea.needs) == (
        "agriculture",
        "04.291.01.05",
        "khassni lma w lflous",
    )


def test_a_sector_is_no_place(talk: Talk) -> None:
    talk.hear("3ndi fikra", "submit_idea").form(FORM)
    talk.answer("une petite affaire avec ma soeur")
    assert talk.answer("lfla7a") == ["utter_ask_idea_where"]
    assert talk.slots["idea_sector"] == "agriculture"
    assert talk.answer("f Tiflet, w khassni flous") == ["utter_idea_received"]
    (idea,) = ideas_of(talk)
    assert (idea.sector, idea.commune_code, idea.needs) == ("agriculture", "04.291.01.05", "khassni flous")


def test_a_payload_is_no_idea(talk: Talk) -> None:
    assert talk.hear("/submit_idea").form(FORM) == ["utter_ask_idea_what"]
    assert talk.slots["idea_what"] is None


def test_too_short_to_be_an_idea(talk: Talk) -> None:
    talk.hear("3ndi fikra", "submit_idea").form(FORM)
    assert talk.answer("fikra") == ["utter_idea_too_short", "utter_ask_idea_what"]


@pytest.mark.parametrize(
    ("said", "commune", "keys"),
    [
        ("douar Ait Hammou", None, ["utter_ask_idea_sector"]),
        ("Tiflet", "04.291.01.05", ["utter_ask_idea_sector"]),
        ("?", "none", ["utter_place_unknown", "utter_ask_idea_where"]),
    ],
)
def test_where(talk: Talk, said: str, commune: str | None, keys: list[str]) -> None:
    talk.hear("3ndi fikra", "submit_idea").form(FORM)
    talk.answer("une coopérative de couscous")
    assert talk.answer(said) == keys
    where = talk.slots["idea_where"]
    assert (where["commune"] if where else "none") == commune


def test_a_sector_in_words_and_one_that_is_none(talk: Talk) -> None:
    talk.hear("3ndi fikra", "submit_idea").form(FORM)
    talk.answer("une coopérative de couscous")
    talk.answer("Tiflet")
    assert talk.answer("blabla") == ["utter_sector_unclear", "utter_ask_idea_sector"]
    assert talk.answer('/inform{"choice": "sector:piracy"}') == [
        "utter_sector_unclear",
        "utter_coach_in_form",
        "utter_ask_idea_sector",
    ]
    assert talk.answer("l'apiculture") == ["utter_ask_idea_needs"]
    assert talk.slots["idea_sector"] == "livestock"


def test_an_idea_that_sounds_like_a_question_is_taken_a_question_is_not(talk: Talk) -> None:
    talk.hear("3ndi fikra", "submit_idea").form(FORM)
    talk.answer("une formation gratuite pour les femmes du douar", "ask_training", confidence=0.99)
    assert not talk.refused
    talk.answer("c'est gratuit ?", "ask_cost")
    assert talk.refused


def test_what_is_needed_may_be_said_with_words_that_no_name_holds(talk: Talk) -> None:
    said = "khassni lflous w chi formation"
    assert asked_for_needs(talk).answer(said, "ask_cost", confidence=0.99) == ["utter_idea_received"]
    assert ideas_of(talk)[0].needs == said


def test_a_turn_that_runs_twice_keeps_one_idea(talk: Talk) -> None:
    slots = dict(asked_for_needs(talk).slots)
    talk.answer("du matériel")
    words, talk.said = talk.words(), []
    talk.slots = {**slots, "idea_needs": "du matériel"}
    talk.act("action_submit_idea")
    assert talk.words() == words
    assert len(ideas_of(talk)) == 1


def test_an_idea_that_was_abandoned_is_not_taken_up_again(talk: Talk) -> None:
    asked_for_needs(talk).expire()
    assert talk.hear("3ndi fikra", "submit_idea").form(FORM) == ["utter_ask_idea_what"]


def test_who_is_telling_an_idea_is_not_told_to_begin_one(talk: Talk) -> None:
    talk.hear("3ndi fikra", "submit_idea").form("idea_form")
    talk.answer("chno w9e3 l fikra dyali?", "check_idea")
    assert talk.refused
    assert talk.act("action_answer") == []


def test_who_wants_an_appointment_first_is_not_taken_to_tell_a_project(talk: Talk) -> None:
    talk.hear("3ndi fikra", "submit_idea").form("idea_form")
    talk.answer("la bghit rdv 9bel", "book_slot")
    assert talk.refused


def test_an_idea_that_was_sent_is_not_changed_but_told_anew(talk: Talk) -> None:
    asked_for_needs(talk).answer("une formation")
    (sent,) = ideas_of(talk)
    keys = talk.hear("bghit nbeddel lfikra dyali", "submit_idea").form(FORM)
    assert keys == ["utter_idea_change", "utter_ask_idea_what"]
    assert sent.reference in talk.words()
    talk.answer("une coopérative de miel")
    assert talk.slots["idea_what"] == "une coopérative de miel"
    assert talk.answer("je veux changer mon idée", "submit_idea") == ["utter_ask_idea_what"]
    assert talk.slots["idea_what"] is None


def test_the_wish_to_change_an_idea_may_sound_like_a_question_about_it(talk: Talk) -> None:
    asked_for_needs(talk).answer("une formation")
    talk.hear("je veux modifier mon idée", "check_idea").act("action_answer")
    assert talk.keys() == ["utter_idea_change", "utter_ask_idea_what"]


def test_a_number_is_nothing_that_a_project_needs(talk: Talk) -> None:
    assert asked_for_needs(talk).answer("1") == ["utter_idea_too_short", "utter_ask_idea_needs"]
    assert ideas_of(talk) == []


@pytest.mark.parametrize(
    ("intent", "action"),
    [("out_of_scope", "action_not_understood"), ("reschedule_booking", "action_start_move")],
)
def test_the_wish_to_change_an_idea_may_sound_like_anything(talk: Talk, intent: str, action: str) -> None:
    asked_for_needs(talk).answer("une formation")
    talk.hear("بغيت نبدل الفكرة ديالي", intent).act(action)
    assert talk.keys() == ["utter_idea_change", "utter_ask_idea_what"]


def test_the_question_where_an_idea_is_tells_no_project(talk: Talk) -> None:
    talk.hear("3ndi fikra", "submit_idea").form(FORM)
    talk.answer("fin weslat lfikra dyali", "check_idea")
    assert talk.refused


@pytest.mark.parametrize(
    "said",
    [
        "bghit lflous bach nzid f lmachro3 dyali",
        "خاصني الفلوس باش نزيد فالمشروع ديالي",
        "du financement pour compléter mon projet",
        "ajouter du matériel à mon projet",
        "des machines pour changer mon projet",
    ],
)
def test_what_would_complete_a_project_is_what_it_needs(talk: Talk, said: str) -> None:
    assert asked_for_needs(talk).answer(said) == ["utter_idea_received"]
    assert ideas_of(talk)[0].needs == said


def test_an_idea_is_told_anew_only_where_it_is_given_up(talk: Talk) -> None:
    talk.hear("3ndi fikra", "submit_idea").form(FORM)
    talk.answer("une petite unité de fromage de chèvre")
    assert talk.answer("f Oulmes, ajouter à mon projet") == ["utter_ask_idea_sector"]
    assert talk.answer("bghit nbeddel lfikra dyali") == ["utter_ask_idea_what"]
    assert talk.slots["idea_where"] is None
