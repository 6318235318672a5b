from __future__ import annotations

from bot.evaluation.assessment import PeerScore
from bot.evaluation.peers import Extent, page


def _peer(name: str) -> PeerScore:
    return PeerScore(name=name, sections=(), mean_ms=5.0, training_seconds=60.0, trained_on=3400)


def test_a_smaller_run_says_what_it_left_out() -> None:
    text = "\n".join(page(_peer("DIET"), _peer("Counts"), Extent(epochs=40, every=8), None))
    assert "make evaluate-peers EPOCHS=40 EVERY=8" in text
    assert "Only 40 of 100 epochs over one example of 8" in text
    assert "DIET, the same 3400 examples" in text
    assert "Counts, the same 3400 examples" in text


def test_a_whole_run_leaves_nothing_out() -> None:
    assert Extent().full
    assert not Extent(every=2).full
    assert not Extent(epochs=99).full
    assert "Only" not in "\n".join(page(_peer("DIET"), _peer("Counts"), Extent(), None))
