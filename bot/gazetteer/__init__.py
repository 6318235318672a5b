"""The communes of a province: codes of the planning commission (HCP), names in both scripts, people's
spellings, outlines.
"""

from __future__ import annotations

from bot.gazetteer.gazetteer import Commune, Gazetteer, UnknownCommune, UnknownProvince

__all__ = ["Commune", "Gazetteer", "UnknownCommune", "UnknownProvince"]
