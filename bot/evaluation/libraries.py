"""``python -m bot.evaluation.libraries``: what public libraries make of the same messages.

Runs in an environment of its own, which has these libraries; reads one JSON object from standard input and writes
one to standard output. Each library is used as its documentation says, with the settings that suit it best here.
"""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any

import langdetect
from dateparser import parse as parse_date
from dateparser.search import search_dates
from langdetect import DetectorFactory, LangDetectException
from lingua import Language, LanguageDetectorBuilder
from rapidfuzz import fuzz, process

_SEED = 42
_ARABIC_LETTERS = ("\u0600", "\u06ff")


def varieties(texts: Sequence[str]) -> dict[str, list[str]]:
    """The variety that each detector's language stands for."""
    return {"langdetect": _with_langdetect(texts), "lingua": _with_lingua(texts)}


def dates(questions: Sequence[dict[str, Any]], now: str) -> dict[str, list[list[str]]]:
    """The days that dateparser reads: in the ``phrases`` that name them, cut out for it, and in the whole ``text``."""
    moment = datetime.fromisoformat(now)
    settings = {
        "RELATIVE_BASE": moment.replace(tzinfo=None),
        "PREFER_DATES_FROM": "future",
        "DATE_ORDER": "DMY",
    }
    return {
        "phrases": [
            sorted(filter(None, (_day(phrase, settings) for phrase in one["phrases"]))) for one in questions
        ],
        "text": [_days_inside(one["text"], settings) for one in questions],
    }


def places(names: Sequence[tuple[str, str]], questions: Sequence[dict[str, str]]) -> dict[str, list[str]]:
    """The code of the name that is most like the ``phrase`` that names a place, cut out for it, and of the name that
    is most like a part of the whole ``text``."""
    return {
        "phrases": [_most_alike(names, one["phrase"], fuzz.WRatio) for one in questions],
        "text": [_most_alike(names, one["text"], fuzz.partial_ratio) for one in questions],
    }


def variety_of(language: str, text: str) -> str:
    """Reads a language as one of the four varieties, to the detector's advantage: what is neither French nor Arabic
    counts as Darija in the script of the text."""
    arabic = sum(_ARABIC_LETTERS[0] <= letter <= _ARABIC_LETTERS[1] for letter in text)
    in_arabic = arabic * 2 >= sum(letter.isalpha() for letter in text)
    if language == "ar" and in_arabic:
        return "ar"
    if language == "fr" and not in_arabic:
        return "fr"
    return "ary-Arab" if in_arabic else "ary-Latn"


def _most_alike(names: Sequence[tuple[str, str]], text: str, scorer: Callable[..., float]) -> str:
    best = process.extractOne(text.lower(), [name.lower() for _, name in names], scorer=scorer)
    return names[best[2]][0] if best else ""


def _with_langdetect(texts: Sequence[str]) -> list[str]:
    DetectorFactory.seed = _SEED
    found = []
    for text in texts:
        try:
            language = str(langdetect.detect(text))
        except LangDetectException:
            language = ""
        found.append(variety_of(language, text))
    return found


def _with_lingua(texts: Sequence[str]) -> list[str]:
    known = {Language.ARABIC: "ar", Language.FRENCH: "fr", Language.ENGLISH: "en"}
    detector = LanguageDetectorBuilder.from_languages(*known).build()
    found = []
    for text in texts:
        language = detector.detect_language_of(text)
        found.append(variety_of(known[language] if language else "", text))
    return found


def _languages(text: str) -> dict[str, list[str]]:
    arabic = any(_ARABIC_LETTERS[0] <= letter <= _ARABIC_LETTERS[1] for letter in text)
    # Plain Arabic lacks the names that months have in Morocco.
    return {"locales": ["ar-MA"]} if arabic else {"locales": ["fr"]}


def _day(phrase: str, settings: dict[str, Any]) -> str | None:
    found = parse_date(phrase, settings=settings, **_languages(phrase))
    return found.date().isoformat() if found else None


def _days_inside(text: str, settings: dict[str, Any]) -> list[str]:
    languages = ["ar"] if _languages(text)["locales"] == ["ar-MA"] else ["fr"]
    return sorted({found.date().isoformat() for _, found in search_dates(text, languages, settings) or []})


def _timed(work: Callable[[], Any]) -> dict[str, Any]:
    started = time.process_time()
    return {"answers": work(), "seconds": time.process_time() - started}


def main() -> int:
    """Answers the questions on standard input."""
    asked = json.load(sys.stdin)
    answers = {
        "varieties": _timed(lambda: varieties(asked["texts"])),
        "dates": _timed(lambda: dates(asked["dates"], asked["now"])),
        "places": _timed(lambda: places([tuple(one) for one in asked["names"]], asked["places"])),
    }
    json.dump(answers, sys.stdout, ensure_ascii=False)
    return 0


if __name__ == "__main__":
    sys.exit(main())
