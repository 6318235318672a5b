"""A booking as a calendar file."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from bot.core.errors import NotFound
from bot.core.signed import number_of, signed
from bot.core.texts import default_texts
from bot.services import bookings, calendar_files
from bot.store.engine import Sessions, transaction
from tests.services.conftest import MakeConversation, MakeStop
from tests.services.visits import book


def test_the_file_says_where_and_when_and_is_gone_with_the_booking(
    sessions: Sessions, now: datetime, make_stop: MakeStop, make_conversation: MakeConversation
) -> None:
    time = make_stop().appointment_times[1]
    booking = book(sessions, make_conversation(), time, now)

    def file() -> bytes:
        with sessions() as session:
            return calendar_files.of_booking(
                session,
                booking_id=booking.id,
                texts=default_texts(),
                commune_name=lambda code: {"fr": "Tiflet", "ar": "تيفلت"},
                now=now,
            )

    lines = file().decode().replace("\r\n ", "").splitlines()
    begins = time.starts_at.astimezone(UTC)
    assert f"DTSTART:{begins:%Y%m%dT%H%M%SZ}" in lines
    assert f"DTEND:{begins + timedelta(minutes=30):%Y%m%dT%H%M%SZ}" in lines
    assert "LOCATION:تيفلت" in lines
    assert any(line.startswith("DESCRIPTION:") and booking.code in line for line in lines)
    assert lines.count("BEGIN:VALARM") == 1
    assert lines.count("BEGIN:VEVENT") == 1
    with transaction(sessions) as session:
        bookings.cancel(session, booking_id=booking.id, contact_id=booking.contact_id, now=now)
    with pytest.raises(NotFound):
        file()


@pytest.mark.parametrize(
    "token", ["", "7", "7-", "7-AAAAAAAAAAAAAAAAAAAAAA", "8-{signature}", "-7-x", "٧-x", "7" * 30 + "-x"]
)
def test_a_link_is_not_guessed(token: str) -> None:
    signature = signed("secret", "calendar", 7).partition("-")[2]
    assert number_of("secret", "calendar", f"7-{signature}") == 7
    assert number_of("secret", "calendar", token.format(signature=signature)) is None
    assert number_of("other", "calendar", f"7-{signature}") is None
    assert number_of("secret", "other", f"7-{signature}") is None
