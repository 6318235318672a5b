"""SMS arithmetic: which alphabet a text needs, how many parts it takes, how to keep it in the cheap one.

One character outside GSM-7 makes the whole message UCS-2, which holds 70 characters instead of 160: fold
first, then count.
"""

from __future__ import annotations

import unicodedata

GSM_7 = "GSM-7"
UCS_2 = "UCS-2"

_BASIC = frozenset(
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?"
    "¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà"
)
# Reached through an escape: two places each.
_EXTENSION = frozenset("\f^{}\\[~]|€")
_ALPHABET = _BASIC | _EXTENSION

_SINGLE_PART = {GSM_7: 160, UCS_2: 70}
# A part of a long message gives room to the header that joins the parts.
_JOINED_PART = {GSM_7: 153, UCS_2: 67}

_TABLE = str.maketrans(
    {
        **dict.fromkeys("\u00a0\u202f\u2007\u2009\u200a\u2002\u2003\u3000\t", " "),
        **dict.fromkeys("\u200b\u200c\u200d\u200e\u200f\u2060\u2066\u2067\u2068\u2069\ufeff\u00ad", ""),
        **dict.fromkeys("‘’‚‛′´`", "'"),
        **dict.fromkeys("“”„«»″", '"'),
        **dict.fromkeys("‐‑‒–—―−", "-"),
        **dict.fromkeys("•·", "-"),
        "…": "...",
        "°": "o",
        "ç": "c",
        "œ": "oe",
        "Œ": "OE",
        "×": "x",
        "‹": "<",
        "›": ">",
        "→": "->",
    }
)
# French typography puts a space inside its quotation marks; straight marks take none.
_NARROW_SPACES = " \u00a0\u202f\u2009"


def encoding(text: str) -> str:
    """The alphabet that ``text`` needs: ``"GSM-7"`` or ``"UCS-2"``."""
    return GSM_7 if all(character in _ALPHABET for character in text) else UCS_2


def segments(text: str) -> int:
    """How many SMS parts ``text`` takes; nothing takes none. A character never spans two parts."""
    kind = encoding(text)
    places = [_places(character, kind) for character in text]
    if sum(places) <= _SINGLE_PART[kind]:
        return 1 if text else 0
    parts, used = 1, 0
    for size in places:
        if used + size > _JOINED_PART[kind]:
            parts, used = parts + 1, 0
        used += size
    return parts


def fold_gsm7(text: str) -> str:
    """``text`` with typography and accents replaced by what GSM-7 has, where that makes all of it GSM-7.

    A text that stays UCS-2 anyway (Arabic, an emoji) comes back unchanged: nothing would be won.
    """
    composed = unicodedata.normalize("NFC", text)
    for space in _NARROW_SPACES:
        composed = composed.replace(f"«{space}", "«").replace(f"{space}»", "»")
    folded = "".join(_fold(character) for character in composed)
    return folded if encoding(folded) == GSM_7 else text


def _places(character: str, kind: str) -> int:
    if kind == GSM_7:
        return 2 if character in _EXTENSION else 1
    return 2 if ord(character) > 0xFFFF else 1


def _fold(character: str) -> str:
    if character in _ALPHABET:
        return character
    replaced = character.translate(_TABLE)
    if replaced != character:
        return replaced
    base = "".join(
        part for part in unicodedata.normalize("NFKD", character) if not unicodedata.combining(part)
    )
    return base or character
