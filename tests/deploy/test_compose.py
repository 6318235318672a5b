"""The file for a server says what the product understands. It was never run here: there is no container engine."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml

from bot.config import Settings


@pytest.fixture
def compose(root: Path) -> dict[str, Any]:
    return dict(yaml.safe_load((root / "deploy" / "compose.yaml").read_text(encoding="utf-8")))


def test_every_setting_is_one_of_the_products(compose: dict[str, Any]) -> None:
    known = {name.upper() for name in Settings.model_fields}
    assert set(compose["services"]["caravan"]["environment"]) <= known


def test_the_sandbox_is_off(compose: dict[str, Any]) -> None:
    assert compose["services"]["caravan"]["environment"]["SANDBOX"] == "0"


def test_only_the_proxy_is_reached_from_outside(compose: dict[str, Any]) -> None:
    assert [name for name, service in compose["services"].items() if "ports" in service] == ["proxy"]
    assert compose["services"]["db"]["networks"] == ["inside"]
    assert compose["networks"]["inside"]["internal"] is True


def test_networks_volumes_and_files_that_are_named_exist(compose: dict[str, Any], root: Path) -> None:
    for service in compose["services"].values():
        assert set(service["networks"]) <= set(compose["networks"])
        for volume in service["volumes"]:
            source = volume.partition(":")[0]
            if source.startswith("."):
                assert (root / "deploy" / source).is_file()
            else:
                assert source in compose["volumes"]
    assert (root / "deploy" / "Dockerfile").is_file()


def test_no_secret_stands_in_it(compose: dict[str, Any]) -> None:
    settings = compose["services"]["caravan"]["environment"]
    for name in ("METRICS_TOKEN", "TWILIO_AUTH_TOKEN", "TELEGRAM_BOT_TOKEN"):
        assert settings[name] == f"${{{name}:-}}"
    assert "${DATABASE_PASSWORD}" in settings["DATABASE_URL"]
