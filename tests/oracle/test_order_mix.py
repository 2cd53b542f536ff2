"""The order mix against an oracle that follows the book line by line."""

from datetime import date

import pytest

from metrics.materialise import fill_columns, materialise_metric
from metrics.question import Request
from metrics.read import read
from metrics.registry import metric
from tests.oracle import order_mix as oracle
from tests.oracle.company import AS_OF
from tests.oracle.test_oracles import END, SEEDS, START, version_of
from tests.oracle.wide import wide_company

ID = "order_mix"
BEFORE = date(2024, 5, 1), date(2025, 4, 30)
MEMBERS = ("customer", "family", "segment", "region")


def test_the_oracle_gives_the_numbers_of_the_book():
    found = oracle.concentration(oracle.shares({"A": 50, "B": 30, "C": 20}), 50)
    assert (found["hhi"], found["top_share", "1"]) == (pytest.approx(0.38), pytest.approx(0.5))
    assert found["hhi_unbiased"] == pytest.approx(0.36735, abs=5e-6)
    assert found["effective_number"] == pytest.approx(2.6316, abs=5e-5)
    assert oracle.shift({"A": 0.4, "B": 0.3, "C": 0.3}, {"A": 0.5, "B": 0.3, "C": 0.2}) == pytest.approx(0.1)
    bridge = oracle.bridge({"A": (88, 8), "B": (171, 9)}, {"A": (100, 10), "B": (100, 5)})
    assert bridge == pytest.approx({"volume": 26.667, "mix": 33.333, "price": -1, "new": 0, "lost": 0}, abs=5e-4)


@pytest.mark.parametrize("seed", SEEDS)
def test_the_order_mix_agrees_with_the_oracle(seed, tmp_path):
    made = wide_company(seed)
    check_company(version_of(tmp_path, made, only_this), made)


def only_this(con, facts=None):
    fill_columns(con)
    materialise_metric(con, metric(ID))


def check_company(version, made):
    lines = oracle.booked(made, AS_OF)
    for member in MEMBERS:
        check(read_all(version, member=member)[None], lines, member)
    check(
        read_all(version, member="customer", cancelled="included")[None], oracle.booked(made, AS_OF, True), "customer"
    )
    by = read_all(version, "segment")
    for name in {line.segment for line in oracle.within(lines, START, END)}:
        check(by[name], [line for line in lines if line.segment == name], "customer")
    check_interval(read_all(version, interval=True)[None]["hhi_unbiased", None], oracle.within(lines, START, END))


def read_all(version, dim=None, interval=False, **params):
    """Rows by slice, then by measure and part."""
    asked = Request(("all",), (dim,) if dim else (), {}, START, END, as_of=AS_OF, params=params, interval=interval)
    found: dict = {}
    for row in read(version, ID, asked)["rows"]:
        found.setdefault(row["slice"].get(dim) if dim else None, {})[row["measure"], row["part"]] = row
    return found


def check(found, lines, member):
    now, then = oracle.within(lines, START, END), oracle.within(lines, *BEFORE)
    share, orders = oracle.shares(oracle.values(now, member)), len({line.order for line in now})
    assert found["hhi", None]["n"] == orders
    expected = oracle.concentration(share, orders)
    for key, value in expected.items():
        row = found[key if isinstance(key, tuple) else (key, None)]
        assert row["value"] == (value and pytest.approx(value, rel=1e-9)), key
    shown = sorted(row["value"] for (name, _), row in found.items() if name == "member_share")
    assert shown == pytest.approx(sorted(share.values()), rel=1e-9)
    if then:
        check_change(found, now, then, member)


def check_change(found, now, then, member):
    moved = oracle.shift(*(oracle.shares(oracle.values(lines, member)) for lines in (now, then)))
    assert found["shift", None]["value"] == pytest.approx(moved, rel=1e-9, abs=1e-12)
    legs = oracle.bridge(oracle.pairs(now, member), oracle.pairs(then, member))
    assert {part: found["bridge", part]["value"] or 0 for part in legs} == pytest.approx(legs, rel=1e-9, abs=1e-6)


def check_interval(row, lines):
    """Other draws: the limits agree to a tenth of their distance."""
    low, high = oracle.interval(lines, "customer")
    assert row["ci"] == pytest.approx([low, high], abs=(high - low) / 10)
