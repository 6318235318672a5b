from __future__ import annotations

import pytest

from bot.sandbox.settings import SettingsError, from_environment

GIVEN = {
    "TWILIO_ACCOUNT_SID": "AC1",
    "TWILIO_AUTH_TOKEN": "t",
    "TWILIO_WHATSAPP_FROM": "whatsapp:+14155238886",
    "TWILIO_SMS_FROM": "CARAVANE",
    "TELEGRAM_BOT_TOKEN": "1:a",
    "TELEGRAM_WEBHOOK_SECRET": "s",
}


def test_defaults_follow_the_products_port() -> None:
    settings = from_environment({**GIVEN, "PORT": "9000"})
    assert (settings.port, settings.provider_port) == (9001, None)
    assert settings.product_url == settings.public_base_url == "http://127.0.0.1:9000"
    assert settings.twilio_whatsapp_from == "+14155238886"


def test_everything_can_be_given() -> None:
    given = {"SANDBOX_PORT": "7001", "SANDBOX_PROVIDER_PORT": "7004", "PUBLIC_BASE_URL": "https://a.example/"}
    settings = from_environment({**GIVEN, **given, "PRODUCT_URL": "http://127.0.0.1:7000/"})
    assert (settings.port, settings.provider_port) == (7001, 7004)
    assert (settings.public_base_url, settings.product_url) == ("https://a.example", "http://127.0.0.1:7000")


@pytest.mark.parametrize(
    ("changes", "name"),
    [
        ({"TWILIO_AUTH_TOKEN": " "}, "TWILIO_AUTH_TOKEN"),
        ({"SANDBOX_PORT": "x"}, "SANDBOX_PORT"),
        ({"PORT": "70000"}, "PORT"),
    ],
)
def test_what_is_wrong_is_named(changes: dict[str, str], name: str) -> None:
    with pytest.raises(SettingsError, match=name):
        from_environment({**GIVEN, **changes})
