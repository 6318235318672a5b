"""Erasing: nothing of a person is left in any table."""

from __future__ import annotations

import json
from datetime import datetime, timedelta

import pytest
from sqlalchemy import text

from bot.core.bubbles import Bubble
from bot.core.errors import NotFound
from bot.core.messages import Channel, InboundKind, InboundMessage, MediaItem
from bot.services import (
    attachments,
    bookings,
    consent,
    data_export,
    erasure,
    handoffs,
    ideas,
    messages,
    personal_data,
    receiving,
)
from bot.store.engine import Sessions, transaction
from bot.store.models import (
    AppointmentTime,
    Base,
    Contact,
    Conversation,
    DeliveryEvent,
    MediaFile,
    OutboundMessage,
)
from tests.services.conftest import MakeStop

NUMBER = "+212661122334"
WORDS = "words that only this person wrote"
NAME = "Zoubida Benchekroun"
FILE = "f" * 32


def fill(sessions: Sessions, now: datetime, make_stop: MakeStop) -> int:
    """A person with everything; the id of the appointment time they took."""
    time = make_stop().appointment_times[0]
    message = InboundMessage(
        channel=Channel.WHATSAPP,
        provider_id="SM1",
        address=NUMBER,
        kind=InboundKind.TEXT,
        text=WORDS,
        raw={"Body": WORDS, "From": NUMBER},
        profile_name=NAME,
        media=(MediaItem(reference=f"https://api.twilio.com/{WORDS}", content_type="audio/ogg"),),
    )
    with transaction(sessions) as session:
        turn = receiving.receive(session, message, now=now)
        assert turn is not None
        messages.complete_turn(
            session, inbound_id=turn, outcome="answered", bubbles=[Bubble(text=WORDS)], now=now
        )
        talk = session.query(Conversation).one()
        bookings.book(
            session,
            contact_id=talk.contact_id,
            conversation_id=talk.id,
            appointment_time_id=time.id,
            name=NAME,
            phone=NUMBER,
            now=now,
        )
        ideas.submit(
            session,
            contact_id=talk.contact_id,
            summary=WORDS,
            place=WORDS,
            commune_code=None,
            sector="other",
            needs=WORDS,
            now=now,
        )
        handoffs.request(session, conversation_id=talk.id, reason="asked", now=now)
        consent.stop(session, contact_id=talk.contact_id, channel=Channel.WHATSAPP, words=WORDS, now=now)
        sent = session.query(OutboundMessage).first()
        assert sent is not None
        session.add(
            DeliveryEvent(outbound_id=sent.id, status="read", raw={"To": NUMBER, "Body": WORDS}, at=now)
        )
        media = session.query(MediaFile).one()
        attachments.stored(session, media_id=media.id, name=FILE, content_type="audio/ogg", size=4, now=now)
        session.execute(
            text("INSERT INTO rasa.events (sender_id, type_name, data) VALUES (:sender, 'user', :data)"),
            {"sender": str(talk.id), "data": f'{{"text": "{WORDS}"}}'},
        )
    return time.id


TABLES = """
SELECT quote_ident(table_schema) || '.' || quote_ident(table_name) FROM information_schema.tables
WHERE table_type = 'BASE TABLE' AND table_schema NOT IN ('pg_catalog', 'information_schema')
"""


def everything(sessions: Sessions) -> str:
    """All that is in the database: every table there is, the queue's and Rasa's too."""
    with sessions() as session:
        tables = session.execute(text(TABLES)).scalars().all()
        assert {"rasa.events", "public.procrastinate_jobs", "public.contact"} <= set(tables)
        rows = [session.execute(text(f"SELECT t::text FROM {name} AS t")).scalars().all() for name in tables]
    return "\n".join(row for found in rows for row in found)


def test_every_table_that_refers_to_a_person_is_seen_to() -> None:
    """A table that is new belongs into the list, whose order keeps what is referred to until last."""
    listed = [model.__tablename__ for model, _ in personal_data.belongings([1])]
    personal = {"contact"}
    tables = Base.metadata.tables.values()
    while True:
        found = {t.name for t in tables if any(key.column.table.name in personal for key in t.foreign_keys)}
        if found <= personal:
            break
        personal |= found
    assert personal == set(listed)


def test_nothing_is_left_and_the_place_is_free(
    sessions: Sessions, now: datetime, make_stop: MakeStop
) -> None:
    time_id = fill(sessions, now, make_stop)
    before = everything(sessions)
    assert all(trace in before for trace in (NUMBER, WORDS, NAME, FILE))
    with transaction(sessions) as session:
        erased = erasure.erase(session, phone_or_address=NUMBER, now=now)
    assert (erased.contacts, erased.media) == (1, (FILE,))
    left = everything(sessions)
    for trace in (NUMBER, NUMBER.removeprefix("+212"), WORDS, NAME, FILE):
        assert trace not in left
    with sessions() as session:
        assert session.get_one(AppointmentTime, time_id).taken == 0


def ask(sessions: Sessions, now: datetime) -> None:
    with transaction(sessions) as session:
        erasure.request(session, contact_id=session.query(Contact).one().id, now=now)


def carry_out(sessions: Sessions, now: datetime) -> int:
    with transaction(sessions) as session:
        return erasure.carry_out(session, now=now).contacts


def test_who_asked_is_erased_once_the_conversation_is_at_rest(
    sessions: Sessions, now: datetime, make_stop: MakeStop
) -> None:
    fill(sessions, now, make_stop)
    for _ in range(2):
        ask(sessions, now)
    assert carry_out(sessions, now + timedelta(seconds=30)) == 0
    assert carry_out(sessions, now + timedelta(seconds=61)) == 1
    assert NUMBER not in everything(sessions)
    assert carry_out(sessions, now + timedelta(seconds=62)) == 0


def test_who_goes_on_writing_is_erased_within_a_day_all_the_same(
    sessions: Sessions, now: datetime, make_stop: MakeStop
) -> None:
    fill(sessions, now, make_stop)
    ask(sessions, now)
    with transaction(sessions) as session:
        session.query(Conversation).one().last_activity_at = now + timedelta(hours=20)
    assert carry_out(sessions, now + timedelta(hours=19, minutes=59)) == 0
    assert carry_out(sessions, now + timedelta(hours=20)) == 1


def test_somebody_who_is_not_known_is_said_to_be_so(sessions: Sessions, now: datetime) -> None:
    with pytest.raises(NotFound), transaction(sessions) as session:
        erasure.erase(session, phone_or_address="+212600000000", now=now)


def test_a_copy_holds_everything_that_would_be_erased(
    sessions: Sessions, now: datetime, make_stop: MakeStop
) -> None:
    fill(sessions, now, make_stop)
    with sessions() as session:
        copy = data_export.export(session, contact_id=session.query(Contact).one().id, now=now)
    tables = json.loads(json.dumps(copy))["tables"]
    assert set(tables) == {m.__tablename__ for m, _ in personal_data.belongings([1])} | {"rasa.events"}
    assert tables["inbound_message"][0]["text"] == WORDS
    assert tables["booking"][0]["name"] == NAME
    assert tables["rasa.events"] == [{"text": WORDS}]


def test_a_copy_holds_nothing_of_others(sessions: Sessions, now: datetime, make_stop: MakeStop) -> None:
    fill(sessions, now, make_stop)
    with transaction(sessions) as session:
        other = Contact(created_at=now)
        session.add(other)
        session.flush()
        copy = json.dumps(data_export.export(session, contact_id=other.id, now=now))
    assert NUMBER not in copy
    assert WORDS not in copy
