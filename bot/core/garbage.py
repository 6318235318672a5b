"""Python's search for cycles of objects, which goes through all that a process has made: what it made at its start stays for ever."""

from __future__ import annotations

import gc

YOUNG = 20_000
"""New objects between two searches of the young ones. Python's 700 are made several times for each message."""


def leave_the_start_alone() -> None:
    """To be called when a process has made what it keeps: models, words, routes. From then on only what is newer is searched."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(YOUNG, 20, 20)
