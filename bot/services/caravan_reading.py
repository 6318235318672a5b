"""Reading a caravan's file: words, and a calendar.

Every mistake is reported at once; a file with any is not used at all.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from bot.core.errors import InvalidInput
from bot.core.locales import Variety
from bot.core.timetable import PlannedStop
from bot.gazetteer import Gazetteer
from bot.services import caravan_document as document
from bot.services.caravan_document import Entry, Problems
from bot.services.caravan_timetable import Timetable

ANSWERED_INTENTS = (
    "ask_about_caravan",
    "ask_organizers",
    "ask_dates",
    "ask_services",
    "ask_eligibility",
    "ask_cost",
    "ask_documents",
    "ask_contact",
    "ask_jobs",
    "ask_training",
    "ask_auto_entrepreneur",
    "ask_cooperative",
    "ask_financing",
    "ask_project_support",
)
"""The questions to which the file holds the answer."""

LONGEST_ANSWER = 450
_KEYS = ("code", "province", "example_timetable", "name", "slogan", "answers", "unknown_answers", "timetable")
_VARIETIES = tuple(variety.value for variety in Variety)

Words = Mapping[str, str]
"""A text by variety (BCP 47 tag)."""


class CaravanFileInvalid(InvalidInput):
    """The file cannot be used. ``problems`` holds one sentence per mistake, each with its line and place."""

    def __init__(self, path: Path, problems: tuple[str, ...]) -> None:
        super().__init__("\n".join([f"{path} cannot be used:", *(f"  {problem}" for problem in problems)]))
        self.problems = problems


@dataclass(frozen=True, kw_only=True)
class CaravanFile:
    """One edition.

    ``answers`` is by intent; ``unknown_answers`` names the intents whose answer admits not to know something.
    """

    code: str
    province_code: str
    is_example: bool
    name: Words
    slogan: Words
    answers: Mapping[str, Words]
    unknown_answers: tuple[str, ...]
    stops: tuple[PlannedStop, ...]


def read(path: Path, gazetteer: Gazetteer, installed_on: date) -> CaravanFile:
    """The edition that ``path`` describes.

    ``installed_on`` (local) is the day from which an example timetable is reckoned. Raises CaravanFileInvalid
    with every mistake, also where the file is of another province than the gazetteer.
    """
    problems = Problems()
    root = document.parse(path, problems)
    file = _file(root, problems, gazetteer, installed_on) if root else None
    if file is None or problems.found:
        raise CaravanFileInvalid(path, problems.sentences())
    return file


def province_of(path: Path) -> str:
    """The HCP code of the province that the file is of, whatever else it says. Raises CaravanFileInvalid."""
    problems = Problems()
    root = document.parse(path, problems)
    if root is not None and isinstance(root.value, dict) and "province" in root.value:
        code = _province_code(root.value["province"], problems)
        if code is not None:
            return code
    elif root is not None:
        problems.add(root, "province is missing")
    raise CaravanFileInvalid(path, problems.sentences())


def _file(root: Entry, problems: Problems, gazetteer: Gazetteer, installed_on: date) -> CaravanFile | None:
    keys = document.mapping(root, problems, required=_KEYS)
    code = document.matching(
        keys.get("code"), problems, r"[a-z0-9][a-z0-9-]{1,39}", "a short name in small letters"
    )
    province = _province_code(keys.get("province"), problems)
    if province is not None and province != gazetteer.province_code:
        problems.add(
            keys["province"], f"{province} is not the province of the communes, {gazetteer.province_code}"
        )
    example = document.one_of(keys.get("example_timetable"), problems, ("true", "false"))
    answers = _answers(keys.get("answers"), problems)
    timetable = Timetable(
        problems=problems, gazetteer=gazetteer, installed_on=installed_on, is_example=example == "true"
    )
    file = CaravanFile(
        code=code or "",
        province_code=province or "",
        is_example=example == "true",
        name=_words(keys.get("name"), problems, longest=160),
        slogan=_words(keys.get("slogan"), problems, longest=80),
        answers=answers,
        unknown_answers=_intents(keys.get("unknown_answers"), problems),
        # Without knowing whether it is an example, half of every stop's mistakes would be guesses.
        stops=timetable.stops(keys.get("timetable")) if example else (),
    )
    return None if problems.found else file


def _province_code(entry: Entry | None, problems: Problems) -> str | None:
    return document.matching(entry, problems, r"\d\d\.\d{3}", "a code of HCP such as 04.291")


def _words(entry: Entry | None, problems: Problems, *, longest: int = LONGEST_ANSWER) -> dict[str, str]:
    if entry is None:
        return {}
    texts = document.mapping(entry, problems, required=_VARIETIES)
    read_texts = {tag: document.text(texts.get(tag), problems, longest=longest) for tag in _VARIETIES}
    return {tag: words for tag, words in read_texts.items() if words is not None}


def _answers(entry: Entry | None, problems: Problems) -> dict[str, Words]:
    if entry is None:
        return {}
    answers = document.mapping(entry, problems, required=ANSWERED_INTENTS)
    return {intent: _words(answers[intent], problems) for intent in ANSWERED_INTENTS if intent in answers}


def _intents(entry: Entry | None, problems: Problems) -> tuple[str, ...]:
    intents: list[str] = []
    for item in document.items(entry, problems):
        intent = document.one_of(item, problems, ANSWERED_INTENTS)
        if intent in intents:
            problems.add(item, f"{intent} stands here twice")
        elif intent is not None:
            intents.append(intent)
    return tuple(intents)
