"""What is counted as right, wrong, refused or silently wrong."""

from __future__ import annotations

import pytest

from bot.evaluation import entity_scores, intent_scores, variety_scores
from bot.evaluation.development_set import Labelled
from bot.evaluation.heard import Found, Heard
from bot.evaluation.intent_scores import Guess
from bot.evaluation.metrics import Tally


def said(
    intent: str = "ask_cost",
    *,
    variety: str = "fr",
    entities: tuple[tuple[str, str], ...] = (),
    intents: tuple[str, ...] = (),
    tags: frozenset[str] = frozenset(),
) -> Labelled:
    return Labelled(
        text="c combien",
        variety=variety,
        intent=intent,
        entities=entities,
        intents=intents or (intent,),
        tags=tags,
    )


def found(kind: str, value: str, *, uncertain: bool = False) -> Found:
    return Found(kind=kind, value=value, start=0, end=1, uncertain=uncertain)


def heard(*entities: Found, variety: str = "fr", outside: bool = False, words: int = 3) -> Heard:
    return Heard(
        variety=variety,
        intent="ask_cost",
        confidence=0.9,
        intents=("ask_cost",),
        entities=entities,
        outside=outside,
        telling_words=words,
    )


def test_refusals_are_counted_apart_for_messages_in_and_out_of_scope() -> None:
    messages = [said("out_of_scope"), said("out_of_scope"), said("greet"), said("thank")]
    guesses = [
        Guess(intent=one, confidence=0.9) for one in ("out_of_scope", "greet", "out_of_scope", "thank")
    ]
    (section,) = intent_scores.by_section(messages, guesses)
    assert section.refused_outside == Tally(there=2, found=1, extra=0)
    assert section.refused_inside == Tally(there=2, found=1, extra=0)


def test_sections_are_the_varieties_and_the_mixed_messages() -> None:
    messages = [said(variety="ar"), said(variety="fr"), said(tags=frozenset({"mixed"}))]
    guesses = [Guess(intent="ask_cost", confidence=1.0)] * 3
    assert [one.name for one in intent_scores.by_section(messages, guesses)] == ["ar", "fr", "mixed"]


def test_another_question_of_the_message_is_no_hit_but_counted() -> None:
    messages = [said("ask_cost", intents=("ask_cost", "ask_dates"))]
    (section,) = intent_scores.by_section(messages, [Guess(intent="ask_dates", confidence=0.5)])
    assert section.accuracy.value == 0.0
    assert section.accuracy_any == 1.0


def test_confusions_come_with_their_messages_surest_first() -> None:
    messages = [said("greet"), said("greet"), said("thank")]
    guesses = [Guess(intent="thank", confidence=0.3), Guess(intent="thank", confidence=0.8)]
    guesses.append(Guess(intent="thank", confidence=1.0))
    (confusion,) = intent_scores.confusions(messages, guesses)
    assert (confusion.label, confusion.guess) == ("greet", "thank")
    assert [confidence for _, confidence in confusion.messages] == [0.8, 0.3]


def test_several_questions() -> None:
    messages = [
        said(intents=("ask_cost", "ask_dates")),
        said(intents=("ask_cost", "ask_dates")),
        said(),
        said("out_of_scope"),
    ]
    guessed = [("ask_dates", "ask_cost"), ("ask_cost",), ("ask_cost", "ask_jobs"), ("ask_cost", "ask_jobs")]
    score = intent_scores.several(messages, guessed)
    assert (score.messages, score.complete, score.in_order) == (2, 1, 0)
    assert score.questions == Tally(there=4, found=3, extra=0)
    assert (score.single, score.single_split) == (1, 1)


def of_kind(kind: str, message: Labelled, one: Heard) -> entity_scores.KindScore:
    scores = entity_scores.by_kind([message], [one])
    return next(score for score in scores if score.kind == kind and score.section == message.section)


def test_a_wrong_day_is_silent_unless_it_is_asked_about() -> None:
    message = said(entities=(("date", "2026-11-25"),))
    taken = of_kind("date", message, heard(found("date", "2026-11-24")))
    asked = of_kind("date", message, heard(found("date", "2026-11-24", uncertain=True)))
    assert (taken.tally, taken.silent) == (Tally(there=1, found=0, extra=1), 1)
    assert (asked.tally, asked.silent) == (Tally(there=1, found=0, extra=1), 0)


def test_the_same_value_twice_has_to_be_found_twice() -> None:
    message = said(entities=(("commune", "04.291.01.05"), ("commune", "04.291.01.05")))
    score = of_kind("commune", message, heard(found("commune", "04.291.01.05")))
    assert score.tally == Tally(there=2, found=1, extra=0)


def test_values_in_messages_out_of_scope_do_not_count() -> None:
    score = of_kind("sector", said("out_of_scope"), heard(found("sector", "livestock")))
    assert score.tally == Tally(there=0, found=0, extra=0)


@pytest.mark.parametrize(
    ("one", "right", "wrong"),
    [
        (heard(outside=True), 1, 0),
        (heard(), 0, 0),
        (heard(found("commune", "04.291.01.05"), outside=True), 0, 1),
    ],
)
def test_places_outside(one: Heard, right: int, wrong: int) -> None:
    message = said("ask_stop_date", tags=frozenset({"outside"}))
    assert entity_scores.outside_places([message], [one]) == Tally(there=1, found=right, extra=wrong)


def test_misses_say_what_is_missing_and_what_is_too_many() -> None:
    message = said(entities=(("time", "09:00"),))
    (miss,) = entity_scores.misses([message], [heard(found("time", "21:00"))])
    assert (miss.kind, miss.missing, miss.extra, miss.asked) == ("time", ("09:00",), ("21:00",), False)


def test_the_variety_of_a_request_for_another_one_is_not_counted() -> None:
    assert not variety_scores.counted(said("change_language", entities=(("language", "ar"),)))
    assert variety_scores.counted(said("change_language", entities=(("language", "fr"),)))
    assert not variety_scores.counted(said(tags=frozenset({"mixed"})))


def rows(messages: list[Labelled], one: list[Heard], answer: str) -> dict[str, Tally]:
    scores = variety_scores.scores(messages, one, lambda text, prior: answer)
    return {row.name.strip(): row.tally for row in scores}


def test_varieties_are_counted_by_length() -> None:
    messages = [said(), said(), said()]
    found_rows = rows(messages, [heard(), heard(words=2, variety="ary-Latn"), heard(words=0)], "fr")
    assert found_rows["sentences (3 words and more)"] == Tally(there=1, found=1, extra=0)
    assert found_rows["1-2 words, nothing before"] == Tally(there=1, found=0, extra=0)
    assert found_rows["1-2 words in a conversation"] == Tally(there=1, found=1, extra=0)
    assert found_rows["nothing telling (names, numbers, emoji) in a conversation"].found == 1


def test_sentences_are_also_judged_after_another_variety() -> None:
    priors: list[str] = []

    def answer(text: str, prior: str) -> str:
        priors.append(prior)
        return prior

    scores = variety_scores.scores([said()] * 3, [heard()] * 3, answer)
    row = next(one for one in scores if "another" in one.name)
    assert row.tally == Tally(there=3, found=0, extra=0)
    assert sorted(priors) == ["ar", "ary-Arab", "ary-Latn"]
