from __future__ import annotations

import re
import threading
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import httpx
import pytest
from sqlalchemy import select, text

from bot.store.engine import Sessions, transaction
from bot.store.models import AuditEvent, Contact, Conversation, Handoff

INBOX = "/console/inbox"
TALK = "/console/conversations/1"
GIVEN_BACK = "the assistant is back"
PHONE = "+212612345678"
MASKED = "+212 6•• •• •• 78"
WHOLE = "+212 6 12 34 56 78"


@pytest.mark.usefixtures("waiting")
def test_taking_a_conversation_silences_the_assistant(amina: Any, sessions: Sessions) -> None:
    assert amina.take().status_code == 303
    with sessions() as session:
        assert session.get_one(Conversation, 1).talker == "coach"
        assert session.scalars(select(Handoff)).one().staff_id == 1
    assert 'name="text"' in amina.get(TALK).text


@pytest.mark.usefixtures("waiting")
def test_two_who_take_the_same_conversation_at_once(log_in: Callable[..., Any], sessions: Sessions) -> None:
    browsers = [log_in("amina"), log_in("youssef")]
    tokens = [browser.token(TALK) for browser in browsers]
    answers: dict[int, httpx.Response] = {}
    start = threading.Barrier(2)

    def race(number: int) -> None:
        start.wait(timeout=10)
        answers[number] = browsers[number].post(f"{TALK}/take", data={"csrf": tokens[number]})

    threads = [threading.Thread(target=race, args=(number,)) for number in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=30)
    assert sorted(response.status_code for response in answers.values()) == [303, 409]
    loser = next(response for response in answers.values() if response.status_code == 409)
    assert 'role="alert"' in loser.text
    assert 'name="text"' not in loser.text
    with sessions() as session:
        assert len(session.scalars(select(Handoff)).all()) == 1


@pytest.mark.usefixtures("waiting")
def test_an_answer_and_its_job_are_stored_together(amina: Any, sessions: Sessions, outbound: Any) -> None:
    amina.take()
    done = amina.answer("Bonjour Fatima,\r\nje vous écoute.")
    assert (done.status_code, done.headers["location"]) == (303, f"{TALK}#end")
    (sent,) = outbound()
    assert (sent.kind, sent.text, sent.staff_id, sent.status) == (
        "coach",
        "Bonjour Fatima,\nje vous écoute.",
        1,
        "queued",
    )
    with sessions() as session:
        jobs = session.execute(text("SELECT args FROM procrastinate_jobs WHERE task_name = 'outbound'")).all()
    assert [job.args for job in jobs] == [{"outbound_id": sent.id}]
    page = amina.get(TALK).text
    assert "je vous écoute." in page
    assert "Amina" in page


@pytest.mark.usefixtures("waiting")
def test_a_form_that_is_sent_twice_is_one_answer(amina: Any, sessions: Sessions, outbound: Any) -> None:
    amina.take()
    fields = {"csrf": amina.token(TALK), "seen": "0", "text": "Bonjour"}
    assert [amina.post(f"{TALK}/answer", data=fields).status_code for _ in range(2)] == [303, 303]
    assert len(outbound()) == 1
    assert amina.answer("Bonjour").status_code == 303
    assert len(outbound()) == 2


@pytest.mark.usefixtures("waiting")
@pytest.mark.parametrize("words", ["", "  \n ", "x" * 1501, "\x00"])
def test_an_answer_that_cannot_be_sent_is_explained_and_kept(
    amina: Any, sessions: Sessions, words: str, outbound: Any
) -> None:
    amina.take()
    refused = amina.answer(words)
    assert refused.status_code == 422
    assert 'role="alert"' in refused.text
    assert words.strip("\x00 \n") in refused.text
    assert outbound() == []


@pytest.mark.usefixtures("waiting")
def test_only_who_holds_a_conversation_answers_in_it(
    log_in: Callable[..., Any], sessions: Sessions, outbound: Any
) -> None:
    amina, youssef = log_in("amina"), log_in("youssef")
    amina.take()
    token = youssef.token(TALK)
    for path in (f"{TALK}/answer", f"{TALK}/give-back"):
        refused = youssef.post(path, data={"csrf": token, "text": "kept words"})
        assert refused.status_code == 409
        assert 'role="alert"' in refused.text
    assert outbound() == []


@pytest.mark.usefixtures("waiting")
def test_after_24_hours_whatsapp_takes_no_free_text(
    amina: Any, sessions: Sessions, clock: Any, outbound: Any
) -> None:
    amina.take()
    assert 'class="notice warn"' not in amina.get(TALK).text
    token = amina.token(TALK)
    # The session must outlive the window.
    with transaction(sessions) as session:
        session.get_one(Conversation, 1).last_inbound_at = clock() - timedelta(hours=24)
        session.get_one(Contact, 1).phone = None
    closed = amina.get(TALK).text
    assert 'name="text"' not in closed
    assert 'class="notice warn"' in closed
    refused = amina.post(f"{TALK}/answer", data={"csrf": token, "text": "too late, but kept"})
    assert refused.status_code == 409
    assert "too late, but kept" in refused.text
    assert outbound() == []


@pytest.mark.usefixtures("waiting")
def test_giving_back_says_one_sentence_and_lets_the_assistant_go_on(
    amina: Any, sessions: Sessions, outbound: Any
) -> None:
    amina.take()
    done = amina.send(f"{TALK}/give-back", {}, form_at=TALK)
    assert done.status_code == 303
    assert 'class="notice good"' in amina.get(done.headers["location"]).text
    assert [message.text for message in outbound()] == [GIVEN_BACK]
    with sessions() as session:
        assert session.get_one(Conversation, 1).talker == "assistant"
        assert session.scalars(select(Handoff)).one().closed_at is not None


@pytest.mark.usefixtures("waiting")
def test_the_number_is_whole_only_for_who_holds_the_conversation(log_in: Callable[..., Any]) -> None:
    amina, youssef = log_in("amina"), log_in("youssef")
    before = amina.get(TALK).text
    assert MASKED in before
    amina.take()
    assert WHOLE in amina.get(TALK).text
    assert "0612345678" in amina.get(TALK).text
    for page in (before, youssef.get(TALK).text, youssef.get(f"{INBOX}?tab=all").text):
        assert WHOLE not in page
        assert "0612345678" not in page
        assert "612345678" not in page


@pytest.mark.usefixtures("waiting")
def test_every_look_and_every_step_is_in_the_record(amina: Any, sessions: Sessions) -> None:
    amina.get(INBOX)
    amina.get(TALK)
    amina.get(TALK, headers={"X-Live": "1"})
    token = amina.token("/console/stops")
    amina.post(f"{TALK}/take", data={"csrf": token})
    amina.post(f"{TALK}/answer", data={"csrf": token, "text": "Bonjour"})
    amina.post(f"{TALK}/give-back", data={"csrf": token})
    amina.get("/console/ideas")
    amina.post("/console/logout", data={"csrf": token})
    with sessions() as session:
        recorded = session.scalars(select(AuditEvent.action).order_by(AuditEvent.id)).all()
    assert recorded == [
        "login",
        "inbox_viewed",
        "conversation_viewed",
        "conversation_taken",
        "answer_sent",
        "conversation_given_back",
        "ideas_viewed",
        "logout",
    ]


@pytest.mark.parametrize("number", ["0", "2", "x", "99999999999999999999", "-1", "1/2"])
def test_a_conversation_that_does_not_exist_is_not_found(amina: Any, number: str) -> None:
    assert amina.get(f"/console/conversations/{number}").status_code == 404


@pytest.mark.usefixtures("waiting")
def test_old_messages_are_a_click_away(amina: Any, providers: Any, clock: Any) -> None:
    for number in range(70):
        clock.move(seconds=1)
        providers.whatsapp(f"message-{number}-", sid=f"SM-{number}", phone=PHONE)
    page = amina.get(TALK).text
    assert "message-69-" in page
    assert "message-5-" not in page
    earlier = re.search(r'href="([^"]+\?before=[^"]+)"', page)
    assert earlier is not None
    older = amina.get(earlier[1]).text
    assert "message-5-" in older
    assert "message-69-" not in older


@pytest.mark.usefixtures("waiting")
def test_what_a_person_writes_is_never_markup(amina: Any, providers: Any) -> None:
    providers.whatsapp("<script>alert(1)</script>", sid="SMx", phone=PHONE, ProfileName="<b onclick=x>\"'")
    for path in (TALK, INBOX):
        page = amina.get(path).text
        assert "<script>alert" not in page
        assert "<b onclick" not in page


@pytest.mark.usefixtures("waiting")
def test_after_24_hours_an_answer_goes_by_sms_where_a_mobile_is_known(
    amina: Any, sessions: Sessions, clock: Any, outbound: Any
) -> None:
    amina.take()
    with transaction(sessions) as session:
        session.get_one(Conversation, 1).last_inbound_at = clock() - timedelta(hours=24)
    assert "partira par SMS" in amina.get(TALK).text
    assert amina.answer("Bonjour").status_code == 303
    assert [message.text for message in outbound()] == ["Bonjour"]
