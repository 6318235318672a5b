"""The files that a module is made of, found by reading."""

from __future__ import annotations

from pathlib import Path

import pytest

from bot.core.sources import closure

FILES = {
    "house/__init__.py": "",
    "house/door.py": "import house.lock\nfrom house import bell",
    "house/lock.py": "from house.door import open\nimport json",
    "house/bell.py": "def ring():\n    from house.inner.sound import LOUD\n    return LOUD",
    "house/inner/__init__.py": "raise RuntimeError('read, never run')",
    "house/inner/sound.py": "LOUD = 1",
    "house/garden.py": "import house.door",
    "alone.py": "import sys",
}


@pytest.fixture
def house(tmp_path: Path) -> Path:
    for name, content in FILES.items():
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(content, encoding="utf-8")
    return tmp_path


def found(root: Path, *modules: str) -> list[str]:
    return [str(path.relative_to(root)) for path in closure(root, modules)]


def test_a_module_brings_what_it_imports_and_the_packages_that_hold_it(house: Path) -> None:
    assert found(house, "house.door") == [
        "house/__init__.py",
        "house/bell.py",
        "house/door.py",
        "house/inner/__init__.py",
        "house/inner/sound.py",
        "house/lock.py",
    ]


def test_others_are_left_out(house: Path) -> None:
    assert found(house, "alone") == ["alone.py"]
    assert found(house, "house.inner.sound") == [
        "house/__init__.py",
        "house/inner/__init__.py",
        "house/inner/sound.py",
    ]


def test_what_is_not_ours_is_nothing(house: Path) -> None:
    assert found(house, "json", "house.cellar") == ["house/__init__.py"]


def test_several_modules_at_once_are_one_sorted_list(house: Path) -> None:
    both = found(house, "house.lock", "alone")
    assert both == sorted(both)
    assert "alone.py" in both
    assert len(set(both)) == len(both) == 7
