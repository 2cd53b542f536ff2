"""A ledger for every test."""

import pytest

from tests.loaders.drawn import ORDERS, Ledger
from warehouse.home import Home


@pytest.fixture
def ledger(tmp_path) -> Ledger:
    return Ledger(Home(tmp_path / "home"), tmp_path / "files")


@pytest.fixture
def shop(ledger) -> Ledger:
    """A ledger that knows a small order export."""
    ledger.profile(ORDERS)
    return ledger
