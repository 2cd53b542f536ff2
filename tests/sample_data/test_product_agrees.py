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


def values(rows: dict, measure: str, part_name: str | None = None) -> dict:
    """Values of a measure's part by member of the slice, the total under None."""
    return {key[2]: row["value"] for key, row in rows.items() if key[:2] == (measure, part_name)}


def test_the_order_mix_is_as_concentrated_as_it_truly_is(ask, truth):
    expected = truth["metrics"]["order_mix"]
    rows = ask("order_mix", measures=("hhi", "hhi_unbiased", "effective_number", "top_share", "shift"), by=("segment",))
    for name in ("hhi", "hhi_unbiased", "effective_number", "shift"):
        assert rows[name, None, None]["value"] == pytest.approx(expected[name], abs=1e-7), name
    assert rows["hhi", None, None]["n"] == expected["orders"]
    top = {part: rows["top_share", part, None]["value"] for part in expected["top_share"]}
    assert top == pytest.approx(expected["top_share"], abs=1e-9)
    assert values(rows, "hhi") == pytest.approx({**expected["hhi_by_segment"], None: expected["hhi"]}, abs=1e-9)
    families = ask("order_mix", measures=("hhi",), params={"member": "family"})
    assert families["hhi", None, None]["value"] == pytest.approx(expected["hhi_of_families"], abs=1e-9)


def test_the_backlog_and_its_legs_are_the_true_ones(ask, truth):
    expected = truth["metrics"]["backlog_movement"]
    names = ("closing", "movement", "residual", "past_due_share", "book_to_bill")
    rows = ask("backlog_movement", measures=names)
    assert rows["closing", None, None]["value"] == pytest.approx(expected["closing"], abs=0.006)
    assert rows["closing", None, None]["n"] == expected["open_lines"]
    assert rows["residual", None, None]["value"] == pytest.approx(0, abs=0.006)
    assert rows["past_due_share", None, None]["value"] == pytest.approx(expected["past_due_share"], abs=1e-7)
    assert rows["book_to_bill", None, None]["value"] == pytest.approx(expected["book_to_bill"], abs=1e-7)
    legs = {key[1]: row["value"] for key, row in rows.items() if key[0] == "movement" and key[1]}
    true_legs = {name: value for name, value in expected["movement"].items() if name != "opening"}
    assert len(true_legs) >= 7 and true_legs["short_closed"] < 0 < true_legs["reopened"]
    assert {name: value for name, value in legs.items() if value} == pytest.approx(true_legs, abs=0.006)
    assert rows["movement", None, None]["value"] == pytest.approx(sum(true_legs.values()), abs=0.01)
    by = values(ask("backlog_movement", measures=("closing",), by=("segment",)), "closing")
    assert by == pytest.approx({**expected["closing_by_segment"], None: expected["closing"]}, abs=0.006)


def test_as_much_revenue_is_at_risk_as_truly_is(ask, truth):
    expected = truth["metrics"]["exceptions"]
    rows = ask("exceptions", measures=("revenue_at_risk", "value_touched", "late_value", "lines", "customers"))
    assert expected["revenue_at_risk"] > 0
    for name in ("revenue_at_risk", "value_touched", "late_value", "lines", "customers"):
        assert rows[name, None, None]["value"] == pytest.approx(expected[name], abs=0.006), name
    by = values(ask("exceptions", measures=("revenue_at_risk",), by=("segment",)), "revenue_at_risk")
    assert {name: value for name, value in by.items() if name and value} == pytest.approx(
        expected["by_segment"], abs=0.006
    )


def test_suppliers_score_what_they_truly_deliver(ask, truth):
    expected = truth["metrics"]["supplier_scorecard"]
    names = ("total", "part_score", "ppm", "otif", "ppv", "lead_time_mean", "lead_time_cv", "compliance")
    rows = ask("supplier_scorecard", measures=names, by=("supplier",))
    slow = ask("supplier_scorecard", measures=names[:-1], where={"supplier": ["Silnik Lukasz Sp. z o.o."]})
    sloppy = ask("supplier_scorecard", measures=names[:-1], where={"supplier": ["Ventilwerk Reznik s.r.o."]})
    cards = ((rows, expected), (slow, expected["slow_supplier"]), (sloppy, expected["sloppy_supplier"]))
    for found, card in cards:
        assert part(found["ppm", None, None])[1:] == (card["ppm"]["num"], card["ppm"]["den"])
        assert part(found["otif", None, None]) == same(card["otif"])
        for name in ("ppv", "lead_time_mean", "lead_time_cv", "total"):
            assert found[name, None, None]["value"] == pytest.approx(card[name], abs=1e-6), name
        scores = {name: found["part_score", name, None]["value"] for name in card["part_score"]}
        assert scores == pytest.approx(card["part_score"], abs=1e-5)
    assert part(rows["compliance", None, None]) == same(expected["compliance"])


def test_stock_turns_as_often_as_it_truly_does(ask, truth):
    expected = truth["metrics"]["inventory_turns"]
    rows = ask("inventory_turns", measures=("turns", "days_of_stock"), by=("family",))
    assert values(rows, "turns") == pytest.approx({**expected["by_family"], None: expected["turns"]}, abs=1e-6)
    assert rows["days_of_stock", None, None]["value"] == pytest.approx(expected["days_of_stock"], abs=1e-6)


def test_the_load_swings_as_it_truly_does(ask, truth):
    expected = truth["metrics"]["capacity_utilisation"]
    rows = ask("capacity_utilisation", measures=("cv", "peak_to_mean", "utilisation", "load_ratio"), by=("resource",))
    for resource in (None, "ASM-1", "TEST-1"):
        for name in ("cv", "peak_to_mean", "utilisation", "load_ratio"):
            known = expected[resource or "all"]
            assert rows[name, None, resource]["value"] == pytest.approx(known[name], abs=1e-9), (name, resource)
    worst = expected[expected["bottleneck"]]["utilisation"]
    assert rows["utilisation", "bottleneck", None]["value"] == pytest.approx(worst, abs=1e-9)


def test_the_days_from_entry_to_delivery_vary_as_they_truly_do(ask, truth):
    expected = truth["metrics"]["fulfilment_cycle_variance"]
    rows = ask("fulfilment_cycle_variance", measures=("cv", "mean", "median", "p90"), by=("site",))
    for name in ("cv", "mean", "median", "p90"):
        assert rows[name, None, None]["value"] == pytest.approx(expected[name], abs=1e-9), name
    assert rows["cv", None, None]["n"] == expected["lines"]
    by = {PLANTS[site]: value for site, value in expected["by_site"].items()}
    assert values(rows, "cv") == pytest.approx({**by, None: expected["cv"]}, abs=1e-9)


def test_customers_order_again_as_they_truly_do(ask, truth):
    expected = truth["metrics"]["repeat_order"]
    assert part(ask("repeat_order")["repeat_rate", None, None]) == same(expected["repeat_rate"])


def test_deals_take_as_long_as_they_truly_take(ask, truth):
    expected = truth["metrics"]["sales_cycle_days"]
    rows = ask("sales_cycle_days", measures=("km_median", "won_median", "win_rate"), by=("segment",))
    assert values(rows, "km_median") == {**expected["km_median_by_segment"], None: expected["km_median"]}
    assert rows["km_median", None, None]["n"] == expected["deals"]
    assert rows["won_median", None, None]["value"] == expected["won_median"]
    assert part(rows["win_rate", None, None]) == same(expected["win_rate"])


def test_as_much_value_is_matched_as_truly_is(ask, truth):
    rows = ask("master_data_consistency", where={"entity": ["customer"]})
    expected = truth["metrics"]["master_data_consistency"]["value_match"]
    value, num, den = part(rows["value_match", None, None])
    assert value == pytest.approx(expected["value"], abs=1e-9)
    assert (num, den) == pytest.approx((expected["num"], expected["den"]), abs=0.006)


def test_supply_follows_a_change_as_soon_as_it_truly_does(ask, truth):
    expected = truth["metrics"]["order_change_latency"]
    rows = ask("order_change_latency", measures=("km_median", "answered_share"))
    assert part(rows["km_median", None, None])[:2] == (expected["km_median"], expected["answered"])
    assert rows["km_median", None, None]["n"] == expected["changes"] > expected["answered"] > 0
    assert part(rows["answered_share", None, None]) == same(expected["answered_share"])


def test_better_customers_are_passed_over_as_often_as_they_truly_are(ask, truth):
    expected = truth["metrics"]["priority_inversion_rate"]
    rows = ask("priority_inversion_rate", measures=("rate", "override_share", "rank_disagreement"))
    assert 0 < expected["override_share"]["num"] < expected["rate"]["num"] < expected["rate"]["den"]
    for name in ("rate", "override_share", "rank_disagreement"):
        assert part(rows[name, None, None]) == same(expected[name]), name


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
