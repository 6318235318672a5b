"""Reminders and offers by SMS: one segment, whatever the place is called."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import pytest

from bot.core import sms
from bot.core.locales import Variety
from bot.core.reminder_rules import CASABLANCA
from bot.core.texts import default_texts
from bot.gazetteer import Gazetteer
from bot.services.reminder_words import in_one_sms

texts = default_texts()
STARTS_AT = datetime(2026, 11, 28, 10, 30, tzinfo=CASABLANCA)
SAMPLE: dict[str, Any] = {"starts_at": STARTS_AT, "until": STARTS_AT, "name": "Fatima Zahra"}
LONGEST_VENUE = {
    "fr": "Maison de jeunes et centre socioculturel de la commune, pres du souk hebdomadaire",
    "ar": "دار الشباب والمركز السوسيوثقافي للجماعة قرب السوق الأسبوعي",
}


@pytest.mark.parametrize("variety", Variety)
@pytest.mark.parametrize("venue", [LONGEST_VENUE, {"fr": "Souk", "ar": "السوق"}, None])
def test_the_richest_form_that_fits_is_sent_and_it_is_one_sms(
    variety: Variety, venue: dict[str, str] | None
) -> None:
    """Place, day, hour, code and where to answer, for every commune, with the longest and the shortest venue."""
    richest = 0
    for commune in Gazetteer.load("04.291").communes.values():
        name = {"fr": commune.name_fr, "ar": commune.name_ar}
        values = SAMPLE | {"commune": name, "code": "MWMWM", "channel": "channel_telegram"}
        values = {key: value for key, value in values.items() if key != "venue"}
        if venue is not None:
            values["venue"] = venue
        for key in ("sms_reminder_evening", "sms_reminder_morning", "sms_offer"):
            text = in_one_sms(key, variety, values, texts)
            assert sms.segments(text) == 1, text
            shown = name["ar" if variety.is_arabic_script else "fr"]
            assert (shown if variety.is_arabic_script else sms.fold_gsm7(shown)) in text
            assert "10:30" in text
            assert "28" in text
            assert texts.say("channel_telegram", variety) in text
            if key != "sms_offer":
                assert "MWMWM" in text
                richest += text != sms.fold_gsm7(texts.say(key, variety, values))
    assert richest > 0, "the richer forms never fit"
