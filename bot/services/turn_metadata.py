"""What the assistant is told with a message: whose it is, when and where it was written."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any

from bot.core.messages import Location
from bot.core.reminder_rules import CASABLANCA
from bot.store.models import Conversation, InboundMessage

CommuneAt = Callable[[Location], str | None]
"""Gives the HCP code of the province's commune that contains a point."""


def metadata_of(
    conversation: Conversation,
    inbound: InboundMessage,
    commune_at: CommuneAt,
    province: str | None,
    now: datetime,
) -> dict[str, Any]:
    """What the assistant's components and actions read of a turn, as JSON; ``now`` there is in Casablanca's time."""
    contact = conversation.contact
    location = None
    if inbound.latitude is not None and inbound.longitude is not None:
        point = Location(latitude=inbound.latitude, longitude=inbound.longitude)
        location = {"latitude": point.latitude, "longitude": point.longitude, "commune": commune_at(point)}
    return {
        "contact_id": contact.id,
        "now": now.astimezone(CASABLANCA).isoformat(),
        "variety": contact.variety,
        "variety_chosen": contact.variety_chosen,
        "phone_known": contact.phone is not None,
        "location": location,
        "province": province,
    }
