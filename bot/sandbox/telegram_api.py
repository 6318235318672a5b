"""The stand-in for Telegram's Bot API: ``/bot{token}/{method}`` and ``/file/bot{token}/{path}``."""

from __future__ import annotations

import asyncio
import hmac
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from bot.sandbox.files import FileStore
from bot.sandbox.gate import mark_accepted
from bot.sandbox.phones import Phones
from bot.sandbox.sending import PhoneSender
from bot.sandbox.settings import Settings
from bot.sandbox.telegram_bot import BotWebhook, PollReplacedError, TelegramBot
from bot.sandbox.telegram_request import Parameters, TelegramError, read_parameters
from bot.sandbox.telegram_sending import TelegramSending
from bot.sandbox.telegram_updates import bot_user, callback_query_id, update

Method = Callable[[Parameters], Awaitable[Any]]
_MAX_POLL_SECONDS = 50
# Accepted without effect: nothing of it shows on a phone.
_SILENT = (
    "sendChatAction",
    "setMyDescription",
    "setMyShortDescription",
    "setMyName",
    "setChatMenuButton",
    "logOut",
    "close",
)


@dataclass(frozen=True, kw_only=True)
class TelegramApi:
    """The methods, and what they need."""

    settings: Settings
    phones: Phones
    bot: TelegramBot
    files: FileStore
    sending: TelegramSending
    sender: PhoneSender

    def app(self) -> Starlette:
        """The API as an ASGI application."""
        return Starlette(
            routes=[
                Route("/bot{token}/{method}", self._call, methods=["GET", "POST"]),
                Route("/file/bot{token}/{path:path}", self._download, methods=["GET"]),
                Route("/{path:path}", _not_found, methods=["GET", "POST"]),
            ]
        )

    def _methods(self) -> dict[str, Method]:
        named: dict[str, Method] = {
            "getMe": self._get_me,
            "setWebhook": self._set_webhook,
            "deleteWebhook": self._delete_webhook,
            "getWebhookInfo": self._webhook_info,
            "getUpdates": self._get_updates,
            "answerCallbackQuery": self._answer_callback,
            "getFile": self._get_file,
            "getMyCommands": self._get_commands,
            "setMyCommands": self._set_commands,
            "deleteMyCommands": self._delete_commands,
            **dict.fromkeys(_SILENT, _nothing),
            **self.sending.methods(),
        }
        return {name.lower(): method for name, method in named.items()}

    async def _call(self, request: Request) -> Response:
        try:
            self._authenticate(request)
            # Telegram does not mind the case of a method's name.
            name = request.path_params["method"].lower()
            method = self._methods().get(name)
            if method is None:
                raise TelegramError(404, "Not Found: method not found")
            result = await method(await read_parameters(request))
        except TelegramError as error:
            return error.answer()
        if name.startswith("send"):
            mark_accepted(request)
        return JSONResponse({"ok": True, "result": result})

    def _authenticate(self, request: Request) -> None:
        token = request.path_params["token"]
        if not hmac.compare_digest(token.encode(), self.settings.telegram_bot_token.encode()):
            raise TelegramError(401, "Unauthorized")

    async def _download(self, request: Request) -> Response:
        try:
            self._authenticate(request)
        except TelegramError as error:
            return error.answer()
        content = self.files.get(request.path_params["path"].rpartition("/")[2].partition(".")[0])
        if content is None:
            return TelegramError(404, "Not Found").answer()
        return Response(content, media_type="application/octet-stream")

    async def _get_me(self, _parameters: Parameters) -> Any:
        flags = {
            "can_join_groups": False,
            "can_read_all_group_messages": False,
            "supports_inline_queries": False,
        }
        return bot_user(self.settings) | flags

    async def _set_webhook(self, parameters: Parameters) -> Any:
        url = parameters.text("url")
        if not url:
            return await self._delete_webhook(parameters)
        if not url.startswith(("https://", "http://127.0.0.1", "http://localhost")):
            raise TelegramError(400, "Bad Request: bad webhook: An HTTPS URL must be provided for webhook")
        allowed = parameters.structure("allowed_updates") or []
        self._drop_pending(parameters)
        self.bot.set_webhook(
            BotWebhook(
                url=url,
                secret=parameters.text("secret_token"),
                allowed_updates=tuple(str(kind) for kind in allowed),
                max_connections=parameters.integer("max_connections", 40),
            )
        )
        self.sender.deliver_waiting()
        return True

    async def _delete_webhook(self, parameters: Parameters) -> Any:
        self._drop_pending(parameters)
        self.bot.set_webhook(None)
        return True

    def _drop_pending(self, parameters: Parameters) -> None:
        waiting = self.bot.waiting()
        if parameters.flag("drop_pending_updates") and waiting:
            self.bot.confirm(int(waiting[-1].provider_id) + 1)

    async def _webhook_info(self, _parameters: Parameters) -> Any:
        webhook = self.bot.webhook
        info: dict[str, Any] = {
            "url": webhook.url if webhook is not None else "",
            "has_custom_certificate": False,
            "pending_update_count": len(self.bot.waiting()),
        }
        if webhook is not None:
            info["max_connections"] = webhook.max_connections
            if webhook.allowed_updates:
                info["allowed_updates"] = list(webhook.allowed_updates)
        return info

    async def _get_updates(self, parameters: Parameters) -> Any:
        if self.bot.webhook_was_set:
            raise TelegramError(
                409,
                "Conflict: can't use getUpdates method while webhook is active; use deleteWebhook to delete "
                "the webhook first",
            )
        if self.bot.webhook is not None:
            self.bot.set_webhook(None)
        limit = max(1, min(parameters.integer("limit", 100), 100))
        seconds = max(0, min(parameters.integer("timeout", 0), _MAX_POLL_SECONDS))
        try:
            found = await self.bot.poll(parameters.integer("offset", 0), limit, seconds)
        except PollReplacedError:
            raise TelegramError(
                409,
                "Conflict: terminated by other getUpdates request; make sure that only one bot instance is "
                "running",
            ) from None
        return [update(message, self.phones.get(message.reply_to or 0), self.settings) for message in found]

    async def _answer_callback(self, parameters: Parameters) -> Any:
        wanted = parameters.text("callback_query_id")
        for message in self.phones.all():
            if (
                message.channel == "telegram"
                and message.pressed is not None
                and callback_query_id(message) == wanted
            ):
                return True
        raise TelegramError(
            400, "Bad Request: query is too old and response timeout expired or query ID is invalid"
        )

    async def _get_file(self, parameters: Parameters) -> Any:
        file_id = parameters.text("file_id")
        content = await asyncio.to_thread(self.files.get, file_id)
        if content is None:
            raise TelegramError(400, "Bad Request: wrong file_id or the file is temporarily unavailable")
        return {
            "file_id": file_id,
            "file_unique_id": file_id[:16],
            "file_size": len(content),
            "file_path": f"files/{file_id}.oga",
        }

    async def _get_commands(self, _parameters: Parameters) -> Any:
        return self.bot.commands

    async def _set_commands(self, parameters: Parameters) -> Any:
        commands = parameters.structure("commands")
        if not isinstance(commands, list):
            raise TelegramError(400, "Bad Request: can't parse BotCommand: commands must be an Array")
        self.bot.commands[:] = commands
        return True

    async def _delete_commands(self, _parameters: Parameters) -> Any:
        self.bot.commands.clear()
        return True


async def _nothing(_parameters: Parameters) -> Any:
    return True


async def _not_found(_request: Request) -> Response:
    return TelegramError(404, "Not Found").answer()
