"""People by address: made once, with their variety, phone and wishes."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from threading import Barrier
from typing import Any

import pytest
from sqlalchemy import func, select, text
from sqlalchemy.exc import OperationalError

from bot.core.errors import NotFound
from bot.core.locales import Variety
from bot.core.messages import Channel
from bot.services import contacts
from bot.store.engine import Sessions, transaction
from bot.store.models import Contact, ContactAddress, Conversation
from tests.services.conftest import MakeConversation


def contact(sessions: Sessions, contact_id: int) -> Contact:
    with sessions() as session:
        return contacts.get(session, contact_id)


def address(sessions: Sessions, conversation: Conversation) -> ContactAddress:
    with sessions() as session:
        return session.get_one(ContactAddress, conversation.address_id)


def test_many_first_messages_at_once_make_one_contact(
    sessions: Sessions, make_conversation: MakeConversation
) -> None:
    start = Barrier(4)

    def write(_: int) -> tuple[int, int]:
        start.wait(10)
        made = make_conversation("+212600000001")
        return made.id, made.contact_id

    with ThreadPoolExecutor(4) as pool:
        assert len(set(pool.map(write, range(4)))) == 1
    with sessions() as session:
        for table in (Contact, ContactAddress, Conversation):
            assert session.scalar(select(func.count()).select_from(table)) == 1


def test_while_another_stores_the_address_one_waits_and_finds_it(
    sessions: Sessions, now: datetime, make_conversation: MakeConversation
) -> None:
    """The second has looked, and found nothing, before the first commits."""
    with ThreadPoolExecutor(1) as pool:
        with transaction(sessions) as session:
            first = contacts.conversation_for(
                session, channel=Channel.SMS, address="1", profile_name=None, phone=None, now=now
            )
            second = pool.submit(make_conversation, "1", Channel.SMS)
            wait_until_blocked(sessions)
        assert second.result(10).id == first.id
    with sessions() as session:
        assert session.scalar(select(func.count()).select_from(Contact)) == 1


def wait_until_blocked(sessions: Sessions) -> None:
    """Until a session of this database waits for another's transaction; the database itself pauses between looks."""
    query = "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'"
    with sessions() as session:
        connection = session.connection()
        for _ in range(500):
            if connection.exec_driver_sql(query).scalar_one():
                return
            connection.exec_driver_sql("SELECT pg_sleep(0.01), pg_stat_clear_snapshot()")
    pytest.fail("nobody waited")


def test_an_address_belongs_to_its_channel(make_conversation: MakeConversation) -> None:
    one = make_conversation("77", Channel.TELEGRAM)
    assert make_conversation("77", Channel.TELEGRAM).id == one.id
    assert make_conversation("77", Channel.SMS).contact_id != one.contact_id


def test_a_later_message_without_a_name_keeps_the_known_one(
    sessions: Sessions, now: datetime, make_conversation: MakeConversation
) -> None:
    person = make_conversation("77", Channel.TELEGRAM)
    for name, expected in ((None, "Sara"), ("Sara B.", "Sara B.")):
        with transaction(sessions) as session:
            contacts.conversation_for(
                session, channel=Channel.TELEGRAM, address="77", profile_name=name, phone=None, now=now
            )
        assert address(sessions, person).profile_name == expected


def test_shut_out_and_let_in_again(
    sessions: Sessions, now: datetime, make_conversation: MakeConversation
) -> None:
    person = make_conversation("77", Channel.TELEGRAM)
    for blocked, expected in ((True, now), (False, None), (True, now)):
        with transaction(sessions) as session:
            contacts.note_block(session, channel=Channel.TELEGRAM, address="77", blocked=blocked, now=now)
        assert address(sessions, person).blocked_at == expected
    make_conversation("77", Channel.TELEGRAM)
    assert address(sessions, person).blocked_at is None, "who writes lets us in"


def test_a_block_by_somebody_who_never_wrote_is_passed_over(sessions: Sessions, now: datetime) -> None:
    with transaction(sessions) as session:
        contacts.note_block(session, channel=Channel.TELEGRAM, address="404", blocked=True, now=now)
    with sessions() as session:
        assert session.scalar(select(func.count()).select_from(ContactAddress)) == 0


def test_a_variety_is_remembered_and_one_that_was_asked_for_is_marked(
    sessions: Sessions, make_conversation: MakeConversation
) -> None:
    person = make_conversation().contact_id
    with transaction(sessions) as session:
        contacts.remember_variety(session, contact_id=person, variety=Variety.DARIJA_LATIN)
    assert (contact(sessions, person).variety, contact(sessions, person).variety_chosen) == (
        "ary-Latn",
        False,
    )
    with transaction(sessions) as session:
        contacts.choose_variety(session, contact_id=person, variety=Variety.FRENCH)
    assert (contact(sessions, person).variety, contact(sessions, person).variety_chosen) == ("fr", True)


def test_who_is_not_there_is_not_found(sessions: Sessions) -> None:
    with pytest.raises(NotFound):
        contact(sessions, 404)


def test_messages_of_one_moment_wait_for_each_other_before_they_are_numbered(
    sessions: Sessions, now: datetime, make_conversation: MakeConversation
) -> None:
    """Numbers and jobs of a conversation come in one order, whoever is quicker in between."""
    make_conversation("+212612345678")
    common: dict[str, Any] = {
        "channel": Channel.WHATSAPP,
        "address": "+212612345678",
        "profile_name": None,
        "phone": "+212612345678",
        "now": now,
    }
    with transaction(sessions) as first, sessions.begin() as second:
        contacts.conversation_for(first, **common)
        second.execute(text("SET LOCAL lock_timeout = '200ms'"))
        with pytest.raises(OperationalError, match="lock timeout"):
            contacts.conversation_for(second, **common)
        second.rollback()
