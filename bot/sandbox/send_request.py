"""What a person wants to send from a phone, checked."""

from __future__ import annotations

from typing import Annotated, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

from bot.sandbox.messages import ChannelName

_CONTENT = ("text", "location", "button", "voice", "contact")


class SentLocation(BaseModel):
    """A pin, in WGS 84 degrees."""

    model_config = ConfigDict(extra="forbid")

    latitude: Annotated[float, Field(ge=-90, le=90)]
    longitude: Annotated[float, Field(ge=-180, le=180)]


class SendRequest(BaseModel):
    """One message: exactly one of text, location, button (a payload that was offered), voice and contact.

    ``provider_id`` that was used before sends the same webhook again.
    """

    model_config = ConfigDict(extra="forbid")

    channel: ChannelName
    text: Annotated[str, Field(min_length=1, max_length=4096)] | None = None
    location: SentLocation | None = None
    button: Annotated[str, Field(min_length=1)] | None = None
    voice: bool = False
    contact: bool = False
    provider_id: Annotated[str, Field(min_length=1, max_length=64)] | None = None
    name: Annotated[str, Field(min_length=1, max_length=64)] | None = None

    @model_validator(mode="after")
    def _one_content(self) -> Self:
        given = [name for name in _CONTENT if getattr(self, name)]
        if len(given) != 1:
            raise ValueError(
                f"give exactly one of {', '.join(_CONTENT)}; given: {', '.join(given) or 'none'}"
            )
        if self.text is not None and not self.text.strip():
            raise ValueError("text must not be blank")
        return self

    @model_validator(mode="after")
    def _fits_channel(self) -> Self:
        if self.channel == "sms" and not self.text:
            raise ValueError("an SMS can only carry text")
        if self.contact and self.channel != "telegram":
            raise ValueError("contact can only be shared on telegram")
        given = self.provider_id or "0"
        if self.channel == "telegram" and not (given.isascii() and given.isdecimal()):
            raise ValueError("provider_id on telegram is an update_id: a whole number")
        return self
