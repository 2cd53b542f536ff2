"""Another convention beside the standing one, with the rows that it changes."""

from dataclasses import replace

import pytest

from metrics import registry
from metrics.question import Request
from metrics.read import read
from metrics.registry import Param, UsageError
from tests.metrics.toy import RATE, TOY, toy_version

STRICT = replace(
    RATE,
    where=lambda params: "true" if params["families"] == "all" else "product_id = 'pump'",
    sums={"num": "hit * $weight", "den": "1", "n": "1"},
    exclude=lambda params: {} if params["nobody"] == "kept" else {"nobody": "planner is null"},
    coverage={},
)
FREE = replace(
    TOY,
    measures=(STRICT, replace(STRICT, name="gone", headline=False, requires=("order_line.hold_reason",))),
    params={
        "bonus": Param(0),
        "weight": Param(1),
        "families": Param("all", ("all", "pump")),
        "nobody": Param("kept", ("kept", "left")),
    },
)


@pytest.fixture
def flips(monkeypatch):
    monkeypatch.setattr(registry, "catalogue", lambda: {"toy": FREE})
    version = toy_version(metric=FREE)

    def ask(**given):
        params = {name: given.pop(name) for name in list(given) if name in FREE.params}
        return read(version, "toy", Request(reading="flips", params=params, **given))

    return ask


def kinds(doc):
    return {row["row_key"]: row["kind"] for row in doc["rows"]}


def test_rows_out_of_the_population_leave_it(flips):
    doc = flips(families="pump")
    assert kinds(doc) == {"L2": "left", "L5": "left"}
    assert (doc["standing"][0]["den"], doc["other"][0]["den"]) == (5, 3)
    assert doc["rows"][0]["other"] is None
    assert doc["flips"] == {"left": 2}


def test_a_row_left_out_for_a_reason_says_which(flips):
    doc = flips(nobody="left")
    assert kinds(doc) == {"L4": "left"}
    assert doc["rows"][0]["other"]["reason"] == "nobody"


def test_rows_that_count_more_or_less_gain_or_lose(flips):
    assert kinds(flips(weight=2)) == {"L1": "gained", "L3": "gained", "L4": "gained"}
    assert kinds(flips(weight=0)) == {"L1": "lost", "L3": "lost", "L4": "lost"}


def test_flips_keep_to_the_scope_and_turn_the_page(flips):
    doc = flips(weight=2, where={"planner": ("A",)})
    assert (kinds(doc), doc["rows"][0]["planner"]) == ({"L1": "gained"}, "A")
    page = flips(weight=2, limit=1, offset=1)
    assert (kinds(page), page["total_rows"], page["flips"]) == ({"L3": "gained"}, 3, {"gained": 3})


def test_the_other_number_is_the_standing_one_and_its_flips(flips):
    doc = flips(weight=2)
    (standing,), (other,) = doc["standing"], doc["other"]
    moved = sum(row["other"]["num"] - row["standing"]["num"] for row in doc["rows"])
    assert other["num"] == standing["num"] + moved
    assert (doc["params"]["weight"], doc["standing_params"]["weight"]) == (2, 1)


def test_the_standing_convention_itself_is_refused(flips):
    with pytest.raises(UsageError, match="differs from the standing convention: bonus=0, weight=1"):
        flips()


def test_what_cannot_be_read_says_why(flips):
    doc = flips(weight=2, measures=("gone",))
    assert (doc["status"], doc["rows"]) == ("not_available", [])
    assert "order_line.hold_reason" in doc["reason"]


@pytest.mark.parametrize("basis", ["current", "requested"])
def test_lines_that_keep_one_date_and_miss_another_flip(sample_version, basis):
    doc = read(sample_version, "otif", Request(reading="flips", params={"basis": basis}))
    (standing,), (other,) = doc["standing"], doc["other"]
    for side, row in (("standing", standing), ("other", other)):
        counted = [item[side] for item in doc["rows"] if item[side] and not item[side]["reason"]]
        assert row["den"] >= len(counted)
    moved = [sum(_num(item[side]) for item in doc["rows"]) for side in ("other", "standing")]
    assert other["num"] - standing["num"] == moved[0] - moved[1]
    assert doc["total_rows"] == len(doc["rows"]) == sum(doc["flips"].values()) > 0


def _num(side) -> float:
    return 0 if side is None or side["reason"] else side["num"]


def test_lines_are_not_held_against_orders(sample_version):
    with pytest.raises(UsageError, match="rows of another kind"):
        read(sample_version, "otif", Request(reading="flips", params={"grain": "order"}))
