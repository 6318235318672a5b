"""Project ideas: kept in the person's words, with a title and a reference."""

from __future__ import annotations

from datetime import datetime

import pytest

from bot.core.booking_rules import CODE_ALPHABET
from bot.services import ideas
from bot.store.engine import Sessions, transaction
from bot.store.models import Idea
from tests.services.conftest import TIFLET, MakeConversation


def submit(sessions: Sessions, now: datetime, contact_id: int, summary: str) -> Idea:
    with transaction(sessions) as session:
        return ideas.submit(
            session,
            contact_id=contact_id,
            summary=summary,
            place="Tiflet",
            commune_code=TIFLET,
            sector="agriculture",
            needs="formation",
            now=now,
        )


def test_an_idea_is_kept_and_found_again_latest_first(
    sessions: Sessions, now: datetime, make_conversation: MakeConversation
) -> None:
    person, other = make_conversation("1").contact_id, make_conversation("2").contact_id
    first = submit(sessions, now, person, "Élever  des abeilles\nà Tiflet")
    second = submit(sessions, now, person, "Vendre du miel")
    submit(sessions, now, other, "Une boulangerie")
    with sessions() as session:
        found = ideas.of_contact(session, person)
    assert [idea.id for idea in found] == [second.id, first.id]
    kept = found[1]
    assert (kept.title, kept.summary) == ("Élever des abeilles à Tiflet", "Élever  des abeilles\nà Tiflet")
    assert (kept.sector, kept.commune_code, kept.place, kept.needs) == (
        "agriculture",
        TIFLET,
        "Tiflet",
        "formation",
    )
    assert kept.created_at == now
    start, _, code = kept.reference.partition("-")
    assert (start, len(code), set(code) <= set(CODE_ALPHABET)) == ("I", 5, True)


@pytest.mark.parametrize(
    ("summary", "title"),
    [
        ("a" * 80, "a" * 80),
        ("mot " * 20, "mot " * 19 + "mot"),
        ("mot " * 21, "mot " * 18 + "mot…"),
        ("mots " * 21, "mots " * 14 + "mots…"),
        ("a" * 81, "a" * 79 + "…"),
    ],
)
def test_a_long_idea_has_a_short_title_of_whole_words(summary: str, title: str) -> None:
    made = ideas._title(summary)
    assert made == title
    assert len(made) <= ideas.TITLE_LENGTH


def test_two_ideas_do_not_share_a_reference(
    sessions: Sessions,
    now: datetime,
    make_conversation: MakeConversation,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    drawn = iter(["AAAAA", "AAAAA", "AAAAA", "CCCCC"])
    monkeypatch.setattr(ideas, "new_code", lambda: next(drawn))
    person = make_conversation().contact_id
    references = [submit(sessions, now, person, words).reference for words in ("miel", "pain")]
    assert references == ["I-AAAAA", "I-CCCCC"]
