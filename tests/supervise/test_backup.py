"""A backup brought into an empty server holds everything, and nothing is ever brought over something."""

from __future__ import annotations

import os
import stat
import tarfile
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import psycopg
import pytest

from bot.core.messages import Channel, InboundKind, InboundMessage
from bot.data_dir import locate
from bot.services import receiving
from bot.store.engine import Sessions, libpq_url, make_engine, make_sessions, transaction
from bot.store.media import MediaStore
from bot.supervise import backup, embedded
from bot.supervise.backup import BackupError

NOW = datetime(2026, 11, 28, 12, tzinfo=UTC)
Rows = dict[str, list[tuple[object, ...]]]


@pytest.fixture(scope="module")
def empty_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A server that has never held anything."""
    home = locate(tmp_path_factory.mktemp("another"))
    with embedded.serving(embedded.cluster_of(home, durable=False)) as url:
        yield url


@pytest.fixture
def media(tmp_path: Path) -> Path:
    folder = tmp_path / "media"
    MediaStore(folder).write(b"a voice note")
    return folder


@pytest.fixture
def filled_url(database_url: str, sessions: Sessions) -> str:
    """A database with a message, its job, and an event of Rasa's."""
    message = InboundMessage(
        channel=Channel.WHATSAPP,
        provider_id="SM1",
        address="+212612345678",
        kind=InboundKind.TEXT,
        text="salam, شكرا",
        raw={"Body": "salam"},
    )
    with transaction(sessions) as session:
        receiving.receive(session, message, now=NOW)
    url = libpq_url(database_url)
    with psycopg.connect(url) as connection:
        connection.execute("INSERT INTO rasa.events (sender_id, type_name, data) VALUES ('1', 'user', '{}')")
    return url


def rows(url: str) -> Rows:
    """Everything in every table."""
    with psycopg.connect(url) as connection:
        tables = connection.execute(
            "SELECT format('%I.%I', schemaname, tablename) FROM pg_tables"
            " WHERE schemaname IN ('public', 'rasa') ORDER BY 1"
        ).fetchall()
        return {
            table: sorted(connection.execute(f"SELECT * FROM {table}".encode()).fetchall(), key=repr)
            for (table,) in tables
        }


def test_everything_comes_back_in_an_empty_server(
    filled_url: str, empty_server: str, media: Path, tmp_path: Path
) -> None:
    file, other = tmp_path / "backup.tar", tmp_path / "elsewhere"
    made = backup.make(filled_url, media, file, now=NOW)
    found = backup.restore(empty_server, other, file)
    assert (made.attachments, found.attachments, found.made_at) == (1, 1, NOW)
    assert rows(empty_server) == rows(filled_url)
    assert len(rows(empty_server)["public.inbound_message"]) == 1
    assert len(rows(empty_server)["public.procrastinate_jobs"]) == 1
    assert [file.read_bytes() for file in other.iterdir()] == [b"a voice note"]


def test_new_messages_can_be_stored_after_it(filled_url: str, empty_server: str, tmp_path: Path) -> None:
    """Numbers go on after those that came back."""
    if backup.is_empty(empty_server):
        backup.make(filled_url, tmp_path / "none", tmp_path / "backup.tar", now=NOW)
        backup.restore(empty_server, tmp_path / "none", tmp_path / "backup.tar")
    engine = make_engine(empty_server)
    message = InboundMessage(
        channel=Channel.WHATSAPP,
        provider_id="SM2",
        address="+212612345678",
        kind=InboundKind.TEXT,
        text="salam",
        raw={},
    )
    with transaction(make_sessions(engine)) as session:
        assert receiving.receive(session, message, now=NOW) is not None
    engine.dispose()


def test_a_database_that_holds_something_is_left_alone(filled_url: str, media: Path, tmp_path: Path) -> None:
    file = tmp_path / "backup.tar"
    backup.make(filled_url, media, file, now=NOW)
    before = rows(filled_url)
    with pytest.raises(BackupError, match="not empty"):
        backup.restore(filled_url, tmp_path / "elsewhere", file)
    assert rows(filled_url) == before
    assert not (tmp_path / "elsewhere").exists()


@pytest.mark.parametrize("content", [b"", b"not a backup" * 1000])
def test_what_is_no_backup_is_refused(content: bytes, server_url: str, tmp_path: Path) -> None:
    file = tmp_path / "backup.tar"
    file.write_bytes(content)
    name = f"nothing_{os.getpid()}"
    with psycopg.connect(server_url, autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name}".encode())
        url = server_url.replace("/caravan?", f"/{name}?")
        assert url != server_url
        with pytest.raises(BackupError, match="not a readable backup"):
            backup.restore(url, tmp_path / "elsewhere", file)
        connection.execute(f"DROP DATABASE {name} WITH (FORCE)".encode())


def test_a_backup_is_for_its_owner_alone_and_holds_no_secrets(
    filled_url: str, media: Path, tmp_path: Path
) -> None:
    (media.parent / "secrets.json").write_text("{}")
    file = tmp_path / "backup.tar"
    backup.make(filled_url, media, file, now=NOW)
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    with tarfile.open(file) as archive:
        names = {Path(name).parts[0] for name in archive.getnames()}
    assert names == {"manifest.json", "database.dump", "media"}


def test_a_backup_that_fails_leaves_the_older_one(media: Path, tmp_path: Path) -> None:
    file = tmp_path / "backup.tar"
    file.write_bytes(b"the older one")
    with pytest.raises(BackupError, match="pg_dump failed"):
        backup.make("postgresql://nobody@127.0.0.1:1/nothing", media, file, now=NOW)
    assert file.read_bytes() == b"the older one"
    assert sorted(path.name for path in tmp_path.iterdir()) == ["backup.tar", "media"]
