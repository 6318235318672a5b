"""Where one message may hold several questions: its clauses."""

from __future__ import annotations

import re
from dataclasses import dataclass

_QUESTION_AR = (
    r"فين|فاين|منين|شنو|اشنو|شكون|شحال|بشحال|كيفاش|علاش|وقتاش|فوقاش|امتى|إمتى|امتا|ايمتا|واش|أشنو|هل|متى|أين|اين|كيف|كم|ماذا|لماذا|ما\s"
    r"|بغيت|أريد|اريد|أرغب|خاصني|كاين|كاينة|ممكن"
)
_QUESTION_LATIN = (
    r"fin|fayn|mnin|chno|chnou|chnu|achno|ach|chkoun|ch7al|bch7al|kifach|3lach|wa9tach|fo9ach|imta|wach"
    r"|bghit|khasni|kayn|kayna"
)
_QUESTION_FRENCH = (
    r"où|ou est|quand|comment|combien|pourquoi|qui|que|quoi|quel\w*|est[- ]ce|c'est|je|j'|y a|faut|il faut"
)
_BREAK = re.compile(
    rf"""
    [?؟!.;؛\n…]+                                             # the end of a sentence
    | [,،]\s*                                                # a comma
    | \s+و\s*(?=(?:{_QUESTION_AR}))                          # "and" before a word that asks or wants
    | \s+(?:w|wa|o|ou)\s+(?=(?:{_QUESTION_LATIN})\b)
    | \s+w(?=(?:{_QUESTION_LATIN})\b)
    | \s+(?:et|puis|ensuite|aussi)\s+(?=(?:{_QUESTION_FRENCH}|aussi)\b|\w+\s+\w+)
    | \s+(?:ثم|وأيضا|وايضا|كذلك|وكذلك|وزيد|وزايدون)\s+
    """,
    re.VERBOSE | re.IGNORECASE,
)
_LETTER = re.compile(r"[^\W\d_]")
_MANY = 8


@dataclass(frozen=True, kw_only=True)
class Clause:
    """A part of a message, with its half-open range."""

    text: str
    start: int
    end: int


def split(message: str) -> tuple[Clause, ...]:
    """The clauses of a message that have letters, in order; no more than eight."""
    clauses = []
    start = 0
    for found in [*_BREAK.finditer(message), None]:
        end = len(message) if found is None else found.start()
        # A question mark belongs to the clause before it.
        stop = found.end() if found is not None and found.group()[:1] in "?؟" else end
        if _LETTER.search(message, start, end):
            clauses.append(Clause(text=message[start:stop].strip(), start=start, end=end))
        start = len(message) if found is None else found.end()
    return tuple(clauses[:_MANY])
