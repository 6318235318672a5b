"""What is generated once for an installation and kept in its data directory, readable by its owner alone."""

from __future__ import annotations

import json
import os
import secrets
import stat
from pathlib import Path

from bot.problem import Problem

# Accounts that exist nowhere but in the sandbox. The numbers are of a range that no country uses.
SANDBOX_ACCOUNTS = (
    "twilio_account_sid",
    "twilio_auth_token",
    "twilio_whatsapp_from",
    "twilio_sms_from",
    "telegram_bot_token",
)


class SecretsFileError(Problem):
    """The file of generated secrets cannot be read or written."""


def read_or_create(path: Path) -> dict[str, str]:
    """The installation's generated values; missing ones are made and added. Raises SecretsFileError."""
    try:
        known = _read(path)
        complete = {**_generate(), **known}
        if complete != known:
            _write(path, complete)
    except OSError as error:
        raise SecretsFileError(
            f"DATA_DIR cannot be used ({error.strerror}: {error.filename}); choose a directory that can be "
            "written."
        ) from None
    return complete


def _generate() -> dict[str, str]:
    return {
        "session_secret": secrets.token_urlsafe(32),
        "turn_token": secrets.token_urlsafe(32),
        "telegram_webhook_secret": secrets.token_urlsafe(32),
        "twilio_account_sid": f"AC{secrets.token_hex(16)}",
        "twilio_auth_token": secrets.token_hex(16),
        "twilio_whatsapp_from": "+99900000001",
        "twilio_sms_from": "+99900000002",
        "telegram_bot_token": f"{secrets.randbelow(9 * 10**8) + 10**8}:{secrets.token_urlsafe(26)}",
    }


def _read(path: Path) -> dict[str, str]:
    if not path.exists():
        return {}
    damaged = SecretsFileError(
        f"{path} is damaged; restore it from a backup, or remove it and everything beside it to start anew."
    )
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
    except ValueError:
        raise damaged from None
    if not isinstance(content, dict) or not all(
        isinstance(value, str) and value for value in content.values()
    ):
        raise damaged
    if stat.S_IMODE(path.stat().st_mode) != 0o600:
        path.chmod(0o600)
    return {str(name): str(value) for name, value in content.items()}


def _write(path: Path, values: dict[str, str]) -> None:
    """Replaces the file in one step: a crash leaves the old one or the new one."""
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    fresh = path.with_name(f"{path.name}.{os.getpid()}")
    descriptor = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8") as stream:
        json.dump(values, stream, indent=2)
        stream.flush()
        os.fsync(stream.fileno())
    fresh.replace(path)
