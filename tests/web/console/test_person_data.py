"""Consent, a copy, erasing, and attachments, as staff see them."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import httpx
import pytest
from sqlalchemy import func, select

from bot.config import Settings
from bot.core.messages import Channel
from bot.services import attachments, consent
from bot.store.engine import Sessions, transaction
from bot.store.media import MediaStore
from bot.store.models import AuditEvent, Contact, MediaFile
from tests.web.conftest import PUBLIC, SECRET, TOKEN
from tests.web.console.conftest import TALK, Desk

DATA = f"{TALK}/data"


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings(
        _env_file=None,
        data_dir=tmp_path,
        public_base_url=PUBLIC,
        sandbox=True,
        twilio_account_sid="AC" + "0" * 32,
        twilio_auth_token=TOKEN,
        twilio_whatsapp_from="+99900000001",
        twilio_sms_from="+99900000002",
        telegram_bot_token="123456789:token",
        telegram_webhook_secret=SECRET,
        session_secret="session-secret",
    )


@pytest.fixture
def store(tmp_path: Path) -> MediaStore:
    return MediaStore(tmp_path / "media")


@pytest.fixture
def attachment(
    providers: Any, waiting: None, sessions: Sessions, clock: Any, store: MediaStore
) -> Callable[[str, bytes], str]:
    """Stores something that the person of conversation 1 sent; its page."""

    def keep(content_type: str, content: bytes) -> str:
        fields = {
            "NumMedia": "1",
            "MediaUrl0": "https://api.twilio.com/x",
            "MediaContentType0": content_type,
            "MessageType": "audio",
        }
        providers.whatsapp("", sid="MM1", **fields)
        with transaction(sessions) as session:
            media = session.scalars(select(MediaFile)).one()
            attachments.stored(
                session,
                media_id=media.id,
                name=store.write(content),
                content_type=content_type,
                size=len(content),
                now=clock(),
            )
        return f"/console/media/{media.id}"

    return keep


def people(sessions: Sessions) -> int:
    with sessions() as session:
        return session.scalar(select(func.count()).select_from(Contact)) or 0


def last_action(sessions: Sessions) -> str | None:
    with sessions() as session:
        return session.scalars(select(AuditEvent.action).order_by(AuditEvent.id.desc()).limit(1)).first()


def test_what_the_person_agreed_to_and_by_which_words(
    amina: Desk, waiting: None, sessions: Sessions, clock: Any
) -> None:
    with transaction(sessions) as session:
        consent.stop(session, contact_id=1, channel=Channel.WHATSAPP, words="حبس 0612345678", now=clock())
    page = amina.get(DATA).text
    assert "حبس" in page
    assert "0612345678" not in page


def test_a_copy_is_a_file_for_coaches(amina: Desk, waiting: None, sessions: Sessions) -> None:
    copy = amina.send(f"{DATA}/export", {}, form_at=DATA)
    assert copy.headers["content-disposition"] == 'attachment; filename="personne-1.json"'
    tables = copy.json()["tables"]
    assert tables["contact_address"][0]["address"] == "+212612345678"
    assert tables["inbound_message"][0]["text"].startswith("bghit nhder")
    assert last_action(sessions) == "data_exported"


def test_nobody_is_erased_by_one_press(amina: Desk, waiting: None, sessions: Sessions) -> None:
    refused = amina.send(f"{DATA}/erase", {}, form_at=DATA)
    assert refused.status_code == 422
    assert "cochez" in refused.text
    assert people(sessions) == 1


def test_a_person_is_erased_with_their_files(
    amina: Desk, sessions: Sessions, store: MediaStore, attachment: Callable[[str, bytes], str]
) -> None:
    attachment("audio/ogg", b"OggS")
    done = amina.send(f"{DATA}/erase", {"sure": "yes"}, form_at=DATA)
    assert done.status_code == 303
    assert "La personne est effacée." in amina.get(done.headers["location"]).text
    assert people(sessions) == 0
    assert store.strays(known=(), older_than=2**40) == []
    assert amina.get(DATA).status_code == 404


def test_an_attachment_is_for_the_staff_alone_and_never_a_page(
    amina: Desk, visitor: Desk, sessions: Sessions, attachment: Callable[[str, bytes], str]
) -> None:
    path = attachment("audio/ogg", b"OggS")
    assert f'src="{path}"' in amina.get(TALK).text
    answer = amina.get(path)
    assert (answer.content, answer.headers["content-type"]) == (b"OggS", "audio/ogg")
    assert answer.headers["content-disposition"].startswith("inline")
    assert answer.headers["content-security-policy"] == "default-src 'none'; sandbox"
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert last_action(sessions) == "attachment_viewed"
    outside = visitor.get(path)
    assert outside.status_code == 303
    assert outside.headers["location"].startswith("/console/login")


def test_a_document_is_saved_not_shown(amina: Desk, attachment: Callable[[str, bytes], str]) -> None:
    answer: httpx.Response = amina.get(attachment("application/pdf", b"%PDF"))
    assert answer.headers["content-disposition"].startswith("attachment")


def test_what_is_not_there_is_not_found(amina: Desk) -> None:
    assert amina.get("/console/media/1").status_code == 404
