"""The recorded payloads."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

_DIRECTORY = Path(__file__).parent.parent / "payloads"


def twilio(name: str) -> dict[str, str]:
    """The form fields of a webhook of Twilio."""
    fields: dict[str, str] = json.loads((_DIRECTORY / "twilio" / f"{name}.json").read_text(encoding="utf-8"))
    return fields


def telegram(name: str) -> dict[str, Any]:
    """An update of Telegram."""
    update: dict[str, Any] = json.loads(
        (_DIRECTORY / "telegram" / f"{name}.json").read_text(encoding="utf-8")
    )
    return update
