"""satisfaction_vs_delivery on the worked examples of its definition and on the cases that it decides."""

from datetime import date

import pytest

from metrics.intervals import wilson
from metrics.registry import metric
from tests.metrics.company import company
from tests.metrics.survey_example import EXAMPLE, drawn, made, parts, tile


@pytest.fixture(scope="module")
def example():
    return made([*EXAMPLE, dict(late=None, score=1), dict(late=0, score=None)])


@pytest.mark.parametrize(("measure", "value"), [("rho", -0.92548), ("tau_b", -0.88950), ("superiority", 0.94444)])
def test_the_worked_example_gives_its_published_numbers(example, measure, value):
    row = tile(example, measure)
    assert (row["value"], row["n"]) == (pytest.approx(value, abs=5e-6), 6)
    assert row["status"] == "insufficient"


def test_few_customers_have_the_interval_of_bonett_and_wright(example):
    row = tile(example)
    assert row["ci_method"] == "bonett_wright"
    assert [round(side, 4) for side in row["ci"]] == [-0.9948, -0.2669]


def test_an_order_not_delivered_is_a_bucket_of_its_own_and_never_in_rho(example):
    assert tile(example)["excluded"] == {"not_delivered": 1}
    assert parts(example, "bucket_score") == {
        None: 22 / 7, "early": 5, "on_time": 4.5, "1_2": 4, "3_7": 2, "gt_7": 1, "not_delivered": 1,
    }  # fmt: skip
    assert parts(example, "mean_score") == {None: 22 / 7, "on_time": 14 / 3, "late": 7 / 3, "not_delivered": 1}
    assert parts(example, "dissatisfied_share", "num") == {
        None: 3, "early": 0, "on_time": 0, "1_2": 0, "3_7": 1, "gt_7": 1, "not_delivered": 1,
    }  # fmt: skip


def test_the_response_rate_counts_the_silent_too(example):
    assert parts(example, "response_rate") == {None: 7 / 8, "on_time": 3 / 4, "late": 1, "not_delivered": 1}
    answers_only = made(EXAMPLE)
    row = tile(answers_only, "response_rate")
    assert (row["value"], row["excluded"]) == (None, {"only_answers_kept": 6})


def test_equal_lateness_has_no_correlation():
    row = tile(made([dict(late=0, score=score) for score in (1, 2, 3)]))
    assert (row["value"], row["reason"]) == (None, "all orders equally late, or all answers equal")


def test_answers_before_the_outcome_was_known_are_left_out_unless_asked_for():
    version = made(
        [*EXAMPLE, dict(late=5, score=3, answered="2026-01-09"), dict(late=None, score=3, answered="2026-01-10")]
    )
    assert (tile(version)["n"], tile(version)["excluded"]) == (6, {"not_delivered": 1, "before_outcome": 1})
    assert tile(version, "mean_score")["excluded"] == {"before_outcome": 2}
    assert tile(version, params={"timing": "any"})["n"] == 7


def test_of_several_answers_on_one_order_the_last_one_known_counts():
    version = made([dict(late=0, score=5, order="O1"), dict(late=0, score=1, order="O1", answered="2026-02-25")])
    assert parts(version, "mean_score")[None] == 1
    assert parts(version, "mean_score", as_of=date(2026, 2, 24))[None] == 5


def test_the_worst_line_of_an_order_counts():
    tables = drawn([dict(late=0, score=2)])
    tables["order_line"] += "\nL2 | O1 | 1"
    tables["promise_history"] += "\nL2 | 1 | 2026-01-01 | 2026-01-08"
    tables["shipment_line"] += "\nSO1 | L2 | 1"
    version = company(tables, metric("satisfaction_vs_delivery"), as_of="2026-03-31")
    assert parts(version, "bucket_score") == {None: 2, "1_2": 2}


def test_many_answers_of_few_customers_are_few():
    answers = [dict(late=place % 7, score=5 - place % 5, customer=f"C{place % 19}") for place in range(60)]
    version = made(answers)
    for name in ("rho", "dissatisfied_share", "mean_score"):
        assert (tile(version, name)["n"], tile(version, name)["status"]) == (60, "low_n"), name
    assert tile(made(EXAMPLE), "mean_score")["status"] == "insufficient"


def test_answers_of_one_customer_are_not_independent():
    answers = [dict(late=0, score=1 if place % 25 < 9 else 5, customer=f"C{place % 25}") for place in range(75)]
    row = tile(made(answers), "dissatisfied_share")
    assert (row["value"], row["ci_method"]) == (27 / 75, "wilson_n_eff")
    # each customer answers alike: 25 independent answers, v = 25 / 24 * p (1 - p) / 25
    assert row["ci"] == pytest.approx(wilson(0.36, 24))


def test_a_survey_without_an_order_is_about_the_last_one_its_customer_had_complete():
    answers = [dict(late=0, score=4, customer="A"), dict(late=3, score=1, customer="A", linked=False)]
    version = made(answers)
    row = tile(version, "mean_score")
    # the second survey names none; the last complete order of A by 10 February is O2, which came on 13 January
    assert parts(version, "mean_score") == {None: 2.5, "on_time": 4, "late": 1}
    assert row["coverage"]["order_inferred"] == 0.5
    other = made(
        [dict(late=0, score=4, customer="A"), dict(late=0, score=1, order="X", customer="B", linked=False)],
        shipment_line="shipment_id | order_line_id | qty_shipped\n SO1 | LO1 | 1",
    )
    assert tile(other, "mean_score")["excluded"] == {"no_order": 1}


def test_many_customers_have_the_jackknife_interval():
    answers = [dict(late=place % 7, score=5 - place % 5, customer=f"C{place % 25}") for place in range(60)]
    row = tile(made(answers))
    assert row["ci_method"] == "jackknife_customer"
    assert row["ci"][0] < row["value"] < row["ci"][1]


def test_no_surveys_are_not_available():
    empty = company({}, metric("satisfaction_vs_delivery"))
    for each in metric("satisfaction_vs_delivery").measures:
        row = tile(empty, each.name)
        assert (row["status"], row["value"]) == ("not_available", None), each.name


def test_of_two_answers_on_one_day_the_later_hour_counts():
    tables = drawn([dict(late=0, score=5, order="O1"), dict(late=0, score=1, order="O1")])
    head, first, second = tables["survey_response"].splitlines()
    hours = [f"{head} | responded_at", f"{first} | 2026-02-20 17:00:00", f"{second} | 2026-02-20 09:00:00"]
    version = company(
        {**tables, "survey_response": "\n".join(hours)}, metric("satisfaction_vs_delivery"), as_of="2026-03-31"
    )
    assert parts(version, "mean_score") == {None: 5, "on_time": 5}


def test_answers_tell_whether_the_segment_was_carried_back():
    history = "customer_id | valid_from | segment\nC1 | 2025-12-31 | A\nC2 | 2026-01-02 | B"
    version = made([dict(late=0, score=4), dict(late=3, score=2)], customer_history=history)
    for name in ("rho", "mean_score", "dissatisfied_share", "cause"):
        assert tile(version, name)["coverage"]["attribute_backfilled"] == 0.5, name
