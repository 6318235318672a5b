"""When a message was written, from what the channel says about it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

CASABLANCA = ZoneInfo("Africa/Casablanca")
_YEARS = range(1970, 2200)


def written_at(metadata: Mapping[str, Any] | None) -> datetime:
    """The aware moment under ``now`` (ISO 8601; without an offset it is Africa/Casablanca time), else the
    present.

    Raises ValueError where ``now`` is not a moment of these times, so that days can be reckoned from it.
    """
    stated = (metadata or {}).get("now")
    if not stated:
        return datetime.now(CASABLANCA)
    moment = datetime.fromisoformat(str(stated).replace("Z", "+00:00"))
    if moment.year not in _YEARS:
        raise ValueError(f"nobody writes in the year {moment.year}")
    return moment if moment.tzinfo else moment.replace(tzinfo=CASABLANCA)
