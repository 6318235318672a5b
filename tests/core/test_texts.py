from __future__ import annotations

import ast
import json
import re
import string
import unicodedata
from collections.abc import Iterator
from datetime import date, datetime, timezone
from functools import cache
from pathlib import Path
from typing import Any

import pytest
import yaml

from bot.core import sms
from bot.core.booking_rules import NameProblem
from bot.core.locales import Variety
from bot.core.meanings import ASKABLE
from bot.core.messages import Channel, InputRequest
from bot.core.sectors import SECTORS
from bot.core.texts import CASABLANCA, TEXTS, MissingText, Option, Texts
from bot.gazetteer import Gazetteer

PROJECT = Path(__file__).parents[2]
SPEAKING = ("actions", "bot/services", "bot/jobs", "bot/core/texts.py")
KEY = re.compile(
    r"(calendar|utter|option|meaning|language|notice|sector|sms|channel|idea_status|weekday|month)_[\w*-]+|list_title|request_\w+_title"
)
FAMILIES: dict[str, tuple[str, ...]] = {
    "utter_ask_*": ("idea_what", "idea_where", "idea_needs"),
    "utter_booking_*": ("made", "already", "moved", "renamed"),
    "utter_name_*": tuple(problem.value for problem in NameProblem),
    "sector_*": tuple(SECTORS),
    "language_*": tuple(variety.value for variety in Variety),
    "language_only_*": ("english", "spanish", "amazigh"),
    "meaning_*": tuple(sorted(ASKABLE)),
    "idea_status_*": ("received",),
    "notice_plan_*": (
        "postpone",
        "move",
        "cancel",
        "hours",
        "advisers",
        "placed",
        "venue",
        "none",
    ),
    "sms_reminder_*": tuple(
        kind + ending for kind in ("evening", "morning") for ending in ("", "_place", "_full")
    ),
    "notice_reminder_*": ("evening", "morning"),
    "notice_*": ("came", "no_show"),
    "channel_*": tuple(channel.value for channel in Channel),
    "weekday_*": tuple(str(number) for number in range(7)),
    "month_*": tuple(str(number) for number in range(1, 13)),
}
"""Keys that the source puts together, with what may stand for the star."""
OTHER_KINDS = frozenset(
    {
        "sms_offer",
        *(
            f"sms_reminder_{kind}{ending}"
            for kind in ("evening", "morning")
            for ending in ("", "_place", "_full")
        ),
    }
)
"""Arabic script leaves an SMS no room for a day in words: these hold the same values in another form."""
MIXED_SCRIPTS = re.compile(r"language_.*|option_menu_language")
LONGEST = 700
LONGEST_TITLE = 20
LONGEST_PAYLOAD = 64
NAME = {"ar": "عين الجوهرة", "fr": "Ain Johra"}
STARTS_AT = datetime(2026, 11, 28, 10, 30, tzinfo=CASABLANCA)
SAMPLE: dict[str, Any] = {
    "commune": NAME,
    "place": NAME,
    "then": "Leila",
    "phone": "0661223344",
    "venue": NAME,
    "answer": {variety.value: "…" for variety in Variety},
    "channel": "channel_whatsapp",
    "status": "idea_status_received",
    "sorry": "language_only_english",
    "starts_at": STARTS_AT,
    "day": "2026-11-28",
    "first": "2026-11-28",
    "last": "2026-12-31",
    "opens_at": "09:00:00",
    "closes_at": "16:00:00",
    "hour": "10:30",
    "distance": 12.4,
    "count": 16,
    "name": "Fatima Zahra",
    "code": "K7MPA",
    "reference": "I-K7MPA",
    "title": "Miel",
    "message": "Miel",
    "line": "0500000000",
    "minutes": 25,
    "link": "https://caravane.example.org/console/conversations/12",
    "position": 3,
    "until": STARTS_AT,
}

texts = Texts.load()
every_variety = pytest.mark.parametrize("variety", Variety, ids=lambda variety: variety.value)


@cache
def words(variety: Variety) -> dict[str, str]:
    content = yaml.safe_load((TEXTS / f"{variety.value}.yml").read_text(encoding="utf-8"))
    assert all(isinstance(text, str) for text in content.values())
    return dict(content)


LAYOUT: dict[str, Any] = yaml.safe_load((TEXTS / "layout.yml").read_text(encoding="utf-8"))


def mentioned() -> frozenset[str]:
    """Every key in the source that speaks; a part that is put in at run time reads ``*``."""
    files = [file for place in SPEAKING for file in _python(PROJECT / place)]
    strings = (text for file in files for text in _strings(ast.parse(file.read_text(encoding="utf-8"))))
    return frozenset(text for text in strings if KEY.fullmatch(text))


def _python(place: Path) -> list[Path]:
    return [place] if place.is_file() else sorted(place.rglob("*.py"))


def _strings(tree: ast.Module) -> Iterator[str]:
    inside = {part for node in ast.walk(tree) if isinstance(node, ast.JoinedStr) for part in node.values}
    for node in ast.walk(tree):
        if isinstance(node, ast.JoinedStr):
            yield "".join(str(part.value) if isinstance(part, ast.Constant) else "*" for part in node.values)
        elif isinstance(node, ast.Constant) and isinstance(node.value, str) and node not in inside:
            yield node.value


def _asked(key: str, text: str) -> frozenset[tuple[str, str]]:
    """The values that a text names, each with its kind where the kind has to be the same everywhere."""
    fields = [(name, kind or "") for _, name, kind, _ in string.Formatter().parse(text) if name is not None]
    return frozenset((name, "" if key in OTHER_KINDS else kind) for name, kind in fields)


class TestWords:
    @every_variety
    def test_the_same_keys_everywhere(self, variety: Variety) -> None:
        assert words(variety).keys() == words(Variety.FRENCH).keys()

    @every_variety
    def test_no_key_twice(self, variety: Variety) -> None:
        lines = (TEXTS / f"{variety.value}.yml").read_text(encoding="utf-8").splitlines()
        keys = [line.split(":")[0] for line in lines if re.match(r"[a-z]", line)]
        assert len(keys) == len(set(keys)) == len(words(variety))

    @every_variety
    def test_the_same_values_everywhere(self, variety: Variety) -> None:
        differing = []
        for key, text in words(variety).items():
            if _asked(key, text) != _asked(key, words(Variety.FRENCH)[key]):
                differing.append(key)
        assert differing == []

    def test_what_the_source_says_exists(self) -> None:
        keys = words(Variety.FRENCH).keys()
        assert sorted(key for key in mentioned() if "*" not in key and key not in keys) == []

    def test_the_families_of_keys_are_known_and_complete(self) -> None:
        assert {key for key in mentioned() if "*" in key} == FAMILIES.keys()
        made = {family.replace("*", part) for family, parts in FAMILIES.items() for part in parts}
        assert sorted(made - words(Variety.FRENCH).keys()) == []

    def test_no_text_is_left_unused(self) -> None:
        made = {family.replace("*", part) for family, parts in FAMILIES.items() for part in parts}
        titles = {title for layout in LAYOUT.values() for title in _titles(layout)}
        assert sorted(words(Variety.FRENCH).keys() - mentioned() - made - titles) == []

    @every_variety
    def test_every_text_can_be_said_and_is_short(self, variety: Variety) -> None:
        for key in words(variety):
            said = texts.say(key, variety, SAMPLE)
            assert 0 < len(said) <= LONGEST, key
            assert not re.search(r"[{}*_`#]|\s\n|\n\n", said), key

    @every_variety
    def test_at_most_one_emoji(self, variety: Variety) -> None:
        crowded = [
            key
            for key, text in words(variety).items()
            if sum(unicodedata.category(character) == "So" for character in text) > 1
        ]
        assert crowded == []

    @every_variety
    def test_a_text_keeps_to_its_script(self, variety: Variety) -> None:
        strange = []
        for key, text in words(variety).items():
            bare = re.sub(r"\{[^}]*\}|SMS|location", "", text)
            arabic = [unicodedata.name(letter).startswith("ARABIC") for letter in bare if letter.isalpha()]
            expected = all(arabic) if variety.is_arabic_script else not any(arabic)
            if not expected and not MIXED_SCRIPTS.fullmatch(key):
                strange.append(key)
        assert strange == []

    def test_languages_are_named_alike_everywhere(self) -> None:
        named = {tuple(words(v)[f"language_{other.value}"] for other in Variety) for v in Variety}
        assert len(named) == 1


class TestLayout:
    def test_its_keys_are_texts(self) -> None:
        used = {title for layout in LAYOUT.values() for title in _titles(layout)} | LAYOUT.keys()
        assert sorted(used - words(Variety.FRENCH).keys()) == []

    def test_requests_are_known(self) -> None:
        assert {key: InputRequest(asks["request"]) for key, asks in LAYOUT.items() if "request" in asks} == {
            "utter_ask_place": InputRequest.LOCATION,
            "utter_ask_booking_place": InputRequest.LOCATION,
            "utter_ask_booking_phone": InputRequest.CONTACT,
        }

    @every_variety
    def test_titles_fit_whatsapp_and_differ(self, variety: Variety) -> None:
        for buttons in texts.fixed_buttons(variety):
            titles = [button.title for button in buttons]
            assert len(set(titles)) == len(titles)
            assert [title for title in titles if len(title) > LONGEST_TITLE] == []
        assert len(texts.say("list_title", variety)) <= LONGEST_TITLE

    def test_payloads_are_short_and_known_to_the_assistant(self) -> None:
        domain = yaml.safe_load((PROJECT / "domain.yml").read_text(encoding="utf-8"))
        intents = {next(iter(item)) if isinstance(item, dict) else item for item in domain["intents"]}
        payloads = {button.payload for buttons in texts.fixed_buttons(Variety.FRENCH) for button in buttons}
        for payload in payloads:
            assert len(payload.encode()) <= LONGEST_PAYLOAD
            intent, _, values = payload.removeprefix("/").partition("{")
            assert intent in intents
            assert not values or list(json.loads("{" + values)) == ["choice"]


def _titles(layout: dict[str, Any]) -> list[str]:
    titles = [button["title"] for button in layout.get("buttons", ())]
    return [*titles, layout["request_title"]] if "request" in layout else titles


@every_variety
@pytest.mark.parametrize("kind", ["evening", "morning"])
def test_a_reminder_is_one_sms(variety: Variety, kind: str) -> None:
    alphabet = sms.UCS_2 if variety.is_arabic_script else sms.GSM_7
    days = [(month, day) for month in range(1, 13) for day in range(10, 17)]
    times = [datetime(2026, month, day, 10, 30, tzinfo=CASABLANCA) for month, day in days]
    communes = Gazetteer.load("04.291").communes.values()
    assert len(communes) == 35
    for commune in communes:
        name = {"fr": commune.name_fr, "ar": commune.name_ar}
        for channel in FAMILIES["channel_*"]:
            for starts_at in times:
                values = {"commune": name, "starts_at": starts_at, "code": "MWMWM"}
                values["channel"] = f"channel_{channel}"
                text = sms.fold_gsm7(texts.say(f"sms_reminder_{kind}", variety, values))
                assert (sms.encoding(text), sms.segments(text)) == (alphabet, 1), text


@every_variety
def test_the_news_of_a_change_is_one_sms(variety: Variety) -> None:
    alphabet = sms.UCS_2 if variety.is_arabic_script else sms.GSM_7
    for commune in Gazetteer.load("04.291").communes.values():
        values = SAMPLE | {"commune": {"fr": commune.name_fr, "ar": commune.name_ar}, "code": "MWMWM"}
        for channel in FAMILIES["channel_*"]:
            values["channel"] = f"channel_{channel}"
            for key in ("sms_plan_placed", "sms_plan_none", "sms_plan_venue_short"):
                text = sms.fold_gsm7(texts.say(key, variety, values))
                assert (sms.encoding(text), sms.segments(text)) == (alphabet, 1), text


def made(**keys: str) -> Texts:
    """Texts with the same words in every variety."""
    return Texts(words=dict.fromkeys(Variety, keys), layout={})


class TestKinds:
    @pytest.mark.parametrize(
        ("variety", "expected"),
        [
            (Variety.DARIJA_ARABIC, "السبت 28 نونبر"),
            (Variety.DARIJA_LATIN, "sebt 28 nouanbir"),
            (Variety.ARABIC, "السبت 28 نونبر"),
            (Variety.FRENCH, "samedi 28 novembre"),
        ],
    )
    def test_a_day(self, variety: Variety, expected: str) -> None:
        said = texts.say("option_stop", variety, {"commune": NAME, "day": "2026-11-28"})
        assert said.endswith(f"– {expected}")

    @pytest.mark.parametrize(
        ("template", "value", "expected"),
        [
            ("{x:date}", "2026-12-03", "03/12"),
            ("{x:date}", date(2026, 12, 3), "03/12"),
            ("{x:date}", datetime(2026, 6, 2, 23, 30, tzinfo=timezone.utc), "03/06"),
            ("{x:hour}", "09:00:00", "09:00"),
            ("{x:hour}", "2026-06-03T09:30:00+00:00", "10:30"),
            ("{x:hour}", datetime(2026, 6, 3, 9, 30, tzinfo=timezone.utc), "10:30"),
            ("{x:km}", 12.4, "12"),
            ("{x:km}", 0.2, "1"),
            ("{x:name}", NAME, "Ain Johra"),
            ("{x:variety}", {"fr": "oui", "ar": "نعم"}, "oui"),
            ("{x:text}", "other", "autre"),
            ("{x}", "{y} 50 %", "{y} 50 %"),
        ],
    )
    def test_the_others(self, template: str, value: object, expected: str) -> None:
        assert made(key=f"{template}\n", other="autre").say("key", Variety.FRENCH, {"x": value}) == expected

    def test_names_follow_the_script(self) -> None:
        named = {variety.value: made(key="{x:name}").say("key", variety, {"x": NAME}) for variety in Variety}
        assert named == {
            "ary-Arab": NAME["ar"],
            "ary-Latn": NAME["fr"],
            "ar": NAME["ar"],
            "fr": NAME["fr"],
        }

    def test_what_is_missing_is_an_error(self) -> None:
        with pytest.raises(MissingText, match="nothing has no text"):
            texts.say("nothing", Variety.FRENCH)
        with pytest.raises(MissingText, match="needs the value 'x'"):
            made(key="{x}").say("key", Variety.FRENCH)
        with pytest.raises(MissingText, match="int is not a date"):
            made(key="{x:day}").say("key", Variety.FRENCH, {"x": 3})


def test_choices_of_the_moment_come_before_the_fixed_ones() -> None:
    coach = Option(key="option_coach", payload="/talk_to_human", values={})
    shown = texts.render("utter_not_understood_again", Variety.FRENCH, options=(coach,))
    assert [button.payload for button in shown.buttons[:2]] == ["/talk_to_human", "/ask_nearest_stop"]
    assert len({button.payload for button in shown.buttons}) == len(shown.buttons)


def test_a_request_has_a_title() -> None:
    shown = texts.render("utter_ask_booking_phone", Variety.FRENCH)
    assert (shown.request, shown.request_title) == (InputRequest.CONTACT, "Envoyer mon numéro")
    assert shown.buttons == ()
