from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from bot.services.inbox import PAGE_SIZE
from bot.store.engine import Sessions, transaction
from bot.store.models import Conversation

INBOX = "/console/inbox"
TALK = "/console/conversations/1"
PHONE = "+212612345678"


@pytest.mark.parametrize("tab", ["waiting", "mine", "all"])
def test_an_empty_list_says_so(amina: Any, tab: str) -> None:
    page = amina.get(f"{INBOX}?tab={tab}")
    assert page.status_code == 200
    assert 'class="empty"' in page.text


@pytest.mark.usefixtures("waiting")
def test_who_waits_is_shown_with_reason_age_and_words(amina: Any, clock: Any) -> None:
    clock.move(minutes=42)
    page = amina.get(INBOX).text
    for words in ("Fatima", "WhatsApp", "attend depuis 42 min", "a demandé une personne", "bghit nhder"):
        assert words in page
    assert "0612345678" not in page


@pytest.mark.usefixtures("waiting")
def test_who_goes_on_with_the_assistant_still_waits_and_is_marked(amina: Any, sessions: Sessions) -> None:
    assert all("continue avec l’assistant" not in amina.get(page).text for page in (INBOX, TALK))
    with transaction(sessions) as session:
        session.get_one(Conversation, 1).talker = "assistant"
    assert all("continue avec l’assistant" in amina.get(page).text for page in (INBOX, TALK))


@pytest.mark.usefixtures("waiting")
def test_the_lists_hold_what_they_say(log_in: Callable[..., Any], providers: Any) -> None:
    providers.whatsapp("merci", sid="SM2", phone="+212698765432", ProfileName="Karim")
    amina, youssef = log_in("amina"), log_in("youssef")
    amina.take()
    assert "Fatima" not in amina.get(f"{INBOX}?tab=waiting").text
    assert "Fatima" in amina.get(f"{INBOX}?tab=mine").text
    assert "Karim" not in amina.get(f"{INBOX}?tab=mine").text
    assert "Fatima" not in youssef.get(f"{INBOX}?tab=mine").text
    both = youssef.get(f"{INBOX}?tab=all").text
    assert "Fatima" in both
    assert "Karim" in both


def test_a_long_list_has_pages(amina: Any, providers: Any, clock: Any) -> None:
    for number in range(PAGE_SIZE + 1):
        clock.move(seconds=1)
        phone = f"+2126{number:08d}"
        providers.whatsapp("salam", sid=f"SM{number}", phone=phone, ProfileName=f"Person{number}x")
    first, second = amina.get(f"{INBOX}?tab=all"), amina.get(f"{INBOX}?tab=all&page=2")
    assert "Person0x" not in first.text
    assert f"Person{PAGE_SIZE}x" in first.text
    assert 'rel="next"' in first.text
    assert "Person0x" in second.text
    assert 'rel="next"' not in second.text
    assert amina.get(f"{INBOX}?tab=all&page=99").status_code == 200


@pytest.mark.parametrize(
    "query", ["tab=nonsense", "page=0", "page=x", "page=99999999999999999999", "tab=all&page=-1"]
)
def test_a_nonsensical_address_is_not_found(amina: Any, query: str) -> None:
    assert amina.get(f"{INBOX}?{query}").status_code == 404


@pytest.mark.usefixtures("waiting")
def test_the_live_parts_are_sent_only_when_they_change(amina: Any, providers: Any, clock: Any) -> None:
    for path in (INBOX, TALK):
        first = amina.get(path, headers={"X-Live": "1"})
        assert "<html" not in first.text
        assert "data-live" in first.text
        again = {"X-Live": "1", "If-None-Match": first.headers["etag"]}
        assert amina.get(path, headers=again).status_code == 304
        clock.move(seconds=1)
        providers.whatsapp("mazal hna", sid=f"SM-{path}", phone=PHONE)
        changed = amina.get(path, headers=again)
        assert changed.status_code == 200
        assert "mazal hna" in changed.text
