"""One running product for all end-to-end tests; what it looked like is kept in build/."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.e2e.console import Console
from tests.e2e.product import Product
from tests.e2e.windows import browser, desk, hand, screenshots, windows

__all__ = ["browser", "desk", "hand", "screenshots", "windows"]

TEST_SECONDS = 1500
"""For one test; the first one waits for the product, which may train its model."""
HERE = Path(__file__).parent


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if HERE in item.path.parents:
            item.add_marker(pytest.mark.timeout(TEST_SECONDS))


@pytest.fixture(scope="session")
def build(root: Path) -> Path:
    """Where artefacts are kept."""
    folder = root / "build"
    folder.mkdir(exist_ok=True)
    return folder


@pytest.fixture(scope="session")
def product(root: Path, build: Path) -> Iterator[Product]:
    """The product, started once; stopped as Ctrl-C does."""
    # Not pytest's own directory, which another run of pytest may clear.
    with tempfile.TemporaryDirectory(prefix="product-", ignore_cleanup_errors=True) as folder:
        running = Product(root=root, home=Path(folder) / "data", models=build / "models")
        try:
            running.start()
            yield running
        finally:
            code = running.stop()
            running.http.close()
    assert code == 0, running.said()[-2000:]


@pytest.fixture(scope="session")
def console(product: Product) -> Iterator[Console]:
    """The first account's console."""
    opened = Console(product, *product.first_login())
    yield opened
    opened.close()
