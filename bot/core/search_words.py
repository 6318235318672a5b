"""Finding words in what people wrote: one way of folding them, the same in the database and for what is looked for."""

from __future__ import annotations

import re
import unicodedata

FROM = "àâäáãéèêëíîïìóôöòõúùûüçñÀÂÄÉÈÊËÎÏÔÙÛÇأإآٱىةؤئ٠١٢٣٤٥٦٧٨٩"
TO = "aaaaaeeeeiiiiooooouuuucnaaaeeeeiiouucاااايهوي0123456789"
"""What `translate` of the database folds, letter by letter."""
LONGEST = 100
MOST_WORDS = 6
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
    plain = unicodedata.normalize("NFC", text[:LONGEST]).lower().translate(_TABLE)
    words = list(dict.fromkeys(_WORD.findall(plain)))[:MOST_WORDS]
    return " & ".join(_term(word) for word in words) or None


def _term(word: str) -> str:
    has_digits = any(character.isdigit() for character in word)
    return f"'{word}':*" if len(word) >= _PREFIX_FROM and not has_digits else f"'{word}'"
