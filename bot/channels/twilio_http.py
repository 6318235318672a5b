"""The connection of the ``twilio`` package: a time-out that holds, no retries, another host where told."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from urllib.parse import urlsplit

import httpx
from twilio.http import HttpClient
from twilio.http.response import Response

from bot.channels.connections import keep_private, uses_proxies
from bot.channels.errors import FailureKind, SendError
from bot.channels.twilio_errors import THROTTLED

PRODUCTION = "https://api.twilio.com"
_DOMAIN = ".twilio.com"
_CONNECT_SECONDS = 5.0
# Raised before anything of the request has left this machine.
_NOT_SENT = (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout, httpx.ProxyError)
_UNUSABLE = (httpx.UnsupportedProtocol, httpx.InvalidURL)


class TwilioHttp(HttpClient):
    """Sends each call once. ``timeout`` is in seconds, for the sending and the waiting each.

    With another ``api_base_url`` than Twilio's own, every call to a host of Twilio goes to that address and
    the same path.
    """

    def __init__(self, *, api_base_url: str = PRODUCTION, timeout: float = 10.0) -> None:
        super().__init__(logging.getLogger(__name__), False, timeout)
        keep_private()
        base = api_base_url.rstrip("/")
        self._base = None if base == PRODUCTION else base
        self._client = httpx.Client(
            timeout=httpx.Timeout(timeout, connect=min(timeout, _CONNECT_SECONDS)),
            trust_env=uses_proxies(base),
            follow_redirects=False,
        )

    def request(
        self,
        method: str,
        uri: str,
        params: dict[str, object] | None = None,
        data: dict[str, object] | None = None,
        headers: dict[str, str] | None = None,
        auth: tuple[str, str] | None = None,
        timeout: float | None = None,
        allow_redirects: bool = False,
    ) -> Response:
        """One HTTP request, as the package asks for it. Raises SendError where no answer comes, or a 429."""
        request = self._build(method, uri, params, data, headers or {})
        try:
            answer = self._client.send(request, auth=auth or httpx.USE_CLIENT_DEFAULT)
        except httpx.HTTPError as error:
            raise _transport_failure(error, reading=method.upper() == "GET") from None
        if answer.status_code == httpx.codes.TOO_MANY_REQUESTS:
            raise SendError(
                kind=FailureKind.RETRY, code=THROTTLED, retry_after=_seconds(answer.headers)
            ) from None
        return Response(answer.status_code, answer.text, dict(answer.headers))

    def close(self) -> None:
        """Close the connections."""
        self._client.close()

    def _build(
        self,
        method: str,
        uri: str,
        params: dict[str, object] | None,
        data: dict[str, object] | None,
        headers: dict[str, str],
    ) -> httpx.Request:
        as_json = headers.get("Content-Type") == "application/json"
        url = httpx.URL(self._address(uri))
        if params:
            url = url.copy_merge_params({name: _plain(value) for name, value in params.items()})
        return self._client.build_request(
            method.upper(),
            url,
            json=data if as_json else None,
            data=None if as_json or not data else data,
            headers=headers,
        )

    def _address(self, uri: str) -> str:
        parts = urlsplit(uri)
        if self._base is None or not (parts.hostname or "").endswith(_DOMAIN):
            return uri
        return f"{self._base}{parts.path}" + (f"?{parts.query}" if parts.query else "")


def _plain(value: object) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


def _transport_failure(error: httpx.HTTPError, *, reading: bool) -> SendError:
    name = type(error).__name__
    if isinstance(error, _UNUSABLE):
        return SendError(kind=FailureKind.CONTENT, code="address", detail=name)
    if isinstance(error, _NOT_SENT):
        return SendError(kind=FailureKind.RETRY, code="connect", detail=name)
    code = "timeout" if isinstance(error, httpx.TimeoutException) else "dropped"
    return SendError(kind=FailureKind.RETRY if reading else FailureKind.AMBIGUOUS, code=code, detail=name)


def _seconds(headers: Mapping[str, str]) -> float | None:
    value = headers.get("Retry-After", "")
    return float(value) if value.isdigit() else None
