"""The calendar file behind its signed link."""

from __future__ import annotations

import httpx
import pytest


@pytest.mark.parametrize("token", ["1-AAAAAAAAAAAAAAAAAAAAAA", "1", "x-y"])
def test_a_link_that_was_not_made_by_us_leads_nowhere(client: httpx.Client, token: str) -> None:
    assert client.get(f"/calendar/{token}.ics").status_code == 404
