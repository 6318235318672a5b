"""Starting a second time, stopping, and starts that cannot succeed. Last of all, because it stops the product."""

from __future__ import annotations

import re
import shutil
import signal
from pathlib import Path
from typing import Any

import pytest

from tests.e2e.phone import Phone
from tests.e2e.product import PORTS, Product, free_ports


def one_sentence(said: str) -> str:
    """What was said, if it is one line for people."""
    assert "Traceback" not in said
    assert len(said.splitlines()) == 1, said
    return said


def test_two_runs_do_not_share_a_data_directory(product: Product) -> None:
    said = one_sentence(product.refused_start({"PORT": str(free_ports())}))
    assert f"already runs with DATA_DIR={product.home}" in said
    assert "make stop" in said


@pytest.mark.parametrize("offset", [0, 2])
def test_a_port_in_use_is_named(product: Product, tmp_path: Path, offset: int) -> None:
    port = product.port + offset
    said = one_sentence(product.refused_start({"DATA_DIR": str(tmp_path), "PORT": str(port)}))
    assert re.search(r"Port \d+ is in use", said)
    assert "make run PORT=" in said


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("PORT", "eight thousand"),
        ("HOST", "somewhere"),
        ("SANDBOX", "perhaps"),
        ("SANDBOX", "0"),
        ("DATABASE_URL", "sqlite:///caravan.db"),
        ("DATA_DIR", "/dev/null/data"),
    ],
)
def test_an_unusable_setting_is_named(product: Product, tmp_path: Path, name: str, value: str) -> None:
    settings = {"DATA_DIR": str(tmp_path), "PORT": str(free_ports()), name: value}
    assert name in one_sentence(product.refused_start(settings))


@pytest.mark.parametrize(
    ("content", "words"),
    [("PORT 8000\n", ".env, line 1"), ("\nTELEGRAM_BOT_TOKN=x\n", "write TELEGRAM_BOT_TOKEN")],
)
def test_a_broken_env_file_is_explained(
    product: Product, root: Path, tmp_path: Path, content: str, words: str
) -> None:
    shutil.copytree(root / "bot", tmp_path / "bot", ignore=shutil.ignore_patterns("__pycache__"))
    (tmp_path / ".env").write_text(content, encoding="utf-8")
    said = one_sentence(product.refused_start({"DATA_DIR": str(tmp_path / "data")}, cwd=tmp_path))
    assert words in said


def without_receipts(conversations: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """The conversations without how far what was sent has come: a receipt may arrive between two looks."""
    return [
        {
            **one,
            "messages": [{**m, "status": m["direction"] == "in" and m["status"]} for m in one["messages"]],
        }
        for one in conversations
    ]


def test_after_a_stop_nothing_runs_and_the_next_start_goes_on_where_it_was(product: Product) -> None:
    phone = Phone(product, "+212670040000", "whatsapp")
    phone.send(text="je voudrais un rendez-vous à Majmaa Tolba s'il vous plaît")
    phone.send(text=phone.number_of("Majmaa Tolba"))
    phone.send(text=phone.number_of(r"^\d\d:\d\d$"))
    phone.send(text="Rachida Amrani")
    bookings = product.state("bookings")
    conversations = product.state("conversations")
    clock = product.clock()
    assert product.processes()
    assert len(product.listening()) == PORTS

    assert product.stop(signal.SIGTERM) == 0
    assert product.processes() == []
    assert product.listening() == []

    said = product.start()
    assert "Training" not in said
    assert "First login" not in said
    assert product.state("bookings") == bookings
    assert without_receipts(product.state("conversations")) == without_receipts(conversations)
    assert product.clock() > clock
    phone.send(text="oui")
    assert "C'est noté" in phone.words()
    mine = product.state("bookings", phone=phone.number)
    assert [(booking["name"], booking["status"]) for booking in mine] == [("Rachida Amrani", "active")]
