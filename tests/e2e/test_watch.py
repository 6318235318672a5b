"""What happens while nobody is at the console: alerts by Telegram and SMS, and the assistant that comes back after a silence.

It moves the product's clock by hours, and comes last.
"""

from __future__ import annotations

import re
import time
from datetime import timedelta

from bot.core.messages import Channel
from bot.core.roles import Role
from bot.services import staff, telegram_link
from bot.store.clock import real_clock
from bot.store.engine import make_engine, make_sessions, transaction
from tests.e2e.console import Console
from tests.e2e.phone import ANSWER_SECONDS, Phone
from tests.e2e.product import Product

COACHS_PHONE, ORGANISERS_PHONE = "+212670050301", "+212670050302"
PASSWORD = "une-chevre-dans-la-lune"


def hire(product: Product, username: str, role: Role, sms_to: str | None = None) -> str:
    """An account that is alerted by SMS; without a number the code that links its owner's Telegram, else ""."""
    engine = make_engine(product.database_url())
    code = ""
    with transaction(make_sessions(engine)) as session:
        made = staff.create(
            session, username=username, password=PASSWORD, display_name=username, now=real_clock(), role=role
        )
        if sms_to is None:
            code = telegram_link.offer(session, staff_id=made.id, now=product.clock())
        else:
            staff.set_profile(
                session, staff_id=made.id, specialities=(), alert_channel=Channel.SMS, alert_address=sms_to
            )
    engine.dispose()
    return code


def told(phone: Phone, channel: str) -> str:
    """What comes to somebody who has no conversation here."""
    deadline = time.monotonic() + ANSWER_SECONDS
    while not (came := phone.incoming(channel)):
        assert time.monotonic() < deadline, f"nothing came by {channel}"
        time.sleep(0.1)
    return str(came[0]["text"])


def test_somebody_waits_too_long_and_a_coach_falls_silent(product: Product) -> None:
    coach = Phone(product, COACHS_PHONE, "telegram")
    coach.send(text=f"/start {hire(product, 'samia', Role.COACH)}", wait=False)
    assert "alertes" in told(coach, "telegram")
    assert product.state("conversations", phone=coach.number) == []
    organiser = Phone(product, ORGANISERS_PHONE, "sms")
    hire(product, "nadia", Role.ORGANISER, ORGANISERS_PHONE)
    person = Phone(product, "+212670050303", "whatsapp")
    person.send(text="je veux parler à un conseiller", name="Yasmina")
    [talk] = product.state("conversations", phone=person.number)

    coach.mark()
    product.set_clock(product.clock() + timedelta(minutes=11))
    alert = told(coach, "telegram")
    assert f"/console/conversations/{talk['id']}" in alert
    assert "Yasmina" not in alert
    assert organiser.incoming("sms") == []
    product.set_clock(product.clock() + timedelta(minutes=40))
    assert f"/console/conversations/{talk['id']}" in told(organiser, "sms")

    console = Console(product, "samia", PASSWORD)
    console.take(talk["id"])
    person.mark()
    console.answer(talk["id"], "Bonjour Yasmina")
    person.wait_for_answer()
    person.mark()
    product.set_clock(product.clock() + timedelta(minutes=121))
    assert re.match("Personne n'a écrit depuis un moment", person.wait_for_answer())
    assert product.state("conversations", phone=person.number)[0]["with"] == "assistant"
    console.close()
