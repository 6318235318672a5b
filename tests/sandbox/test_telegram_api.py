"""The stand-in for Telegram, used through python-telegram-bot."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Awaitable, Callable
from typing import Any, TypeVar

import pytest
from telegram import (
    Bot,
    BotCommand,
    InlineKeyboardButton,
    InlineKeyboardMarkup,
    KeyboardButton,
    ReplyKeyboardMarkup,
    ReplyKeyboardRemove,
    Update,
)
from telegram.error import BadRequest, Conflict, Forbidden, InvalidToken
from telegram.request import HTTPXRequest

from .conftest import RunningSandbox, StartSandbox
from .fake_product import FakeProduct
from .serving import wait_for

PHONE = "+212612345678"
Result = TypeVar("Result")


def with_bot(
    sandbox: RunningSandbox, work: Callable[[Bot], Awaitable[Result]], *, token: str | None = None
) -> Result:
    """Run something with a real bot that talks to the stand-in."""

    async def run() -> Result:
        bot = Bot(
            token or sandbox.settings.telegram_bot_token,
            base_url=f"{sandbox.url}/telegram/bot",
            base_file_url=f"{sandbox.url}/telegram/file/bot",
            request=HTTPXRequest(httpx_kwargs={"trust_env": False}),
            get_updates_request=HTTPXRequest(httpx_kwargs={"trust_env": False}),
        )
        async with bot:
            return await work(bot)

    return asyncio.run(run())


def chat_id(sandbox: RunningSandbox, product: FakeProduct) -> int:
    """The person writes first; where the bot may then answer."""
    assert sandbox.send(PHONE, channel="telegram", text="/start", name="Amina").status_code == 202
    update = last_update(product)
    assert update.effective_chat is not None
    return update.effective_chat.id


def last_update(product: FakeProduct) -> Update:
    update = Update.de_json(json.loads(product.received[-1].body))
    assert update is not None
    return update


def outgoing(sandbox: RunningSandbox) -> list[dict[str, Any]]:
    return [message for message in sandbox.messages(PHONE) if message["direction"] == "out"]


ROWS = InlineKeyboardMarkup(
    [
        [InlineKeyboardButton("نعم", callback_data="/affirm")],
        [InlineKeyboardButton("Non", callback_data='/inform{"choice": "no"}')],
    ]
)


async def _ask(bot: Bot, chat: int) -> int:
    sent = await bot.send_message(chat, "On confirme ?", reply_markup=ROWS)
    assert sent.chat.first_name == "Amina"
    assert sent.reply_markup == ROWS
    return sent.message_id


def test_inline_buttons_can_be_pressed(sandbox: RunningSandbox, product: FakeProduct) -> None:
    chat = chat_id(sandbox, product)
    message_id = with_bot(sandbox, lambda bot: _ask(bot, chat))
    [message] = outgoing(sandbox)
    assert [button["payload"] for button in message["buttons"]] == ["/affirm", '/inform{"choice": "no"}']
    assert message["status"] == "delivered"
    sandbox.send(PHONE, channel="telegram", button="/affirm")
    query = last_update(product).callback_query
    assert query is not None
    assert (query.data, query.from_user.id) == ("/affirm", chat)
    assert query.message is not None
    assert query.message.message_id == message_id


def test_pressed_buttons_are_answered_and_removed(sandbox: RunningSandbox, product: FakeProduct) -> None:
    chat = chat_id(sandbox, product)
    message_id = with_bot(sandbox, lambda bot: _ask(bot, chat))
    sandbox.send(PHONE, channel="telegram", button="/affirm")
    query = last_update(product).callback_query
    assert query is not None

    async def answer(bot: Bot) -> None:
        assert await bot.answer_callback_query(query.id)
        await bot.edit_message_reply_markup(chat, message_id, reply_markup=None)
        with pytest.raises(BadRequest, match="not modified"):
            await bot.edit_message_reply_markup(chat, message_id, reply_markup=None)
        with pytest.raises(BadRequest, match="Query is too old"):
            await bot.answer_callback_query("1")

    with_bot(sandbox, answer)
    assert outgoing(sandbox)[0]["buttons"] == []


def test_reply_keyboards(sandbox: RunningSandbox, product: FakeProduct) -> None:
    chat = chat_id(sandbox, product)
    keys = ReplyKeyboardMarkup(
        [
            [KeyboardButton("Mon numéro", request_contact=True)],
            [KeyboardButton("Ma position", request_location=True), "Autre"],
        ]
    )

    async def ask(bot: Bot) -> None:
        await bot.send_message(chat, "Votre numéro ?", reply_markup=keys)
        await bot.send_message(chat, "Merci", reply_markup=ReplyKeyboardRemove())
        await bot.send_message(chat, "Au revoir")

    with_bot(sandbox, ask)
    asked, removed, plain = outgoing(sandbox)
    assert asked["keyboard"] == [
        {"title": "Mon numéro", "request": "contact"},
        {"title": "Ma position", "request": "location"},
        {"title": "Autre", "request": None},
    ]
    assert (removed["keyboard"], plain["keyboard"]) == ([], None)


@pytest.mark.parametrize("once", [True, False])
def test_a_one_time_keyboard_goes_once_it_is_used(
    sandbox: RunningSandbox, product: FakeProduct, once: bool
) -> None:
    chat = chat_id(sandbox, product)
    keys = ReplyKeyboardMarkup([[KeyboardButton("Mon numéro", request_contact=True)]], one_time_keyboard=once)

    async def ask(bot: Bot) -> None:
        await bot.send_message(chat, "Votre numéro ?", reply_markup=keys)

    with_bot(sandbox, ask)
    sandbox.send(PHONE, channel="telegram", text="Pourquoi ?")
    assert sandbox.messages(PHONE)[-1]["keyboard"] is None
    sandbox.send(PHONE, channel="telegram", contact=True)
    assert sandbox.messages(PHONE)[-1]["keyboard"] == ([] if once else None)


def test_locations_files_and_commands(sandbox: RunningSandbox, product: FakeProduct) -> None:
    chat = chat_id(sandbox, product)

    async def send(bot: Bot) -> None:
        assert (await bot.get_me()).is_bot
        await bot.send_location(chat, 33.82, -6.07)
        document = await bot.send_document(chat, b"a,b\n", filename="liste.csv", caption="Voilà")
        assert document.document is not None
        assert document.document.file_name == "liste.csv"
        await bot.send_voice(chat, b"OggS....")
        await bot.set_my_commands([BotCommand("menu", "Menu")])
        assert [command.command for command in await bot.get_my_commands()] == ["menu"]

    with_bot(sandbox, send)
    pin, document, voice = outgoing(sandbox)
    assert pin["location"] == {"latitude": 33.82, "longitude": -6.07, "label": ""}
    assert (document["text"], document["media"][0]["name"]) == ("Voilà", "liste.csv")
    stored = sandbox.http.get(document["media"][0]["url"])
    assert stored.content == b"a,b\n"
    assert stored.headers["content-disposition"] == "attachment"
    assert voice["media"][0]["content_type"] == "audio/ogg"


def test_voice_notes_are_downloaded(sandbox: RunningSandbox, product: FakeProduct) -> None:
    sandbox.send(PHONE, channel="telegram", voice=True)
    message = last_update(product).message
    assert message is not None
    assert message.voice is not None
    file_id = message.voice.file_id

    async def download(bot: Bot) -> bytes:
        return bytes(await (await bot.get_file(file_id)).download_as_bytearray())

    assert with_bot(sandbox, download).startswith(b"OggS")


def test_refusals(sandbox: RunningSandbox, product: FakeProduct) -> None:
    chat = chat_id(sandbox, product)

    async def provoke(bot: Bot) -> None:
        with pytest.raises(BadRequest, match="Chat not found"):
            await bot.send_message(12345, "a")
        with pytest.raises(BadRequest, match="too long"):
            await bot.send_message(chat, "a" * 4097)
        with pytest.raises(BadRequest, match="empty"):
            await bot.send_message(chat, "  ")
        button = InlineKeyboardButton("a", callback_data="ب" * 33)
        with pytest.raises(BadRequest, match="Button_data_invalid"):
            await bot.send_message(chat, "a", reply_markup=InlineKeyboardMarkup([[button]]))
        with pytest.raises(BadRequest, match="Location is invalid"):
            await bot.send_location(chat, 91, 0)
        path = "/sandbox/phones/%2B212612345678/blocked"
        sandbox.http.put(path, json={"channel": "telegram", "blocked": True})
        with pytest.raises(Forbidden, match="blocked by the user"):
            await bot.send_message(chat, "a")

    with_bot(sandbox, provoke)

    async def nothing(_bot: Bot) -> None:
        raise AssertionError("a wrong token must not be taken")

    with pytest.raises(InvalidToken):
        with_bot(sandbox, nothing, token="123456:" + "B" * 35)
    assert outgoing(sandbox) == []
    assert sandbox.send(PHONE, channel="telegram", text="a").status_code == 422


def test_json_bodies_and_unknown_methods(sandbox: RunningSandbox, product: FakeProduct) -> None:
    chat = chat_id(sandbox, product)
    base = f"/telegram/bot{sandbox.settings.telegram_bot_token}"
    markup = {"inline_keyboard": [[{"text": "a", "callback_data": "b"}]]}
    body = {"chat_id": chat, "text": "a", "reply_markup": markup}
    assert sandbox.http.post(f"{base}/sendMessage", json=body).json()["ok"] is True
    assert outgoing(sandbox)[0]["buttons"] == [{"title": "a", "payload": "b"}]
    missing = sandbox.http.post(f"{base}/sendNothing")
    assert (missing.status_code, missing.json()["error_code"]) == (404, 404)
    broken = sandbox.http.post(
        f"{base}/sendMessage", content=b"{", headers={"content-type": "application/json"}
    )
    assert broken.json() == {
        "ok": False,
        "error_code": 400,
        "description": "Bad Request: can't parse JSON object",
    }


def test_polling(sandbox: RunningSandbox, product: FakeProduct) -> None:
    async def poll(bot: Bot) -> None:
        assert await bot.delete_webhook()
        waiting = asyncio.create_task(bot.get_updates(timeout=5))
        for text in ("un", "deux"):
            answer = await asyncio.to_thread(sandbox.send, PHONE, channel="telegram", text=text)
            assert answer.status_code == 202
        first = await waiting
        assert first[0].message is not None
        assert first[0].message.text == "un"
        both = await bot.get_updates(offset=first[0].update_id, timeout=5)
        assert [update.message.text for update in both if update.message] == ["un", "deux"]
        assert await bot.get_updates(offset=both[-1].update_id + 1, timeout=0) == ()

    with_bot(sandbox, poll)
    assert not product.received
    assert [message["status"] for message in sandbox.messages(PHONE)] == ["received", "received"]


def test_newer_poll_ends_the_older(sandbox: RunningSandbox) -> None:
    async def poll(bot: Bot) -> None:
        older = asyncio.create_task(bot.get_updates(timeout=5))
        await asyncio.sleep(0.2)
        newer = asyncio.create_task(bot.get_updates(timeout=5))
        with pytest.raises(Conflict, match="terminated by other"):
            await older
        await asyncio.to_thread(sandbox.send, PHONE, channel="telegram", text="un")
        assert len(await newer) == 1

    with_bot(sandbox, poll)


def test_webhook_is_set_kept_and_gets_what_waited(start_sandbox: StartSandbox, product: FakeProduct) -> None:
    sandbox = start_sandbox()
    with_bot(sandbox, lambda bot: bot.delete_webhook())
    assert sandbox.send(PHONE, channel="telegram", text="attend").status_code == 202
    assert sandbox.messages(PHONE)[0]["status"] == "waiting"
    sandbox = start_sandbox()

    async def switch(bot: Bot) -> None:
        [update] = await bot.get_updates()
        assert update.message is not None
        assert update.message.text == "attend"
        url = "https://caravan.example.org/hook/telegram"
        await bot.set_webhook(url, secret_token="another-secret", allowed_updates=["message"])
        info = await bot.get_webhook_info()
        assert (info.url, info.allowed_updates) == (url, ("message",))
        with pytest.raises(Conflict, match="webhook is active"):
            await bot.get_updates()

    with_bot(sandbox, switch)
    wait_for(lambda: product.received)
    assert product.received[0].path == "/hook/telegram"
    assert product.received[0].headers["x-telegram-bot-api-secret-token"] == "another-secret"
    wait_for(lambda: sandbox.messages(PHONE)[0]["status"] == "received")
    sandbox = start_sandbox()
    sandbox.send(PHONE, channel="telegram", text="après")
    assert last_update(product).update_id == 700_000_002
    assert product.received[-1].path == "/hook/telegram"
