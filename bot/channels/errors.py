"""What can go wrong between the product and a provider, as one exception tree."""

from __future__ import annotations

from enum import StrEnum

from bot.core.errors import AnaM3akError, InvalidInput

SERVER_ERROR = "server_error"
"""The code of a failure of which the provider's server itself told (HTTP 5xx)."""


class ChannelError(AnaM3akError):
    """Root of what the adapters raise."""


class SignatureInvalid(ChannelError, InvalidInput):
    """A webhook that the provider did not sign, or signed with another secret. Web code answers 403."""


class PayloadInvalid(ChannelError, InvalidInput):
    """A webhook that is signed but lacks what every message has, such as its id."""


class FailureKind(StrEnum):
    """What a failed send means for what comes next."""

    RETRY = "retry"
    """Known not to have been sent; the same call may succeed later."""
    PERMANENT = "permanent"
    """Nothing can reach this address on this channel."""
    SUPPRESS = "suppress"
    """The person refused: write to this address no more."""
    CONTENT = "content"
    """The content or our configuration is at fault; the address is good."""
    WINDOW = "window"
    """WhatsApp's 24 hours are over: free text is not taken, a template may be."""
    AMBIGUOUS = "ambiguous"
    """Perhaps sent, perhaps not: never send again blindly."""


class SendError(ChannelError):
    """A provider did not take a call, or did not say whether it did.

    ``code`` is the provider's own code where it gave one, else a word of ours ("connect", "timeout",
    "not_configured"). ``retry_after`` is in seconds, None where the provider named no time. The text never
    holds a phone number or words of a message.
    """

    def __init__(
        self, *, kind: FailureKind, code: str, retry_after: float | None = None, detail: str = ""
    ) -> None:
        super().__init__(f"{kind.value} failure {code}" + (f": {detail}" if detail else ""))
        self.kind = kind
        self.code = code
        self.retry_after = retry_after
        self.retryable = kind is FailureKind.RETRY
