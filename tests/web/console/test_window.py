"""WhatsApp's 24 hours as a coach sees them: how long is left, and what carries an answer afterwards."""

from __future__ import annotations

import re
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from bot.config import Settings
from bot.store.engine import Sessions, transaction
from bot.store.models import Conversation
from tests.web.console.conftest import TALK

pytestmark = pytest.mark.usefixtures("waiting")


@pytest.fixture
def settings(settings: Settings, tmp_path: Path) -> Settings:
    """An installation with approved templates."""
    return settings.model_copy(update={"whatsapp_templates_file": tmp_path / "templates.yml"})


def wrote(sessions: Sessions, clock: Any, ago: timedelta) -> None:
    with transaction(sessions) as session:
        session.get_one(Conversation, 1).last_inbound_at = clock() - ago


def test_the_time_that_is_left_is_counted_down(amina: Any, sessions: Sessions, clock: Any) -> None:
    amina.take()
    wrote(sessions, clock, timedelta(hours=1))
    assert "vous pouvez répondre encore 23 h." in amina.get(TALK).text
    wrote(sessions, clock, timedelta(hours=23, minutes=50))
    assert "vous pouvez répondre encore 10 min." in amina.get(TALK).text


def test_after_the_window_the_approved_template_is_offered(
    amina: Any, sessions: Sessions, clock: Any, outbound: Any
) -> None:
    amina.take()
    wrote(sessions, clock, timedelta(hours=25))
    page = amina.get(TALK).text
    assert "dans le modèle approuvé" in page
    assert re.search(r'<textarea id="answer"', page)
    assert amina.answer("Bonjour").status_code == 303
    assert [message.text for message in outbound()] == ["Bonjour"]
