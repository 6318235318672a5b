"""``kill -9`` of each process in the middle of a conversation: nothing is lost, nothing is booked twice, the talk goes on."""

from __future__ import annotations

import re
import time

import pytest

from tests.e2e.phone import Phone
from tests.e2e.product import Product

RECOVERY = 90.0
VICTIMS = ("rasa", "actions", "worker", "web")


def choose(phone: Phone, pattern: str) -> str:
    """The number of the offered line that matches."""
    found = re.search(rf"^(\d+)\. .*(?:{pattern})", phone.words(), re.MULTILINE)
    assert found is not None, phone.words()
    return found.group(1)


def wait_for_restart(product: Product, program: str, killed: int) -> None:
    deadline = time.monotonic() + RECOVERY
    while time.monotonic() < deadline:
        try:
            if product.pid(program) != killed:
                product.wait_until_healthy(RECOVERY)
                return
        except AssertionError:
            pass
        time.sleep(0.5)
    raise AssertionError(f"{program} was not started again")


@pytest.mark.parametrize("victim", VICTIMS)
def test_a_killed_process_loses_nothing_and_books_nothing_twice(product: Product, victim: str) -> None:
    number = f"+21266000{VICTIMS.index(victim):04d}"
    phone = Phone(product, number, "whatsapp")
    phone.send(text="je veux un rendez-vous à Tiflet")
    phone.send(text=choose(phone, "Tiflet"))
    phone.send(text="1")
    phone.send(text="Sara")
    assert "Sara" in phone.words()
    killed = product.kill(victim)
    phone.send_stubbornly(text="oui")
    wait_for_restart(product, victim, killed)
    phone.wait_for_answer(RECOVERY)
    deadline = time.monotonic() + RECOVERY
    while "Sara" not in phone.words() and time.monotonic() < deadline:
        phone.wait_for_answer(RECOVERY)
        time.sleep(0.5)
    mine = product.state("bookings", phone=number)
    assert [(booking["name"], booking["status"]) for booking in mine] == [("Sara", "active")]
    conversation = product.state("conversations", phone=number)[0]
    heard = [message for message in conversation["messages"] if message["direction"] == "in"]
    assert len([m for m in heard if m["text"] == "oui"]) >= 1
    assert all(message["status"] == "answered" for message in heard), heard
    phone.send(text="mon rendez-vous c'est quand ?")
    assert mine[0]["code"] in phone.words()


def test_places_taken_are_exactly_the_active_bookings(product: Product) -> None:
    bookings = [b for b in product.state("bookings") if b["status"] == "active"]
    stops = product.state("stops")
    taken = sum(time_["taken"] for stop in stops for time_ in stop["appointment_times"])
    assert taken == len(bookings)


def test_logs_hold_no_phone_numbers_and_no_words(product: Product) -> None:
    logs = product.logs()
    for conversation in product.state("conversations"):
        for message in conversation["messages"]:
            if message["direction"] == "in" and len(message["text"]) > 12:
                assert message["text"] not in logs
    assert not re.search(r"\+?212[67]\d{8}", logs)
