from __future__ import annotations

from difflib import SequenceMatcher

import numpy as np

from bot.rasa_components.examples import Example
from bot.rasa_components.respelling import respelt, spelt_otherwise

_TEXT = "wach kayn chi khdma 9riba lina f had simana"


def _examples(variety: str, intent: str = "ask_jobs") -> list[Example]:
    return [Example(text=f"{_TEXT} {number}", intent=intent, variety=variety) for number in range(200)]


def test_other_spellings_are_near_the_first_and_seldom_the_same() -> None:
    chance = np.random.default_rng(1)
    others = [spelt_otherwise(_TEXT, chance) for _ in range(100)]
    assert sum(other != _TEXT for other in others) > 90
    assert all(SequenceMatcher(None, _TEXT, other).ratio() > 0.6 for other in others)


def test_arabic_script_stays_arabic_script() -> None:
    chance = np.random.default_rng(1)
    others = {spelt_otherwise("واش كاين شي خدمة قريبة", chance) for _ in range(50)}
    assert len(others) > 25
    assert not any("a" <= letter <= "z" for other in others for letter in other)


def test_plain_names_and_numbers_stay() -> None:
    chance = np.random.default_rng(1)
    for _ in range(50):
        assert (
            spelt_otherwise("tiflet 12/12 0612345678 10h تيفلت", chance)
            == "tiflet 12/12 0612345678 10h تيفلت"
        )


def test_a_share_of_darija_is_spelt_otherwise_and_nothing_of_arabic() -> None:
    latin = list(respelt(_examples("ary-Latn"), 1))
    assert 70 < len(latin) < 130
    assert all(_examples("ary-Latn")[one.index].text != one.text for one in latin[:3])
    assert 0 < len(list(respelt(_examples("ary-Arab"), 1))) < len(latin)
    assert list(respelt(_examples("ar"), 1)) == []


def test_courtesies_stand_beside_french_questions_but_not_beside_courtesies() -> None:
    polite = list(respelt(_examples("fr"), 1))
    assert 30 < len(polite) < 90
    assert all(_examples("fr")[one.index].text in one.text for one in polite)
    assert list(respelt(_examples("fr", "thank"), 1)) == []


def test_the_same_seed_gives_the_same() -> None:
    examples = _examples("ary-Latn")
    assert list(respelt(examples, 1)) == list(respelt(examples, 1))
    assert list(respelt(examples, 1)) != list(respelt(examples, 2))
