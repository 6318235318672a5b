from __future__ import annotations

import json
from pathlib import Path

import pytest

from bot.rasa_components.parse_file import _as_contract, _messages, as_line


def test_lines_keep_their_places_whatever_is_in_them(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    source = tmp_path / "in.jsonl"
    lines = [
        '{"text": "salam", "now": "2026-11-23T10:00:00+01:00"}',
        "nonsense",
        '{"text": 5}',
        "[]",
        "",
        '{"text": "a", "now": "x"}',
        '{"text": "👍"}',
    ]
    source.write_text("\n".join(lines) + "\n", encoding="utf-8")
    assert list(_messages(source)) == [
        ("salam", "2026-11-23T10:00:00+01:00"),
        *[("", None)] * 5,
        ("👍", None),
    ]
    said = capsys.readouterr().err
    assert all(f"line {number} is not a message" in said for number in range(2, 7))


def test_broken_letters_break_no_other_line(tmp_path: Path) -> None:
    source = tmp_path / "in.jsonl"
    source.write_bytes(
        b'\xef\xbb\xbf{"text": "a"}\n{"text": "b\xff\xfe"}\n{"text": "c\xe2\x80\xa8d"}\n{"text": "e"}\n'
    )
    assert [text for text, _ in _messages(source)] == ["a", "b\ufffd\ufffd", "c\u2028d", "e"]


@pytest.mark.parametrize("now", ["0001-01-01T00:00:00", "9999-12-31T23:59:00+00:00", "tomorrow", 5, [1]])
def test_a_moment_that_nobody_writes_at_names_its_line(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], now: object
) -> None:
    source = tmp_path / "in.jsonl"
    lines = [{"text": "salam"}, {"text": "ghda", "now": now}, {"text": "lyoum", "now": "2026-11-23T10:00:00"}]
    source.write_text("\n".join(map(json.dumps, lines)), encoding="utf-8")
    assert list(_messages(source)) == [("salam", None), ("", None), ("lyoum", "2026-11-23T10:00:00")]
    assert "line 2 is not a message: ValueError" in capsys.readouterr().err


def test_half_a_letter_can_be_written() -> None:
    line = as_line({"text": "sal\ud83dam", "variety": "fr"})
    assert json.loads(line.encode("utf-8").decode("utf-8"))["text"] == "sal\ud83dam"
    assert as_line({"text": "سلام\0"}) == '{"text": "سلام\\u0000"}\n'


def test_the_contract_s_fields() -> None:
    parsed = {
        "variety": "fr",
        "intent": {"name": "ask_cost", "confidence": 0.912345},
        "intents": [{"name": "ask_cost"}, {"name": "ask_dates"}],
        "entities": [
            {"entity": "commune", "value": "04.291.05.11", "start": 3, "end": 9, "extractor": "x"},
            {"entity": "outside_place", "value": "rabat", "start": 10, "end": 15},
        ],
    }
    assert _as_contract(parsed, shift=2) == {
        "variety": "fr",
        "intent": "ask_cost",
        "confidence": 0.9123,
        "entities": [{"entity": "commune", "value": "04.291.05.11", "start": 5, "end": 11}],
        "intents": ["ask_cost", "ask_dates"],
    }


def test_out_of_scope_holds_no_question() -> None:
    parsed = _as_contract({"intent": {"name": "out_of_scope", "confidence": 0.8}, "intents": []}, shift=0)
    assert (parsed["intent"], parsed["intents"], parsed["variety"]) == ("out_of_scope", [], "ary-Arab")


def test_signs_alone_ask_nothing() -> None:
    parsed = {"intent": {"name": "send_media", "confidence": 1.0}, "intents": [{"name": "send_media"}]}
    found = _as_contract(parsed, shift=0)
    assert (found["intent"], found["intents"]) == ("out_of_scope", [])


def test_the_answer_is_in_the_language_asked_for() -> None:
    french = {"entity": "language", "value": "fr", "start": 14, "end": 22}
    asked = {"variety": "ary-Latn", "intent": {"name": "change_language"}, "entities": [french]}
    assert _as_contract(asked, shift=0)["variety"] == "fr"
    told = {**asked, "intent": {"name": "ask_training"}}
    assert _as_contract(told, shift=0)["variety"] == "ary-Latn"
    assert _as_contract({**asked, "entities": []}, shift=0)["variety"] == "ary-Latn"
