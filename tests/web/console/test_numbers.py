"""The page of numbers and its spreadsheets."""

from __future__ import annotations

import html
import io
import re
from collections.abc import Callable
from typing import Any

import pytest
from openpyxl import load_workbook

NUMBERS = "/console/numbers"


@pytest.mark.usefixtures("waiting")
def test_numbers_lead_to_what_they_count(log_in: Callable[..., Any]) -> None:
    nadia = log_in("nadia")
    page = nadia.get(f"{NUMBERS}?days=7").text
    assert "1" in page
    assert f'href="{NUMBERS}/messages?intent=out_of_scope&amp;days=7"' in page
    assert nadia.get(f"{NUMBERS}/messages?intent=ask_cost&days=7").status_code == 200
    led = set(re.findall(r'href="(/console/numbers/(?:messages|handoffs)[^"]*)"', page))
    assert len(led) >= 5
    for address in led:
        assert nadia.get(html.unescape(address)).status_code == 200
    for address in (
        "messages?days=7",
        "messages?each=person&days=7",
        "messages?day=2026-11-24",
        "handoffs?reason=asked",
    ):
        assert "Fatima" in nadia.get(f"{NUMBERS}/{address}").text
    assert "Fatima" not in nadia.get(f"{NUMBERS}/handoffs?reason=anger").text


def test_spreadsheets_have_a_heading_in_the_language_of_the_account(log_in: Callable[..., Any]) -> None:
    nadia = log_in("nadia")
    text = nadia.get(f"{NUMBERS}/stops.csv")
    assert text.content.decode("utf-8-sig").splitlines()[0].startswith("Jour,Commune,")
    days = nadia.get(f"{NUMBERS}/days.csv?days=7").content.decode("utf-8-sig").splitlines()
    assert (len(days), days[0]) == (8, "Jour,Messages reçus,Pas compris,Demandes d’un conseiller")
    assert "attachment" in text.headers["content-disposition"]
    book = load_workbook(io.BytesIO(nadia.get(f"{NUMBERS}/stops.xlsx").content))
    assert book.sheetnames == ["Par étape", "Par commune", "Messages par jour"]
    sheet = book.worksheets[0]
    assert [cell.value for cell in next(iter(sheet.rows))][:2] == ["Jour", "Commune"]


@pytest.mark.parametrize("days", ["0", "367", "many"])
def test_a_period_is_a_number_of_days(log_in: Callable[..., Any], days: str) -> None:
    assert log_in("nadia").get(f"{NUMBERS}?days={days}").status_code == 404
