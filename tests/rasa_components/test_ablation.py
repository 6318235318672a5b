from __future__ import annotations

from pathlib import Path

from bot.evaluation.ablation import PARTS, Bench, Part, Written, row, split, written
from bot.rasa_components.examples import Example
from bot.rasa_components.intent_model import BLOCKS
from bot.rasa_components.scorers import Options
from tests.rasa_components.corpus import EXAMPLES


def _written(author: str, text: str) -> Written:
    return Written(author=author, example=Example(text=text, intent="greet", variety="fr"))


def test_examples_know_their_author(tmp_path: Path) -> None:
    (tmp_path / "fr").mkdir()
    block = (
        "nlu:\n- intent: ask_cost\n  metadata: {variety: fr}\n  examples: |\n    - c'est gratuit à Oulmès\n"
    )
    (tmp_path / "fr" / "voices.yml").write_text(block, encoding="utf-8")
    (found,) = written(tmp_path)
    assert (found.author, found.example.intent, found.example.variety) == ("voices.yml", "ask_cost", "fr")
    assert found.example.text == "c'est gratuit à tiflet"


def test_what_others_wrote_too_is_not_measured() -> None:
    everything = [
        _written("a.yml", "Salut !"),
        _written("b.yml", "salut"),
        _written("b.yml", "bien le bonjour"),
    ]
    learnt, held = split(everything, ["b.yml"])
    assert [one.text for one in learnt] == ["Salut !"]
    assert [one.text for one in held] == ["bien le bonjour"]


def test_every_view_is_left_out_once() -> None:
    assert {part.view for part in PARTS if part.view} == {block.view for block in BLOCKS}


def test_a_bench_measures_what_was_learnt() -> None:
    bench = Bench(EXAMPLES, EXAMPLES, seed=1)
    whole = bench.shares(Part(name="all", options=Options(epochs=0, respelling=False)))
    assert whole[0] > 0.9
    nothing = Part(name="x", options=Options(epochs=0, respelling=False), view="words", embedding=False)
    assert bench.shares(nothing)[0] <= whole[0]


def test_a_row_is_a_line_of_a_table() -> None:
    assert row("x", (0.5, 0.123)) == "| x | 50.0 | 12.3 |"
