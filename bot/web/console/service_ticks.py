"""A stop's services as ticks in a form, and as the cell that spreadsheets hold."""

from __future__ import annotations

from collections.abc import Mapping

from bot.core.timetable import SERVICES

NOTHING = "-"
"""The cell of a form without a tick: an empty one would mean all services."""


def cells_of(fields: Mapping[str, str]) -> dict[str, str]:
    """The form's fields with its ticks as one cell, such as ``jobs; financing:1``."""
    ticked = [
        _written(name, fields.get(f"own_{name}", "")) for name in SERVICES if f"service_{name}" in fields
    ]
    return {**fields, "services": "; ".join(ticked) or NOTHING}


def ticks_of(cell: str) -> dict[str, str]:
    """The services that a cell names, with the people of their own: "" where there are none."""
    parts = (each.strip().partition(":") for each in cell.replace(",", ";").split(";"))
    return {name: own.strip() for name, _, own in parts if name in SERVICES}


def _written(name: str, own: str) -> str:
    return name if own in ("", "0") else f"{name}:{own}"
