"""Whatever comes to the webhooks, signed or not: an answer below 500, with a typed error where it is refused."""

from __future__ import annotations

import copy
import json
from pathlib import Path
from typing import Any

import httpx
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.web.conftest import Providers

FUZZ = settings(
    max_examples=120,
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
FIELDS = [
    *("MessageSid", "SmsSid", "From", "To", "WaId", "Body", "NumMedia", "MediaUrl0", "MediaContentType0"),
    *("MessageType", "ButtonPayload", "ButtonText", "ListId", "Latitude", "Longitude", "ProfileName"),
    *("ExternalUserId", "MessageStatus", "ErrorCode", "OptOutType"),
]
TEXTS = st.text(max_size=40) | st.sampled_from(
    ["", "whatsapp:", "whatsapp:+212612345678", "-1", "1e400", "nan", "٣", "\x00", "a" * 3000]
)
FORMS = st.dictionaries(st.sampled_from(FIELDS) | st.text(min_size=1, max_size=20), TEXTS, max_size=15)
JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**70), 2**70)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=12), inner, max_size=4),
    max_leaves=12,
)
UPDATES = [
    json.loads(path.read_text(encoding="utf-8"))
    for path in sorted((Path(__file__).parent.parent / "payloads" / "telegram").glob("*.json"))
]


def check(answer: httpx.Response) -> None:
    """Taken, or refused with a type that programs can read; never an error of ours."""
    assert answer.status_code < 500, answer.text
    if answer.status_code >= 400:
        assert answer.json()["error"]["type"]


@FUZZ
@given(fields=FORMS, path=st.sampled_from(["messages", "status", "status?outbound=7"]))
def test_signed_forms(providers: Providers, fields: dict[str, str], path: str) -> None:
    # What cannot be written into a form at all is no request.
    sent = {name: value.encode("utf-8", "ignore").decode() for name, value in fields.items()}
    check(providers.twilio(f"/webhooks/twilio/{path}", sent))


@FUZZ
@given(
    body=st.binary(max_size=200),
    kind=st.sampled_from(["application/x-www-form-urlencoded", "text/plain", ""]),
)
def test_bodies_that_nobody_signed(client: httpx.Client, body: bytes, kind: str) -> None:
    for path in ("twilio/messages", "twilio/status", "telegram"):
        check(client.post(f"/webhooks/{path}", content=body, headers={"Content-Type": kind}))


@FUZZ
@given(body=st.binary(max_size=100) | JSON.map(lambda value: json.dumps(value).encode()))
def test_updates_of_any_shape(providers: Providers, body: bytes) -> None:
    check(providers.telegram(body))


# Outside the tests the package's warning about a field that it reads otherwise soon is no more than a warning.
@pytest.mark.filterwarnings("ignore::telegram.warnings.PTBDeprecationWarning")
@FUZZ
@given(data=st.data())
def test_updates_of_which_one_value_is_another(providers: Providers, data: st.DataObject) -> None:
    update: Any = copy.deepcopy(data.draw(st.sampled_from(UPDATES)))
    inner: Any = update
    while True:
        key = data.draw(
            st.sampled_from(list(range(len(inner))) if isinstance(inner, list) else sorted(inner))
        )
        below = inner[key]
        if not isinstance(below, (dict, list)) or not below or data.draw(st.booleans()):
            inner[key] = data.draw(JSON)
            break
        inner = below
    check(providers.telegram(update))
