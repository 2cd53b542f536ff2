"""The two companies of the sample, made once for all tests of the room."""

import pytest

from sample_data.generate import SEED, write_company
from sample_data.story import tell
from sample_data.truth import make_truth


@pytest.fixture(scope="session")
def demo():
    return tell(SEED, 30, "demo")


@pytest.fixture(scope="session")
def small_story():
    return tell(SEED, 30, "small")


@pytest.fixture(scope="session")
def demo_truth(demo):
    return make_truth(demo, SEED, 30)


@pytest.fixture(scope="session")
def small(tmp_path_factory):
    """(folder of the exports, truth) of the small company."""
    folder = tmp_path_factory.mktemp("small")
    return folder, write_company(folder, size="small")
