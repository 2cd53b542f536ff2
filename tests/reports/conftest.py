import pytest

from tests.reports.handmade import make_report


@pytest.fixture
def report():
    return make_report()
