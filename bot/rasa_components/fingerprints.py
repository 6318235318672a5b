"""A fingerprint of the code and word lists that a trained part depends on, so that a change of them makes
Rasa train it again."""

from __future__ import annotations

import hashlib
from functools import lru_cache
from pathlib import Path

_PACKAGE = Path(__file__).parent
_SOURCES = (_PACKAGE, _PACKAGE.parent / "core", _PACKAGE.parent / "gazetteer")
_ENDINGS = frozenset({".py", ".yml"})


@lru_cache(maxsize=1)
def sources_fingerprint() -> str:
    """A digest of every module and word list here and in what is imported from here."""
    digest = hashlib.sha256()
    for folder in _SOURCES:
        for path in sorted(folder.rglob("*")):
            if path.suffix in _ENDINGS:
                digest.update(path.relative_to(_PACKAGE.parent).as_posix().encode())
                digest.update(path.read_bytes())
    return digest.hexdigest()
