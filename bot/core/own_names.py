"""A name out of what somebody typed: "smiti Fatima", "اسمي يوسف", "mon frère s'appelle Ali"."""

from __future__ import annotations

import re

from bot.core.booking_rules import clean_name, name_problem
from bot.core.lexicons import word_set
from bot.core.text import words

_RELATIVE = (
    r"(?:(?:mon|ma|notre)\s+\w+\s+|(?:khoya|khouya|khti|wldi|weldi|bnti|benti|rajli|mrati|lwalid|lwalida|mama|baba|sa7bi|sa7bti)\s+"
    r"|(?:خويا|ختي|خيتي|ولدي|بنتي|راجلي|مراتي|الوالد|الوالدة|ماما|با|صاحبي|صاحبتي|أخي|اخي|أختي|اختي|ابني|إبني|ابنتي|إبنتي|والدي|والدتي|زوجي|زوجتي"
    r"|صديقي|صديقتي)\s+)?"
)
_INTRODUCTION = re.compile(
    r"^(?:(?:salam|slm|bonjour|bjr|السلام عليكم|سلام)[\s,،]+)?"
    r"(?:(?:ana\s+)?(?:smiti|smiyti|smiyty|smyti|smti|ismi)(?:\s+(?:howa|hiya|hia|ho|hya))?"
    + rf"|{_RELATIVE}(?:smito|smitou|smiyto|smiytou|smto|smitha|smiytha|smiyetha|smtha|ismou?h?|ismou?ha)(?:\s+(?:howa|hiya|hia))?"
    + rf"|{_RELATIVE}(?:سميتو|سميته|سميتها|سميتا|سمّيتو|اسمو|اسمه|إسمه|اسمها|إسمها)(?:\s+(?:هو|هي|هيا))?"
    + rf"|{_RELATIVE}(?:(?:il|elle)\s+)?s\s*['’ ]?\s*appell?e?"
    r"|(?:b|3la)\s+(?:smiyt|smiyet|smit|smiya|smiyat)|(?:بسمية|على\s+سمية|على\s+اسم|باسم|بإسم|باسمية)|(?:au|sous\s+le)\s+nom\s+de"
    r"|ana\s+(?:hiya|howa)|je\s+m['’ ]?\s*appell?e?|jmapel+e?|j'?m['’]?appell?e"
    r"|(?:mon|son|le)\s+(?:nom|prenom|prénom)\s+(?:est|c'est)|moi\s+c'?est|c['’]?est"
    r"|(?:أنا\s+|انا\s+)?(?:سميتي|سميتى|اسمي|إسمي|سمّيتي)(?:\s+(?:هو|هي|هيا))?|أدعى|ادعى|يدعى|تدعى)\s*[:\-]?\s+",
    re.IGNORECASE,
)


def is_no_name(typed: str) -> bool:
    """Whether ``typed`` is a greeting or a yes or no: letters, but nobody's name."""
    said = words(typed)
    return bool(said) and word_set("not_names").issuperset(said)


def own_name(typed: str) -> str:
    """``typed`` without the words that introduce a name, cleaned, in capitals as names are where all of it is small.

    The result may still be no name: see ``name_problem``.
    """
    cleaned = clean_name(typed)
    return _with_capitals(clean_name(_INTRODUCTION.sub("", cleaned + " ", count=1)) or cleaned)


def _with_capitals(name: str) -> str:
    return re.sub(r"(?<![^\s\-])\w", lambda first: first.group().upper(), name) if name.islower() else name


def introduced_name(typed: str) -> str | None:
    """The name behind words that introduce one; None where nothing is introduced, or what follows is no name."""
    cleaned = clean_name(typed)
    if _INTRODUCTION.match(cleaned + " ") is None:
        return None
    name = own_name(cleaned)
    return (
        None
        if name.casefold() == cleaned.casefold() or is_no_name(name) or name_problem(name) is not None
        else name
    )
