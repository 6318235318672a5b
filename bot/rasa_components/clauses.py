"""Where one message may hold several questions: its clauses."""

from __future__ import annotations

import re
from dataclasses import dataclass

# Words that begin with the letter of "and" themselves.
_NO_AND = (
    r"و(?:قت|اش|ثائق|ثيق|ثاق|رق|راق|لا\b|لات|لد|لاد|احد|حد|صل|صول|يكاند|كال|زار|زير|اخا|اخه|الو|سط|سائل|ضع|ظيف|ظائف"
    r"|طن|ادي|الماس|لماس|عد|جد|جه|الد|فا|سم|الل)"
)
_QUESTION_LATIN = (
    r"fin|fayn|mnin|chno|chnou|chnu|achno|ach|chkoun|ch7al|bch7al|kifach|3lach|wa9tach|fo9ach|imta|wach"
    r"|bghit|khasni|kayn|kayna"
)
_BREAK = re.compile(
    rf"""
    [?؟!.;؛\n…]+                                 # the end of a sentence
    | [,،]\s*                                    # a comma
    | \s+(?!{_NO_AND})و\s*(?=\w{{2}})              # "and", glued to the next word or not
    | \s+(?=(?:وواش|ووقتاش|وواحد))و               # the same before words that begin with that letter
    | \s+(?:w|wa|o)\s+
    | \s+(?!wach\b)w(?=(?:{_QUESTION_LATIN})\b)     # the same in Latin letters; "wach" is one word
    | \s+(?:et|puis|ensuite|aussi|ثم|وأيضا|وايضا|كذلك|وكذلك)\s+
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
