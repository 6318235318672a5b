from __future__ import annotations

from datetime import datetime, timedelta, timezone

import pytest

from bot.rasa_components.moment import CASABLANCA, written_at


@pytest.mark.parametrize(
    ("stated", "expected"),
    [
        ("2026-11-23T10:00:00+01:00", datetime(2026, 11, 23, 10, tzinfo=timezone(timedelta(hours=1)))),
        ("2026-11-23T09:00:00Z", datetime(2026, 11, 23, 9, tzinfo=timezone.utc)),
        ("2026-11-23T10:00:00", datetime(2026, 11, 23, 10, tzinfo=CASABLANCA)),
    ],
)
def test_the_stated_moment(stated: str, expected: datetime) -> None:
    assert written_at({"now": stated}) == expected


@pytest.mark.parametrize("metadata", [None, {}, {"now": None}])
def test_otherwise_the_present(metadata: dict[str, object] | None) -> None:
    moment = written_at(metadata)
    assert moment.tzinfo is CASABLANCA
    assert abs(datetime.now(timezone.utc) - moment) < timedelta(minutes=1)


def test_no_moment_at_all_is_an_error() -> None:
    with pytest.raises(ValueError, match="soon"):
        written_at({"now": "soon"})
