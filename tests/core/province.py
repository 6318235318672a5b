"""The province that the tests of understanding speak of, and the moment at which they do."""

from __future__ import annotations

from datetime import datetime
from functools import lru_cache
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import yaml

from bot.gazetteer import Gazetteer

CASES = Path(__file__).parent
CASABLANCA = ZoneInfo("Africa/Casablanca")
MONDAY = datetime(2026, 11, 23, 9, 0, tzinfo=CASABLANCA)


@lru_cache(maxsize=1)
def khemisset() -> Gazetteer:
    """The gazetteer of Khémisset, loaded once."""
    return Gazetteer.load("04.291")


def cases(name: str) -> Any:
    """The content of a file of cases beside this one."""
    return yaml.safe_load((CASES / name).read_text(encoding="utf-8"))
