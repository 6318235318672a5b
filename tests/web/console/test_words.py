from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from string import Formatter

import pytest

from bot.core.consent_rules import Purpose, Source
from bot.core.handoff_rules import SPECIALITIES
from bot.core.handoff_rules import Reason as HandoffReason
from bot.core.locales import Variety
from bot.core.media_rules import Shown
from bot.core.messages import Channel, DeliveryStatus, InboundKind
from bot.core.roles import Role
from bot.core.sending_rules import POLICIES
from bot.core.timetable import SERVICES
from bot.services import preferences
from bot.services.audit import Action
from bot.services.labelling import Reason
from bot.services.plan_wishes import KINDS as KINDS_OF_CHANGE
from bot.services.stop_rows import COLUMNS
from bot.web.console.error_pages import KINDS
from bot.web.console.labels import INTENTS
from bot.web.console.masking import masked, pretty, without_numbers
from bot.web.console.navigation import PLACES
from bot.web.console.pages import FOLDER
from bot.web.wording import MissingWords, load_words

AR, FR = load_words()["ar"], load_words()["fr"]
SECTORS = [
    "agriculture",
    "livestock",
    "food_processing",
    "crafts",
    "commerce",
    "services",
    "tourism",
    "construction",
    "digital",
    "other",
]


def test_both_languages_have_the_same_words() -> None:
    assert AR.keys() == FR.keys()


@pytest.mark.parametrize("key", sorted(FR.keys()))
def test_both_languages_use_the_same_values(key: str) -> None:
    assert values_of(AR(key)) == values_of(FR(key))


def values_of(words: str) -> set[str]:
    return {name for _, name, _, _ in Formatter().parse(words) if name}


def test_every_key_of_the_templates_has_words() -> None:
    used = set()
    for template in (FOLDER / "templates").glob("*.html"):
        used |= set(re.findall(r'\bt\("([a-z_]+)"[,)]', template.read_text(encoding="utf-8")))
        used |= set(re.findall(r"\bt\('([a-z_]+)'[,)]", template.read_text(encoding="utf-8")))
    assert len(used) > 50
    assert used <= FR.keys()


@pytest.mark.parametrize(
    ("family", "members"),
    [
        ("channel", [channel.value for channel in Channel]),
        ("status", [status.value for status in DeliveryStatus]),
        ("kind", [kind.value for kind in InboundKind if kind is not InboundKind.TEXT]),
        ("variety", [variety.value for variety in Variety]),
        (
            "reason",
            [
                "asked",
                "not_understood",
                "media",
                "gave_up",
                "taken",
                "other",
                *(each.value for each in HandoffReason),
            ],
        ),
        ("speciality", list(SPECIALITIES)),
        ("sector", SECTORS),
        (
            "stop_status",
            ["planned", "confirmed", "running", "done", "postponed", "moved", "cancelled", "other"],
        ),
        ("tab", ["waiting", "mine", "all", "closed"]),
        ("author", ["person", "assistant", "coach", "reminder"]),
        ("error", [*set(KINDS.values()), "500", "role"]),
        ("audit", [action.value for action in Action]),
        ("role", [role.value for role in Role]),
        ("preferences", list(preferences.DEFAULTS)),
        ("service", [*SERVICES, "any"]),
        ("plan_kind", list(KINDS_OF_CHANGE)),
        ("field", list(COLUMNS)),
        ("intent", list(INTENTS)),
        ("labels_reason", [reason.value for reason in Reason]),
        ("nav", [place.name for place in PLACES]),
        ("undelivered_kind", list(POLICIES)),
        ("data_purpose", [purpose.value for purpose in Purpose]),
        ("data_source", [source.value for source in Source]),
        ("attachment", [shown.value for shown in (Shown.PICTURE, Shown.VIDEO, Shown.FILE)]),
        ("attachment_status", ["waiting", "stored", "refused", "failed", "expired"]),
        ("weekday", [str(number) for number in range(7)]),
        ("month", [str(number) for number in range(1, 13)]),
    ],
)
def test_every_member_of_a_family_has_words(family: str, members: list[str]) -> None:
    assert [member for member in members if not FR.has(f"{family}_{member}")] == []


def test_a_missing_key_or_value_is_named() -> None:
    with pytest.raises(MissingWords, match="nonsense"):
        FR("nonsense")
    with pytest.raises(MissingWords, match="name"):
        FR("held_by", other="x")


@pytest.mark.parametrize(
    ("span", "french", "arabic"),
    [
        (timedelta(seconds=59), "moins d’une minute", "أقل من دقيقة"),
        (timedelta(minutes=1), "1 min", "دقيقة"),
        (timedelta(minutes=5), "5 min", "5 دقائق"),
        (timedelta(hours=1), "1 h", "ساعة"),
        (timedelta(hours=2, minutes=2), "2 h 2 min", "ساعتين ودقيقتين"),
        (timedelta(hours=23, minutes=59), "23 h 59 min", "23 ساعة و59 دقيقة"),
        (timedelta(hours=30, minutes=5), "30 h", "30 ساعة"),
        (timedelta(days=3, hours=5), "3 jours", "3 أيام"),
        (timedelta(days=41), "41 jours", "41 يوماً"),
    ],
)
def test_lengths_of_time(span: timedelta, french: str, arabic: str) -> None:
    assert (FR.length(span), AR.length(span)) == (french, arabic)


def test_days_are_those_of_casablanca() -> None:
    late = datetime(2026, 6, 26, 23, 30, tzinfo=UTC)
    assert FR.day(late) == "samedi 27 juin"
    assert AR.day(late) == "السبت 27 يونيو"


@pytest.mark.parametrize(
    ("number", "hidden", "whole"),
    [
        ("+212612345678", "+212 6•• •• •• 78", "+212 6 12 34 56 78"),
        ("+33612345678", "+33•••••••78", "+33612345678"),
        ("user1", "•••••", "user1"),
    ],
)
def test_numbers_are_hidden_or_easy_to_read(number: str, hidden: str, whole: str) -> None:
    assert (masked(number), pretty(number)) == (hidden, whole)


@pytest.mark.parametrize(
    "text",
    [
        "0612345678",
        "06 12 34 56 78",
        "+212612345678",
        "06-12-34-56-78",
        "٠٦١٢٣٤٥٦٧٨",
        "call 06.12.34.56.78 now",
    ],
)
def test_numbers_inside_texts_are_hidden(text: str) -> None:
    hidden = without_numbers(text)
    assert sum(character.isdigit() for character in hidden) == 2


@pytest.mark.parametrize("text", ["28/11/2026 à 10:30", "40 000 DH", "I-K7MPA", "2026-11-28", "1 2 3 4"])
def test_other_figures_stay(text: str) -> None:
    assert without_numbers(text) == text
