"""Every cube of every metric gives what the rows give."""

import math
import shutil
from pathlib import Path

import duckdb
import pytest

from metrics import cubes
from metrics.cubes import cubes_of, write_cubes
from metrics.known import Facts
from metrics.materialise import Building
from metrics.question import Request
from metrics.read import read
from metrics.registry import catalogue
from tests.metrics.toy import ToyVersion


@pytest.fixture(scope="module")
def with_cubes(sample_version, tmp_path_factory):
    """The sample company's version with cubes, which it is too small to have."""
    path = tmp_path_factory.mktemp("cubes") / "1.duckdb"
    shutil.copy(sample_version.path, path)
    con = duckdb.connect(str(path))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(cubes, "FROM_ROWS", 0)
        for metric in catalogue().values():
            write_cubes(con, metric, Facts(Building(con)))
    return ToyVersion(con, Path(path))


def requests(metric) -> list[Request]:
    """Every measure as a whole, by each narrow dimension, for the year and by month; and one member alone."""
    plain = Request(measures=("all",), interval=False)
    dims = [name for name, dim in metric.dims.items() if not dim.wide]
    by_dim = [Request(measures=("all",), by=(name,), interval=False) for name in dims]
    return [plain, *by_dim, Request(measures=("all",), reading="trend", interval=False)]


def is_same(one, other) -> bool:
    if isinstance(one, float) and isinstance(other, float):
        return math.isclose(one, other, rel_tol=1e-9, abs_tol=1e-9)
    return one == other


def told(doc: dict) -> dict:
    """What the rows of a document say, by what they are about; numbers apart from words."""
    names = ("value", "num", "den", "n", "status", "reason")
    return {
        (row["measure"], row["part"], str(row["slice"]), str(row["period"])): (
            [row[name] for name in names],
            row["excluded"],
            row["coverage"],
        )
        for row in doc["rows"]
    }


def differs(one, other) -> bool:
    (numbers, excluded, coverage), (numbers_, excluded_, coverage_) = one, other
    pairs = [*zip(numbers, numbers_, strict=True), *((share, coverage_.get(name)) for name, share in coverage.items())]
    return excluded != excluded_ or not all(is_same(*pair) for pair in pairs)


KEPT = ("otif", "lead_to_order_rate")
METRICS = [pytest.param(name, marks=[] if name in KEPT else pytest.mark.slow) for name in sorted(catalogue())]


@pytest.mark.parametrize("metric_id", METRICS)
def test_a_cube_gives_what_the_rows_give(metric_id, sample_version, with_cubes):
    metric = catalogue()[metric_id]
    for request in requests(metric):
        rows, kept = (told(read(version, metric_id, request)) for version in (sample_version, with_cubes))
        assert set(rows) == set(kept)
        assert not [key for key in rows if differs(rows[key], kept[key])], request


def test_line_metrics_have_cubes_and_are_read_from_them(with_cubes):
    cursor = with_cubes.cursor()
    for cube in cubes_of(catalogue()["otif"]):
        cursor.execute(f"update {cube.table} set sum_0 = 0 * sum_0").fetchall()
    (row,) = read(with_cubes, "otif", Request(interval=False))["rows"]
    assert row["num"] == 0
