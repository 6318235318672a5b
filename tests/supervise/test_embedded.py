"""The embedded PostgreSQL, really started: private, durable, and none the worse for a crash."""

from __future__ import annotations

import os
import signal
import stat
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager

import psycopg
import pytest

from bot.data_dir import DataDir
from bot.supervise import embedded
from bot.supervise.embedded import Cluster
from bot.supervise.errors import DatabaseError

from .conftest import is_running, wait_for


@pytest.fixture
def cluster(data: DataDir) -> Cluster:
    """A cluster that is not made yet."""
    return embedded.cluster_of(data, durable=False)


def server_pid(cluster: Cluster) -> int:
    return int((cluster.data / "postmaster.pid").read_text(encoding="utf-8").splitlines()[0])


def query(url: str, statement: str) -> object:
    with psycopg.connect(url) as connection:
        row = connection.execute(statement).fetchone()
    return None if row is None else row[0]


@contextmanager
def orphan(cluster: Cluster) -> Iterator[int]:
    """A server that nobody stops; it ends with the test's process at the latest."""
    embedded.prepare(cluster)
    process = subprocess.Popen(
        embedded.command(cluster), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, cwd="/"
    )
    try:
        embedded.wait_until_ready(cluster, alive=lambda: process.poll() is None)
        yield process.pid
    finally:
        if process.poll() is None:
            process.send_signal(signal.SIGINT)
        process.wait(15)


def test_data_stay_and_the_server_goes(cluster: Cluster) -> None:
    with embedded.serving(cluster) as url:
        pid = server_pid(cluster)
        with psycopg.connect(url) as connection:
            connection.execute("CREATE TABLE stop (name text)")
            connection.execute("INSERT INTO stop VALUES ('تيفلت')")
    assert not is_running(pid)
    assert not embedded.is_serving(cluster)
    with embedded.serving(cluster) as url:
        assert query(url, "SELECT name FROM stop") == "تيفلت"


def test_nothing_but_a_private_socket(cluster: Cluster) -> None:
    with embedded.serving(cluster) as url:
        assert query(url, "SELECT current_setting('listen_addresses')") == ""
        assert query(url, "SELECT current_setting('TimeZone')") == "UTC"
    for directory in (cluster.data, cluster.home.database_socket):
        assert stat.S_IMODE(directory.stat().st_mode) == 0o700


def test_it_is_durable_unless_a_test_asks_otherwise(data: DataDir) -> None:
    with embedded.serving(embedded.cluster_of(data)) as url:
        for setting in ("fsync", "synchronous_commit", "full_page_writes"):
            assert query(url, f"SELECT current_setting('{setting}')") == "on"


def test_values_of_people_stay_out_of_its_log(cluster: Cluster) -> None:
    with embedded.serving(cluster) as url, psycopg.connect(url, autocommit=True) as connection:
        connection.execute("CREATE TABLE contact (phone text UNIQUE)")
        connection.execute("INSERT INTO contact VALUES (%s)", ("+212600000001",))
        with pytest.raises(psycopg.errors.UniqueViolation):
            connection.execute("INSERT INTO contact VALUES (%s)", ("+212600000001",))
    log = (cluster.home.logs / "db.log").read_text(encoding="utf-8")
    assert "duplicate key" in log
    assert "212600000001" not in log


def test_a_killed_server_starts_again_with_its_data(data: DataDir) -> None:
    cluster = embedded.cluster_of(data)
    with embedded.serving(cluster) as url:
        with psycopg.connect(url) as connection:
            connection.execute("CREATE TABLE kept AS SELECT 7 AS number")
        os.kill(server_pid(cluster), signal.SIGKILL)
        wait_for(lambda: not embedded.is_serving(cluster))
    assert (cluster.data / "postmaster.pid").exists()
    with embedded.serving(cluster) as url:
        assert query(url, "SELECT number FROM kept") == 7


def test_a_stale_record_that_names_another_process_is_cleared(cluster: Cluster) -> None:
    with embedded.serving(cluster):
        record = (cluster.data / "postmaster.pid").read_text(encoding="utf-8").splitlines()
    record[0] = str(os.getpid())
    (cluster.data / "postmaster.pid").write_text("\n".join(record), encoding="utf-8")
    with embedded.serving(cluster) as url:
        assert query(url, "SELECT 1") == 1


def test_a_server_that_was_left_behind_is_stopped_first(cluster: Cluster) -> None:
    with orphan(cluster) as pid, embedded.serving(cluster) as url:
        assert query(url, "SELECT 1") == 1
        assert server_pid(cluster) != pid


def test_an_interrupted_making_is_begun_anew(cluster: Cluster) -> None:
    half = cluster.data.with_name("postgres.new")
    half.mkdir()
    (half / "PG_VERSION").write_text("18\n", encoding="ascii")
    cluster.data.mkdir()
    with embedded.serving(cluster) as url:
        assert query(url, "SELECT 1") == 1
    assert not half.exists()


def test_data_of_another_version_are_left_alone(cluster: Cluster) -> None:
    cluster.data.mkdir()
    (cluster.data / "PG_VERSION").write_text("15\n", encoding="ascii")
    with pytest.raises(DatabaseError, match="was made by PostgreSQL 15"):
        embedded.prepare(cluster)


def test_a_directory_of_something_else_is_left_alone(cluster: Cluster) -> None:
    cluster.data.mkdir()
    (cluster.data / "letters.txt").write_text("dear", encoding="ascii")
    with pytest.raises(DatabaseError, match="cannot be used"):
        embedded.prepare(cluster)
    assert (cluster.data / "letters.txt").exists()


def test_a_server_that_does_not_start_is_not_waited_for(cluster: Cluster) -> None:
    embedded.prepare(cluster)
    with pytest.raises(DatabaseError, match="does not start"):
        embedded.wait_until_ready(cluster, alive=lambda: False)


@pytest.mark.skipif(os.geteuid() != 0, reason="only root opens directories for PostgreSQL's user")
def test_root_opens_passage_and_no_more(cluster: Cluster) -> None:
    cluster.home.root.chmod(0o700)
    embedded.prepare(cluster)
    assert stat.S_IMODE(cluster.home.root.stat().st_mode) == 0o701
    assert cluster.data.stat().st_uid != 0
