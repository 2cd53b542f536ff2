"""`throughline restatements`: what it prints of two versions, and what of one."""

import pytest

from tests.metrics.test_restatements import KEPT, built, company, deliveries
from tests.warehouse.drawn import add_load, drawn_home


@pytest.fixture
def home(tmp_path):
    made = drawn_home(tmp_path, company(KEPT))
    built(made)
    return made


def test_the_former_version_against_the_current_one_with_file_and_rows(home, asked, call):
    add_load(home, deliveries({**KEPT, "2": "2026-01-22"}, exported_at="2026-04-05"))
    built(home)
    words = f"restatements --metric otif --home {home.path}"
    code, told = asked(words, "--json")
    assert (code, told["from_version"], told["to_version"], len(told["restatements"])) == (0, 1, 2, 1)
    code, out, _ = call(words)
    assert code == 0 and "1 numbers changed" in out and "corrected file: SAP LIKP.csv, shipment, delivered_date" in out
    assert asked(words, "--from-version 2 --to-version 2 --json")[1]["restatements"] == []


def test_one_version_has_nothing_to_be_held_against(home, asked, call):
    code, told = asked(f"restatements --metric otif --json --home {home.path}")
    assert (code, told["restatements"]) == (0, []) and "no version before 1" in told["reason"]
    code, out, _ = call(f"restatements --home {home.path}")
    assert code == 0 and "no version before 1" in out


@pytest.mark.parametrize(
    "words", ["--metric nothing", "--from-version 9 --metric otif", "--to-version 9 --metric otif"]
)
def test_what_is_not_there_is_exit_2(home, asked, words):
    built(home)
    code, told = asked(f"restatements {words} --json --home {home.path}")
    assert code == 2 and told["error"]


def test_a_comparison_tells_the_restatement_of_its_base_apart_from_the_real_change(home, asked, call):
    add_load(home, deliveries({**KEPT, "2": "2026-01-22"}, exported_at="2026-04-05"))
    built(home)
    words = f"metric otif --from 2026-01-20 --to 2026-01-31 --compare-to 2026-01-01..2026-01-31 --home {home.path}"
    told = asked(words, "--restated-from 1 --format json")[1]["rows"][0]
    apart = told["restated"]
    assert (apart["version"], apart["base"], apart["restatement"], told["base"]["value"]) == (1, 0.5, -0.25, 0.25)
    assert apart["difference"] == apart["change"] + apart["restatement"] == told["value"] - 0.5
    assert asked(f"metric otif --restated-from 1 --format json --home {home.path}")[0] == 2
