"""Inventory turns against an oracle that follows the book day by day."""

import pytest

from metrics.materialise import fill_columns, materialise_metric
from metrics.question import Request
from metrics.read import read
from metrics.registry import metric
from tests.oracle.company import AS_OF
from tests.oracle.inventory_turns import IDLE, Stock, turns
from tests.oracle.test_oracles import END, SEEDS, START, version_of
from tests.oracle.wide import wide_company

ID = "inventory_turns"


def test_the_oracle_gives_the_numbers_of_the_book():
    rate, days = turns(100 * 30 + 200 * 30 + 150 * 30, 300)
    assert (rate, days) == (pytest.approx(8.1111, abs=5e-5), pytest.approx(45.0))
    assert turns(146_000 * 365, 730_000) == (pytest.approx(5.0), pytest.approx(73.0))


@pytest.mark.parametrize("seed", SEEDS)
def test_turns_agree_with_the_oracle(seed, tmp_path):
    made = wide_company(seed)
    version = version_of(tmp_path, made, only_this)
    stock = Stock(made)
    check(values(version)[None], stock, stock.places)
    families = {row["product_id"]: row["family"] for row in made["product"]}
    for name, found in list(values(version, "family").items())[1:]:
        check(found, stock, [place for place in stock.places if families[place[0]] == name])
    for name, found in list(values(version, "site").items())[1:]:
        check(found, stock, [place for place in stock.places if place[1] == name])


def only_this(con, facts=None):
    fill_columns(con)
    materialise_metric(con, metric(ID))


def values(version, dim=None):
    """Rows by slice, then by measure and part."""
    asked = Request(measures=("all",), by=(dim,) if dim else (), date_from=START, date_to=END, as_of=AS_OF)
    found: dict = {}
    for row in read(version, ID, asked)["rows"]:
        found.setdefault(row["slice"].get(dim) if dim else None, {})[row["measure"], row["part"]] = row["value"]
    return found


def check(found, stock, places):
    rate, days = turns(*stock.sums(places, START, END))
    assert found["turns", None] == pytest.approx(rate, rel=1e-9)
    assert found["days_of_stock", None] == pytest.approx(days, rel=1e-9)
    slow = stock.slow(places, AS_OF)
    assert found["excess_value", None] == pytest.approx(slow["excess"], rel=1e-9, abs=1e-9)
    for name in IDLE:
        assert found["slow_value", name] == pytest.approx(slow[name], rel=1e-9, abs=1e-9), name
        assert found["slow_share", name] == pytest.approx(slow[name] / slow["all"], rel=1e-9, abs=1e-9), name
