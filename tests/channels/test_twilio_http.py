"""Where calls of Twilio's package go."""

from __future__ import annotations

import httpx
import pytest

from bot.channels.connections import uses_proxies
from bot.channels.twilio_http import PRODUCTION, TwilioHttp

from .provider import Provider, Reply


@pytest.mark.parametrize(
    ("uri", "path"),
    [
        (
            "https://api.twilio.com/2010-04-01/Accounts/AC1/Messages.json",
            "/t/2010-04-01/Accounts/AC1/Messages.json",
        ),
        ("https://content.twilio.com/v1/Content", "/t/v1/Content"),
        ("https://api.dublin.ie1.twilio.com/2010-04-01/x.json", "/t/2010-04-01/x.json"),
    ],
)
def test_another_base_takes_all_of_twilios_hosts(provider: Provider, uri: str, path: str) -> None:
    provider.script(Reply(body={}))
    http = TwilioHttp(api_base_url=f"{provider.url}/t/")

    http.request("GET", f"{uri}?PageToken=a%20b", params={"PageSize": 50, "Deep": True})
    http.close()

    assert provider.calls[0].path == path
    assert provider.calls[0].query == {"PageToken": "a b", "PageSize": "50", "Deep": "true"}


@pytest.mark.parametrize("base", [PRODUCTION, f"{PRODUCTION}/"])
def test_without_another_base_the_hosts_stay(base: str, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[str] = []

    def answer(_client: httpx.Client, request: httpx.Request, **_kwargs: object) -> httpx.Response:
        asked.append(str(request.url))
        return httpx.Response(200, json={}, request=request)

    monkeypatch.setattr(httpx.Client, "send", answer)
    http = TwilioHttp(api_base_url=base)

    http.request("POST", "https://content.twilio.com/v1/Content", data={"a": 1})
    http.close()

    assert asked == ["https://content.twilio.com/v1/Content"]


def test_lists_and_blanks_of_a_form_arrive(provider: Provider) -> None:
    provider.script(Reply(body={}))
    http = TwilioHttp(api_base_url=provider.url)

    http.request("POST", "https://api.twilio.com/x", data={"PersistentAction": ["geo:1,2"], "Body": ""})
    http.close()

    assert provider.calls[0].form == {"PersistentAction": "geo:1,2", "Body": ""}


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("https://api.twilio.com", True),
        ("http://127.0.0.1:8001/twilio", False),
        ("http://localhost:8001", False),
        ("http://[::1]:8001", False),
        ("http://192.0.2.7", True),
    ],
)
def test_proxies_are_not_for_this_machine(url: str, expected: bool) -> None:
    assert uses_proxies(url) is expected
