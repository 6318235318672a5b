"""A voice note: an Ogg Opus file of silence, as short as it can be and yet playable."""

from __future__ import annotations

import struct

CONTENT_TYPE = "audio/ogg"
DURATION_SECONDS = 3

_SAMPLE_RATE = 48_000
_FRAME_SAMPLES = 960
# One frame of 20 ms of silence, fullband, mono.
_SILENCE = b"\xf8\xff\xfe"
_POLYNOMIAL = 0x04C11DB7
_SERIAL = 0x0A4A3A00
_FIRST_PAGE, _LAST_PAGE = 0x02, 0x04


def silence() -> bytes:
    """The file (RFC 7845): identification, comment, and one page a second of audio."""
    vendor = b"sandbox"
    head = b"OpusHead" + struct.pack("<BBHIhB", 1, 1, 0, _SAMPLE_RATE, 0, 0)
    tags = b"OpusTags" + struct.pack("<I", len(vendor)) + vendor + struct.pack("<I", 0)
    pages = [_page([head], 0, 0, _FIRST_PAGE), _page([tags], 1, 0, 0)]
    frames = _SAMPLE_RATE // _FRAME_SAMPLES
    for second in range(1, DURATION_SECONDS + 1):
        flags = _LAST_PAGE if second == DURATION_SECONDS else 0
        pages.append(_page([_SILENCE] * frames, second + 1, second * _SAMPLE_RATE, flags))
    return b"".join(pages)


def _page(packets: list[bytes], number: int, position: int, flags: int) -> bytes:
    """One Ogg page (RFC 3533) of packets under 255 bytes each."""
    sizes = bytes(len(packet) for packet in packets)
    start = b"OggS" + struct.pack("<BBqII", 0, flags, position, _SERIAL, number)
    rest = bytes([len(sizes)]) + sizes + b"".join(packets)
    checksum = struct.pack("<I", _checksum(start + b"\0\0\0\0" + rest))
    return start + checksum + rest


def _checksum(data: bytes) -> int:
    """Ogg's CRC-32: not reflected, starts at nought, no final inversion."""
    value = 0
    for byte in data:
        value ^= byte << 24
        for _ in range(8):
            value = ((value << 1) ^ _POLYNOMIAL) if value & 0x80000000 else value << 1
            value &= 0xFFFFFFFF
    return value
