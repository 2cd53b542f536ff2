"""The right answers: their arithmetic on the worked examples of the metrics, and the planted faults they must show."""

from dataclasses import asdict
from json import loads
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from sample_data import answers
from sample_data.truth_delivery import kaplan_meier_median
from sample_data.truth_mix import shares
from sample_data.truth_pegging import peg
from sample_data.truth_satisfaction import rank_correlation, superiority
from sample_data.truth_suppliers import ANCHOR, WEIGHT, points, spread

ROOT = Path(__file__).parents[2]


def test_half_are_delivered_on_the_first_day_at_which_the_curve_reaches_one_half():
    assert kaplan_meier_median(np.array([12, 5, 15]), np.array([True, True, False])) == 12
    assert kaplan_meier_median(np.array([10, 20, 30, 25, 40]), np.array([True, True, True, False, False])) == 30
    assert kaplan_meier_median(np.array([3, 9, 9]), np.array([True, False, False])) is None


def test_rank_correlation_and_superiority_give_the_worked_example():
    late, score = np.array([-1, 0, 0, 2, 5, 9]), np.array([5, 5, 4, 4, 2, 1])
    assert rank_correlation(late, score) == pytest.approx(-0.92548, abs=5e-6)
    assert superiority(score[:3], score[3:]) == pytest.approx(0.9444, abs=5e-5)


@pytest.mark.parametrize("size", ["demo", "small"])
def test_the_numbers_point_at_every_planted_fault(size, demo_truth, small):
    truth = demo_truth if size == "demo" else small[1]
    fault = truth.faults
    assert fault["found_in_the_numbers"] == {
        "lowest_otif_site": fault["planner_who_re_dates"]["site"],
        "lowest_otif_segment": fault["segment_served_last"]["segment"],
        "lowest_otif_family": fault["slow_supplier"]["family"],
        "lowest_kept_supplier": fault["slow_supplier"]["supplier"],
        "most_overrated_stage": fault["inflated_stage"]["stage"],
    }


def test_the_re_dating_planner_looks_perfect_by_the_last_promise_only(demo_truth):
    planner = demo_truth.faults["planner_who_re_dates"]
    assert planner["adherence_last"]["value"] > 0.95 > 0.65 > planner["adherence_first"]["value"]
    other = demo_truth.metrics["commitment_to_delivery"]["adherence"]["site_3000"]
    assert other["adherence_last"]["value"] - other["adherence_first"]["value"] < 0.05


def test_the_pipeline_beats_history_and_less_so_the_further_ahead(demo_truth):
    horizon = demo_truth.metrics["pipeline_forecast_accuracy"]["horizons"]
    gain = [horizon[str(h)]["wape"]["ma3"] - horizon[str(h)]["wape"]["pipeline"] for h in range(1, 7)]
    assert gain[0] > 0.2 and gain[0] > gain[1] > gain[2] > gain[5]
    assert all(horizon[str(h)]["fva"] > 0.1 for h in range(1, 7))
    assert all(abs(horizon[str(h)]["bias"]["pipeline"]) < 0.15 for h in range(1, 7))


def test_the_inflated_stage_wins_a_quarter_and_the_others_keep_their_order(demo_truth):
    stage = demo_truth.metrics["pipeline_forecast_accuracy"]["stages"]
    assert stage["Perception Analysis"]["crm"] == 0.7
    assert stage["Perception Analysis"]["value"] == pytest.approx(0.25, abs=0.05)
    assert (
        stage["Needs Analysis"]["value"] < stage["Proposal/Price Quote"]["value"] < stage["Negotiation/Review"]["value"]
    )


def test_late_customers_are_less_satisfied_and_least_when_nobody_told_them(demo_truth):
    csat = demo_truth.metrics["satisfaction_vs_delivery"]
    assert csat["rho"] < -0.3 and csat["superiority"] > 0.7
    told, silent = csat["dissatisfied_when_late"]["told"], csat["dissatisfied_when_late"]["not_told"]
    assert min(told["den"], silent["den"]) >= 30
    assert silent["num"] / silent["den"] > 2 * told["num"] / told["den"]


def test_slices_add_up_to_the_total(demo_truth):
    otif = demo_truth.metrics["otif"]
    for by in ("segment", "site", "family", "planner"):
        parts = otif[f"first_by_{by}"].values()
        assert sum(part["num"] for part in parts) == otif["first"]["num"]
        assert sum(part["den"] for part in parts) == otif["first"]["den"]
    csat = demo_truth.metrics["satisfaction_vs_delivery"]
    assert sum(csat["cause"].values()) >= csat["dissatisfied_when_late"]["told"]["num"]


def test_every_way_of_joining_customers_occurs_and_the_look_alike_is_no_pair(demo_truth, small):
    for truth in (demo_truth, small[1]):
        match = truth.matches
        assert set(match["by"]) == {"erp_number", "tax_id", "name", "none", "no_account"}
        joined = {(account, customer) for account, customer, _ in match["pairs"]}
        assert not joined & {tuple(pair) for pair in match["must_not_match"] + match["same_but_not_joinable"]}
        assert match["must_not_match"][0][1] in match["without_account"]


def test_the_page_of_right_answers_is_current(demo_truth):
    assert (ROOT / "docs" / "sample-company.md").read_text("utf-8") == answers.page(demo_truth)


def test_the_worked_examples_of_the_newer_metrics_come_out():
    assert shares(pd.Series([20, 50, 30])).tolist() == [0.5, 0.3, 0.2]
    assert (shares(pd.Series([50, 30, 20])) ** 2).sum() == pytest.approx(0.38)
    mean, cv = spread(np.array([10, 12, 14, 20]), np.array([True] * 4))
    assert (mean, cv) == (pytest.approx(14), pytest.approx(0.30861, abs=5e-6))
    known = {"quality": 2500.0, "delivery": 0.75, "price": 0.01, "lead_time": cv}
    score = {name: points(value, *ANCHOR[name]) for name, value in known.items()}
    assert score == pytest.approx({"quality": 78.947, "delivery": 0, "price": 80, "lead_time": 47.848}, abs=5e-4)
    assert sum(WEIGHT[name] * value for name, value in score.items()) == pytest.approx(50.809, abs=5e-4)


def test_the_pegging_of_the_worked_example_comes_out():
    rows = pd.DataFrame(
        {
            "left": [40, 30, 60],
            "need": [8, 5, 20],
            "held": 0,
            "place": 0,
            "order": [2, 1, 3],
            "whole": False,
            "price": [12, 10, 10],
        },
        index=["L2", "L1", "L3"],
    )
    found = peg(rows, {0: [[-1, 50.0], [10, 40.0], [25, 100.0]]})
    assert found["short"].to_dict() == {"L2": 0, "L1": 20, "L3": 40}
    assert (found["short"] * found["price"]).sum() == 600
    assert found["ready"].to_dict() == {"L2": -1, "L1": 10, "L3": 25}


def test_the_legs_of_the_backlog_add_up_to_what_is_open(demo_truth, small):
    for truth in (demo_truth, small[1]):
        owed = truth.metrics["backlog_movement"]
        assert sum(owed["movement"].values()) == pytest.approx(owed["closing"], abs=0.05)


def test_what_was_planted_shows_in_the_newer_metrics(demo_truth):
    metrics = demo_truth.metrics
    load, card = metrics["capacity_utilisation"], metrics["supplier_scorecard"]
    assert load["TEST-1"]["cv"] > 3 * load["all"]["cv"] and load["bottleneck"] == "ASM-1"
    assert card["sloppy_supplier"]["ppm"]["value"] > 5 * card["ppm"]["value"]
    assert card["slow_supplier"]["otif"]["value"] < 0.2 < card["otif"]["value"]
    assert metrics["priority_inversion_rate"]["override_share"]["num"] > 0
    assert metrics["exceptions"]["revenue_at_risk"] > 0 < metrics["exceptions"]["late_value"]
    assert metrics["master_data_consistency"]["value_match"]["value"] < 1


def test_truth_json_holds_the_truth(small):
    folder, truth = small
    assert loads((folder / "truth.json").read_text("utf-8")) == loads(truth.to_json())
    assert asdict(truth)["as_of"] == "2026-04-30"
