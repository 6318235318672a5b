from __future__ import annotations

import numpy as np

from bot.rasa_components.ngrams import Block, NgramSpace, summed

WORDS = Block(view="words", unit="word", low=1, high=2, min_count=1, weight=0.5)
CHARACTERS = Block(view="words", unit="char", low=2, high=3, min_count=2, weight=1.0)
TEXTS = ["fin jaya l9afila", "fin kayna l9afila", "wach fabor"]


def see(text: str) -> dict[str, str]:
    return {"words": text}


def test_word_grams_are_words_and_pairs() -> None:
    assert WORDS.grams("fin jaya daba") == ["fin", "jaya", "daba", "fin jaya", "jaya daba"]


def test_character_grams_stay_within_words_and_mark_their_ends() -> None:
    assert CHARACTERS.grams("fin f") == [" f", "fi", "in", "n ", " fi", "fin", "in ", " f", "f ", " f "]


def test_rare_grams_are_left_out() -> None:
    space = NgramSpace.fit([CHARACTERS], TEXTS, see)
    columns, _ = space.vector(see("wach"))
    common, _ = space.vector(see("fin"))
    assert len(columns) < len(common)


def test_each_block_has_the_length_of_its_weight() -> None:
    space = NgramSpace.fit([WORDS, CHARACTERS], TEXTS, see)
    _, values = space.vector(see("fin jaya"))
    assert np.isclose(np.square(values).sum(), 0.5**2 + 1.0**2)


def test_nothing_known_is_an_empty_vector() -> None:
    columns, values = NgramSpace.fit([WORDS], TEXTS, see).vector(see("zzz"))
    assert len(columns) == len(values) == 0


def test_rows_of_a_matrix_are_the_vectors() -> None:
    space = NgramSpace.fit([WORDS, CHARACTERS], TEXTS, see)
    matrix = space.matrix([*TEXTS, "zzz"], see)
    columns, values = space.vector(see(TEXTS[1]))
    expected = np.zeros(space.size, dtype=np.float32)
    expected[columns] = values
    assert matrix.shape == (4, space.size)
    assert np.allclose(matrix[1].toarray()[0], expected)


def test_rows_are_those_of_the_matrix() -> None:
    space = NgramSpace.fit([WORDS, CHARACTERS], TEXTS, see)
    weights = np.arange(space.size * 2, dtype=np.float32).reshape(-1, 2)
    texts = [*TEXTS, "zzz", "fin fin wach"]
    assert np.allclose(summed(space.rows(texts, see), weights), space.matrix(texts, see) @ weights)


def test_a_stored_space_is_the_same() -> None:
    space = NgramSpace.fit([WORDS, CHARACTERS], [*TEXTS, "فين القافلة"], see)
    again = NgramSpace.from_arrays([WORDS, CHARACTERS], space.arrays())
    for text in [*TEXTS, "فين"]:
        assert all(
            np.array_equal(one, other)
            for one, other in zip(space.vector(see(text)), again.vector(see(text)), strict=True)
        )
