"""Outside WhatsApp's service window: the approved template where there is one, else an SMS that names the chat, else nothing."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from bot.core.locales import Variety, variety_or_default
from bot.core.messages import ApprovedTemplate, Channel, DeliveryStatus
from bot.core.sms import fold_gsm7
from bot.core.texts import Texts
from bot.services import contacts, messages
from bot.store.models import OutboundMessage

LONGEST_VALUE = 900
"""Characters of a template's variable; the whole may hold 1024."""
LONGEST_SMS = 280
"""Characters of the message that an SMS quotes: it stays under five parts in any script."""
SMS_LASTS = timedelta(hours=24)


@dataclass(frozen=True, kw_only=True)
class Ladder:
    """What may stand in for free text: ``templates`` gives the sid for a kind of message and a variety (BCP 47 tag)."""

    texts: Texts
    templates: Mapping[tuple[str, str], str]


def template_for(session: Session, ladder: Ladder, row: OutboundMessage) -> ApprovedTemplate | None:
    """The approved template for a message, with its words as the one variable; None where none is configured."""
    variety = variety_or_default(contacts.get(session, row.contact_id).variety)
    sid = ladder.templates.get((row.kind, variety.value))
    if sid is None:
        return None
    # A variable holds no line breaks.
    return ApprovedTemplate(sid=sid, values=(" ".join(row.text.split())[:LONGEST_VALUE],))


def go_by_sms(session: Session, ladder: Ladder, row: OutboundMessage, *, now: datetime) -> bool:
    """Store an SMS in place of ``row``, which is cancelled. False where the person's mobile is not known or refuses SMS."""
    contact = contacts.get(session, row.contact_id)
    number = contact.phone
    if number is None or contacts.is_blocked(session, channel=Channel.SMS, address=number):
        return False
    variety = variety_or_default(contact.variety)
    quoted = " ".join(row.text.split())
    if len(quoted) > LONGEST_SMS:
        quoted = quoted[: LONGEST_SMS - 3].rstrip() + "..."
    words = ladder.texts.say("sms_instead", variety, {"message": quoted, "channel": f"channel_{row.channel}"})
    messages.send_sms(
        session,
        contact_id=row.contact_id,
        phone_number=number,
        text=fold_gsm7(words) if variety in (Variety.FRENCH, Variety.DARIJA_LATIN) else words,
        kind=row.kind,
        now=now,
        expires_at=row.expires_at or now + SMS_LASTS,
        replaces_id=row.id,
    )
    row.status, row.error_code = DeliveryStatus.CANCELLED.value, "sent_by_sms"
    return True
