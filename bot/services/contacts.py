"""People: who they are by address, the variety they use, their phone for SMS, what they agreed to receive."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from bot.core.errors import NotFound
from bot.core.locales import Variety
from bot.core.messages import Channel
from bot.services import consent
from bot.store.models import Contact, ContactAddress, Conversation


def conversation_for(
    session: Session,
    *,
    channel: Channel,
    address: str,
    profile_name: str | None,
    phone: str | None,
    now: datetime,
) -> Conversation:
    """The conversation with an address, made on the first message together with its contact.

    ``phone`` is E.164 where the channel itself shows a mobile number (WhatsApp), else None. The conversation is locked until the
    transaction ends: messages that come at the same moment get their numbers and their jobs in one and the same order.
    """
    both = session.execute(
        select(ContactAddress, Conversation)
        .join(Conversation, Conversation.address_id == ContactAddress.id)
        .where(ContactAddress.channel == channel.value, ContactAddress.address == address)
        .with_for_update(of=Conversation)
    ).one_or_none()
    known = both[0] if both else _new_address(session, channel, address, phone, now, profile_name)
    if profile_name and known.profile_name != profile_name:
        known.profile_name = profile_name
    if known.blocked_at is not None and channel is not Channel.SMS:
        # Who writes can be answered. By SMS the provider goes on refusing until it is told otherwise.
        known.blocked_at = None
        consent.let_in_again(session, contact_id=known.contact_id, channel=channel, now=now)
    if both:
        return both[1]
    found = session.scalar(select(Conversation).where(Conversation.address_id == known.id).with_for_update())
    if found is None:
        found = Conversation(
            address_id=known.id, contact_id=known.contact_id, created_at=now, last_activity_at=now
        )
        session.add(found)
        session.flush()
    return found


def contact_at(session: Session, *, channel: Channel, address: str, now: datetime) -> int:
    """The id of whoever has an address, made where nobody has it: for those who are written to and never wrote, such as staff."""
    known = _address(session, channel, address)
    return (known or _new_address(session, channel, address, None, now)).contact_id


def get(session: Session, contact_id: int) -> Contact:
    """The contact with this id. Raises NotFound."""
    contact = session.get(Contact, contact_id)
    if contact is None:
        raise NotFound(f"contact {contact_id}")
    return contact


def remember_variety(session: Session, *, contact_id: int, variety: Variety) -> None:
    """The variety of the last answer, as a prior for the next message."""
    get(session, contact_id).variety = variety.value


def choose_variety(session: Session, *, contact_id: int, variety: Variety) -> None:
    """The person asked for a variety: it stays until they ask for another."""
    contact = get(session, contact_id)
    contact.variety = variety.value
    contact.variety_chosen = True


def remember_phone(session: Session, *, contact_id: int, phone: str) -> None:
    """A Moroccan mobile in E.164 that the person gave for SMS."""
    get(session, contact_id).phone = phone


def note_block(session: Session, *, channel: Channel, address: str, blocked: bool, now: datetime) -> None:
    """A person shut us out on a channel, or let us in again; an address that never wrote is passed over."""
    known = _address(session, channel, address)
    if known is None or (known.blocked_at is not None) is blocked:
        return
    if blocked:
        known.blocked_at = now
        consent.shut_out(session, contact_id=known.contact_id, channel=channel, words="blocked", now=now)
    else:
        known.blocked_at = None
        consent.let_in_again(session, contact_id=known.contact_id, channel=channel, now=now)


def block(
    session: Session, *, contact_id: int, channel: Channel, address: str, code: str, now: datetime
) -> None:
    """A provider says that this address wants nothing from us. ``code`` is the provider's; the address may never have written."""
    made = (
        insert(ContactAddress)
        .values(contact_id=contact_id, channel=channel.value, address=address)
        .on_conflict_do_nothing(index_elements=["channel", "address"])
    )
    session.execute(made)
    known = _address(session, channel, address)
    if known is not None and known.blocked_at is None:
        known.blocked_at = now
        consent.shut_out(session, contact_id=known.contact_id, channel=channel, words=code, now=now)


def is_blocked(session: Session, *, channel: Channel, address: str) -> bool:
    """Whether an address wants nothing from us."""
    known = _address(session, channel, address)
    return known is not None and known.blocked_at is not None


def _address(session: Session, channel: Channel, address: str) -> ContactAddress | None:
    return session.scalar(
        select(ContactAddress).where(
            ContactAddress.channel == channel.value, ContactAddress.address == address
        )
    )


def _new_address(
    session: Session,
    channel: Channel,
    address: str,
    phone: str | None,
    now: datetime,
    profile_name: str | None = None,
) -> ContactAddress:
    """The address with a new contact; as it is where it is known."""
    contact = Contact(created_at=now, phone=phone)
    session.add(contact)
    session.flush()
    made: ContactAddress | None = session.scalar(
        insert(ContactAddress)
        .values(contact_id=contact.id, channel=channel.value, address=address, profile_name=profile_name)
        .on_conflict_do_nothing(index_elements=["channel", "address"])
        .returning(ContactAddress)
    )
    if made is not None:
        return made
    session.delete(contact)
    session.flush()
    known = _address(session, channel, address)
    if known is None:
        raise NotFound(f"an address on {channel.value} vanished while it was stored")
    return known
