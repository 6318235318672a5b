"""Made-up people, drawn from a seed: the same seed gives the same people."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from random import Random
from typing import Any, TypeVar

import yaml

from bot.core.locales import Variety
from bot.core.messages import Channel

_WORDS = Path(__file__).with_name("sample_words.yml")
_CHANNELS = ((Channel.WHATSAPP, 70), (Channel.TELEGRAM, 20), (Channel.SMS, 10))
_VARIETIES = (
    (Variety.DARIJA_ARABIC, 40),
    (Variety.DARIJA_LATIN, 30),
    (Variety.ARABIC, 10),
    (Variety.FRENCH, 20),
)
_Drawn = TypeVar("_Drawn")
_LATIN = (Variety.DARIJA_LATIN, Variety.FRENCH)


@dataclass(frozen=True, kw_only=True)
class Person:
    """Somebody who writes. ``address`` is E.164, or a chat id on Telegram; ``phone`` is None where they never gave it."""

    number: int
    name: str
    channel: Channel
    address: str
    phone: str | None
    variety: Variety


def person(random: Random, *, seed: int, number: int) -> Person:
    """The person of this number; no two of one seed share an address."""
    channel = _drawn(random, _CHANNELS)
    variety = _drawn(random, _VARIETIES)
    phone = f"+2126{(seed * 1_000_003 + number * 7_919) % 100_000_000:08d}"
    address = str(900_000_000 + seed * 1_000_000 + number) if channel is Channel.TELEGRAM else phone
    names = words()["names"]["latin" if variety in _LATIN else "arabic"]
    name = f"{random.choice(names['first'].split())} {random.choice(names['last'].split())}"
    has_phone = channel is not Channel.TELEGRAM or random.random() < 0.5
    return Person(
        number=number,
        name=name,
        channel=channel,
        address=address,
        phone=phone if has_phone else None,
        variety=variety,
    )


@lru_cache(maxsize=1)
def words() -> dict[str, Any]:
    """What the made-up people and those who answer them write."""
    content: dict[str, Any] = yaml.safe_load(_WORDS.read_text(encoding="utf-8"))
    return content


def _drawn(random: Random, weighted: Sequence[tuple[_Drawn, int]]) -> _Drawn:
    return random.choices([each for each, _ in weighted], [weight for _, weight in weighted])[0]
