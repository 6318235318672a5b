"""``python -m bot.rasa_components.lean_rasa …`` does what ``rasa …`` does, with less memory and sooner.

Rasa imports TensorFlow whatever the pipeline is. While it serves, a placeholder stands for it, since no component
of ours uses it: that saves some 290 MB and a part of the start. A pipeline with one of Rasa's own neural
components needs plain ``rasa``. Where it trains, TensorFlow stays, without jax, which it would import for a
converter that nothing here uses. It also says nothing to anybody: Rasa would report errors to its makers even where
telemetry is off.
"""

from __future__ import annotations

import importlib
import os
import sys
from collections.abc import Sequence
from importlib.abc import MetaPathFinder
from importlib.machinery import ModuleSpec
from types import ModuleType

from bot.rasa_components.placeholder import stand_in_for

NEURAL = ("tensorflow", "tensorflow_addons", "tensorflow_hub", "tensorflow_text", "keras")
"""What Rasa's own neural components are made of."""


class Absent(MetaPathFinder):
    """Makes packages look as if they were not installed."""

    def __init__(self, *packages: str) -> None:
        self._packages = frozenset(packages)

    def find_spec(
        self, fullname: str, path: Sequence[str] | None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        """Called by Python for each import. Raises ModuleNotFoundError for the absent packages."""
        if fullname.partition(".")[0] in self._packages:
            raise ModuleNotFoundError(f"{fullname} is not used here", name=fullname)
        return None


def keep_errors_here() -> None:
    """Takes the error reporting out before Rasa sets it up."""
    reporting = importlib.import_module("sentry_sdk")
    vars(reporting)["init"] = lambda *arguments, **options: None


def only_understand() -> None:
    """Before Rasa is imported: this process trains nothing."""
    # One message is understood at a time: more threads only cost memory.
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
    stand_in_for(*NEURAL)


def main() -> None:
    """Runs Rasa's command line."""
    # Machines and network learn side by side, a thread each; and see :func:`only_understand`.
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
    if "run" in sys.argv[1:2]:
        only_understand()
    sys.meta_path.insert(0, Absent("jax"))
    keep_errors_here()
    importlib.import_module("rasa.__main__").main()


if __name__ == "__main__":
    main()
