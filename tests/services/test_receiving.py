"""Messages that come together: each stored once, in order, with one turn; nobody waits for another's conversation."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import func, select, text
from sqlalchemy.exc import DataError

from bot.core.messages import Channel, InboundKind, InboundMessage, Location, MediaItem
from bot.services import contacts, receiving
from bot.store import models
from bot.store.engine import Sessions, transaction
from bot.store.locks import LATER, Later

SARA, OMAR = "+212612345678", "+212612345679"


def message(provider_id: str, address: str = SARA, **values: Any) -> InboundMessage:
    chosen = {"channel": Channel.WHATSAPP, "text": f"salam {provider_id}", "profile_name": "Sara", **values}
    return InboundMessage(
        provider_id=provider_id,
        address=address,
        kind=InboundKind.TEXT,
        raw={"NewField": provider_id},
        **chosen,
    )


def receive(sessions: Sessions, now: datetime, *arrived: InboundMessage) -> list[int | Later | None]:
    with transaction(sessions) as session:
        return receiving.receive_all(session, arrived, now=now)


def stored(sessions: Sessions) -> list[models.InboundMessage]:
    with sessions() as session:
        return list(session.scalars(select(models.InboundMessage).order_by(models.InboundMessage.id)))


def turns(sessions: Sessions) -> list[tuple[str, int]]:
    """The turns' jobs in the order in which they run: lock and message."""
    with sessions() as session:
        query = "SELECT lock, (args->>'inbound_id')::int FROM procrastinate_jobs WHERE task_name = 'inbound' ORDER BY id"
        return [(lock, inbound_id) for lock, inbound_id in session.execute(text(query))]


def count(sessions: Sessions, model: Any) -> int:
    with sessions() as session:
        return session.scalar(select(func.count()).select_from(model)) or 0


@pytest.mark.parametrize("known", [False, True])
def test_each_is_stored_with_its_turn_in_the_order_in_which_they_came(
    sessions: Sessions, now: datetime, known: bool
) -> None:
    if known:
        receive(sessions, now, message("0"), message("00", OMAR))
    before = len(stored(sessions))
    ids = receive(sessions, now, message("2"), message("9", OMAR), message("1"), message("3"))
    rows = stored(sessions)[before:]
    assert ids == [row.id for row in rows]
    assert [row.provider_id for row in rows] == ["2", "9", "1", "3"]
    sara, omar = rows[0].conversation_id, rows[1].conversation_id
    assert [row.conversation_id for row in rows] == [sara, omar, sara, sara]
    assert turns(sessions)[before:] == [(f"conversation:{row.conversation_id}", row.id) for row in rows]
    assert count(sessions, models.Contact) == 2


def test_what_is_the_same_is_stored_once_within_a_group_and_after_it(
    sessions: Sessions, now: datetime
) -> None:
    first = receive(sessions, now, message("1"), message("2"), message("1"))
    assert first[2] is None
    assert receive(sessions, now + timedelta(hours=1), message("2"), message("2")) == [None, None]
    assert [row.provider_id for row in stored(sessions)] == ["1", "2"]
    assert len(turns(sessions)) == 2
    with sessions() as session:
        assert session.scalars(select(models.Conversation.last_inbound_at)).all() == [now]


def test_what_is_rolled_back_leaves_no_job(sessions: Sessions, now: datetime) -> None:
    with sessions() as session:
        receiving.receive_all(session, [message("1")], now=now)
        session.rollback()
    assert turns(sessions) == []


def test_whatsapp_shows_the_mobile_number(sessions: Sessions, now: datetime) -> None:
    receive(sessions, now, message("1"))
    with sessions() as session:
        assert session.scalars(select(models.Contact.phone)).all() == [SARA]


def test_all_of_a_message_is_kept(sessions: Sessions, now: datetime) -> None:
    sent = InboundMessage(
        channel=Channel.TELEGRAM,
        provider_id="1",
        address="77",
        kind=InboundKind.MEDIA,
        text="كلام",
        raw={"NewField": {"deep": ["é", None, 1.5]}},
        payload="/greet",
        location=Location(latitude=33.82, longitude=-6.07),
        shared_phone=OMAR,
        order=2**40,
        media=(MediaItem(reference="https://x.example/1", content_type="image/jpeg"),),
    )
    receive(sessions, now, sent)
    (row,) = stored(sessions)
    assert (row.channel, row.kind, row.text, row.payload) == ("telegram", "media", "كلام", "/greet")
    assert (row.latitude, row.longitude, row.shared_phone, row.provider_order) == (33.82, -6.07, OMAR, 2**40)
    assert row.raw == {"NewField": {"deep": ["é", None, 1.5]}}
    assert row.media == [{"reference": "https://x.example/1", "content_type": "image/jpeg"}]
    assert (row.received_at, row.outcome) == (now, None)
    assert count(sessions, models.MediaFile) == 1
    with sessions() as session:
        assert session.scalars(select(models.Contact.phone)).all() == [None]


def test_a_conversation_that_somebody_has_keeps_nobody_else_waiting(
    sessions: Sessions, now: datetime
) -> None:
    receive(sessions, now, message("0"), message("00", OMAR))
    with sessions() as other:
        contacts.conversation_for(
            other, channel=Channel.WHATSAPP, address=SARA, profile_name=None, phone=None, now=now
        )
        ids = receive(sessions, now, message("1"), message("2", OMAR), message("3"))
    assert (ids[0], ids[2]) == (LATER, LATER)
    assert [row.provider_id for row in stored(sessions)] == ["0", "00", "2"]
    with transaction(sessions) as session:
        assert receiving.receive(session, message("1"), now=now) is not None
    assert len(turns(sessions)) == 4


def test_alone_it_waits_for_who_has_the_conversation(sessions: Sessions, now: datetime) -> None:
    """So messages get their numbers and their jobs in one order, whoever is quicker in between."""
    receive(sessions, now, message("0"))
    with sessions() as other, sessions() as session:
        receiving.receive(other, message("1"), now=now)
        session.execute(text("SET LOCAL lock_timeout = '200ms'"))
        with pytest.raises(Exception, match="lock timeout"):
            receiving.receive(session, message("2"), now=now)


def test_what_is_new_about_people_is_noted_for_all_in_a_group(sessions: Sessions, now: datetime) -> None:
    receive(sessions, now, message("1"), message("2", OMAR, profile_name=None))
    with transaction(sessions) as session:
        contacts.note_block(session, channel=Channel.WHATSAPP, address=SARA, blocked=True, now=now)
    ids = receive(
        sessions,
        now,
        message("3", profile_name=None),
        message("4", OMAR, profile_name="Omar"),
        message("5", OMAR, profile_name=None),
    )
    assert ids == [row.id for row in stored(sessions)[2:]]
    with sessions() as session:
        people = session.scalars(select(models.ContactAddress).order_by(models.ContactAddress.address)).all()
        assert [(person.profile_name, person.blocked_at) for person in people] == [
            ("Sara", None),
            ("Omar", None),
        ]
        given = select(func.count()).where(
            models.ConsentEvent.purpose == "service", models.ConsentEvent.given
        )
        # Twice by writing for the first time, once by writing again after having shut us out.
        assert session.scalar(given) == 3


def test_by_sms_who_has_refused_stays_refused(sessions: Sessions, now: datetime) -> None:
    sms: dict[str, Any] = {"channel": Channel.SMS, "profile_name": None}
    receive(sessions, now, message("1", **sms))
    with transaction(sessions) as session:
        contacts.note_block(session, channel=Channel.SMS, address=SARA, blocked=True, now=now)
    assert None not in receive(sessions, now, message("2", **sms))
    with sessions() as session:
        assert contacts.is_blocked(session, channel=Channel.SMS, address=SARA)


def test_one_that_the_database_refuses_leaves_nothing_of_its_group(sessions: Sessions, now: datetime) -> None:
    with pytest.raises(DataError):
        receive(sessions, now, message("1"), message("2", order=2**70))
    assert (stored(sessions), turns(sessions)) == ([], [])


def test_who_writes_for_the_first_time_is_one_person_who_agrees_by_their_first_words(
    sessions: Sessions, now: datetime
) -> None:
    receive(sessions, now, message("1", text="x" * 400, profile_name=None), message("2", profile_name="Sara"))
    with sessions() as session:
        entry = session.scalars(select(models.ConsentEvent)).one()
        talk = session.scalars(select(models.Conversation)).one()
        assert (entry.contact_id, entry.purpose, entry.channel) == (talk.contact_id, "service", "whatsapp")
        assert (entry.given, entry.source, entry.words, entry.at) == (True, "person", "x" * 300, now)
        assert (talk.talker, talk.last_inbound_at, talk.contact.wants_updates) == ("assistant", now, False)
        assert (talk.address.profile_name, talk.contact.variety, talk.contact.variety_chosen) == (
            "Sara",
            None,
            False,
        )


def test_who_is_known_by_an_address_alone_gets_a_conversation(sessions: Sessions, now: datetime) -> None:
    """Somebody of the staff, who was alerted there."""
    with transaction(sessions) as session:
        known = contacts.contact_at(session, channel=Channel.WHATSAPP, address=SARA, now=now)
    receive(sessions, now, message("1"))
    with sessions() as session:
        assert session.scalars(select(models.Conversation.contact_id)).all() == [known]
        assert session.scalars(select(models.ConsentEvent.contact_id)).all() == [known]


def test_nothing_is_stored_of_nothing(sessions: Sessions, now: datetime) -> None:
    assert receive(sessions, now) == []
