"""Metrics that stand on each other, steps in Python, and measures of two periods."""

from dataclasses import replace
from datetime import date

import pandas as pd
import pytest

from metrics import registry
from metrics.define import check
from metrics.materialise import materialise_metric
from metrics.question import Request
from metrics.read import read
from metrics.registry import Answer, DefinitionError, Metric, Param
from metrics.relations import behind, needed_first
from tests.metrics.reapply import reapply
from tests.metrics.toy import LINE, RATE, TOY, toy_version

HITS = replace(LINE, sql="select *, $weight as weight from {toy.line} where requested_date <= $as_of and hit = 1")
UPPER = replace(
    TOY,
    id="upper",
    relations={"line": HITS},
    params={"weight": Param(1)},
    needs=("toy",),
    measures=(replace(RATE, sums={"num": "hit * $weight", "den": "1", "n": "1"}, exclude={}),),
)


def change(frame, params):
    now, then = (frame[frame["side"] == side]["num"].sum() for side in (1, 0))
    return Answer(float(now - then), float(now), float(then), int(frame["n"].sum()))


TWO = replace(RATE, name="change", beside=True, finish=change, interval=None, exclude={}, additive=False)
BESIDE = replace(TOY, measures=(TWO,))


@pytest.fixture
def known(monkeypatch):
    """The catalogue holds the toy, one that needs it, and one of two periods."""

    def use(*metrics: Metric) -> None:
        found = {metric.id: metric for metric in metrics}
        monkeypatch.setattr("metrics.registry.catalogue", lambda: found)
        monkeypatch.setattr("metrics.relations.catalogue", lambda: found)

    return use


def version_with(*metrics):
    version = toy_version(metric=metrics[0])
    for metric in metrics[1:]:
        materialise_metric(version.connection, metric)
    return version


def test_a_metric_reads_the_relation_of_one_it_needs(known):
    known(TOY, UPPER)
    version = version_with(TOY, UPPER)
    (row,) = read(version, "upper", Request(interval=False))["rows"]
    assert (row["num"], row["n"]) == (3, 3)


def test_another_as_of_date_computes_what_stands_behind_again(known):
    known(TOY, UPPER)
    version = version_with(TOY, UPPER)
    asked = Request(as_of=date(2026, 2, 3), date_from=date(2026, 1, 1), date_to=date(2026, 12, 31), interval=False)
    (row,) = read(version, "upper", asked)["rows"]
    assert row["n"] == 2
    assert [metric.id for metric, _ in behind(UPPER, "line")] == ["toy", "upper"]


def test_what_is_needed_comes_first(known):
    known(UPPER, TOY)
    assert [metric.id for metric in needed_first([UPPER, TOY])] == ["toy", "upper"]


def test_a_circle_of_needs_is_refused():
    round_trip = replace(TOY, needs=("upper",))
    with pytest.raises(DefinitionError, match="toy: it needs itself, by way of toy -> upper"):
        check(round_trip, {"toy": round_trip, "upper": UPPER})


def test_a_need_that_is_no_metric_is_refused():
    with pytest.raises(DefinitionError, match="upper: needs 'toy', which is no metric"):
        check(UPPER, {})


def test_a_relation_of_a_metric_that_is_not_needed_is_refused():
    with pytest.raises(DefinitionError, match="reads toy__line"):
        check(replace(UPPER, needs=()), {"toy": TOY})


def stepped(cursor, as_of):
    frame = cursor.execute("select * exclude (bonus) from toy__line").df()
    return frame.assign(bonus=0, until=as_of)


def test_a_step_in_python_writes_a_relation(known):
    program = replace(LINE, sql="", program=stepped, program_reads=("toy.line",))
    stepping = replace(UPPER, relations={"line": program}, params={"weight": Param(2)})
    known(TOY, stepping)
    version = version_with(TOY, stepping)
    (row,) = read(version, "upper", Request(interval=False))["rows"]
    assert (row["num"], row["n"]) == (6, 5)
    until = version.cursor().execute("select distinct until from upper__line").fetchall()
    assert pd.Timestamp(until[0][0]).date() == date(2026, 3, 31)


def test_a_step_that_names_no_table_is_refused():
    program = replace(LINE, sql="", program=stepped)
    with pytest.raises(DefinitionError, match="program_reads names nothing"):
        check(replace(TOY, relations={"line": program}), {})


def of_two(**given):
    asked = Request(**{"date_from": date(2026, 2, 1), "date_to": date(2026, 2, 28), "interval": False, **given})
    return toy_version(metric=BESIDE), asked


def test_a_measure_of_two_periods_is_held_against_what_is_named(known):
    known(BESIDE)
    version, asked = of_two(compare_to="prior")
    (row,) = read(version, "toy", asked)["rows"]
    assert (row["value"], row["num"], row["den"]) == (1, 2, 1)
    version, asked = of_two(compare_to=(date(2026, 3, 1), date(2026, 3, 31)))
    assert read(version, "toy", asked)["rows"][0]["den"] == 0
    version, asked = of_two()
    assert read(version, "toy", asked)["rows"][0]["den"] == 0


def test_a_trend_of_two_periods_stands_each_month_beside_the_year_before(known):
    known(BESIDE)
    version = toy_version(metric=BESIDE)
    version.connection.execute(
        "insert into toy__line select * replace (date '2025-02-10' as requested_date) from toy__line"
    )
    asked = Request(reading="trend", date_from=date(2026, 1, 1), date_to=date(2026, 3, 31), interval=False)
    rows = read(version, "toy", asked)["rows"]
    assert [(row["period"]["label"], row["num"], row["den"]) for row in rows[1:]] == [
        ("2026-01", 1, 0), ("2026-02", 2, 3), ("2026-03", 0, 0)
    ]  # fmt: skip


def test_the_drill_of_two_periods_gives_the_tile_again(known):
    known(BESIDE)
    version, asked = of_two(compare_to="prior")
    (row,) = read(version, "toy", asked)["rows"]
    (cell,) = reapply(version, BESIDE, TWO, asked)
    assert (cell.answer.value, cell.answer.n) == (row["value"], row["n"])
    rows = read(version, "toy", replace(asked, reading="rows"))["rows"]
    assert [item["side"] for item in rows] == [0, 0, 1, 1]
    assert registry.metric("toy") is BESIDE
