from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import httpx
import pytest
from sqlalchemy import func, select, text

from bot.channels import telegram_inbound, twilio_inbound
from bot.core.texts import default_texts
from bot.store.engine import Sessions, make_engine, make_sessions, transaction
from bot.store.locks import LATER
from bot.store.models import DeliveryEvent, InboundMessage, OutboundMessage
from bot.web import incoming

TEXT_UPDATE: dict[str, Any] = {
    "update_id": 7001,
    "message": {
        "message_id": 1,
        "date": 1_795_000_000,
        "chat": {"id": 5_000_000_001, "type": "private", "first_name": "Amine"},
        "from": {"id": 5_000_000_001, "is_bot": False, "first_name": "Amine"},
        "text": "السلام",
    },
}


def count(sessions: Sessions, model: Any) -> int:
    with sessions() as session:
        return session.scalar(select(func.count()).select_from(model)) or 0


def jobs(sessions: Sessions) -> list[tuple[str, str]]:
    with sessions() as session:
        rows = session.execute(text("SELECT task_name, lock FROM procrastinate_jobs ORDER BY id"))
        return [(row.task_name, row.lock) for row in rows]


def test_a_message_is_stored_with_its_job_and_acknowledged(providers: Any, sessions: Sessions) -> None:
    answer = providers.whatsapp("السلام عليكم")
    assert answer.status_code == 200
    assert answer.headers["content-type"].startswith("text/xml")
    assert answer.text.endswith("<Response/>")
    with sessions() as session:
        stored = session.scalars(select(InboundMessage)).one()
    assert (stored.text, stored.channel, stored.provider_id) == ("السلام عليكم", "whatsapp", "SM1")
    assert jobs(sessions) == [("inbound", f"conversation:{stored.conversation_id}")]


def test_a_repeated_webhook_is_acknowledged_and_stored_once(providers: Any, sessions: Sessions) -> None:
    assert [providers.whatsapp("salam").status_code for _ in range(3)] == [200, 200, 200]
    assert count(sessions, InboundMessage) == 1
    assert len(jobs(sessions)) == 1


def test_a_message_that_was_stored_and_not_acknowledged_is_acknowledged_when_it_comes_again(
    providers: Any, sessions: Sessions, clock: Any
) -> None:
    """The service dies between the two; Twilio tries again."""
    stores = incoming.Messages(sessions=sessions, clock=clock, texts=default_texts)
    fields = {"MessageSid": "SM1", "From": "whatsapp:+212612345678", "Body": "salam"}
    stores.together([twilio_inbound.parse(fields)])
    assert providers.whatsapp("salam", sid="SM1").status_code == 200
    assert (count(sessions, InboundMessage), len(jobs(sessions))) == (1, 1)


def test_of_many_at_once_only_what_cannot_be_stored_is_refused(providers: Any, sessions: Sessions) -> None:
    def update(number: int) -> dict[str, Any]:
        message = TEXT_UPDATE["message"] | {"chat": {"id": 5_000_000_000 + number % 3, "type": "private"}}
        return {"update_id": 2**70 if number == 5 else number, "message": message}

    with ThreadPoolExecutor(12) as pool:
        answers = list(pool.map(lambda number: providers.telegram(update(number)).status_code, range(12)))
    assert answers == [422 if number == 5 else 200 for number in range(12)]
    assert (count(sessions, InboundMessage), len(jobs(sessions))) == (11, 11)


def test_a_code_of_the_staff_is_no_message_also_among_others(sessions: Sessions, clock: Any) -> None:
    stores = incoming.Messages(sessions=sessions, clock=clock, texts=default_texts)
    words, code = (
        telegram_inbound.parse(
            TEXT_UPDATE | {"update_id": number, "message": TEXT_UPDATE["message"] | {"text": said}}
        )
        for number, said in enumerate(("salam", f"staff-{'x' * 22}"))
    )
    assert words is not None
    assert code is not None
    assert stores.together([code, words]) == [LATER, 1]
    assert stores.alone(code) is None
    assert count(sessions, InboundMessage) == 1


def test_the_signature_is_checked_against_the_public_address(providers: Any) -> None:
    path = "/webhooks/twilio/messages"
    fields = {"MessageSid": "SM1", "From": "+212612345678", "Body": "", "NumMedia": "0"}
    assert providers.twilio(path, fields, headers={"Host": "evil.example"}).status_code == 200
    assert providers.twilio(path, fields, headers={"X-Forwarded-Host": "evil.example"}).status_code == 200


@pytest.mark.parametrize("query", ["?a=1", "?empty=&b=%2B212"])
def test_the_raw_query_is_part_of_what_is_signed(providers: Any, query: str) -> None:
    fields = {"MessageSid": "SM1", "From": "+212612345678", "Body": "salam"}
    assert providers.twilio(f"/webhooks/twilio/messages{query}", fields).status_code == 200


def test_a_wrong_signature_is_refused_and_nothing_is_stored(providers: Any, sessions: Sessions) -> None:
    answer = providers.twilio("/webhooks/twilio/messages", {"MessageSid": "SM1"}, token="f" * 32)
    assert answer.status_code == 403
    assert answer.json()["error"]["type"] == "wrong_signature"
    assert count(sessions, InboundMessage) == 0


def test_a_missing_signature_is_refused(client: httpx.Client) -> None:
    assert client.post("/webhooks/twilio/messages", data={"MessageSid": "SM1"}).status_code == 403
    assert client.post("/webhooks/twilio/status", data={"MessageSid": "SM1"}).status_code == 403
    assert client.post("/webhooks/telegram", json=TEXT_UPDATE).status_code == 403


@pytest.mark.parametrize("fields", [{}, {"MessageSid": "SM1"}, {"From": "whatsapp:+212612345678"}])
def test_a_signed_message_without_what_it_needs_is_unprocessable(
    providers: Any, fields: dict[str, str]
) -> None:
    assert providers.twilio("/webhooks/twilio/messages", fields).status_code == 422


@pytest.mark.parametrize(
    ("body", "content_type", "status"),
    [
        (b"\xff\xfe", "application/x-www-form-urlencoded", 400),
        (b"a=1&" * 600, "application/x-www-form-urlencoded", 400),
        (b"{}", "application/json", 415),
        (b"", "", 415),
    ],
)
def test_what_is_not_a_form_is_a_client_error(
    client: httpx.Client, body: bytes, content_type: str, status: int
) -> None:
    answer = client.post("/webhooks/twilio/messages", content=body, headers={"Content-Type": content_type})
    assert answer.status_code == status
    assert answer.json()["error"]["message"]


@pytest.mark.parametrize(
    "path", ["/webhooks/twilio/messages", "/webhooks/twilio/status", "/webhooks/telegram"]
)
def test_a_body_over_the_limit_is_refused(client: httpx.Client, path: str) -> None:
    body = b"Body=" + b"a" * (256 * 1024)
    headers = {"Content-Type": "application/x-www-form-urlencoded"}
    assert client.post(path, content=body, headers=headers).status_code == 413


def test_characters_that_a_database_cannot_hold_do_not_lose_the_message(
    providers: Any, sessions: Sessions
) -> None:
    assert providers.whatsapp("a\x00b", sid="SM\x002").status_code == 200
    update = TEXT_UPDATE | {"message": TEXT_UPDATE["message"] | {"text": "\ud800 ok \x00"}}
    assert providers.telegram(update).status_code == 200
    with sessions() as session:
        assert session.scalars(select(InboundMessage.text).order_by(InboundMessage.id)).all() == [
            "ab",
            " ok ",
        ]


def test_ids_that_no_provider_sends_are_refused(providers: Any) -> None:
    assert providers.whatsapp("salam", sid="S" * 5000).status_code == 422


def test_an_update_is_stored_and_answered_with_an_empty_body(providers: Any, sessions: Sessions) -> None:
    answer = providers.telegram(TEXT_UPDATE)
    assert (answer.status_code, answer.content) == (200, b"")
    assert providers.telegram(TEXT_UPDATE).status_code == 200
    with sessions() as session:
        stored = session.scalars(select(InboundMessage)).one()
    assert (stored.channel, stored.provider_id, stored.text) == ("telegram", "7001", "السلام")


def test_an_update_without_a_message_is_taken_and_forgotten(providers: Any, sessions: Sessions) -> None:
    assert (
        providers.telegram({"update_id": 7002, "edited_message": TEXT_UPDATE["message"]}).status_code == 200
    )
    assert count(sessions, InboundMessage) == 0


@pytest.mark.parametrize("secret", [None, "", "wrong", "é"])
def test_a_wrong_secret_is_refused(client: httpx.Client, secret: str | None) -> None:
    headers = {} if secret is None else {b"X-Telegram-Bot-Api-Secret-Token": secret.encode()}
    assert client.post("/webhooks/telegram", json=TEXT_UPDATE, headers=headers).status_code == 403


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"nonsense",
        b"[]",
        b"null",
        b"\xff",
        b'{"update_id": NaN}',
        b"[" * 50_000,
        b'{"update_id": ' + b"9" * 5000 + b"}",
    ],
)
def test_what_is_not_json_is_a_client_error(providers: Any, body: bytes) -> None:
    assert providers.telegram(body).status_code == 400


@pytest.mark.parametrize(
    "update",
    [
        {},
        {"update_id": "x"},
        {"update_id": 1, "message": 5},
        {"update_id": 1, "message": {}},
        {"update_id": 1, "message": {"message_id": 1, "date": 10**30, "chat": {"id": 1, "type": "private"}}},
        {"update_id": 1, "callback_query": {"id": "1"}},
        {"update_id": 10**400, "message": TEXT_UPDATE["message"]},
    ],
)
def test_a_malformed_update_is_never_an_error_of_ours(providers: Any, update: object) -> None:
    assert 400 <= providers.telegram(update).status_code < 500


def test_a_receipt_moves_the_status_forward_only(providers: Any, sessions: Sessions) -> None:
    outbound_id = stored_reply(providers, sessions)
    path = f"/webhooks/twilio/status?outbound={outbound_id}"
    for status in ("sent", "read", "delivered", "delivered"):
        fields = {"MessageSid": "SMout", "MessageStatus": status}
        assert providers.twilio(path, fields).status_code == 200
    with sessions() as session:
        row = session.get_one(OutboundMessage, outbound_id)
        assert (row.status, row.provider_id) == ("read", "SMout")
    assert count(sessions, DeliveryEvent) == 4


@pytest.mark.parametrize(
    "query", ["", "?outbound=", "?outbound=x", "?outbound=99", f"?outbound={10**30}", "?outbound=%C2%B2"]
)
def test_a_receipt_that_names_nothing_of_ours_is_acknowledged(providers: Any, query: str) -> None:
    fields = {"MessageSid": "SMunknown", "MessageStatus": "delivered"}
    assert providers.twilio(f"/webhooks/twilio/status{query}", fields).status_code == 200


def test_a_receipt_with_a_new_word_is_acknowledged(providers: Any) -> None:
    fields = {"MessageSid": "SMunknown", "MessageStatus": "teleported"}
    assert providers.twilio("/webhooks/twilio/status", fields).status_code == 200


def test_without_the_database_nothing_is_acknowledged(
    make_client: Callable[..., httpx.Client], providers_of: Callable[[httpx.Client], Any]
) -> None:
    gone = make_sessions(make_engine("postgresql://nobody@127.0.0.1:9/nothing"))
    providers = providers_of(make_client(sessions=gone))
    receipt = {"MessageSid": "SMout", "MessageStatus": "sent"}
    for answer in (
        providers.whatsapp("salam"),
        providers.telegram(TEXT_UPDATE),
        providers.twilio("/webhooks/twilio/status", receipt),
    ):
        assert answer.status_code == 503
        assert answer.json()["error"]["type"] == "database_unavailable"


def test_a_provider_that_is_not_configured_is_not_served(make_client: Callable[..., httpx.Client]) -> None:
    client = make_client(twilio_auth_token=None, telegram_bot_token=None)
    assert client.post("/webhooks/twilio/messages", data={"MessageSid": "SM1"}).status_code == 404
    assert client.post("/webhooks/telegram", json=TEXT_UPDATE).status_code == 404


def test_neither_numbers_nor_texts_reach_the_log(providers: Any, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level("DEBUG", logger="bot")
    providers.whatsapp("secret words", phone="+212698765432")
    providers.twilio("/webhooks/twilio/messages", {"From": "whatsapp:+212698765432", "Body": "secret words"})
    assert caplog.records
    assert "98765432" not in caplog.text
    assert "secret words" not in caplog.text


def stored_reply(providers: Any, sessions: Sessions) -> int:
    providers.whatsapp("salam")
    with transaction(sessions) as session:
        inbound = session.scalars(select(InboundMessage)).one()
        row = OutboundMessage(
            conversation_id=inbound.conversation_id,
            contact_id=1,
            channel="whatsapp",
            address="+212612345678",
            kind="reply",
            text="marhba",
            created_at=inbound.received_at,
        )
        session.add(row)
        session.flush()
        return row.id
