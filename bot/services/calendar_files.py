"""A booking as a file for the phone's calendar (iCalendar, RFC 5545)."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from icalendar import Alarm, Calendar, Event
from sqlalchemy.orm import Session

from bot.core.errors import NotFound
from bot.core.geo import map_link
from bot.core.locales import variety_or_default
from bot.core.texts import Texts
from bot.services import reminder_words
from bot.services.reminders import CommuneName
from bot.store.models import Booking, Stop

PURPOSE = "calendar"
"""What the links to these files are signed for."""


def of_booking(
    session: Session, *, booking_id: int, texts: Texts, commune_name: CommuneName, now: datetime
) -> bytes:
    """The file, in the person's variety; opened again after a move it changes the same entry. Raises NotFound."""
    booking = session.get(Booking, booking_id)
    if booking is None or booking.status not in ("active", "past"):
        raise NotFound(f"booking {booking_id} has no time")
    variety = variety_or_default(booking.contact.variety)
    time, stop = booking.appointment_time, session.get_one(Stop, booking.appointment_time.stop_id)
    said = reminder_words.place_values(time, stop, commune_name)
    names = [said["commune"], *([said["venue"]] if "venue" in said else [])]
    script = "ar" if variety.is_arabic_script else "fr"
    event = Event()
    event.add("uid", f"booking-{booking.code}@ana-m3ak")
    event.add("sequence", booking.version)
    event.add("dtstamp", now.astimezone(UTC))
    # In UTC: phones that do not know Morocco's clock in Ramadan show the right hour all the same.
    event.add("dtstart", time.starts_at.astimezone(UTC))
    event.add("dtend", time.starts_at.astimezone(UTC) + timedelta(minutes=stop.minutes))
    event.add("summary", texts.say("calendar_title", variety, {"name": booking.name}))
    note = texts.say("calendar_note", variety, {"code": booking.code})
    event.add("description", f"{note}\n{map_link(stop.latitude, stop.longitude)}")
    event.add("location", ", ".join(str(name[script]) for name in names))
    event.add("geo", (stop.latitude, stop.longitude))
    event.add_component(_alarm(note))
    calendar = Calendar()
    calendar.add("prodid", "-//Ana M3ak//caravan//")
    calendar.add("version", "2.0")
    calendar.add("method", "PUBLISH")
    calendar.add_component(event)
    return bytes(calendar.to_ical())


def _alarm(words: str) -> Alarm:
    alarm = Alarm()
    alarm.add("action", "DISPLAY")
    alarm.add("trigger", timedelta(minutes=-90))
    alarm.add("description", words)
    return alarm
