"""The report: text, page and figures from one assessment."""

from __future__ import annotations

import json
import xml.etree.ElementTree as ElementTree
from dataclasses import replace

from bot.evaluation import drawings, intent_scores, page, summary, targets
from bot.evaluation.assessment import Assessment, PeerScore, Rival, Server
from bot.evaluation.development_set import Labelled
from bot.evaluation.drawings import Bar
from bot.evaluation.entity_scores import KINDS, KindScore, Miss
from bot.evaluation.heard import Cost
from bot.evaluation.intent_scores import Guess
from bot.evaluation.metrics import Bin, Tally
from bot.evaluation.variety_scores import VarietyScore

MESSAGES = [
    Labelled(text="c <b>combien</b> ?", variety="fr", intent="ask_cost", intents=("ask_cost",)),
    Labelled(text="recette", variety="fr", intent="out_of_scope", intents=("out_of_scope",)),
]
GUESSES = [Guess(intent="ask_dates", confidence=0.8), Guess(intent="out_of_scope", confidence=0.9)]
ALL = Tally(there=2, found=2, extra=0)


def assessment() -> Assessment:
    sections = intent_scores.by_section(MESSAGES, GUESSES)
    row = VarietyScore(name="sentences", tally=ALL, wanted=0.99)
    return Assessment(
        made_at="2026-11-23 10:00",
        model="abc",
        messages=2,
        left_out=1,
        trained_on=12000,
        training_seconds=200.0,
        cost=Cost(
            median_ms=7,
            mean_ms=8,
            slowest_twentieth_ms=20,
            messages_per_second=90,
            resident_mb=600,
            loading_seconds=3,
        ),
        server=Server(ready_seconds=20, processor_seconds=18, resident_mb=650),
        sections=sections,
        several=intent_scores.several(MESSAGES, [("ask_dates",), ()]),
        confusions=intent_scores.confusions(MESSAGES, GUESSES),
        kinds=tuple(KindScore(kind=kind, section="fr", tally=ALL, silent=0) for kind in KINDS),
        outside=ALL,
        misses=(Miss(kind="date", message=MESSAGES[0], missing=("2026-11-28",), extra=(), asked=True),),
        varieties=(row,),
        variety_wrong=((MESSAGES[0], "ary-Latn"),),
        peers=(
            PeerScore(name="A peer", sections=sections, mean_ms=16, training_seconds=60, trained_on=12000),
        ),
        rivals=(Rival(task="variety", name="A library", rows=(row,)),),
    )


def test_the_summary_names_figures_confusions_and_missed_targets() -> None:
    text = "\n".join(summary.lines(assessment()))
    assert "macro-F1" in text
    assert "ask_cost taken for ask_dates" in text
    assert "intents, macro-F1, fr: 0.500 (wanted >= 0.95" in text
    assert "its errors for each of ours: fr 1.00; its time for each of ours: 2.00" in text


def test_the_json_can_be_read_again() -> None:
    content = json.loads(assessment().as_json())
    assert content["sections"][0]["macro_f1"]["value"] == 0.5
    assert content["misses"][0]["missing"] == ["2026-11-28"]


def test_the_page_stands_alone_and_shows_messages_as_text() -> None:
    text = page.render(assessment())
    assert "c &lt;b&gt;combien&lt;/b&gt; ?" in text
    assert "<b>combien" not in text
    assert "<td>8</td><td>at most 15 ms</td>" in text
    assert "Dots are" in text
    for needed in ("http://", "https://", "<script", "<link", "<img"):
        assert needed not in text


def test_a_target_is_met_from_above_or_from_below() -> None:
    reached = {one.name: one for one in targets.all_of(assessment())}
    assert not reached["intents, macro-F1, fr"].met
    assert reached["good messages refused, fr"].met
    assert reached["Rasa's memory"].met
    heavy = Server(ready_seconds=20, processor_seconds=18, resident_mb=701)
    slower = {one.name: one for one in targets.all_of(replace(assessment(), server=heavy))}
    assert not slower["Rasa's memory"].met


def test_what_was_not_measured_is_no_target() -> None:
    names = [one.name for one in targets.all_of(replace(assessment(), server=None, training_seconds=None))]
    assert "training" not in names
    assert "Rasa's memory" not in names


def test_pictures_are_well_formed() -> None:
    bars = drawings.bars("F1 & more", [Bar(name="<fr>", value=0.5, low=0.4, high=0.6, peer=0.3, target=0.95)])
    diagram = drawings.reliability("fr", [Bin(count=3, confidence=0.9, accuracy=0.5)])
    for picture in (bars, diagram):
        assert ElementTree.fromstring(picture).find("svg") is not None
