"""A name out of what somebody typed: "smiti Fatima", "اسمي يوسف", "mon frère s'appelle Ali"."""

from __future__ import annotations

import re
from difflib import SequenceMatcher

from bot.core.asides import looks_asked
from bot.core.booking_replies import relatives, without_refusal
from bot.core.booking_rules import clean_name, name_problem
from bot.core.lexicons import word_set
from bot.core.short_phrases import listed
from bot.core.text import words

_RELATIVE = rf"(?:(?:(?:mon|ma|notre)\s+\w+|{relatives()})\s+)?"
_INTRODUCES = (
    r"(?:(?:ana\s+)?(?:smiti|smiyti|smiyty|smyti|smti|ismi)(?:\s+(?:howa|hiya|hia|ho|hya|l))?"
    rf"|{_RELATIVE}(?:smito|smitou|smiyto|smiytou|smto|smitha|smiytha|smiyetha|smtha|ismou?h?|ismou?ha)(?:\s+(?:howa|hiya|hia))?"
    rf"|{_RELATIVE}(?:سميتو|سميته|سميتها|سميتا|سمّيتو|اسمو|اسمه|إسمه|اسمها|إسمها)(?:\s+(?:هو|هي|هيا))?"
    rf"|{_RELATIVE}(?:(?:il|elle)\s+)?s\s*['’ ]?\s*appell?e?"
    r"|(?:b|3la)\s+(?:smiyt|smiyet|smit|smiya|smiyat)|(?:بسمية|على\s+سمية|على\s+اسم|باسم|بإسم|باسمية)|(?:au|sous\s+le)\s+nom\s+de"
    r"|je\s+m['’ ]?\s*appell?e?|jmapel+e?|j'?m['’]?appell?e|l?smiya\s+(?:howa|hiya|hia|dyali)"
    r"|(?:mon|son|le)\s+(?:vrai\s+|bon\s+)?(?:nom|prenom|prénom)\s+(?:est|c['’]est|en)"
    r"|(?:السمية|السميه|الاسم|الإسم|اسم)(?:\s+(?:هي|هو|هيا|ديالي|الصحيح|الصحيحة)){1,2}|(?:السمية|الاسم|الإسم)"
    r"|(?:أنا\s+|انا\s+)?(?:سميتي|سميتى|اسمي|إسمي|سمّيتي)(?:\s+(?:هو|هي|هيا))?|أدعى|ادعى|يدعى|تدعى)\s*[:\-]?\s+"
)
_INTRODUCES_ALONE = r"(?:ana\s+(?:hiya|howa)|moi\s+c['’ ]?est|c['’ ]?est)\s*[:\-]?\s+"
"""What introduces a name only at the beginning, or behind words that take back another one."""
_INTRODUCTION = re.compile(
    r"^(?:(?:salam|slm|bonjour|bjr|السلام عليكم|سلام)[\s,،]+)?" + f"(?:{_INTRODUCES}|{_INTRODUCES_ALONE})",
    re.IGNORECASE,
)
_WITHIN = re.compile(rf"(?<!\w){_INTRODUCES}", re.IGNORECASE)
_BEHIND_A_REFUSAL = re.compile(rf"(?<!\w)(?:{_INTRODUCES_ALONE}|(?:mais|بل|c['’]?|[cs]é)\s+)", re.IGNORECASE)
_REFUSES = re.compile(
    r"^(?:n+\b|nan\b|nop+e?\b|non|no|la+|l+a|لا+|pas|machi|ماشي|ليس|pardon|desole|dsl|excuse|sm7|sme7|سمح|عفوا|gh?a?lt|ghlat|ghalat|غلط|erreur|tromp)"
    r"|\b(?:pas|tromp\w*|erreur|faux)\b"
)
"""Over folded words: what takes back a name that was understood, in front of the right one."""
_PHRASE = re.compile(r"[,،.;:!?؟\n]")
_MOST_WORDS = 5
_MOST_WORDS_ALONE = 4
_ALIKE = 0.6
"""How alike two spellings of a name are at least, from 0 to 1."""


def is_no_name(typed: str) -> bool:
    """Whether ``typed`` is a greeting, a yes or no, or holds a word that stands in nobody's name."""
    said = words(typed)
    if len(said) == 1 and said[0] in listed("names", "also_names"):
        return False
    return bool(said) and (word_set("not_names").issuperset(said) or not _never().isdisjoint(said))


def is_plausible(typed: str) -> bool:
    """Whether ``typed`` may well be a name and no more: a few words of letters, none of which is about anything else."""
    name = own_name(typed)
    said = words(name)
    return (
        0 < len(said) <= _MOST_WORDS_ALONE
        and not any(character.isdigit() or character in "?؟/" for character in typed)
        and name_problem(name) is None
        and not is_no_name(name)
        and listed("names", "topics").isdisjoint(said)
    )


def surely_introduced(typed: str) -> str | None:
    """As :func:`introduced_name`, where words like "my name is" say so: "it is Tiflet" names a place."""
    return introduced_name(typed) if _WITHIN.search(" ".join(typed.split()) + " ") else None


def put_right(typed: str, known: str) -> str | None:
    """The name that ``typed`` gives instead of ``known``, with which it shares a word; None where it says anything else or more.

    A no in front or words like "my name is" say that it is one ("lla, Zineb Lahmar"); alone it has to look like the other spelling of it,
    so that "Zineb mrida" is none.
    """
    rest, given = without_refusal(typed), introduced_name(typed)
    name = given or own_name(rest)
    new, old = words(name), words(known)
    is_more = looks_asked(typed) or not (word_set("not_names") | _never() | _ends()).isdisjoint(new)
    if is_more or len(new) < 2 or set(new).isdisjoint(old) or not is_plausible(name):
        return None
    replaced = [word for word in old if word not in new]
    said_so = given is not None or rest != typed.strip()
    return name if said_so or all(_is_alike(word, replaced) for word in new if word not in old) else None


def _is_alike(word: str, others: list[str]) -> bool:
    return any(SequenceMatcher(None, word, other).ratio() >= _ALIKE for other in others)


def own_name(typed: str) -> str:
    """``typed`` without the words that introduce a name, cleaned, in capitals as names are where all of it is small.

    The result may still be no name: see ``name_problem``.
    """
    cleaned = clean_name(typed)
    return _with_capitals(clean_name(_INTRODUCTION.sub("", cleaned + " ", count=1)) or cleaned)


def _with_capitals(name: str) -> str:
    return re.sub(r"(?<![^\s\-])\w", lambda first: first.group().upper(), name) if name.islower() else name


def introduced_name(typed: str) -> str | None:
    """The name that ``typed`` introduces, wherever in it; None where it introduces none, or what follows is no name.

    The last one counts: "c'est pas Nadia, c'est Nadia Benali", "la, smiyti Yassin machi Yassine", "rdv f Tiflet, smiyti Ali".
    """
    visible = " ".join(typed.split())
    found = [*_WITHIN.finditer(visible + " ")]
    opening = _INTRODUCTION.match(visible + " ")
    if opening is not None and not found:
        found = [opening]
    if _REFUSES.search(" ".join(words(visible))):
        found += _BEHIND_A_REFUSAL.finditer(visible + " ")
    for match in sorted(found, key=lambda each: each.end(), reverse=True):
        name = _name_at_the_start(visible[match.end() :])
        if name is not None:
            return name
    return None


def _name_at_the_start(rest: str) -> str | None:
    """The words of a name before a phrase ends or a sentence goes on."""
    taken: list[str] = []
    for word in _PHRASE.split(rest)[0].split():
        folded = words(word)
        if not folded or not (_never() | _ends()).isdisjoint(folded):
            break
        taken.append(word)
    name = _with_capitals(clean_name(" ".join(taken)))
    if not taken or len(taken) > _MOST_WORDS or is_no_name(name) or name_problem(name) is not None:
        return None
    return name


def _never() -> frozenset[str]:
    return listed("names", "never")


def _ends() -> frozenset[str]:
    return listed("names", "ends")
