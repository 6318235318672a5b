"""Moroccan phone numbers as people type them.

A national number has nine digits after 0 or +212: 6 and 7 mobile, 5 fixed, 8 services. Nothing more than the
numbering plan's first digits and lengths is checked; whether a number is in use only the network knows.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from bot.core.errors import InvalidInput
from bot.core.text import Normalised, normalise

Kind = Literal["mobile", "fixed", "service"]

_KINDS: dict[str, Kind] = {"5": "fixed", "6": "mobile", "7": "mobile", "8": "service"}
_DIGITS = re.compile(r"(?<![\d+])(?:(?:\+|00)\s?)?\(?\d(?:[ \t.\-_/()]{0,3}\d){7,16}(?!\d)")
_NATIONAL = re.compile(r"(?:(?:\+|00)?212(?:\(0\)|0)?|0)([5-8]\d{8})$")
_BARE = re.compile(r"[67]\d{8}$")
_NOISE = re.compile(r"[\s.\-_/]")


class PhoneError(InvalidInput):
    """The text is no Moroccan phone number that can be used."""


class NotAPhoneNumber(PhoneError):
    """There is no number in the text, or it has too many or too few digits."""


class ForeignNumber(PhoneError):
    """A number of another country."""


class NotMobile(PhoneError):
    """A Moroccan number, but of a landline or a service: it takes no SMS."""


@dataclass(frozen=True, kw_only=True)
class Phone:
    """A Moroccan number in E.164, for instance ``+212612345678``."""

    e164: str
    kind: Kind


@dataclass(frozen=True, kw_only=True)
class PhoneMention:
    """A number found in ``start:end`` of a message; ``folded_start:folded_end`` of its folded text."""

    phone: Phone
    start: int
    end: int
    folded_start: int
    folded_end: int


def parse(text: str) -> Phone:
    """The one number that ``text`` is or holds. Raises :class:`NotAPhoneNumber` or :class:`ForeignNumber`."""
    folded = normalise(text)
    for mention in find(folded):
        return mention.phone
    compact = _NOISE.sub("", folded.text)
    if re.search(r"(?:\+|^00)(?!212)[1-9]\d{7,14}", compact):
        raise ForeignNumber("a number of another country")
    raise NotAPhoneNumber("no Moroccan phone number")


def parse_mobile(text: str) -> Phone:
    """As :func:`parse`, for a number that can receive SMS. Raises :class:`NotMobile` as well."""
    phone = parse(text)
    if phone.kind != "mobile":
        raise NotMobile(f"a {phone.kind} number")
    return phone


def match(text: str) -> tuple[PhoneMention, ...]:
    """The Moroccan numbers in ``text``, in order."""
    return tuple(find(normalise(text)))


def find(folded: Normalised) -> Iterator[PhoneMention]:
    """As :func:`match`, for a text that is folded already."""
    for found in _DIGITS.finditer(folded.text):
        phone = _read(found.group())
        if phone is not None:
            start, end = folded.span(found.start(), found.end())
            yield PhoneMention(
                phone=phone, start=start, end=end, folded_start=found.start(), folded_end=found.end()
            )


def _read(written: str) -> Phone | None:
    digits = _NOISE.sub("", written)
    national = _NATIONAL.match(digits) or _NATIONAL.match(digits.replace("(", "").replace(")", ""))
    number = national.group(1) if national else digits if _BARE.match(digits) else None
    return None if number is None else Phone(e164=f"+212{number}", kind=_KINDS[number[0]])


def mobile(text: str) -> str | None:
    """The Moroccan mobile that ``text`` is or holds, as E.164; ``None`` for anything else."""
    try:
        return parse_mobile(text).e164
    except PhoneError:
        return None
