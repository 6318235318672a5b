"""Settings: from the environment, then `.env`, then what was generated for this installation.

Only entry points read settings. `load_settings` answers with a complete set or raises `SettingsError`, whose
text is one sentence that names the variable to change.
"""

from __future__ import annotations

import difflib
import ipaddress
import os
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated
from urllib.parse import urlsplit

from dotenv.parser import parse_stream
from pydantic import AfterValidator, Field, ValidationError
from pydantic_settings import BaseSettings, SettingsConfigDict

from bot import generated_secrets
from bot.data_dir import PROJECT_ROOT, DataDir, locate
from bot.problem import Problem

ENV_FILE = PROJECT_ROOT / ".env"
# Set for the processes that `bot run` starts: everything is in their environment already.
RESOLVED = "SETTINGS_RESOLVED"
_TWILIO_API = "https://api.twilio.com"
_TELEGRAM_API = "https://api.telegram.org"


class SettingsError(Problem):
    """A setting is missing or wrong; the text says which."""


def _checked_host(value: str) -> str:
    try:
        return str(ipaddress.ip_address(value))
    except ValueError:
        if value == "localhost":
            return "127.0.0.1"
        raise ValueError("must be an IP address such as 127.0.0.1 or 0.0.0.0") from None


def _checked_http_url(value: str) -> str:
    parts = urlsplit(value)
    if parts.scheme not in {"http", "https"} or not parts.hostname or parts.query or parts.fragment:
        raise ValueError("must be an address such as https://caravan.example.org")
    return value.rstrip("/")


def _checked_database_url(value: str) -> str:
    scheme, separator, rest = value.partition("://")
    if not separator or scheme.split("+")[0] not in {"postgres", "postgresql"}:
        raise ValueError("must be an address such as postgresql://user:password@host/database")
    return f"postgresql://{rest}"


HttpUrl = Annotated[str, AfterValidator(_checked_http_url)]
DatabaseUrl = Annotated[str, AfterValidator(_checked_database_url)]
IpAddress = Annotated[str, AfterValidator(_checked_host)]


@dataclass(frozen=True, kw_only=True, repr=False)
class TwilioAccount:
    """What the Twilio adapter needs; `whatsapp_from` and `sms_from` are E.164 numbers or sender ids."""

    account_sid: str
    auth_token: str
    whatsapp_from: str
    sms_from: str
    api_base_url: str


@dataclass(frozen=True, kw_only=True, repr=False)
class TelegramBot:
    """What the Telegram adapter needs; `polling` where no public address can receive webhooks."""

    token: str
    webhook_secret: str
    api_base_url: str
    polling: bool


class Settings(BaseSettings):
    """Every setting; the environment's name is the field's, in capitals. Secrets are not in its repr."""

    model_config = SettingsConfigDict(
        extra="ignore", frozen=True, env_ignore_empty=True, hide_input_in_errors=True
    )

    port: int = Field(default=8000, ge=1, le=65531)
    host: IpAddress = "127.0.0.1"
    data_dir: Path = Path(".data")
    database_url: DatabaseUrl | None = Field(default=None, repr=False)
    embedded_database: bool = True
    public_base_url: HttpUrl | None = None
    sandbox: bool = True
    caravan_file: Path = Path("bot/caravans/khemisset.yml")
    log_level: str = Field(default="INFO", pattern="^(DEBUG|INFO|WARNING|ERROR)$")

    twilio_account_sid: str | None = None
    twilio_auth_token: str | None = Field(default=None, repr=False)
    twilio_whatsapp_from: str | None = None
    twilio_sms_from: str | None = None
    twilio_api_base_url: HttpUrl | None = None
    whatsapp_templates_file: Path | None = None
    telegram_bot_token: str | None = Field(default=None, repr=False)
    telegram_webhook_secret: str | None = Field(default=None, repr=False, pattern="^[A-Za-z0-9_-]{1,256}$")
    telegram_api_base_url: HttpUrl | None = None
    telegram_polling: bool | None = None

    # Days after which what is kept of people goes; 0 keeps it for ever.
    retention_messages_days: int = Field(default=365, ge=0)
    retention_payloads_days: int = Field(default=30, ge=0)
    retention_media_days: int = Field(default=90, ge=0)
    retention_handoffs_days: int = Field(default=365, ge=0)
    retention_bookings_days: int = Field(default=365, ge=0)
    retention_people_days: int = Field(default=730, ge=0)

    # Generated for each installation where they are not given.
    session_secret: str = Field(default="", repr=False)
    turn_token: str = Field(default="", repr=False)
    metrics_token: str | None = Field(default=None, repr=False, min_length=16)

    sandbox_url: str = ""
    sandbox_provider_port: int | None = None
    actions_url: str = ""
    rasa_url: str = ""
    web_processes: int = Field(default=1, ge=1, le=64)
    thinking_gives_way: int = Field(default=5, ge=0, le=19)
    worker_processes: int = Field(default=1, ge=1, le=64)
    rasa_processes: int = Field(default=1, ge=1, le=64)

    @property
    def data(self) -> DataDir:
        """The layout of the data directory."""
        return locate(self.data_dir)

    @property
    def base_url(self) -> str:
        """What the product is called from outside, without a slash at the end."""
        return self.public_base_url or f"http://127.0.0.1:{self.port}"

    @property
    def rasa_urls(self) -> tuple[str, ...]:
        """Where the processes of Rasa are; each conversation has one of them."""
        return tuple(url.strip() for url in self.rasa_url.split(",") if url.strip())

    @property
    def twilio(self) -> TwilioAccount | None:
        """The Twilio account, or None where none is configured: no WhatsApp and no SMS then."""
        if not (self.twilio_account_sid and self.twilio_auth_token):
            return None
        if not (self.twilio_whatsapp_from and self.twilio_sms_from):
            return None
        return TwilioAccount(
            account_sid=self.twilio_account_sid,
            auth_token=self.twilio_auth_token,
            whatsapp_from=self.twilio_whatsapp_from,
            sms_from=self.twilio_sms_from,
            api_base_url=self.twilio_api_base_url or _TWILIO_API,
        )

    @property
    def telegram(self) -> TelegramBot | None:
        """The Telegram bot, or None where none is configured."""
        if not (self.telegram_bot_token and self.telegram_webhook_secret):
            return None
        return TelegramBot(
            token=self.telegram_bot_token,
            webhook_secret=self.telegram_webhook_secret,
            api_base_url=self.telegram_api_base_url or _TELEGRAM_API,
            polling=bool(self.telegram_polling),
        )

    def child_environment(self) -> dict[str, str]:
        """All settings as environment variables for the processes of one run, secrets included; never for a
        file.
        """
        values: dict[str, str] = {RESOLVED: "1"}
        for name in type(self).model_fields:
            value = getattr(self, name)
            if value is None:
                continue
            values[name.upper()] = str(int(value)) if isinstance(value, bool) else str(value)
        return values


def load_settings() -> Settings:
    """The complete settings of this installation; what has to be generated is kept in the data directory.

    Raises SettingsError, and SecretsFileError where the data directory cannot be used.
    """
    if os.environ.get(RESOLVED):
        return _read(None)
    _check_env_file(ENV_FILE)
    given = _read(ENV_FILE)
    _check_completeness(given)
    return _resolve(given)


def _read(env_file: Path | None) -> Settings:
    try:
        return Settings(_env_file=env_file)
    except ValidationError as error:
        first = error.errors(include_input=False, include_url=False, include_context=False)[0]
        name = str(first["loc"][0]).upper()
        reason = first["msg"].removeprefix("Value error, ")
        raise SettingsError(f"The setting {name} is not usable: {reason}. {_where(name)}") from None


def _where(name: str) -> str:
    place = "the environment" if name in os.environ else ENV_FILE.name
    return f"Correct it in {place}, or remove it to use the default."


def _check_env_file(path: Path) -> None:
    if not path.exists():
        return
    try:
        with path.open(encoding="utf-8") as stream:
            bindings = list(parse_stream(stream))
    except (OSError, UnicodeDecodeError) as error:
        raise SettingsError(
            f"{path} cannot be read ({error}); it must be a readable UTF-8 text file."
        ) from None
    for binding in bindings:
        # A statement's text begins with the empty lines before it.
        text = binding.original.string
        line = binding.original.line + text[: len(text) - len(text.lstrip())].count("\n")
        if binding.error or (binding.key is not None and binding.value is None):
            raise SettingsError(
                f"{path.name}, line {line}: this is not NAME=value; correct or remove the line."
            )
        if binding.key is not None:
            _check_name(binding.key, f"{path.name}, line {line}")


def _check_name(name: str, place: str) -> None:
    """Other programs' variables may stand in `.env`, but a misspelt one of ours would silently do nothing."""
    known = [field.upper() for field in Settings.model_fields]
    if name.upper() in known:
        return
    likely = difflib.get_close_matches(name.upper(), known, n=1, cutoff=0.85)
    if likely:
        raise SettingsError(
            f"{place}: there is no setting {name}; write {likely[0]} if that is what is meant."
        )


def _check_completeness(given: Settings) -> None:
    if given.sandbox:
        return
    twilio = ("twilio_account_sid", "twilio_auth_token", "twilio_whatsapp_from", "twilio_sms_from")
    present = [name for name in twilio if getattr(given, name)]
    missing = [name.upper() for name in twilio if not getattr(given, name)]
    if present and missing:
        raise SettingsError(f"{', '.join(missing)} must be set too, because {present[0].upper()} is.")
    if present and not given.public_base_url:
        raise SettingsError("PUBLIC_BASE_URL must be set, so that Twilio can reach this service.")
    if not present and not given.telegram_bot_token:
        raise SettingsError(
            "With SANDBOX=0 a provider is needed: set TWILIO_ACCOUNT_SID and its companions, or "
            "TELEGRAM_BOT_TOKEN."
        )


def _resolve(given: Settings) -> Settings:
    defaults = _defaults(given, generated_secrets.read_or_create(given.data.secrets))
    update = {name: value for name, value in defaults.items() if not getattr(given, name)}
    update["data_dir"] = given.data.root
    update["caravan_file"] = PROJECT_ROOT / given.caravan_file.expanduser()
    if given.whatsapp_templates_file is not None:
        update["whatsapp_templates_file"] = PROJECT_ROOT / given.whatsapp_templates_file.expanduser()
    update["embedded_database"] = given.database_url is None
    if given.telegram_polling is None:
        update["telegram_polling"] = not given.sandbox and given.public_base_url is None
    return given.model_copy(update=update)


def rasa_ports(settings: Settings) -> list[int]:
    """The ports of Rasa's processes on this machine: the third above the first, then those after the other programs'."""
    return [settings.port + (3 if number == 0 else 4 + number) for number in range(settings.rasa_processes)]


def _defaults(given: Settings, secrets: dict[str, str]) -> dict[str, object]:
    """What stands in for each setting that was not given."""
    sandbox_url = f"http://127.0.0.1:{given.port + 1}"
    # A port of their own, so that the sandbox's providers can refuse connections while its phones go on.
    providers = f"http://127.0.0.1:{given.port + 4}"
    values: dict[str, object] = {
        "database_url": given.data.embedded_database_url(),
        "sandbox_url": sandbox_url,
        "sandbox_provider_port": given.port + 4,
        "actions_url": f"http://127.0.0.1:{given.port + 2}",
        "rasa_url": ",".join(f"http://127.0.0.1:{port}" for port in rasa_ports(given)),
        "session_secret": secrets["session_secret"],
        "turn_token": secrets["turn_token"],
        "telegram_webhook_secret": secrets["telegram_webhook_secret"],
    }
    if given.sandbox:
        values |= {name: secrets[name] for name in generated_secrets.SANDBOX_ACCOUNTS}
        values |= {
            "twilio_api_base_url": f"{providers}/twilio",
            "telegram_api_base_url": f"{providers}/telegram",
        }
    return values
