"""Twilio's error codes, and what each means for a message."""

from __future__ import annotations

from collections.abc import Mapping

from twilio.base.exceptions import TwilioException, TwilioRestException, TwilioServiceException
from twilio.http.response import Response

from bot.channels.errors import FailureKind, SendError

THROTTLED = "20429"
CONTENT_UNKNOWN = "21655"
TOO_LONG = "21617"

_CODES: Mapping[FailureKind, frozenset[str]] = {
    FailureKind.RETRY: frozenset({"30001", "30003", "30008", "30500", "63012", "63018", "429", THROTTLED}),
    FailureKind.PERMANENT: frozenset({"21211", "21614", "30005", "30006", "63003", "63024"}),
    FailureKind.SUPPRESS: frozenset({"21610", "63014"}),
    FailureKind.WINDOW: frozenset({"63016"}),
}


def kind_of(code: str | None) -> FailureKind:
    """What a code means, of a refused call or of a receipt that says "failed" or "undelivered".

    Codes that are not listed count as content or configuration: somebody has to look.
    """
    for kind, codes in _CODES.items():
        if code in codes:
            return kind
    return FailureKind.CONTENT


def classify(error: TwilioException, *, reading: bool = False) -> SendError:
    """The typed error for what the package raised; its own text may hold a phone number and is left out.

    ``reading``: the call changes nothing, so that a server's failure may be tried again.
    """
    if isinstance(error, (TwilioRestException, TwilioServiceException)):
        return _of_answer(error.status, str(error.code or error.status), reading=reading)
    # Lists fail with the bare answer, and what the package itself finds wrong with no answer at all.
    answer = next((value for value in error.args if isinstance(value, Response)), None)
    if answer is None:
        return SendError(kind=FailureKind.CONTENT, code="client", detail=type(error).__name__)
    return _of_answer(answer.status_code, str(answer.status_code), reading=reading)


def _of_answer(status: int, code: str, *, reading: bool) -> SendError:
    if status == 429:
        return SendError(kind=FailureKind.RETRY, code=THROTTLED)
    if status >= 500 or status == 408:
        kind = FailureKind.RETRY if reading else FailureKind.AMBIGUOUS
        return SendError(kind=kind, code=code, detail=f"HTTP {status}")
    return SendError(kind=kind_of(code), code=code, detail=f"HTTP {status}")
