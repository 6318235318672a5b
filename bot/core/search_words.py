"""Finding words in what people wrote: one way of folding them, the same in the database and for what is looked for."""

from __future__ import annotations

import re
import unicodedata

FROM = "àâäáãéèêëíîïìóôöòõúùûüçñÀÂÄÉÈÊËÎÏÔÙÛÇأإآٱىةؤئ٠١٢٣٤٥٦٧٨٩"
TO = "aaaaaeeeeiiiiooooouuuucnaaaeeeeiiouucاااايهوي0123456789"
"""What `translate` of the database folds, letter by letter."""
LONGEST = 100
MOST_WORDS = 6
_LEAD = 20
"""Characters before a hit: a small phone shows some forty in a line."""
_WORD = re.compile(r"[^\W_]+")
_PREFIX_FROM = 3
"""Letters: a shorter word is looked for as a whole."""
_TABLE = str.maketrans(FROM, TO)
_FOLDED = "translate(lower({column}), '" + FROM + "', '" + TO + "')"


def folded_sql(column: str) -> str:
    """The SQL that folds a column."""
    return _FOLDED.format(column=column)


def query_of(text: str) -> str | None:
    """``text`` as a tsquery of the configuration "simple": all its words, each as the beginning of one; None where it has none.

    Numbers count only whole: looking for one digit after the other must not uncover a number that is hidden.
    """
    return " & ".join(_term(word) for word in _words(text)) or None


def marked(text: str, looked_for: str, length: int) -> list[tuple[str, bool]]:
    """As much of ``text`` around the first word that was looked for as ``length`` characters hold, in pieces: True marks such words."""
    terms = _words(looked_for)
    hits = [match.span() for match in _WORD.finditer(text) if _is_meant(match.group(), terms)]
    start = _start(text, hits[0][0] if hits else 0)
    pieces, at = [("…", False)] if start else [], start
    for begin, end in hits:
        if begin >= at and end <= start + length:
            pieces += [(text[at:begin], False), (text[begin:end], True)]
            at = end
    pieces.append((text[at : start + length], False))
    if start + length < len(text):
        pieces.append(("…", False))
    return [piece for piece in pieces if piece[0]]


def _start(text: str, first: int) -> int:
    """Where an excerpt begins, at the beginning of a word where one is near, so that a hit at ``first`` is among its first words."""
    if first < 2 * _LEAD:
        return 0
    blank = text.rfind(" ", 0, first - _LEAD)
    return blank + 1 if blank > first - 2 * _LEAD else first - _LEAD


def _is_meant(word: str, terms: list[str]) -> bool:
    plain = _plain(word)
    return any(plain.startswith(term) if _is_beginning(term) else plain == term for term in terms)


def _words(text: str) -> list[str]:
    return list(dict.fromkeys(_WORD.findall(_plain(text[:LONGEST]))))[:MOST_WORDS]


def _plain(text: str) -> str:
    return unicodedata.normalize("NFC", text).lower().translate(_TABLE)


def _term(word: str) -> str:
    return f"'{word}':*" if _is_beginning(word) else f"'{word}'"


def _is_beginning(word: str) -> bool:
    return len(word) >= _PREFIX_FROM and not any(character.isdigit() for character in word)
