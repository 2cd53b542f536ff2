"""Capacity utilisation against an oracle that follows the book week by week."""

from datetime import date

import pytest

from metrics.materialise import fill_columns, materialise_metric
from metrics.question import Request
from metrics.read import read
from metrics.registry import metric
from tests.oracle import capacity_utilisation as oracle
from tests.oracle.company import AS_OF
from tests.oracle.test_oracles import END, SEEDS, START, version_of
from tests.oracle.wide import wide_company

ID = "capacity_utilisation"
SWING = ("cv", "peak_to_mean", "weeks_over", "weeks_under")


def test_the_oracle_gives_the_numbers_of_the_book():
    found = oracle.swing([0.80, 0.90, 0.70, 1.00])
    assert found["cv"] == pytest.approx(0.15188, abs=5e-6)
    row = {"available_hours": 480, "downtime_hours": 48, "ideal_hours_per_unit": 1, "total_qty": 400, "good_qty": 380}
    assert oracle.oee([row])[None] == pytest.approx(0.79167, abs=5e-6)
    assert oracle.oee([row])["performance"] == pytest.approx(0.92593, abs=5e-6)


@pytest.mark.parametrize("seed", SEEDS)
def test_utilisation_agrees_with_the_oracle(seed, tmp_path):
    made = wide_company(seed)
    version = version_of(tmp_path, made, only_this)
    rows = oracle.within(oracle.known(made, AS_OF), START, END)
    check(read_all(version, AS_OF, START, END)[None], rows)
    by = read_all(version, AS_OF, START, END, "resource")
    for name in {row["resource_id"] for row in rows}:
        check(by[name], [row for row in rows if row["resource_id"] == name])
    past, before = date(2026, 2, 11), date(2026, 1, 31)
    check(read_all(version, past, START, before)[None], oracle.within(oracle.known(made, past), START, before))


def only_this(con, facts=None):
    fill_columns(con)
    materialise_metric(con, metric(ID))


def read_all(version, as_of, start, end, dim=None):
    """Values by slice, then by measure and part."""
    asked = Request(measures=("all",), by=(dim,) if dim else (), date_from=start, date_to=end, as_of=as_of)
    found: dict = {}
    for row in read(version, ID, asked)["rows"]:
        name = row["slice"].get(dim) if dim else None
        found.setdefault(name, {})[row["measure"], row["part"]] = row["value"]
    return found


def check(found, rows):
    series = oracle.weekly(rows)
    for name, value in oracle.swing(series).items():
        assert found[name, None] == pytest.approx(value, rel=1e-9), name
    top = [row for row in rows if row["resource_id"] == oracle.bottleneck(rows)]
    assert found["utilisation", None] == pytest.approx(oracle.ratio(rows, "actual_hours"), rel=1e-9)
    assert found["utilisation", "bottleneck"] == pytest.approx(oracle.ratio(top, "actual_hours"), rel=1e-9)
    assert found["load_ratio", None] == pytest.approx(oracle.ratio(rows, "planned_load_hours"), rel=1e-9)
    for part, value in oracle.oee(rows).items():
        assert found["oee", part] == pytest.approx(value, rel=1e-9), part
