"""The calendar's pages: a stop, a new one, changes of plan, the spreadsheet, and the list of calls."""

from __future__ import annotations

import html
import re
from collections.abc import Callable
from datetime import date, datetime, time, timedelta
from typing import Any

import pytest
from sqlalchemy import func, select

from bot.core.messages import Channel
from bot.core.reminder_rules import CASABLANCA
from bot.core.texts import default_texts
from bot.core.timetable import PlannedStop
from bot.services import announcements, bookings, calls, contacts, preferences, stop_edits
from bot.store.engine import Sessions, transaction
from bot.store.models import AuditEvent, Booking, Call, Caravan, PlanChange, Stop

STOPS = "/console/stops"
DAY = date(2026, 12, 3)


@pytest.fixture
def app_options() -> dict[str, Any]:
    return {"texts": default_texts}


def planned(commune: str = "04.291.01.05", day: date = DAY) -> PlannedStop:
    return PlannedStop(
        commune_code=commune,
        day=day,
        opens_at=time(9),
        closes_at=time(12),
        breaks=(),
        advisers=2,
        minutes=60,
        latitude=33.9,
        longitude=-6.3,
        venue_fr="Maison des jeunes",
        venue_ar="دار الشباب",
    )


@pytest.fixture
def stop(sessions: Sessions, clock: Any) -> Stop:
    """Tiflet on Thursday 3 December, and Oulmes on the 7th."""
    with transaction(sessions) as session:
        caravan = Caravan(
            code="c", province_code="04.291", is_example=False, is_current=True, facts={}, loaded_at=clock()
        )
        session.add(caravan)
        session.flush()
        made = stop_edits.create(session, caravan=caravan, plan=planned(), status="confirmed", now=clock())
        other = planned("04.291.05.11", date(2026, 12, 7))
        stop_edits.create(session, caravan=caravan, plan=other, status="confirmed", now=clock())
    return made


@pytest.fixture
def sara(sessions: Sessions, clock: Any, stop: Stop) -> Booking:
    """Sara has a place at nine; she wrote on WhatsApp just now."""
    with transaction(sessions) as session:
        talk = contacts.conversation_for(
            session,
            channel=Channel.WHATSAPP,
            address="+212612345678",
            profile_name="Sara",
            phone="+212612345678",
            now=clock(),
        )
        talk.last_inbound_at = clock()
        talk.contact.variety = "fr"
        return bookings.book(
            session,
            contact_id=talk.contact_id,
            conversation_id=talk.id,
            appointment_time_id=session.get_one(Stop, stop.id).appointment_times[0].id,
            name="Sara Benali",
            phone="+212612345678",
            now=clock(),
        )


@pytest.fixture
def nadia(log_in: Callable[..., Any]) -> Any:
    """The organiser."""
    return log_in("nadia")


def hidden(page: Any) -> dict[str, str]:
    """The hidden fields of a page's last form."""
    last = page.text.rsplit("<form", 1)[-1] if 'name="mark"' not in page.text else page.text
    return {
        name: html.unescape(value)
        for name, value in re.findall(r'type="hidden" name="(\w+)" value="([^"]*)"', last)
    }


def where(sessions: Sessions, booking: Booking) -> str:
    with sessions() as session:
        known = session.get_one(Booking, booking.id)
        return f"{known.status} {known.appointment_time.starts_at.astimezone(CASABLANCA):%d/%m %H:%M}"


def previewed(desk: Any, stop: Stop, kind: str, **fields: str) -> Any:
    at = f"{STOPS}/{stop.id}/change/{kind}"
    return desk.send(at, fields, form_at=at)


def confirmed(desk: Any, stop: Stop, kind: str, **fields: str) -> Any:
    shown = previewed(desk, stop, kind, **fields)
    return desk.post(f"{STOPS}/{stop.id}/change/{kind}/confirm", data=hidden(shown))


def test_a_stop_shows_its_times_and_who_has_them(nadia: Any, sara: Booking, stop: Stop) -> None:
    shown = nadia.get(f"{STOPS}/{stop.id}").text
    for words in ("Sara Benali", sara.code, "+212 6•• •• •• 78", "1/2", "Maison des jeunes", "09:00"):
        assert words in shown
    assert "+212 6 12 34 56 78" not in shown
    assert f'href="{STOPS}/{stop.id}"' in nadia.get(STOPS).text


def test_who_does_not_plan_sees_no_numbers_and_no_forms(
    log_in: Callable[..., Any], sara: Booking, stop: Stop
) -> None:
    shown = log_in("said").get(f"{STOPS}/{stop.id}").text
    assert "Sara Benali" in shown
    assert "+212 6 12 34 56 78" not in shown
    assert "/change/" not in shown


def test_looking_at_people_is_recorded(nadia: Any, sara: Booking, stop: Stop, sessions: Sessions) -> None:
    nadia.get(f"{STOPS}/{stop.id}")
    with sessions() as session:
        seen = session.scalars(select(AuditEvent).where(AuditEvent.action == "stop_viewed")).one()
    assert seen.detail == {"stop": [stop.id], "booking": [sara.id]}


def test_weeks_and_months_show_their_stops(nadia: Any, stop: Stop) -> None:
    assert f"{STOPS}/{stop.id}" in nadia.get(f"{STOPS}?view=week&at=2026-12-01").text
    assert f"{STOPS}/{stop.id}" not in nadia.get(f"{STOPS}?view=week&at=2026-12-07").text
    month = nadia.get(f"{STOPS}?view=month&at=2026-12-20").text
    assert f"{STOPS}/{stop.id}" in month
    assert "at=2026-11-30" in month
    assert "at=2027-01-01" in month
    assert nadia.get(f"{STOPS}?view=month&at=2026-10-20").status_code == 200


FIELDS = {
    "commune": "04.291.01.03",
    "day": "2026-12-11",
    "opens": "09:00",
    "closes": "16:00",
    "breaks": "-",
    "advisers": "2",
    "minutes": "30",
    "service_jobs": "yes",
    "own_jobs": "0",
    "service_financing": "yes",
    "own_financing": "1",
    "own_training": "0",
    "walk_in": "20",
    "venue_fr": "Souk",
    "venue_ar": "السوق",
    "place": "",
    "status": "planned",
}


def test_a_new_stop_is_made_and_warned_about(nadia: Any, stop: Stop, sessions: Sessions) -> None:
    done = nadia.send(f"{STOPS}/new", FIELDS, form_at=f"{STOPS}/new")
    assert done.status_code == 303
    assert "Vendredi sans pause pour la prière" in nadia.get(done.headers["location"]).text
    with sessions() as session:
        made = session.scalars(select(Stop).where(Stop.commune_code == "04.291.01.03")).one()
        assert (made.services, made.own_advisers, made.walk_in) == (
            ["jobs", "financing"],
            {"financing": 1},
            20,
        )


def test_a_place_is_a_link_or_numbers_or_the_middle(nadia: Any, stop: Stop, sessions: Sessions) -> None:
    link = "https://www.google.com/maps/place/Souk/@33.1,-6.1,17z/data=!8m2!3d33.82406!4d-6.06627"
    for day, place, kept in (("2026-12-05", link, 33.82406), ("2026-12-06", "33,9 ; -6,3", 33.9)):
        done = nadia.send(f"{STOPS}/new", FIELDS | {"day": day, "place": place}, form_at=f"{STOPS}/new")
        assert done.status_code == 303
        with sessions() as session:
            made = session.get_one(Stop, int(done.headers["location"].rpartition("/")[2]))
            assert made.latitude == kept
        assert f'value="{kept:.5f}, -6.' in nadia.get(f"{STOPS}/{made.id}/edit").text


@pytest.mark.parametrize(
    ("place", "words"),
    [
        ("https://maps.app.goo.gl/abc", "est un lien raccourci"),
        ("au souk", "ni un lien de carte"),
        ("48.85, 2.35", "au Maroc"),
    ],
)
def test_what_is_no_place_is_said_and_stays(nadia: Any, stop: Stop, place: str, words: str) -> None:
    refused = nadia.send(f"{STOPS}/new", FIELDS | {"place": place}, form_at=f"{STOPS}/new")
    assert (refused.status_code, words in refused.text) == (422, True)
    assert f'value="{place}"' in refused.text


def test_a_tap_on_the_province_fills_the_place_and_its_commune(
    nadia: Any, stop: Stop, sessions: Sessions
) -> None:
    with sessions() as session:
        before = session.scalar(select(func.count()).select_from(Stop))
    fields = FIELDS | {"commune": "", "venue_fr": "Souk du mardi", "map.x": "140", "map.y": "110"}
    shown = nadia.send(f"{STOPS}/new", fields, form_at=f"{STOPS}/new")
    assert shown.status_code == 200
    place = re.search(r'name="place" value="([^"]+)"', shown.text)
    commune = re.search(r'<option value="([^"]+)" selected>', shown.text)
    assert place is not None
    assert commune is not None
    assert 'value="Souk du mardi"' in shown.text
    pictured = nadia.get(f"{STOPS}/province.svg", params={"commune": commune[1], "at": place[1]})
    assert pictured.headers["content-type"].startswith("image/svg+xml")
    assert "#cfe6d8" in pictured.text
    assert "#a33b16" in pictured.text
    with sessions() as session:
        assert session.scalar(select(func.count()).select_from(Stop)) == before
    outside = nadia.send(f"{STOPS}/new", FIELDS | {"map.x": "0", "map.y": "0"}, form_at=f"{STOPS}/new")
    assert 'name="place" value=""' in outside.text


def test_what_is_wrong_in_a_form_is_said_and_what_was_written_stays(nadia: Any, stop: Stop) -> None:
    wrong = nadia.send(
        f"{STOPS}/new", FIELDS | {"closes": "08:00", "venue_fr": "<b>"}, form_at=f"{STOPS}/new"
    )
    assert wrong.status_code == 422
    assert "doit suivre l’ouverture" in wrong.text
    assert 'value="&lt;b&gt;"' in wrong.text
    assert re.findall(r'name="(service_[a-z]+)" value="yes" checked', wrong.text) == [
        "service_jobs",
        "service_financing",
    ]
    without = {name: value for name, value in FIELDS.items() if not name.startswith("service_")}
    assert nadia.send(f"{STOPS}/new", without, form_at=f"{STOPS}/new").status_code == 422
    past = nadia.send(f"{STOPS}/new", FIELDS | {"day": "2026-11-01"}, form_at=f"{STOPS}/new")
    assert (past.status_code, "déjà passé" in past.text) == (409, True)


def test_an_edit_that_would_harm_somebody_points_to_the_change_of_plan(
    nadia: Any, sara: Booking, stop: Stop
) -> None:
    at = f"{STOPS}/{stop.id}/edit"
    form = nadia.get(at).text
    assert 'value="09:00"' in form
    fields = FIELDS | {"commune": "04.291.01.05", "day": "2026-12-03", "opens": "10:00", "minutes": "60"}
    refused = nadia.send(at, fields, form_at=at)
    assert (refused.status_code, "passez par" in refused.text) == (409, True)


def test_one_time_is_adjusted(nadia: Any, stop: Stop, sara: Booking, sessions: Sessions) -> None:
    with sessions() as session:
        first = session.get_one(Stop, stop.id).appointment_times[0]
    at = f"{STOPS}/{stop.id}"
    assert (
        nadia.send(f"{at}/times/{first.id}", {"capacity": "4", "closed": "yes"}, form_at=at).status_code
        == 303
    )
    shown = nadia.get(at).text
    assert "1/4" in shown
    assert "fermée" in shown
    for wrong in ("0", "x"):
        assert nadia.send(f"{at}/times/{first.id}", {"capacity": wrong}, form_at=at).status_code == 409


def test_a_postponement_is_previewed_confirmed_and_undone(
    nadia: Any, stop: Stop, sara: Booking, sessions: Sessions
) -> None:
    shown = previewed(nadia, stop, "postpone", day="2026-12-10", opens="09:00", closes="12:00")
    for words in (
        "Sara Benali",
        "jeudi 10 décembre",
        "WhatsApp",
        "français",
        "même heure",
        "D&#39;accord, je garde",
    ):
        assert words in shown.text
    assert where(sessions, sara) == "active 03/12 09:00"
    done = nadia.post(f"{STOPS}/{stop.id}/change/postpone/confirm", data=hidden(shown))
    again = nadia.post(f"{STOPS}/{stop.id}/change/postpone/confirm", data=hidden(shown))
    assert (done.status_code, again.headers["location"]) == (303, done.headers["location"])
    assert where(sessions, sara) == "active 10/12 09:00"
    assert "Personne n’est encore prévenu" in nadia.get(done.headers["location"]).text
    undone = nadia.send(f"{done.headers['location']}/undo", {}, form_at=done.headers["location"])
    assert undone.status_code == 303
    assert where(sessions, sara) == "active 03/12 09:00"
    assert "a été annulé" in nadia.get(done.headers["location"]).text


def test_a_friday_takes_the_long_break(nadia: Any, stop: Stop, sessions: Sessions) -> None:
    with transaction(sessions) as session:
        session.get_one(Stop, stop.id).breaks = [["12:30", "14:00"]]
    confirmed(nadia, stop, "postpone", day="2026-12-11", opens="09:00", closes="16:00")
    with sessions() as session:
        moved = session.scalars(select(Stop).where(Stop.day == date(2026, 12, 11))).one()
        assert moved.breaks == [["12:00", "14:30"]]


def test_once_told_there_is_no_way_back(
    nadia: Any, stop: Stop, sara: Booking, sessions: Sessions, clock: Any
) -> None:
    done = confirmed(nadia, stop, "cancel")
    with transaction(sessions) as session:
        announcements.release(session, now=clock() + timedelta(minutes=5))
    page = nadia.get(done.headers["location"])
    assert "ne peut plus être annulé" in page.text
    token = nadia.token(STOPS)
    refused = nadia.post(f"{done.headers['location']}/undo", data={"csrf": token})
    assert (refused.status_code, "trop tard" in refused.text) == (409, True)


def test_a_booking_made_after_the_preview_brings_it_back(
    nadia: Any, stop: Stop, sara: Booking, sessions: Sessions, clock: Any
) -> None:
    shown = previewed(nadia, stop, "cancel")
    with transaction(sessions) as session:
        bookings.book(
            session,
            contact_id=sara.contact_id,
            conversation_id=sara.conversation_id,
            appointment_time_id=session.get_one(Stop, stop.id).appointment_times[1].id,
            name="Amal",
            phone="+212612345678",
            now=clock(),
        )
    refused = nadia.post(f"{STOPS}/{stop.id}/change/cancel/confirm", data=hidden(shown))
    assert (refused.status_code, "quelque chose a changé" in refused.text) == (409, True)
    with sessions() as session:
        assert session.scalars(select(PlanChange)).all() == []


@pytest.mark.parametrize(
    ("kind", "fields", "words"),
    [
        ("postpone", {"day": "2026-11-01", "opens": "09:00", "closes": "12:00"}, "déjà passé"),
        ("postpone", {"day": "demain", "opens": "09:00", "closes": "12:00"}, "n’est pas une date"),
        ("hours", {"opens": "08:00", "closes": "12:00"}, "on raccourcit"),
        ("advisers", {"advisers": "3"}, "on retire"),
        (
            "move",
            {
                "commune": "04.291.01.05",
                "day": "2026-12-03",
                "venue_fr": "Maison des jeunes",
                "venue_ar": "دار الشباب",
                "place": "33.9, -6.3",
            },
            "Rien ne change",
        ),
    ],
)
def test_a_change_that_makes_no_sense_is_said_so(
    nadia: Any, stop: Stop, kind: str, fields: dict[str, str], words: str
) -> None:
    refused = previewed(nadia, stop, kind, **fields)
    assert (refused.status_code, words in refused.text) == (409, True)


def test_there_are_five_kinds_of_change_and_no_sixth(nadia: Any, stop: Stop) -> None:
    for kind in ("postpone", "move", "cancel", "hours", "advisers"):
        assert nadia.get(f"{STOPS}/{stop.id}/change/{kind}").status_code == 200
    assert nadia.get(f"{STOPS}/{stop.id}/change/nothing").status_code == 404
    assert nadia.get(f"{STOPS}/999/change/cancel").status_code == 404


def test_the_timetable_goes_out_and_comes_in(nadia: Any, stop: Stop, sessions: Sessions) -> None:
    at = "/console/timetable"
    sheet = nadia.get(f"{at}/export.csv")
    assert "attachment" in sheet.headers["content-disposition"]
    token = nadia.token(at)

    def upload(content: bytes) -> Any:
        return nadia.post(at, data={"csrf": token}, files={"sheet": ("t.csv", content)})

    assert "Rien ne change" in upload(sheet.content).text
    assert nadia.get(f"{at}/export.xlsx").content.startswith(b"PK")
    wrong = upload(sheet.content.replace(b"09:00", b"25:00"))
    assert wrong.status_code == 422
    assert "Ligne 2" in wrong.text
    assert "25:00" in wrong.text
    shown = upload(sheet.content.replace(b",2,60,", b",4,60,"))
    assert "2 étapes changent" in shown.text
    content = re.search(r'name="content" value="([^"]+)"', shown.text)
    assert content is not None
    fields = {"csrf": token, "content": html.unescape(content[1])}
    assert nadia.post(f"{at}/apply", data=fields).status_code == 303
    with sessions() as session:
        assert set(session.scalars(select(Stop.advisers))) == {4}


def test_files_that_are_no_timetable_are_refused(nadia: Any, stop: Stop) -> None:
    at = "/console/timetable"
    token = nadia.token(at)
    broken = nadia.post(at, data={"csrf": token}, files={"sheet": ("t.xlsx", b"PK nonsense")})
    assert (broken.status_code, "ne peut pas être lu" in broken.text) == (422, True)
    assert nadia.post(at, data={"csrf": token}).status_code == 422
    assert nadia.post(f"{at}/apply", data={"csrf": token, "content": "%%%"}).status_code == 422


def test_calls_are_listed_with_numbers_and_noted(
    nadia: Any, sara: Booking, sessions: Sessions, clock: Any
) -> None:
    assert "Personne à appeler" in nadia.get("/console/calls").text
    with transaction(sessions) as session:
        calls.need(session, booking=session.get_one(Booking, sara.id), reason="change", now=clock())
        call_id = session.scalars(select(Call.id)).one()
    shown = nadia.get("/console/calls").text
    assert 'href="tel:+212612345678"' in shown
    assert "changement de programme" in shown
    at = f"/console/calls/{call_id}"
    assert nadia.send(at, {"result": "no_answer"}, form_at="/console/calls").status_code == 303
    assert "déjà essayé" in nadia.get("/console/calls").text
    nadia.send(at, {"result": "reached"}, form_at="/console/calls")
    assert "Personne à appeler" in nadia.get("/console/calls").text
    assert nadia.send(at, {"result": "nonsense"}, form_at="/console/calls").status_code == 422


def test_the_price_and_the_delays_are_the_organisers(
    nadia: Any, log_in: Callable[..., Any], sessions: Sessions
) -> None:
    at = "/console/calls"
    numbers = {key: str(value) for key, value in preferences.DEFAULTS.items()} | {"centimes_per_sms": "33"}
    assert nadia.send(f"{at}/preferences", numbers, form_at=at).status_code == 303
    with sessions() as session:
        assert preferences.get(session, "centimes_per_sms") == 33
    assert nadia.send(f"{at}/preferences", numbers | {"grace_seconds": "-1"}, form_at=at).status_code == 422
    assert "centimes_per_sms" not in log_in("said").get(at).text


@pytest.mark.parametrize("language", ["ar", "fr"])
def test_every_page_speaks_the_chosen_language(nadia: Any, stop: Stop, sara: Booking, language: str) -> None:
    nadia.send("/console/language", {"language": language, "back": STOPS}, form_at=STOPS)
    done = confirmed(nadia, stop, "advisers", advisers="1")
    for path in (
        f"{STOPS}/{stop.id}",
        f"{STOPS}/new",
        f"{STOPS}/{stop.id}/edit",
        f"{STOPS}/{stop.id}/change/move",
        done.headers["location"],
        "/console/timetable",
        "/console/calls",
    ):
        answer = nadia.get(path)
        assert answer.status_code == 200
        assert f'<html lang="{language}"' in answer.text


def test_the_pages_know_the_products_time(nadia: Any, stop: Stop, clock: Any) -> None:
    clock.at = datetime(2026, 12, 4, 9, tzinfo=clock.at.tzinfo)
    assert "/change/" not in nadia.get(f"{STOPS}/{stop.id}").text
