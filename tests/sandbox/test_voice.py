from __future__ import annotations

import struct

from bot.sandbox import voice


def test_pages_follow_each_other_and_end() -> None:
    content = voice.silence()
    pages = []
    while content:
        assert content[:4] == b"OggS"
        flags, position, _, number, checksum = struct.unpack("<BqIII", content[5:26])
        sizes = content[27 : 27 + content[26]]
        end = 27 + len(sizes) + sum(sizes)
        page, content = content[:end], content[end:]
        assert checksum == _slow_checksum(page[:22] + b"\0\0\0\0" + page[26:])
        pages.append((number, flags, position))
    assert [number for number, _, _ in pages] == list(range(len(pages)))
    assert (pages[0][1], pages[-1][1]) == (2, 4)
    assert pages[-1][2] == voice.DURATION_SECONDS * 48_000


def _slow_checksum(data: bytes) -> int:
    """The polynomial division written out, bit by bit."""
    value = 0
    for bit in (byte >> shift & 1 for byte in data + b"\0\0\0\0" for shift in range(7, -1, -1)):
        value = value << 1 | bit
        if value >> 32:
            value ^= 0x104C11DB7
    return value
