from __future__ import annotations

import pytest

from bot.rasa_components.lean_rasa import Absent


def test_absent_packages_cannot_be_imported_others_can() -> None:
    finder = Absent("jax")
    with pytest.raises(ModuleNotFoundError, match=r"jax\.numpy"):
        finder.find_spec("jax.numpy", None)
    assert finder.find_spec("jaxlike", None) is None
