"""The sandbox's phones and the console in headless Chromium, with the whole product behind them. Screenshots are kept in
build/screenshots.
"""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Locator, expect

from tests.e2e.phone import Phone
from tests.e2e.product import Product
from tests.e2e.windows import ANSWER_MILLISECONDS, Window

STOP = "Majmaa Tolba"
"""Ahead of the clock, however far the dialogues have moved it."""
PIN = {"latitude": "33.77", "longitude": "-6.16"}


def say(phone: Locator, text: str) -> None:
    """Type and send; returns when something new came back."""
    before = phone.locator(".message--theirs").count()
    phone.locator("textarea").fill(text)
    phone.locator(".round--send").click()
    expect(phone.locator(".message--theirs")).not_to_have_count(before, timeout=ANSWER_MILLISECONDS)


def press(phone: Locator, title: str) -> None:
    """Press the latest button with this title; returns when something new came back."""
    before = phone.locator(".message--theirs").count()
    phone.get_by_role("button", name=re.compile(title)).last.click()
    expect(phone.locator(".message--theirs")).not_to_have_count(before, timeout=ANSWER_MILLISECONDS)


def latest(phone: Locator) -> Locator:
    """The words of the last message that came in."""
    return phone.locator(".message--theirs .bubble__text").last


def test_a_booking_on_a_small_screen(hand: Window, product: Product) -> None:
    hand.phones()
    number = "+212670050001"
    phone = hand.add_phone(number, "سارة")
    expect(phone).to_be_in_viewport(ratio=0.6)
    say(phone, "السلام عليكم لاباس")
    expect(latest(phone)).to_contain_text("مرحبا بيك")
    hand.picture("phone-1-welcome")
    press(phone, "بغيت موعد")
    phone.locator('.composer [data-act="pin"]').click()
    for name, value in PIN.items():
        phone.locator(f".pin input[name={name}]").fill(value)
    hand.picture("phone-2-pin")
    before = phone.locator(".message--theirs").count()
    phone.locator(".pin button.primary").click()
    expect(phone.locator(".message--theirs")).not_to_have_count(before, timeout=ANSWER_MILLISECONDS)
    expect(latest(phone)).to_contain_text("مجمع الطلبة")
    lines = latest(phone).inner_text().splitlines()
    say(phone, next(line for line in lines if "مجمع الطلبة" in line).split(".")[0])
    expect(latest(phone)).to_contain_text("الساعات الخاويين")
    hand.picture("phone-3-hours")
    say(phone, "14:30")
    say(phone, "سارة بنعلي")
    expect(latest(phone)).to_contain_text("سارة بنعلي")
    hand.picture("phone-4-summary")
    press(phone, "إيه")
    expect(latest(phone)).to_contain_text("الموعد مقيد")
    hand.picture("phone-5-booked")
    [booking] = product.state("bookings", phone=number)
    assert (booking["name"], booking["starts_at"][11:16]) == ("سارة بنعلي", "14:30")


def test_three_phones_side_by_side(desk: Window, product: Product) -> None:
    desk.page.set_viewport_size({"width": 1440, "height": 900})
    desk.phones()
    first = desk.add_phone("+212670050002", "Youssef")
    second = desk.add_phone("+212670050003", "Khadija")
    third = desk.add_phone("+212670050004", "Hamza")
    desk.page.locator(".phone").first.locator(".phone__menu-open").click()
    desk.page.locator(".phone").first.locator('[data-act="close"]').click()
    expect(desk.page.locator(".phone")).to_have_count(3)
    say(first, "Bonjour")
    second.get_by_role("tab", name="Telegram").click()
    second.get_by_role("button", name="START").click()
    expect(second.locator(".message--theirs")).to_have_count(1)
    press(second, "شنو كاين فالقافلة")
    third.get_by_role("tab", name="SMS").click()
    say(third, "salam khouya, wach l9afila fabor?")
    expect(latest(first)).to_contain_text("Bienvenue")
    expect(latest(second)).to_contain_text("تكوينات")
    expect(latest(third)).to_contain_text("fabor")
    first.locator('[data-act="voice"]').click()
    expect(latest(first)).to_contain_text("vocal", timeout=ANSWER_MILLISECONDS)
    for phone in (first, second, third):
        expect(phone).to_be_in_viewport(ratio=0.99)
    desk.picture("desk-three-phones")
    spoken = product.state("conversations", phone="+212670050004")
    assert [(talk["channel"], talk["language"]) for talk in spoken] == [("sms", "ary-Latn")]


def test_a_number_is_shared_by_telegrams_button(hand: Window, product: Product) -> None:
    hand.phones()
    number = "+212670050005"
    phone = hand.add_phone(number, "Imane")
    phone.get_by_role("tab", name="Telegram").click()
    say(phone, f"je voudrais un rendez-vous à {STOP} s'il vous plaît")
    press(phone, STOP)
    press(phone, r"\d\d:\d\d")
    say(phone, "Imane Tazi")
    expect(phone.locator(".keyboard")).to_be_visible()
    hand.picture("phone-telegram-contact")
    before = phone.locator(".message--theirs").count()
    phone.locator(".keyboard button").click()
    expect(phone.locator(".message--theirs")).not_to_have_count(before, timeout=ANSWER_MILLISECONDS)
    expect(phone.locator(".keyboard")).to_be_hidden()
    press(phone, "Oui")
    expect(latest(phone)).to_contain_text("C'est noté")
    hand.picture("phone-telegram-booked")
    [booking] = product.state("bookings", phone=number)
    assert booking["phone"] == number


@pytest.mark.parametrize("size", ["desk", "hand"])
@pytest.mark.parametrize("language", ["fr", "ar"])
def test_a_coach_takes_answers_and_gives_back(
    request: pytest.FixtureRequest, product: Product, language: str, size: str
) -> None:
    window: Window = request.getfixturevalue(size)
    number = f"+2126700501{int(language == 'ar')}{int(size == 'hand')}"
    person = Phone(product, number, "whatsapp")
    person.send(text="شنو هي هاد القافلة؟", name="Fatima Zahra")
    person.send(text="بغيت نهضر مع شي مستشار")
    name = f"console-{language}-{size}"
    window.page.goto("/console/login")
    if window.page.locator("html").get_attribute("lang") != language:
        switch(window)
    window.picture(f"{name}-1-login")
    window.log_in(*product.first_login())
    expect(window.page.locator("#username")).to_have_count(0)
    if window.page.locator("html").get_attribute("lang") != language:
        switch(window)  # where nobody pressed the button before, the account's own language counts
    expect(window.page.locator("html")).to_have_attribute("dir", "rtl" if language == "ar" else "ltr")
    conversation_id = product.state("conversations", phone=number)[0]["id"]
    row = window.page.locator(f'a[href="/console/conversations/{conversation_id}"]')
    expect(row).to_be_visible()
    window.picture(f"{name}-2-waiting")
    row.click()
    window.picture(f"{name}-3-conversation")
    window.page.locator("form[action$='/take'] button").click()
    person.mark()
    window.page.locator("#answer").fill("السلام عليكم فاطمة، معاك نادية. شنو نقدر ندير ليك؟")
    window.page.locator("form[action$='/answer'] button").click()
    expect(window.page.locator(".bubble.coach")).to_have_count(1)
    assert "معاك نادية" in person.wait_for_answer()
    person.send(text="بغيت نعرف واش خاصني الديبلوم", wait=False)
    expect(window.page.locator(".bubble.person")).to_have_count(3)
    window.picture(f"{name}-4-answered")
    person.mark()
    window.page.locator("form[action$='/give-back'] button").click()
    window.page.wait_for_url(re.compile("/console/inbox"))
    assert "رجعت معاك" in person.wait_for_answer()
    window.picture(f"{name}-5-given-back")
    assert product.state("conversations", phone=number)[0]["with"] == "assistant"


def switch(window: Window) -> None:
    """Press the button of the other language, and wait for the page in it."""
    page = window.page.locator("html")
    other = "fr" if page.get_attribute("lang") == "ar" else "ar"
    window.page.locator("form[action='/console/language'] button").click()
    expect(page).to_have_attribute("lang", other, timeout=ANSWER_MILLISECONDS)


def test_the_consoles_other_pages(desk: Window, hand: Window, product: Product) -> None:
    for window, size in ((desk, "desk"), (hand, "hand")):
        window.log_in(*product.first_login())
        for name in ("stops", "ideas"):
            for language in ("fr", "ar"):
                window.page.goto(f"/console/{name}")
                if window.page.locator("html").get_attribute("lang") != language:
                    switch(window)
                expect(window.page.locator("html")).to_have_attribute("lang", language)
                expect(window.page.locator("h1")).to_be_visible()
                window.picture(f"console-{language}-{size}-{name}")


def test_the_public_page(hand: Window) -> None:
    hand.page.goto("/")
    expect(hand.page.locator("h1").first).to_be_visible()
    hand.picture("public")
