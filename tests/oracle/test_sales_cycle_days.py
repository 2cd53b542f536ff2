"""The sales cycle against an oracle that follows the book deal by deal."""

from collections import defaultdict
from datetime import date

import pytest

from metrics.materialise import fill_columns, materialise_metric
from metrics.question import Request
from metrics.read import read
from metrics.registry import metric
from tests.oracle import sales_cycle_days as oracle
from tests.oracle.answers import kaplan_meier_median
from tests.oracle.company import AS_OF
from tests.oracle.deals import STAGES
from tests.oracle.sales_cycle_days import Deal
from tests.oracle.test_oracles import END, SEEDS, START, version_of
from tests.oracle.wide import wide_company

ID = "sales_cycle_days"
PAST = date(2025, 12, 31)
NOTHING = {"value": None, "n": 0, "num": 0, "den": 0, "ci": None}  # a slice in which nothing was won has no row of it
BANDS = {"medium_from": 4000, "large_from": 7000}


def test_the_oracle_gives_the_numbers_of_the_book():
    drawn = [("won", 10), ("won", 20), ("won", 30), ("open", 25), ("open", 40)]
    deals = [Deal(outcome, days, 1, (1,), "", "", "", "", "") for outcome, days in drawn]
    assert waited(deals) == (30, (10, None))
    assert oracle.spread(oracle.won(deals)) == {"won_median": 20, "won_iqr": 10, "won_cv": pytest.approx(0.5)}
    assert oracle.incidence(deals) == pytest.approx({10: 0.2, 20: 0.4, 30: 0.7})
    assert oracle.stale(deals) == (1, 2)
    assert oracle.velocity(20, 0.25, 10_000, 50) == 1000


@pytest.mark.parametrize("seed", SEEDS)
def test_the_sales_cycle_agrees_with_the_oracle(seed, tmp_path):
    made = wide_company(seed)
    check_company(version_of(tmp_path, made, only_this), made)


def check_company(version, made):
    deals = oracle.deals_of(made, START, END, AS_OF)
    check(read_all(version)[None], deals)
    by = read_all(version, dim="segment")
    for name in {deal.segment for deal in deals}:
        check(by[name], [deal for deal in deals if deal.segment == name])
    for dim in ("type", "owner", "size", "family"):
        by = read_all(version, ("km_median",), dim)
        for name in {getattr(deal, dim) for deal in deals}:
            check_waiting(by[name], [deal for deal in deals if getattr(deal, dim) == name])
    then = read_all(version, ("km_median", "won_median", "win_rate", "open_age"), as_of=PAST)[None]
    check_days(then, oracle.deals_of(made, START, PAST, PAST))


def only_this(con, facts=None):
    fill_columns(con)
    materialise_metric(con, metric(ID))


def read_all(version, measures=("all",), dim=None, as_of=AS_OF):
    """Rows by slice, then by measure and part."""
    asked = Request(measures, (dim,) if dim else (), {}, START, as_of, as_of=as_of, params=BANDS)
    found: dict = {}
    for row in read(version, ID, asked)["rows"]:
        found.setdefault(row["slice"].get(dim) if dim else None, defaultdict(lambda: NOTHING))[
            row["measure"], row["part"]
        ] = row
    return found


def waited(deals):
    return kaplan_meier_median([deal.days for deal in deals], [deal.outcome == "open" for deal in deals])


def near(row, expected):
    return row["value"] == (expected and pytest.approx(expected, rel=1e-9))


def check_waiting(found, deals):
    row, (value, ci) = found["km_median", None], waited(deals)
    assert (row["n"], row["value"]) == (len(deals), value)
    assert tuple(row["ci"] or (None, None)) == ci


def check_days(found, deals):
    check_waiting(found, deals)
    spread = oracle.spread(oracle.won(deals))
    for name in spread.keys() & {name for name, _ in found}:
        assert near(found[name, None], spread[name]), name
    middle, rate = found["won_median", None], found["win_rate", None]
    assert middle["n"] == len(oracle.won(deals))
    assert middle["ci"] == pytest.approx(oracle.median_interval(oracle.won(deals)))
    assert (rate["num"], rate["den"]) == oracle.win_rate(deals)
    assert rate["ci"] == (pytest.approx(oracle.wilson(*oracle.win_rate(deals)), rel=1e-9) if rate["den"] else None)
    ages = sorted(oracle.open_ages(deals))
    assert found["open_age", None]["n"] == len(ages)
    if ages:
        assert found["open_age", None]["value"] == (ages[(len(ages) - 1) // 2] + ages[len(ages) // 2]) / 2


def check(found, deals):
    check_days(found, deals)
    old, shown = oracle.stale(deals), found["stale_share", None]
    assert old is None or (shown["num"], shown["den"]) == old
    assert near(found["velocity_per_day", None], oracle.pace(deals))
    for order, stage in enumerate(STAGES, start=1):
        passed = found.get(("stage_conversion", stage), {"num": 0, "den": 0})
        assert (passed["num"], passed["den"]) == oracle.conversion(deals, order), stage
    curve = {int(part): row["value"] for (name, part), row in found.items() if name == "won_incidence" and part}
    expected = oracle.incidence(deals)
    assert {day: curve.get(day) for day in expected} == pytest.approx(expected, rel=1e-9)
