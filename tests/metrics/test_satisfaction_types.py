"""satisfaction_vs_delivery by kind of survey and by slice: what is never added, and what stands in two slices."""

from datetime import date

import pytest

from metrics.question import Request
from metrics.read import read
from metrics.registry import metric
from tests.metrics.company import company
from tests.metrics.survey_example import EXAMPLE, QUARTER, drawn, made, parts, rows, tile


def test_types_are_never_added_and_the_reading_says_which_it_is():
    nps = [dict(late=late, score=score, type="nps", top=10) for late, score in ((0, 6), (4, 7))]
    version = made([*EXAMPLE, *nps])
    row = tile(version)
    assert (row["n"], row["value"]) == (6, pytest.approx(-0.92548, abs=5e-6))
    assert row["excluded"] == {"other_survey_type": 2}
    assert row["reason"] == "csat only; other types are left out, never added to it"
    filtered = tile(version, "dissatisfied_share", where={"survey_type": ("nps",)})
    assert (filtered["num"], filtered["n"], filtered["excluded"]) == (1, 2, {})
    assert filtered["reason"] == "nps only; most answers of the company are csat"
    sliced = {
        row["slice"]["survey_type"]: row["n"] for row in rows(version, "rho", by=("survey_type",)) if row["slice"]
    }
    assert sliced == {"csat": 6, "nps": 2}


def test_the_type_read_is_that_of_most_answers_not_of_most_complaints():
    nps = [dict(late=4, score=score, type="nps", top=10) for score in (1, 2, 3, 4)]
    row = tile(made([*EXAMPLE, *nps]), "cause")
    assert (row["den"], row["excluded"]) == (2, {"other_survey_type": 4})


def test_a_slice_or_period_with_answers_of_another_type_alone_shows_no_number_of_it():
    nps = [dict(late=4, score=1, type="nps", top=10, customer="N", answered="2026-03-05")]
    version = made([*EXAMPLE, *nps])
    for name in ("cause", "dissatisfied_share", "mean_score"):
        slices = [row for row in rows(version, name, by=("customer",)) if row["slice"].get("customer") == "N"]
        assert [(row["value"], row["excluded"]) for row in slices] == [(None, {"other_survey_type": 1})], name
        trend = rows(version, name, reading="trend")
        march = [row for row in trend if row["period"] and row["period"]["label"] == "2026-03"]
        assert [(row["value"], row["excluded"]) for row in march] == [(None, {"other_survey_type": 1})], name


def test_the_main_type_is_that_of_the_answers_that_had_come():
    nps = [dict(late=4, score=place, type="nps", top=10, answered="2026-03-05") for place in range(7)]
    version = made([*EXAMPLE, *nps])
    assert tile(version)["n"] == 7
    assert tile(version, as_of=date(2026, 3, 4))["excluded"] == {}
    assert tile(version, as_of=date(2026, 3, 4))["n"] == 6


def test_other_scales_of_a_type_are_mapped_to_the_common_one():
    version = made([dict(late=0, score=10, top=10), dict(late=0, score=1, top=10), dict(late=0, score=3)])
    assert parts(version, "mean_score")[None] == pytest.approx((5 + 1 + 3) / 3)


def test_slices_by_survey_type_are_no_answers_counted_twice():
    nps = [dict(late=late, score=score, type="nps", top=10) for late, score in ((0, 6), (4, 7))]
    two = dict(customer="C1", late=1, score=3, order="X")
    version = made([*EXAMPLE, *nps, two])
    asked = dict(measures=("mean_score", "rho", "dissatisfied_share"), **QUARTER)
    for by in (("survey_type",), ("survey_type", "customer"), ("customer",)):
        doc = read(version, "satisfaction_vs_delivery", Request(by=by, **asked))
        assert doc["overlap"] == [], by
        whole, *slices = [row for row in doc["rows"] if row["measure"] == "mean_score" and row["part"] is None]
        others = whole["excluded"]["other_survey_type"] if "survey_type" in by else 0
        assert (whole["n"], sum(row["n"] for row in slices)) == (7, 7 + others), by


def test_an_answer_about_lines_of_two_families_stands_in_both_and_is_told():
    tables = drawn([dict(late=0, score=2), dict(late=0, score=9, type="nps", top=10)])
    lines = "order_line_id | order_id | ordered_qty | product_id\nLO1 | O1 | 1 | P\nL2 | O1 | 1 | Q\nLO2 | O2 | 1 | P"
    tables |= {"order_line": lines + "\nL3 | O2 | 1 | Q", "product": "product_id | family\nP | pump\nQ | valve"}
    for line in ("L2", "L3"):
        tables["promise_history"] += f"\n{line} | 1 | 2026-01-01 | 2026-01-10"
        tables["shipment_line"] += f"\nSO{'1' if line == 'L2' else '2'} | {line} | 1"
    version = company(tables, metric("satisfaction_vs_delivery"), as_of="2026-03-31")
    for by, twice in ((("family",), 1), (("survey_type", "family"), 2)):
        doc = read(version, "satisfaction_vs_delivery", Request(measures=("mean_score",), by=by, **QUARTER))
        assert [one["counted_twice"] for one in doc["overlap"]] == [twice], by
