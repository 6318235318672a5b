"""``kill -9`` of each process in the middle of a conversation: nothing is lost, nothing is booked twice, the talk goes on."""

from __future__ import annotations

import os
import re
import signal
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import Any

import psycopg
import pytest

from tests.e2e.phone import Phone
from tests.e2e.product import Product

RECOVERY = 90.0
VICTIMS = ("rasa", "actions", "worker", "web")
LAST_STOP = "Majmaa Tolba"
"""Ahead of the clock, however far the dialogues have moved it."""
CONFIRMED = re.compile(r"C'est noté")


def before_the_summary(product: Product, number: str) -> Phone:
    """A person who has chosen a stop and a time and has been asked for the name."""
    phone = Phone(product, number, "whatsapp")
    phone.send(text=f"je voudrais un rendez-vous à {LAST_STOP} s'il vous plaît")
    phone.send(text=phone.number_of(LAST_STOP))
    phone.send(text=phone.number_of(r"^\d\d:\d\d$"))
    assert "nom" in phone.words()
    return phone


def before_the_yes(product: Product, number: str) -> Phone:
    """A person who has read the summary."""
    phone = before_the_summary(product, number)
    phone.send(text="Sara Benali")
    assert "Sara Benali" in phone.words()
    return phone


def kill(pid: int) -> None:
    os.kill(pid, signal.SIGKILL)


def wait_for_restart(product: Product, program: str, killed: int) -> None:
    """Return when another process runs in its place and all are healthy."""
    deadline = time.monotonic() + RECOVERY
    while time.monotonic() < deadline:
        try:
            if product.pid(program) != killed:
                product.wait_until_healthy(RECOVERY)
                return
        except AssertionError:
            pass  # it is being started
        time.sleep(0.3)
    raise AssertionError(f"{program} was not started again")


def expect_one_booking(product: Product, phone: Phone) -> None:
    """The confirmation came once, the place is taken once, every message is answered, and the talk goes on."""
    phone.wait_for_answer(RECOVERY)
    mine = product.state("bookings", phone=phone.number)
    assert [(booking["name"], booking["status"]) for booking in mine] == [("Sara Benali", "active")]
    assert len([m for m in phone.all() if CONFIRMED.search(str(m["text"]))]) == 1
    messages = product.state("conversations", phone=phone.number)[0]["messages"]
    heard = [message["status"] for message in messages if message["direction"] == "in"]
    assert set(heard) == {"answered"}, heard
    phone.send(text="c'est quand mon rendez-vous ?")
    assert mine[0]["code"] in phone.words()


@contextmanager
def held_up(product: Product, day: str) -> Iterator[psycopg.Connection[Any]]:
    """The places of a stop cannot be taken while this lasts: who tries waits in the middle of a transaction."""
    with psycopg.connect(product.database_url()) as connection:
        connection.execute(
            "SELECT FROM appointment_time JOIN stop ON stop.id = stop_id WHERE day = %s FOR UPDATE", (day,)
        )
        yield connection


def wait_until_somebody_waits(product: Product) -> None:
    """Return when a transaction of the product waits for the places that are held up."""
    waiting = (
        "SELECT count(*) FROM pg_stat_activity"
        " WHERE wait_event_type = 'Lock' AND query ILIKE '%%UPDATE%%appointment_time%%' AND pid <> pg_backend_pid()"
    )
    deadline = time.monotonic() + RECOVERY
    with psycopg.connect(product.database_url(), autocommit=True) as connection:
        while time.monotonic() < deadline:
            row = connection.execute(waiting).fetchone()
            if row is not None and row[0] > 0:
                return
            time.sleep(0.05)
    raise AssertionError("nobody tries to take a place")


def last_day(product: Product) -> str:
    """The day of the last stop."""
    days = [datetime.fromisoformat(stop["date"]).date() for stop in product.state("stops")]
    return max(days).isoformat()


@pytest.mark.parametrize("victim", VICTIMS)
def test_killed_right_after_a_message_was_sent(product: Product, victim: str) -> None:
    phone = before_the_yes(product, f"+21267001{VICTIMS.index(victim):04d}")
    pid = product.pid(victim)
    phone.send(text="oui", wait=False)
    kill(pid)
    wait_for_restart(product, victim, pid)
    expect_one_booking(product, phone)


@pytest.mark.parametrize("victim", VICTIMS)
def test_killed_while_the_place_is_being_taken(product: Product, victim: str) -> None:
    phone = before_the_yes(product, f"+21267002{VICTIMS.index(victim):04d}")
    pid = product.pid(victim)
    with held_up(product, last_day(product)):
        phone.send(text="oui", wait=False)
        wait_until_somebody_waits(product)
        kill(pid)
        wait_for_restart(product, victim, pid)
    expect_one_booking(product, phone)


def test_a_message_to_a_web_service_that_is_down_is_sent_again(product: Product) -> None:
    phone = before_the_summary(product, "+212670030000")
    pid = product.pid("web")
    kill(pid)
    phone.send_stubbornly(text="Sara Benali")
    phone.wait_for_answer(RECOVERY)
    assert "Sara Benali" in phone.words()
    wait_for_restart(product, "web", pid)
    phone.send(text="oui")
    expect_one_booking(product, phone)


def test_a_worker_killed_while_its_message_is_on_the_way_sends_it_once(product: Product) -> None:
    phone = before_the_yes(product, "+212670030001")
    pid = product.pid("worker")
    product.set_faults(delay_ms=4000)
    try:
        phone.send(text="oui", wait=False)
        wait_until_sending(product, phone)
        kill(pid)
    finally:
        product.set_faults(delay_ms=0)
    wait_for_restart(product, "worker", pid)
    expect_one_booking(product, phone)


def wait_until_sending(product: Product, phone: Phone) -> None:
    """Return when the last message to this phone is on its way to the provider."""
    deadline = time.monotonic() + RECOVERY
    while time.monotonic() < deadline:
        last = product.state("conversations", phone=phone.number)[0]["messages"][-1]
        if (last["direction"], last["status"]) == ("out", "sending"):
            return
        time.sleep(0.02)
    raise AssertionError("nothing is being sent")


def test_places_taken_are_exactly_the_active_bookings(product: Product) -> None:
    active = [booking for booking in product.state("bookings") if booking["status"] == "active"]
    taken = sum(time_["taken"] for stop in product.state("stops") for time_ in stop["appointment_times"])
    assert taken == len(active) > 0


def test_logs_hold_no_phone_numbers_and_no_words(product: Product) -> None:
    logs = product.logs()
    assert len(logs) > 1000
    said = [m["text"] for talk in product.state("conversations") for m in talk["messages"]]
    assert [text for text in said if len(text) > 12 and text in logs] == []
    assert re.findall(r"(?:\+|00)?212[ -]?[67]\d{8}|\b0[67]\d{8}\b", logs) == []
