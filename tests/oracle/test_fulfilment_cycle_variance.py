"""The variance of the cycle against an oracle that follows the book line by line."""

import pytest

from metrics.materialise import fill_columns, materialise_metric
from metrics.question import Request
from metrics.read import read
from metrics.registry import metric
from tests.oracle import fulfilment_cycle_variance as oracle
from tests.oracle.company import AS_OF, FIRST
from tests.oracle.lines import lines_of
from tests.oracle.test_oracles import END, SEEDS, START, version_of
from tests.oracle.wide import wide_company

ID = "fulfilment_cycle_variance"
LETTERS = {"entered": "E", "released": "R", "picked": "P", "shipped": "S", "delivered": "D"}


def test_the_oracle_gives_the_numbers_of_the_book():
    stages = [[1, 2, 3], [1, 4, 3], [2, 6, 4], [0, 8, 2]]
    found = oracle.spread([sum(row) for row in stages])
    assert found["mean"] == 9 and found["p90"] == pytest.approx(11.4)
    assert found["sd"] ** 2 == pytest.approx(6.6667, abs=5e-5) and found["cv"] == pytest.approx(0.28689, abs=5e-6)
    assert oracle.stage_shares(stages)[0] == pytest.approx([0.1, 0.8, 0.1])


@pytest.mark.parametrize("seed", SEEDS)
def test_the_cycle_agrees_with_the_oracle(seed, tmp_path):
    made = wide_company(seed)
    version = version_of(tmp_path, made, only_this)
    lines = lines_of(made, AS_OF)
    done = oracle.cycles(made, lines, START, END)
    found = values(version)
    check_spread(found, done)
    ever = oracle.cycles(made, lines, FIRST, AS_OF)
    check_stages(found, done, oracle.milestones(ever))
    check_curve(found, oracle.waits(lines, START, END, AS_OF))
    check_conventions(version, made, done)


def only_this(con, facts=None):
    fill_columns(con)
    materialise_metric(con, metric(ID))


def values(version, measures=("all",), **params):
    asked = Request(measures=measures, date_from=START, date_to=END, as_of=AS_OF, params=params)
    return {(row["measure"], row["part"]): row for row in read(version, ID, asked)["rows"]}


def check_spread(found, done):
    days = [cycle.gross for cycle in done]
    for name, value in oracle.spread(days).items():
        row = found[name, None]
        assert (row["n"], row["value"]) == (len(days), pytest.approx(value, rel=1e-9)), name
    for name, function in (("mean", oracle.mean_of), ("sd", oracle.sd_of), ("cv", oracle.cv_of)):
        low, high = found[name, None]["ci"]
        assert (high - low) / 2 == pytest.approx(oracle.half_width(done, function), rel=1e-3), name
    for name in ("site", "family", "carrier"):
        groups = [getattr(cycle, name) for cycle in done]
        assert found["eta2", name]["value"] == pytest.approx(oracle.between_groups(days, groups), rel=1e-9), name


def check_stages(found, done, between):
    table = [stages for cycle in done if (stages := cycle.stages(between)) is not None]
    letters = [LETTERS[name] for name in ("entered", *between, "delivered")]
    variance, mean = oracle.stage_shares(table)
    for place, part in enumerate(zip(letters, letters[1:], strict=False)):
        for name, shares in (("variance_share", variance), ("mean_share", mean)):
            row = found[name, "_".join(part)]
            assert (row["n"], row["value"]) == (len(table), pytest.approx(shares[place], rel=1e-9, abs=1e-12)), part
            assert row["excluded"].get("milestone_missing", 0) == len(done) - len(table)
    assert {part for name, part in found if name == "mean_share"} == {
        f"{a}_{b}" for a, b in zip(letters, letters[1:], strict=False)
    }


def check_curve(found, waits):
    for name, share in (("km_median", 0.5), ("km_p90", 0.9)):
        row = found[name, None]
        assert (row["n"], row["value"]) == (len(waits[0]), oracle.curve_quantile(*waits, share)), name


def check_conventions(version, made, done):
    """Business days up to the shipment, and the days the customer wished to wait taken off."""
    worked = oracle.spread(oracle.workdays(made, done))
    found = values(version, ("cv", "mean"), days="business")
    assert found["cv", None]["value"] == pytest.approx(worked["cv"], rel=1e-9)
    known = [cycle for cycle in done if cycle.dwell is not None]
    net = oracle.spread([cycle.gross - cycle.dwell for cycle in known])
    row = values(version, ("cv", "mean"), dwell="net")["cv", None]
    assert (row["n"], row["value"]) == (len(known), pytest.approx(net["cv"], rel=1e-9))
