"""The file of approved templates: read as a whole, or refused with the reason."""

from __future__ import annotations

from pathlib import Path

import pytest

from bot.config import SettingsError
from bot.jobs.context import approved_templates


def test_templates_by_kind_and_variety(tmp_path: Path) -> None:
    file = tmp_path / "templates.yml"
    file.write_text("coach: {fr: HX1, ary-Latn: HX2}\n", encoding="utf-8")
    assert approved_templates(file) == {("coach", "fr"): "HX1", ("coach", "ary-Latn"): "HX2"}
    assert approved_templates(None) == {}


@pytest.mark.parametrize("content", ["advert: {fr: HX1}", "coach: {tlh: HX1}", "coach: HX1", "[", ""])
def test_a_file_that_cannot_be_used_is_refused(tmp_path: Path, content: str) -> None:
    file = tmp_path / "templates.yml"
    file.write_text(content, encoding="utf-8")
    with pytest.raises(SettingsError, match="WHATSAPP_TEMPLATES_FILE"):
        approved_templates(file)


def test_a_file_that_is_not_there_is_refused(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match="WHATSAPP_TEMPLATES_FILE"):
        approved_templates(tmp_path / "none.yml")
