"""Files of attachments: whole or not at all, and only under names of ours."""

from __future__ import annotations

import stat
import time
from pathlib import Path

import pytest

from bot.store.media import MediaStore


def test_what_is_written_is_there_for_this_user_alone(tmp_path: Path) -> None:
    store = MediaStore(tmp_path / "media")
    path = store.path(store.write(b"OggS"))
    assert path is not None
    assert path.read_bytes() == b"OggS"
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    store.remove([path.name, path.name])
    assert store.path(path.name) is None


@pytest.mark.parametrize("name", ["../secrets.json", "", "a" * 31, "/etc/passwd", "g" * 32])
def test_a_name_that_is_none_of_ours_leads_nowhere(tmp_path: Path, name: str) -> None:
    (tmp_path / "secrets.json").write_text("x")
    assert MediaStore(tmp_path / "media").path(name) is None


def test_files_that_nobody_names_are_strays_once_they_are_old(tmp_path: Path) -> None:
    store = MediaStore(tmp_path / "media")
    assert store.strays(known=(), older_than=time.time()) == []
    known, stray = store.write(b"1"), store.write(b"2")
    assert store.strays(known={known}, older_than=time.time() + 60) == [stray]
    assert store.strays(known={known}, older_than=time.time() - 60) == []
