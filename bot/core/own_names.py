"""A person's name out of what they typed: "smiti Fatima", "اسمي يوسف", "je m'appelle Sara"."""

from __future__ import annotations

import re

from bot.core.booking_rules import clean_name, name_problem
from bot.core.lexicons import word_set
from bot.core.text import words

_INTRODUCTION = re.compile(
    r"^(?:(?:salam|slm|bonjour|bjr|السلام عليكم|سلام)[\s,،]+)?"
    r"(?:(?:ana\s+)?(?:smiti|smiyti|smiyty|smyti|smti|ismi)(?:\s+(?:howa|hiya|hia|ho|hya))?"
    r"|ana\s+(?:hiya|howa)|je\s+m['’ ]?\s*appell?e?|jmapel+e?|j'?m['’]?appell?e|mon\s+(?:nom|prenom|prénom)\s+(?:est|c'est)"
    r"|moi\s+c'?est|c['’]?est"
    r"|(?:أنا\s+|انا\s+)?(?:سميتي|سميتى|اسمي|إسمي|سمّيتي)(?:\s+(?:هو|هي|هيا))?|أدعى|ادعى)\s*[:\-]?\s+",
    re.IGNORECASE,
)


def is_no_name(typed: str) -> bool:
    """Whether ``typed`` is a greeting or a yes or no: letters, but nobody's name."""
    said = words(typed)
    return bool(said) and word_set("not_names").issuperset(said)


def own_name(typed: str) -> str:
    """``typed`` without the words that introduce a name, cleaned. The result may still be no name: see ``name_problem``."""
    cleaned = clean_name(typed)
    return clean_name(_INTRODUCTION.sub("", cleaned + " ", count=1)) or cleaned


def introduced_name(typed: str) -> str | None:
    """The name behind words that introduce one; None where nothing is introduced, or what follows is no name."""
    cleaned = clean_name(typed)
    if _INTRODUCTION.match(cleaned + " ") is None:
        return None
    name = own_name(cleaned)
    return None if name == cleaned or is_no_name(name) or name_problem(name) is not None else name
