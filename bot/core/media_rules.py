"""Which attachments are kept, and how large they may be."""

from __future__ import annotations

from enum import Enum

MAX_BYTES = 16 * 1024 * 1024
"""WhatsApp's own limit."""


class Shown(str, Enum):
    """How staff see an attachment: in the page, or as a file to save."""

    PICTURE = "picture"
    SOUND = "sound"
    VIDEO = "video"
    FILE = "file"


_KEPT = {
    Shown.PICTURE: ("image/jpeg", "image/png", "image/webp", "image/gif"),
    Shown.SOUND: (
        "audio/ogg",
        "audio/mpeg",
        "audio/mp4",
        "audio/aac",
        "audio/amr",
        "audio/webm",
        "audio/opus",
    ),
    Shown.VIDEO: ("video/mp4", "video/3gpp", "video/webm"),
    Shown.FILE: ("application/pdf",),
}
_SHOWN = {content_type: shown for shown, types in _KEPT.items() for content_type in types}


def plain_type(content_type: str) -> str:
    """A content type without its parameters, in lower case."""
    return content_type.partition(";")[0].strip().lower()


def shown_as(content_type: str) -> Shown | None:
    """How an attachment of this (plain) type is shown; None where the type is not kept."""
    return _SHOWN.get(content_type)
