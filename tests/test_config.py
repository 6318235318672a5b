"""Settings: where they come from, what is generated, and one clear sentence for each mistake."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest

from bot import config
from bot.config import Settings, SettingsError, load_settings
from bot.generated_secrets import SecretsFileError


@pytest.fixture(autouse=True)
def bare(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """An environment without any of our settings, a data directory of its own, and the `.env` to write."""
    for name in [*Settings.model_fields, config.RESOLVED]:
        monkeypatch.delenv(name.upper(), raising=False)
    monkeypatch.setenv("DATA_DIR", str(tmp_path / "data"))
    env_file = tmp_path / ".env"
    monkeypatch.setattr(config, "ENV_FILE", env_file)
    return env_file


def refusal() -> str:
    with pytest.raises(SettingsError) as caught:
        load_settings()
    return str(caught.value)


def test_the_sandbox_gets_accounts_of_its_own_that_stay_the_same() -> None:
    first, second = load_settings(), load_settings()
    assert first == second
    assert first.twilio is not None
    assert first.telegram is not None
    assert first.twilio.api_base_url == "http://127.0.0.1:8004/twilio"
    assert first.telegram.api_base_url == "http://127.0.0.1:8004/telegram"
    assert not first.telegram.polling
    assert first.base_url == "http://127.0.0.1:8000"


def test_two_installations_share_no_secret(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    first = load_settings()
    monkeypatch.setenv("DATA_DIR", str(tmp_path / "other"))
    second = load_settings()
    for name in ("session_secret", "turn_token", "twilio_auth_token", "telegram_bot_token"):
        assert getattr(first, name) != getattr(second, name)


def test_given_credentials_are_used_with_the_sandbox_too(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TWILIO_AUTH_TOKEN", "given")
    monkeypatch.setenv("TWILIO_API_BASE_URL", "http://127.0.0.1:9/mock/")
    account = load_settings().twilio
    assert account is not None
    assert account.auth_token == "given"
    assert account.api_base_url == "http://127.0.0.1:9/mock"


def test_the_environment_wins_over_the_file(bare: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    bare.write_text("PORT=9100\nLOG_LEVEL=DEBUG\n", encoding="utf-8")
    monkeypatch.setenv("PORT", "9200")
    settings = load_settings()
    assert (settings.port, settings.log_level) == (9200, "DEBUG")
    assert settings.rasa_urls == ("http://127.0.0.1:9203",)


def test_children_read_the_same_settings_and_nothing_else(
    bare: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    settings = load_settings()
    for name, value in settings.child_environment().items():
        monkeypatch.setenv(name, value)
    bare.write_text("TELEGRAM_API_BASE_URL=http://elsewhere.example\n", encoding="utf-8")
    (tmp_path / "data" / "secrets.json").unlink()
    assert load_settings() == settings


def test_secrets_are_readable_by_their_owner_alone(tmp_path: Path) -> None:
    load_settings()
    path = tmp_path / "data" / "secrets.json"
    assert path.stat().st_mode & 0o777 == 0o600
    path.chmod(0o644)
    load_settings()
    assert path.stat().st_mode & 0o777 == 0o600


def test_secrets_are_not_shown() -> None:
    settings = load_settings()
    shown = f"{settings!r} {settings.twilio!r} {settings.telegram!r}"
    for secret in (settings.session_secret, settings.turn_token, settings.twilio_auth_token):
        assert secret
        assert secret not in shown


def test_damaged_secrets_are_never_replaced(tmp_path: Path) -> None:
    load_settings()
    path = tmp_path / "data" / "secrets.json"
    path.write_text('{"session_secret": ', encoding="utf-8")
    with pytest.raises(SecretsFileError, match=r"secrets\.json is damaged"):
        load_settings()
    assert path.read_text(encoding="utf-8") == '{"session_secret": '


def test_secrets_of_an_older_version_are_kept_and_completed(tmp_path: Path) -> None:
    (tmp_path / "data").mkdir()
    path = tmp_path / "data" / "secrets.json"
    path.write_text('{"turn_token": "old"}', encoding="utf-8")
    settings = load_settings()
    assert settings.turn_token == "old"
    assert json.loads(path.read_text(encoding="utf-8"))["session_secret"] == settings.session_secret


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("PORT", "eighty"),
        ("PORT", "65533"),
        ("HOST", "my-laptop"),
        ("SANDBOX", "perhaps"),
        ("PUBLIC_BASE_URL", "my-laptop:80"),
        ("DATABASE_URL", "mysql://somewhere"),
        ("LOG_LEVEL", "loud"),
        ("TELEGRAM_WEBHOOK_SECRET", "with spaces"),
    ],
)
def test_a_wrong_value_is_named_but_not_repeated(
    monkeypatch: pytest.MonkeyPatch, name: str, value: str
) -> None:
    monkeypatch.setenv(name, value)
    text = refusal()
    assert f"The setting {name} is not usable" in text
    assert "in the environment" in text
    assert value not in text
    assert "\n" not in text


def test_a_wrong_value_in_the_file_is_sent_there(bare: Path) -> None:
    bare.write_text("PORT=eighty\n", encoding="utf-8")
    assert "Correct it in .env" in refusal()


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"PORT=8000\nthis is no setting\n", ".env, line 2"),
        (b"PORT\n", ".env, line 1"),
        (b"\xff\xfe", "UTF-8"),
        (b"TWILIO_ACOUNT_SID=AC1\n", "write TWILIO_ACCOUNT_SID"),
        (b"# comment\n\nTELEGRAM_BOT_TOKN=1\n", "line 3"),
    ],
)
def test_a_broken_file_is_one_clear_sentence(bare: Path, content: bytes, said: str) -> None:
    bare.write_bytes(content)
    text = refusal()
    assert said in text
    assert "\n" not in text


def test_other_programs_may_use_the_file(bare: Path) -> None:
    bare.write_text("COMPOSE_PROJECT_NAME=caravan\nexport UV_CACHE_DIR='/var/cache/uv'\n", encoding="utf-8")
    assert load_settings().port == 8000


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({}, "a provider is needed"),
        ({"TWILIO_ACCOUNT_SID": "AC1"}, "TWILIO_AUTH_TOKEN"),
        (
            {
                "TWILIO_ACCOUNT_SID": "AC1",
                "TWILIO_AUTH_TOKEN": "x",
                "TWILIO_WHATSAPP_FROM": "+212600000000",
                "TWILIO_SMS_FROM": "+212600000000",
            },
            "PUBLIC_BASE_URL",
        ),
    ],
)
def test_without_the_sandbox_nothing_is_made_up(
    monkeypatch: pytest.MonkeyPatch, given: dict[str, str], said: str
) -> None:
    monkeypatch.setenv("SANDBOX", "0")
    for name, value in given.items():
        monkeypatch.setenv(name, value)
    assert said in refusal()


@pytest.mark.parametrize(("public", "polling"), [(None, True), ("https://caravan.example.org", False)])
def test_a_real_telegram_bot_polls_where_nothing_can_call_it(
    monkeypatch: pytest.MonkeyPatch, public: str | None, polling: bool
) -> None:
    monkeypatch.setenv("SANDBOX", "0")
    monkeypatch.setenv("TELEGRAM_BOT_TOKEN", "1:a")
    if public:
        monkeypatch.setenv("PUBLIC_BASE_URL", public)
    settings = load_settings()
    assert settings.twilio is None
    assert settings.telegram is not None
    assert settings.telegram.polling is polling
    assert settings.telegram.api_base_url == "https://api.telegram.org"


def test_a_database_is_embedded_unless_one_is_given(monkeypatch: pytest.MonkeyPatch) -> None:
    embedded = load_settings()
    assert embedded.embedded_database
    assert embedded.database_url is not None
    assert embedded.database_url.startswith("postgresql://caravan@/caravan?host=")
    monkeypatch.setenv("DATABASE_URL", "postgres://someone@db.example/caravan")
    given = load_settings()
    assert not given.embedded_database
    assert given.database_url == "postgresql://someone@db.example/caravan"


def test_a_data_directory_that_cannot_be_is_named(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    monkeypatch.setenv("DATA_DIR", str(tmp_path / "file"))
    with pytest.raises(SecretsFileError, match="DATA_DIR cannot be used"):
        load_settings()


def test_a_deep_data_directory_gets_a_short_socket(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("DATA_DIR", str(tmp_path / ("deep" * 30)))
    data = load_settings().data
    assert len(os.fsencode(str(data.database_socket / ".s.PGSQL.5432"))) < 104
    assert not data.database_socket.is_relative_to(data.root)
