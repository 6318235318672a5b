"""Stands for packages that Rasa imports whatever the pipeline is, and that nothing of this pipeline calls.

Rasa's own neural components are defined when Rasa starts, on top of TensorFlow. Where none of them is configured, only their
definitions have to succeed: every name of a placeholder package is one class that can be inherited from, called as a
decorator and named in annotations, and that does nothing.
"""

from __future__ import annotations

import sys
from abc import ABCMeta
from collections.abc import Iterator, Sequence
from importlib.abc import Loader, MetaPathFinder
from importlib.machinery import ModuleSpec
from types import ModuleType
from typing import Any


class _Nothing(ABCMeta):
    """Makes a class of which each attribute is the class again, and that is empty, and false."""

    def __getattr__(cls, name: str) -> Any:
        if name.startswith("_"):
            raise AttributeError(name)
        return Nothing

    def __call__(cls, *arguments: Any, **options: Any) -> Any:
        if cls is not Nothing:
            return super().__call__(*arguments, **options)
        decorates = len(arguments) == 1 and not options and callable(arguments[0])
        return arguments[0] if decorates else Nothing

    def __bool__(cls) -> bool:
        return False

    def __iter__(cls) -> Iterator[Any]:
        return iter(())


class Nothing(metaclass=_Nothing):
    """What every name of a placeholder package is."""


class _Package(ModuleType):
    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)
        return Nothing


class Placeholders(MetaPathFinder, Loader):
    """Imports a placeholder for each of these packages, and for all that is in them."""

    def __init__(self, *packages: str) -> None:
        self._packages = frozenset(packages)

    def find_spec(
        self, fullname: str, path: Sequence[str] | None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        """Called by Python for each import."""
        if fullname.partition(".")[0] not in self._packages:
            return None
        return ModuleSpec(fullname, self, is_package=True)

    def create_module(self, spec: ModuleSpec) -> ModuleType:
        """An empty package, under its name."""
        return _Package(spec.name)

    def exec_module(self, module: ModuleType) -> None:
        """There is nothing to run."""


def stand_in_for(*packages: str) -> None:
    """From now on these packages are placeholders. None of them may have been imported before."""
    early = sorted(name for name in packages if name in sys.modules)
    if early:
        raise ImportError(f"imported already: {', '.join(early)}")
    sys.meta_path.insert(0, Placeholders(*packages))
