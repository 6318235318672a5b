from __future__ import annotations

from pathlib import Path

import pytest

from bot.sandbox.journal import Journal


def test_entries_come_back_in_order(tmp_path: Path) -> None:
    path = tmp_path / "deep" / "journal.jsonl"
    journal = Journal(path)
    journal.append("message", {"text": "سلام\nbonjour"})
    journal.append("forget", {"phone": "+212612345678"})
    journal.close()
    again = Journal(path)
    assert list(again.entries()) == [
        ("message", {"text": "سلام\nbonjour"}),
        ("forget", {"phone": "+212612345678"}),
    ]
    again.close()


@pytest.mark.parametrize(
    "rest", [b'{"kind": "mess', b"\xd8", b"[1, 2]", b'{"kind": 1, "data": {}}', b"\0\0\0"]
)
def test_last_line_that_was_cut_off(tmp_path: Path, rest: bytes, caplog: pytest.LogCaptureFixture) -> None:
    path = tmp_path / "journal.jsonl"
    path.write_bytes(b'{"kind": "a", "data": {}}\n' + rest)
    journal = Journal(path)
    journal.append("b", {})
    assert [kind for kind, _ in journal.entries()] == ["a", "b"]
    assert "line 2 is not readable" in caplog.text
    journal.close()
