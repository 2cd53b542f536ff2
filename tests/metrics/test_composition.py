"""What a slice adds to a difference: the book's example, exactness over drawn slices, and the rows of a comparison."""

from dataclasses import replace
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from metrics import registry
from metrics.composition import of_ratio, of_sum
from metrics.finish import total
from metrics.question import Request
from metrics.read import read
from metrics.registry import Answer
from tests.metrics.toy import RATE, TOY, toy_version

COUNTS = st.tuples(st.integers(0, 50), st.integers(1, 50)).map(lambda pair: (min(pair), pair[1]))
SIDES = st.dictionaries(st.sampled_from("abcd"), COUNTS, min_size=1)


def test_a_total_may_fall_while_every_slice_gets_better():
    parts = of_ratio({"a": (19.2, 20), "b": (60.0, 80)}, {"a": (76.0, 80), "b": (14.0, 20)})
    assert sum(part.within for part in parts.values()) == pytest.approx(0.030)
    assert sum(part.mix for part in parts.values()) == pytest.approx(-0.138)


def test_a_slice_that_is_there_once_is_mix():
    parts = of_ratio({"a": (5, 10), "new": (10, 10)}, {"a": (5, 10), "old": (0, 10)})
    assert (parts["new"].within, parts["new"].mix) == (0, (1 - 0.5) * 0.5)
    assert (parts["old"].within, parts["old"].mix) == (0, (0 - 0.5) * -0.5)
    assert parts["a"].contribution == 0


@given(SIDES, SIDES)
def test_the_parts_add_up_to_the_difference(now, then):
    rates = [sum(num for num, _ in side.values()) / sum(den for _, den in side.values()) for side in (now, then)]
    parts = of_ratio(now, then)
    assert sum(part.contribution for part in parts.values()) == pytest.approx(rates[0] - rates[1], abs=1e-9)
    assert all(part.contribution == part.within + part.mix for part in parts.values())


def test_a_sum_is_made_of_the_differences_of_its_slices():
    parts = of_sum({"a": 5.0, "b": 2.0}, {"a": 3.0, "c": 4.0})
    assert {name: part.contribution for name, part in parts.items()} == {"a": 2.0, "b": 2.0, "c": -4.0}


PLAIN = replace(RATE, exclude={})


@pytest.fixture
def compared(monkeypatch):
    def ask(measure=PLAIN, **given):
        metric = replace(TOY, measures=(measure,))
        monkeypatch.setattr(registry, "catalogue", lambda: {"toy": metric})
        asked = {"date_from": date(2026, 2, 1), "date_to": date(2026, 3, 31), "reading": "compare", **given}
        asked.setdefault("compare_to", (date(2026, 1, 1), date(2026, 1, 31)))
        return read(toy_version(metric=metric), "toy", Request(**asked))["rows"]

    return ask


def test_a_comparison_by_slice_tells_within_and_mix(compared):
    rows = compared(by=("product",))
    whole = rows[0]
    effects = {row["part"]: row["value"] for row in rows if row["part"]}
    assert effects["within"] + effects["mix"] == pytest.approx(whole["difference"])
    assert (effects["within"], effects["mix"]) == pytest.approx((0, 1 / 6))
    sliced = [row for row in rows if row["slice"]]
    assert sum(row["contribution"] for row in sliced) == pytest.approx(whole["difference"])


def test_the_slice_that_moved_most_comes_first(compared):
    sliced = [row for row in compared(by=("planner",)) if row["slice"]]
    sizes = [abs(row["contribution"]) for row in sliced]
    assert sizes == sorted(sizes, reverse=True)


def test_a_slice_that_vanished_is_still_told(compared):
    rows = compared(by=("planner",))
    (gone,) = [row for row in rows if row["slice"] == {"planner": "A"}]
    assert (gone["n"], gone["value"], gone["base"]["n"], gone["difference"]) == (0, None, 2, None)
    assert sum(row["contribution"] for row in rows if row["slice"]) == pytest.approx(rows[0]["difference"])


def test_a_sum_has_contributions_and_no_mix(compared):
    count = replace(RATE, exclude={}, unit="count", finish=total("n"), interval=None, sums={"n": "1"})
    rows = compared(measure=count, by=("product",))
    assert [row["part"] for row in rows] == [None, None, None]
    assert {row["slice"].get("product"): row.get("contribution") for row in rows} == {None: None, "pump": 1, "valve": 0}


def test_slices_that_overlap_are_not_split(compared):
    """Orders with lines of two products stand in both."""
    order = {order.name: order for order in TOY.measures}["order_rate"]
    rows = compared(measure=replace(order, headline=True), by=("product",), date_from=date(2026, 1, 1))
    whole = rows[0]
    assert "contribution" not in rows[1]
    assert (whole["difference"], whole["reason"]) == (0.5, "slices overlap: no split of the difference")


def test_a_median_has_no_split(compared):
    def middle(frame, params):
        return Answer(float(frame["n"].sum()), None, None, int(frame["n"].sum()))

    rows = compared(measure=replace(RATE, exclude={}, finish=middle, interval=None, unit="days"), by=("product",))
    assert not any("contribution" in row or row["part"] for row in rows)


@pytest.mark.parametrize("dim", ["segment", "site", "family"])
def test_every_contribution_of_the_sample_adds_up(sample_version, dim):
    rows = read(sample_version, "otif", Request(reading="compare", by=(dim,), compare_to="prior-year"))["rows"]
    assert sum(row["contribution"] for row in rows if row["slice"]) == pytest.approx(rows[0]["difference"])


def test_a_slice_as_good_as_the_whole_moves_nothing_by_its_weight():
    parts = of_ratio({"a": (18, 20), "b": (72, 80)}, {"a": (72, 80), "b": (18, 20)})
    assert {name: part.contribution for name, part in parts.items()} == pytest.approx({"a": 0, "b": 0})
