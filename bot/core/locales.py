"""Varieties: a language together with its script, as BCP 47 tags."""

from __future__ import annotations

from enum import Enum


class Variety(str, Enum):
    """The four ways in which people write to the assistant and in which it answers."""

    DARIJA_ARABIC = "ary-Arab"
    DARIJA_LATIN = "ary-Latn"
    ARABIC = "ar"
    FRENCH = "fr"

    @property
    def is_arabic_script(self) -> bool:
        """True where text runs from right to left."""
        return self in (Variety.DARIJA_ARABIC, Variety.ARABIC)


DEFAULT_VARIETY = Variety.DARIJA_ARABIC
"""Used only before a person has written a word, for instance when the first message is a voice note."""


def variety_or_default(tag: str | None) -> Variety:
    """The variety with this tag; the default where there is none (unknown tags raise ValueError)."""
    return DEFAULT_VARIETY if tag is None else Variety(tag)
