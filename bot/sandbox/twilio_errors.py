"""Twilio's error answers."""

from __future__ import annotations

from typing import Any

from starlette.responses import JSONResponse, Response

from bot.sandbox.faults import Verdict

_ERRORS: dict[int, tuple[int, str]] = {
    20001: (400, "Invalid parameter: {detail}"),
    20003: (401, "Authenticate"),
    20404: (404, "The requested resource {detail} was not found"),
    20429: (429, "Too Many Requests"),
    20500: (500, "Internal Server Error"),
    21211: (400, "Invalid 'To' Phone Number: {detail}"),
    21602: (400, "Message body is required."),
    21603: (400, "A 'From' phone number is required."),
    21604: (400, "A 'To' phone number is required."),
    21606: (400, "The 'From' phone number provided is not a valid, message-capable Twilio phone number"),
    21609: (400, "The StatusCallback URL {detail} is not a valid URL."),
    21610: (400, "Attempt to send to unsubscribed recipient"),
    21614: (400, "'To' number is not a valid mobile number"),
    21617: (400, "The concatenated message body exceeds the 1600 character limit"),
    21620: (400, "Invalid media URL(s)"),
    21655: (400, "The ContentSid is Invalid"),
    21656: (400, "The ContentVariables Parameter is invalid"),
    21910: (400, "Invalid From and To pair. From and To should be of the same channel"),
    63007: (400, "Twilio could not find a Channel with the specified From address"),
}


class TwilioError(Exception):
    """A request that Twilio refuses; ``code`` is Twilio's."""

    def __init__(self, code: int, detail: str = "") -> None:
        super().__init__(code)
        self.code = code
        self.detail = detail
        self.retryable = code in (20429, 20500)

    def answer(self) -> Response:
        """The refusal as Twilio writes it."""
        status, message = _ERRORS[self.code]
        body: dict[str, Any] = {
            "code": self.code,
            "message": message.format(detail=self.detail),
            "more_info": f"https://www.twilio.com/docs/errors/{self.code}",
            "status": status,
        }
        headers = {"WWW-Authenticate": 'Basic realm="Twilio API"'} if status == 401 else None
        return JSONResponse(body, status, headers=headers)


def fault_answer(verdict: Verdict) -> Response:
    """How Twilio words a fault."""
    return TwilioError(20429 if verdict == "throttle" else 20500).answer()
