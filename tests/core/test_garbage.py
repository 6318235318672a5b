"""What is there at the start is not searched for garbage; what comes later is."""

from __future__ import annotations

import gc
import weakref

from bot.core.garbage import leave_the_start_alone


class Knot:
    """An object that only a search frees."""

    def __init__(self) -> None:
        self.me = self


def test_what_is_made_later_is_still_found() -> None:
    threshold = gc.get_threshold()
    try:
        leave_the_start_alone()
        assert gc.get_freeze_count() > 0
        later = weakref.ref(Knot())
        gc.collect()
        assert later() is None
    finally:
        gc.unfreeze()
        gc.set_threshold(*threshold)
