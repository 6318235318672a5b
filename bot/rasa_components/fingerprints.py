"""A fingerprint of the code and word lists that a trained part depends on, so that a change of them makes
Rasa train it again."""

from __future__ import annotations

import hashlib
from functools import lru_cache
from pathlib import Path

from bot.core.sources import closure

_PACKAGE = Path(__file__).parent
_ROOT = _PACKAGE.parent.parent
TRAINED = ("bot.rasa_components.intent_classifier", "bot.rasa_components.variety_identifier")


@lru_cache(maxsize=1)
def sources_fingerprint() -> str:
    """A digest of the trained components' code, of all that it imports, and of the word lists beside it."""
    digest = hashlib.sha256()
    for path in (*closure(_ROOT, TRAINED), *sorted(_PACKAGE.glob("*.yml"))):
        digest.update(path.relative_to(_ROOT).as_posix().encode())
        digest.update(path.read_bytes())
    return digest.hexdigest()
