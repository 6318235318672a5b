"""What an error of the database says."""

from __future__ import annotations

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from bot.store.engine import Sessions


def test_an_error_shows_no_value_that_was_passed(sessions: Sessions) -> None:
    with sessions() as session, pytest.raises(DBAPIError) as raised:
        session.execute(text("SELECT 1 / 0 WHERE :number <> ''"), {"number": "+212612345678"})
    assert "612345678" not in str(raised.value)
