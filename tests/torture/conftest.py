"""The product, started once for the short form."""

from __future__ import annotations

from tests.e2e.conftest import build, product

__all__ = ["build", "product"]
