"""What every reading promises, shown on five order lines."""

from datetime import date

import pytest

from metrics import cells, cubes, document, periods, read, registry
from metrics.fiscal import Fiscal
from metrics.question import Request
from metrics.registry import UsageError
from tests.metrics.toy import TOY, toy_version


@pytest.fixture(autouse=True)
def only_the_toy(monkeypatch):
    monkeypatch.setattr(registry, "catalogue", lambda: {"toy": TOY})


def ask(version=None, **given):
    return read.read(version or toy_version(), "toy", Request(**given))


def numbers(doc):
    return [(tuple(row["slice"].values()), row["num"], row["den"]) for row in doc["rows"]]


def test_the_total_leaves_out_the_excluded_row_and_counts_it():
    (row,) = ask()["rows"]
    assert (row["value"], row["num"], row["den"], row["n"]) == (2 / 4, 2, 4, 4)
    assert row["excluded"] == {"bad": 1}
    assert row["coverage"] == {"named": 1.0}


def test_slices_come_after_the_total_and_add_up_to_it():
    assert numbers(ask(by=("product",))) == [((), 2, 4), (("pump",), 2, 2), (("valve",), 0, 2)]


def test_a_missing_member_has_its_word_and_an_empty_filter_finds_it():
    doc = ask(measures=("order_rate",), by=("planner",))
    assert [row["slice"] for row in doc["rows"]][1:] == [{"planner": "A"}, {"planner": "B"}, {"planner": "Nobody"}]
    assert numbers(ask(measures=("order_rate",), where={"planner": ("",)})) == [((), 1, 1)]


def test_an_order_belongs_to_the_month_of_its_last_line_and_needs_all_lines():
    rows = ask(measures=("order_rate",), reading="trend")["rows"]
    found = [(row["period"] and row["period"]["label"], row["num"], row["den"]) for row in rows]
    assert found == [(None, 2, 4), ("2026-01", 0, 1), ("2026-02", 2, 2), ("2026-03", 0, 1)]


def test_an_order_in_two_slices_counts_in_both_and_once_in_the_total():
    doc = ask(measures=("order_rate",), by=("product",))
    assert numbers(doc) == [((), 2, 4), (("pump",), 3, 3), (("valve",), 0, 2)]
    assert doc["overlap"] == [{"measure": "order_rate", "by": ["product"], "counted_twice": 1}]


def test_the_drilled_rows_hold_the_components_and_the_file_line():
    doc = ask(reading="rows", where={"product": ("valve",)})
    assert doc["total_rows"] == 2
    assert [row["row_key"] for row in doc["rows"]] == ["L2", "L5"]
    assert sum(row["components"]["num"] for row in doc["rows"]) == 0
    assert doc["rows"][0]["sources"][0] == {"system": "sap", "object": "VBAP", "id": "L2", "load_id": "x", "line": 2}


def test_a_changed_parameter_recomputes_the_relation():
    assert ask(params={"bonus": "1"})["rows"][0]["num"] == 2 + 4


def test_a_parameter_that_is_not_there_is_refused_with_the_nearest():
    with pytest.raises(UsageError, match="bonus"):
        ask(params={"bonsu": 1})


def test_an_unknown_dimension_is_refused_with_what_is_offered():
    with pytest.raises(UsageError, match="planner, product"):
        ask(by=("colour",))


def test_an_unknown_member_is_refused_with_the_nearest():
    with pytest.raises(UsageError, match="pump"):
        ask(where={"product": ("pumps",)})


def test_a_missing_input_is_named_and_is_no_zero():
    (row,) = ask(measures=("gone",))["rows"]
    assert (row["status"], row["value"]) == ("not_available", None)
    assert "order_line.hold_reason" in row["reason"]


def test_few_rows_are_insufficient_and_keep_their_numbers():
    (row,) = ask(where={"product": ("valve",), "planner": ("A",)})["rows"]
    assert (row["status"], row["num"], row["den"]) == ("insufficient", 0, 1)


def test_nothing_in_scope_is_no_value():
    (row,) = ask(date_from=date(2027, 1, 1), date_to=date(2027, 1, 31))["rows"]
    assert (row["value"], row["status"], row["reason"]) == (None, "insufficient", "no rows in scope")


def test_the_as_of_date_is_how_far_the_data_reach():
    doc = ask()
    assert (doc["as_of"], doc["as_of_by_source"]) == ("2026-03-31", {"sap": "2026-03-31"})


def test_a_period_beyond_the_as_of_date_is_provisional():
    (row,) = ask(date_from=date(2026, 1, 1), date_to=date(2026, 12, 31))["rows"]
    assert row["provisional"] is True


def test_compare_puts_the_difference_beside_the_base():
    doc = ask(
        reading="compare",
        date_from=date(2026, 2, 1),
        date_to=date(2026, 2, 28),
        compare_to=(date(2026, 1, 1), date(2026, 1, 31)),
    )
    (row,) = doc["rows"]
    assert (row["value"], row["base"]["value"], row["difference"]) == (1.0, 0.5, 0.5)


def test_compare_with_a_member_keeps_the_period():
    (row,) = ask(reading="compare", where={"product": ("pump",)}, compare_to="product=valve")["rows"]
    assert (row["value"], row["base"]["value"]) == (1.0, 0.0)


@pytest.mark.parametrize("given", [{}, {"by": ("product",)}, {"reading": "trend"}, {"where": {"planner": ("B",)}}])
def test_a_cube_gives_what_the_rows_give(monkeypatch, given):
    given = {"date_from": date(2026, 1, 1), "date_to": date(2026, 3, 31), **given}
    plain = ask(**given)
    monkeypatch.setattr(cubes, "FROM_ROWS", 0)
    version = toy_version()
    version.cursor().execute("drop table toy__line").fetchall()
    version.cursor().execute("create table toy__line(nothing int)").fetchall()
    monkeypatch.setattr(cells, "check_members", lambda facts, question: None)
    found = ask(version, interval=False, **given)["rows"]
    assert found == [{**row, "ci": None, "ci_method": None} for row in plain["rows"]]


def test_a_bucket_that_the_period_cuts_holds_only_its_days():
    given = {"reading": "trend", "every": "quarter", "date_from": date(2026, 2, 1), "date_to": date(2026, 3, 31)}
    assert ask(**given)["rows"][1]["period"] == {"label": "2026-Q1", "from": "2026-02-01", "to": "2026-03-31"}


def test_rows_that_are_all_left_out_are_told_as_such():
    (row,) = ask(date_from=date(2026, 2, 28), date_to=date(2026, 2, 28))["rows"]
    assert (row["value"], row["reason"]) == (None, "all rows in scope are left out: bad 1")


def test_every_slice_is_compared_with_the_member_and_the_whole_gets_no_interval():
    doc = ask(reading="compare", by=("product",), compare_to="product=valve")
    assert [(row["slice"], row["base"]["num"]) for row in doc["rows"]] == [
        ({}, 0),
        ({"product": "pump"}, 0),
        ({"product": "valve"}, 0),
    ]
    assert doc["rows"][0]["difference_ci"] is None
    assert doc["rows"][1]["difference_ci"] is not None


def test_a_parameter_beyond_all_numbers_is_refused():
    with pytest.raises(UsageError, match="number"):
        ask(params={"bonus": "inf"})


def test_slices_that_read_what_the_whole_leaves_out_are_counted_once():
    rows = [
        {
            "measure": "m",
            "part": None,
            "period": {"label": "2026"},
            "slice": {},
            "n": 6,
            "excluded": {"other": 2, "bad": 1},
        },
        {
            "measure": "m",
            "part": None,
            "period": {"label": "2026"},
            "slice": {"kind": "a"},
            "n": 6,
            "excluded": {"bad": 1},
        },
        {
            "measure": "m",
            "part": None,
            "period": {"label": "2026"},
            "slice": {"kind": "b"},
            "n": 2,
            "excluded": {"bad": 1},
        },
    ]
    assert document.overlap(rows, ("kind",)) == []
    rows[2]["n"] = 3
    assert document.overlap(rows, ("kind",)) == [{"measure": "m", "by": ["kind"], "counted_twice": 1}]


def test_without_any_data_no_period_is_named():
    version = toy_version()
    version.cursor().execute("delete from load").fetchall()
    doc = ask(version, measures=("gone",))
    assert (doc["as_of"], doc["rows"][0]["period"], doc["rows"][0]["provisional"]) == (None, None, False)
    assert (doc["scope"]["label"], doc["scope"]["from"], doc["scope"]["to"]) == ("", "", "")
    asked = ask(version, measures=("gone",), date_from=date(2026, 1, 1), date_to=date(2026, 1, 31))
    assert asked["rows"][0]["period"]["label"] == "2026-01-01..2026-01-31"


@pytest.mark.parametrize(
    ("every", "fiscal_start", "days"),
    [
        ("fiscal_month", "04-06", ["2026-01-05", "2026-02-05", "2026-03-05", "2026-03-10"]),
        ("fiscal_month", "01-31", ["2026-01-30", "2026-03-02", "2026-03-10"]),
        ("month", "04-06", ["2026-01-31", "2026-02-28", "2026-03-10"]),
        ("quarter", "04-06", ["2026-03-10"]),
        ("week", "04-06", None),
    ],
)
def test_a_state_is_read_at_the_end_of_every_period(every, fiscal_start, days):
    start, end = date(2026, 1, 3), date(2026, 3, 10)
    found = [str(day) for day in periods.state_dates(every, start, end, date(2026, 12, 31), Fiscal(fiscal_start))]
    assert days is None or found == days
    assert found[-1] == "2026-03-10"
    if every == "week":
        assert found[:2] == ["2026-01-04", "2026-01-11"]
