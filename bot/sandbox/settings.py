"""Settings of the sandbox process, from environment variables."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

HOST = "127.0.0.1"
"""The sandbox believes whoever calls it, so it listens on loopback only."""


class SettingsError(Exception):
    """A setting cannot be used; the text names it."""

    retryable = False


@dataclass(frozen=True, kw_only=True, repr=False)
class Settings:
    """What the sandbox has to know.

    ``public_base_url`` is what signatures are computed against, ``product_url`` where webhooks really go.
    The provider APIs answer on ``port``; with ``provider_port`` they answer there too, and only that listener
    can refuse connections while they are down: on ``port`` they are broken off instead.
    """

    port: int
    provider_port: int | None
    public_base_url: str
    product_url: str
    twilio_account_sid: str
    twilio_auth_token: str
    twilio_whatsapp_from: str
    twilio_sms_from: str
    telegram_bot_token: str
    telegram_webhook_secret: str
    data_dir: Path

    @property
    def directory(self) -> Path:
        """Where the journal and the files of the phones are kept."""
        return self.data_dir / "sandbox"


def from_environment(environment: Mapping[str, str]) -> Settings:
    """Read the settings. Raises SettingsError."""
    product_port = _port(environment, "PORT") or 8000
    product_url = environment.get("PRODUCT_URL") or f"http://127.0.0.1:{product_port}"
    return Settings(
        port=_port(environment, "SANDBOX_PORT") or product_port + 1,
        provider_port=_port(environment, "SANDBOX_PROVIDER_PORT"),
        public_base_url=(environment.get("PUBLIC_BASE_URL") or product_url).rstrip("/"),
        product_url=product_url.rstrip("/"),
        twilio_account_sid=_required(environment, "TWILIO_ACCOUNT_SID"),
        twilio_auth_token=_required(environment, "TWILIO_AUTH_TOKEN"),
        twilio_whatsapp_from=_required(environment, "TWILIO_WHATSAPP_FROM").removeprefix("whatsapp:"),
        twilio_sms_from=_required(environment, "TWILIO_SMS_FROM"),
        telegram_bot_token=_required(environment, "TELEGRAM_BOT_TOKEN"),
        telegram_webhook_secret=_required(environment, "TELEGRAM_WEBHOOK_SECRET"),
        data_dir=Path(environment.get("DATA_DIR") or ".data"),
    )


def _required(environment: Mapping[str, str], name: str) -> str:
    value = environment.get(name, "").strip()
    if not value:
        raise SettingsError(f"{name} is not set; the sandbox needs the credentials that the product uses.")
    return value


def _port(environment: Mapping[str, str], name: str) -> int | None:
    value = environment.get(name, "").strip()
    if not value:
        return None
    if not value.isdecimal() or not 1 <= int(value) <= 65535:
        raise SettingsError(f"{name} must be a port between 1 and 65535.")
    return int(value)
