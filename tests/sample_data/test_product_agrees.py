"""The product reads the small company's exports and must come to the answers that the generator knows without them."""

import json

import pytest

from metrics.question import Request
from metrics.read import read

PLANTS = {"1000": "Hamburg", "2000": "Stuttgart", "3000": "Linz"}


@pytest.fixture(scope="module")
def truth(sample_home):
    return json.loads((sample_home.path / "exports" / "truth.json").read_text("utf-8"))


@pytest.fixture(scope="module")
def ask(sample_version):
    """Rows of a reading by (measure, part, member of the slice); the total has None, no segment is Unsegmented."""

    def asked(metric: str, **request) -> dict:
        found = {}
        for row in read(sample_version, metric, Request(**request))["rows"]:
            members = ["Unsegmented" if member in ("", None) else str(member) for member in row["slice"].values()]
            found[row["measure"], row["part"], *members or [None]] = row
        return found

    return asked


def part(row: dict) -> tuple:
    return row["value"], row["num"], row["den"]


def same(share: dict):
    return pytest.approx((share["value"], share["num"], share["den"]), abs=1e-9)


@pytest.mark.parametrize("basis", ["first", "current", "requested"])
def test_otif_on_each_basis_is_the_true_one(ask, truth, basis):
    assert part(ask("otif", params={"basis": basis})["otif", None, None]) == same(truth["metrics"]["otif"][basis])


@pytest.mark.parametrize("by", ["segment", "site", "family"])
def test_otif_of_every_slice_is_the_true_one(ask, truth, by):
    rows = ask("otif", by=(by,))
    expected = truth["metrics"]["otif"][f"first_by_{by}"]
    assert len(rows) == len(expected) + 1
    for name, share in expected.items():
        assert part(rows["otif", None, PLANTS.get(name, name)]) == same(share), name


def test_the_wait_from_commitment_to_delivery_is_the_true_one(ask, truth):
    expected = truth["metrics"]["commitment_to_delivery"]
    rows = ask("commitment_to_delivery", measures=("all",))
    assert rows["km_median", None, None]["value"] == expected["km_median"]
    assert rows["km_median", None, None]["n"] == expected["lines"]
    for name in ("hidden_delay", "hidden_share"):
        assert part(rows[name, None, None]) == same(expected[name])
    for name in ("adherence_first", "adherence_last"):
        assert part(rows[name, None, None]) == same(expected["adherence"][name])
    assert part(rows["dwell", None, None]) == same(expected["dwell"])
    assert rows["net_median", None, None]["value"] == expected["net_median"]


def test_perfect_orders_and_what_came_back_are_the_true_ones(ask, truth):
    rows = ask("otif", measures=("perfect_order", "perfect_component"))
    expected = truth["metrics"]["otif"]
    assert 0 < expected["perfect_order"]["num"] < expected["perfect_order"]["den"]
    assert expected["condition"]["num"] < expected["condition"]["den"]
    assert part(rows["perfect_order", None, None]) == same(expected["perfect_order"])
    assert part(rows["perfect_component", "condition", None]) == same(expected["condition"])


def test_the_wait_of_every_segment_is_the_true_one(ask, truth):
    rows = ask("commitment_to_delivery", by=("segment",))
    found = {key[2]: row["value"] for key, row in rows.items() if key[2]}
    assert found == truth["metrics"]["commitment_to_delivery"]["km_median_by_segment"]


def test_by_the_last_promise_the_re_dating_plant_looks_perfect(ask, truth):
    rows = ask("commitment_to_delivery", measures=("adherence_first", "adherence_last"), by=("site",))
    planner = truth["faults"]["planner_who_re_dates"]
    for name in ("adherence_first", "adherence_last"):
        assert part(rows[name, None, PLANTS[planner["site"]]]) == same(planner[name])


def test_leads_become_orders_as_often_as_they_truly_do(ask, truth):
    expected = truth["metrics"]["lead_to_order_rate"]
    rows = ask("lead_to_order_rate", measures=("rate", "won_rate"))
    for name in ("rate", "won_rate"):
        assert part(rows[name, None, None]) == same(expected[name])


def test_lateness_costs_the_satisfaction_it_truly_costs(ask, truth):
    expected = truth["metrics"]["satisfaction_vs_delivery"]
    rows = ask("satisfaction_vs_delivery", measures=("all",), where={"survey_type": ["csat"]})
    assert rows["rho", None, None]["n"] == expected["answers"]
    for name in ("rho", "superiority"):
        assert rows[name, None, None]["value"] == pytest.approx(expected[name], abs=1e-9)
    for name in ("mean_score", "bucket_score"):
        parts = {key[1]: row["value"] for key, row in rows.items() if key[0] == name and key[1]}
        assert parts == pytest.approx(expected[name], abs=1e-9)


def test_every_dissatisfied_answer_has_its_true_cause(ask, truth):
    rows = ask("satisfaction_vs_delivery", measures=("cause",), where={"survey_type": ["csat"]})
    found = {key[1]: row["num"] for key, row in rows.items()}
    assert found == {**truth["metrics"]["satisfaction_vs_delivery"]["cause"], "notice_unknown": 0}


def test_days_of_inventory_of_every_segment_are_the_true_ones(ask, truth):
    expected = truth["metrics"]["days_of_inventory_by_segment"]
    rows = ask("days_of_inventory_by_segment", by=("segment",))
    assert rows["days", None, None]["value"] == pytest.approx(expected["days"], abs=1e-7)
    found = {key[2]: row["value"] for key, row in rows.items() if key[2] in expected["by_segment"]}
    assert found == pytest.approx(expected["by_segment"], abs=1e-7)


def test_stock_held_for_lines_moves_days_between_segments(ask):
    rows = ask("days_of_inventory_by_segment", measures=("days_effect",), by=("segment",))
    moved = [row["value"] for (_, effect, member), row in rows.items() if effect == "reservation" and member]
    assert min(moved) < 0 < max(moved)


def test_the_kinds_of_stock_are_worth_what_they_are(ask, truth):
    rows = ask("days_of_inventory_by_segment", measures=("stock_value",))
    for kind, value in truth["metrics"]["days_of_inventory_by_segment"]["stock_value"].items():
        assert rows["stock_value", kind, None]["value"] == pytest.approx(value, abs=0.006), kind


def test_every_forecast_is_as_far_off_as_it_truly_is(ask, truth):
    expected = truth["metrics"]["pipeline_forecast_accuracy"]
    rows = ask("pipeline_forecast_accuracy", measures=("wape", "bias", "fva"), by=("horizon",))
    for horizon, measures in {None: expected["all"], **expected["horizons"]}.items():
        assert rows["fva", None, horizon]["value"] == pytest.approx(measures["fva"], abs=2e-8)
        for name in ("wape", "bias"):
            for method, value in measures[name].items():
                row = rows[name, None if method == "pipeline" else method, horizon]
                assert row["value"] == pytest.approx(value, abs=2e-8), (name, method, horizon)


def test_every_customer_finds_its_account_and_the_look_alike_stays_apart(sample_version, truth):
    cursor = sample_version.cursor()
    golden = dict(
        cursor.execute(
            "select source_id, golden_id from entity_xref where entity_type = 'customer' "
            "and source_system = 'salesforce'"
        ).fetchall()
    )
    for account, customer, _ in truth["matches"]["pairs"]:
        assert golden[account] == f"sap/{customer}"
    for account, customer in truth["matches"]["must_not_match"] + truth["matches"]["same_but_not_joinable"]:
        assert golden[account] == f"salesforce/{account}", customer
