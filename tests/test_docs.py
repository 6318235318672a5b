"""What documents name exists."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

TEST = re.compile(r"`(tests/[\w/]+\.py)(?:::(\w+))?`")


@pytest.mark.parametrize("name", ["reliability.md", "security.md"])
def test_every_test_that_is_named_as_a_proof_exists(root: Path, name: str) -> None:
    named = TEST.findall((root / "docs" / name).read_text(encoding="utf-8"))
    assert named
    for file, test in named:
        source = (root / file).read_text(encoding="utf-8")
        assert not test or f"def {test}(" in source, (file, test)
