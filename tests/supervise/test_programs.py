"""Which processes there are, and where they listen."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from bot.config import Settings, rasa_ports
from bot.supervise.programs import services


def settings(**changes: Any) -> Settings:
    return Settings(_env_file=None, port=9200, actions_url="http://127.0.0.1:9202", **changes)


def test_each_process_has_a_name_and_a_port_of_its_own() -> None:
    programs = services(settings(rasa_processes=3, worker_processes=2, web_processes=2), Path("model"))
    names = [program.name for program in programs]
    assert {"rasa", "rasa-2", "rasa-3", "worker", "worker-2", "web", "web-2"} < set(names)
    assert len(set(names)) == len(names)
    ports = [program.port for program in programs if program.port is not None]
    assert len(set(ports)) == len(ports)


def test_ports_of_rasa_leave_those_of_the_others_alone() -> None:
    """The fourth above the first is the sandbox's providers'."""
    assert rasa_ports(settings(rasa_processes=3)) == [9203, 9205, 9206]


def test_one_of_each_is_the_default() -> None:
    names = [program.name for program in services(settings(), Path("model"))]
    assert sorted(names) == ["actions", "rasa", "sandbox", "web", "worker"]


def test_what_thinks_gives_way_to_what_takes_in_by_as_much_as_is_set() -> None:
    ways = {
        program.name: program.nice
        for program in services(settings(thinking_gives_way=7), Path("model"))
        if program.name != "sandbox"
    }
    assert ways == {"actions": 7, "rasa": 7, "worker": 7, "web": 0}
