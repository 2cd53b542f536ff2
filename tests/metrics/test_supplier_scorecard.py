"""The scorecard of suppliers: the worked example, rejects, prices, what moves a score, who is not rated."""

from datetime import date

import pytest

from metrics.registry import metric
from tests.metrics.company import company
from tests.metrics.supplier_example import ID, WORLD, cells, draw, row, rows


def test_the_worked_example():
    version = draw()
    value = {name: row(version, name)["value"] for name in ("ppm", "otif", "ppv", "lead_time_mean", "lead_time_cv")}
    assert value == pytest.approx(
        {"ppm": 2500, "otif": 0.75, "ppv": 0.01, "lead_time_mean": 14, "lead_time_cv": 0.30861}, abs=5e-6
    )
    scores = {part: found["value"] for (part,), found in rows(version, "part_score").items()}
    wanted = {"quality": 78.947, "delivery": 0, "price": 80, "lead_time": 47.848}
    assert scores == pytest.approx(wanted, abs=5e-4)
    assert row(version, "total")["value"] == pytest.approx(50.809, abs=5e-4)
    assert row(version, "otif")["ci"] == pytest.approx([0.3006, 0.9544], abs=5e-5)


def test_the_interval_of_rejects_is_exact_and_wide_without_any():
    version = draw(po_receipt="""
        receipt_id | po_line_id | received_date | qty_received | qty_rejected
        1          | 1          | 2026-02-11    | 500          | 0
    """)  # fmt: skip
    found = row(version, "ppm")
    assert (found["value"], found["ci_method"], found["status"]) == (0, "clopper_pearson", "ok")
    assert found["ci"] == pytest.approx([0, 7351], abs=0.5)


def test_twenty_purchase_orders_make_the_interval_as_wide_as_their_lots():
    orders = "po_id | supplier_id | ordered_date\n" + "\n".join(f"{i} | S | 2026-02-01" for i in range(25))
    lines = "po_line_id | po_id | product_id | ordered_qty\n" + "\n".join(f"{i} | {i} | P | 100" for i in range(25))
    came = "receipt_id | po_line_id | received_date | qty_received | qty_rejected\n"
    lumped = came + "\n".join(f"{i} | {i} | 2026-02-11 | 100 | {50 if i < 2 else 0}" for i in range(25))
    evenly = came + "\n".join(f"{i} | {i} | 2026-02-11 | 100 | 4" for i in range(25))
    bare = {"purchase_order": orders, "po_line": lines}
    one, other = (row(draw(**bare, po_receipt=receipts), "ppm") for receipts in (lumped, evenly))
    assert one["value"] == other["value"] == 40000
    assert one["ci_method"] == other["ci_method"] == "clopper_pearson_n_eff"
    assert one["ci"][1] - one["ci"][0] > 3 * (other["ci"][1] - other["ci"][0])


def test_small_lots_are_drawn_to_what_the_category_delivers():
    version = draw(
        purchase_order__add="5 | T | 2026-02-01 |",
        po_line__add="5 | 5 | Q | 1000 | 1 | 2026-02-15",
        po_receipt__add="5 | 5 | 2026-02-11 | 1000 | 100",
    )
    base = 125 / 11000
    found = rows(version, "ppm_shrunk", by=("supplier",))
    assert found[None, "Tin"]["value"] == pytest.approx((100 + 1000 * base) / 2000 * 1e6)
    assert found[None, "Steel"]["value"] == pytest.approx((25 + 1000 * base) / 11000 * 1e6)
    alone = rows(version, "ppm_shrunk", where={"supplier": ("Tin",)})
    assert alone[None,]["value"] == found[None, "Tin"]["value"], "a filter must not change the category's rejects"


def test_the_book_s_shrunk_figure():
    """25 of 10,000 beside a category of 1,000 per million."""
    version = draw(
        purchase_order__add="5 | T | 2026-02-01 |",
        po_line__add="5 | 5 | Q | 15000 | 1 | 2026-02-15",
        po_receipt__add="5 | 5 | 2026-02-11 | 15000 | 0",
    )
    assert rows(version, "ppm_shrunk", by=("supplier",))[None, "Steel"]["value"] == pytest.approx(2363.636, abs=5e-4)


def test_units_are_never_added_over_base_units_and_values_take_their_place():
    mixed = WORLD["product"].replace("Q          | Metal    | pc", "Q          | Metal    | kg")
    version = draw(product=mixed)
    found = row(version, "ppm")
    assert (found["value"], found["reason"]) == (None, "several units (kg, pc): see reject_share")
    share = 25 / (1050 + 1980 + 4700 + 5000)
    assert row(version, "reject_share")["value"] == pytest.approx(share)
    assert row(version, "part_score", "quality")["num"] == pytest.approx(share * 1e6)


def test_what_was_sent_back_counts_as_rejected_with_the_receipt_before_it():
    version = draw(supplier_return_line="""
        return_id | po_line_id | returned_date | qty
        R         | 1          | 2026-04-10    | 75
    """)  # fmt: skip
    assert row(version, "ppm")["value"] == pytest.approx(10000)
    february = {"date_from": date(2026, 2, 1), "date_to": date(2026, 2, 28)}
    assert row(version, "ppm", **february)["num"] == 100
    earlier = row(version, "ppm", as_of=date(2026, 4, 9), **february)
    assert earlier["num"] == 25, "a return is not known before its day"


def test_a_receipt_nobody_counted_is_left_out_and_told():
    version = draw(po_receipt=WORLD["po_receipt"].replace("4700         | 0", "4700         |  "))
    found = row(version, "ppm")
    assert (found["den"], found["excluded"]) == (5300, {"not_counted": 1})


def test_a_reversal_takes_back_what_came():
    version = draw(po_receipt__add="9 | 4 | 2026-02-22 | -25 |")
    assert row(version, "ppm")["den"] == 9975
    assert row(version, "ppm")["excluded"] == {}


def test_a_price_without_an_agreement_is_left_out():
    found = row(draw(), "ppv")
    assert (found["num"], found["den"], found["excluded"]) == (
        pytest.approx(30),
        pytest.approx(3000),
        {"no_contract": 2},
    )


def test_the_agreement_of_the_order_s_day_counts():
    version = draw(product_supplier="""
        product_id | supplier_id | valid_from | valid_to   | contract_price
        P          | S           |            | 2026-02-01 | 50
        P          | S           | 2026-02-01 |            | 10
        P          | S           | 2026-02-02 |            | 90
    """)  # fmt: skip
    assert row(version, "ppv")["value"] == pytest.approx(0.01)


def test_prices_are_held_against_each_other_at_the_rate_of_the_order_s_day():
    rates = """
        rate_date  | from_ccy | to_ccy | rate
        2026-01-01 | USD      | EUR    | 0.5
        2026-02-02 | USD      | EUR    | 7
    """
    euros = (
        WORLD["product_supplier"].replace("contract_price", "contract_price | currency").replace(" 10\n", " 10 | EUR\n")
    )
    version = draw(purchase_order=cells("purchase_order", "currency", _1="USD"), product_supplier=euros, fx_rate=rates)
    assert row(version, "ppv")["num"] == pytest.approx((5.25 - 10) * 100 + (9.9 - 10) * 200)
    lacking = draw(purchase_order=cells("purchase_order", "currency", _1="CHF"))
    assert row(lacking, "ppv")["excluded"]["fx_missing"] == 1


def test_below_ten_lines_or_five_hundred_units_nobody_is_rated():
    found = row(draw(), "total")
    assert (found["status"], found["reason"]) == (
        "insufficient",
        "not rated: 4 due lines, 10 are needed",
    )
    orders = "\n".join(f"{i} | S | 2026-02-01 |" for i in range(10, 16))
    lines = "\n".join(f"{i} | {i} | P | 100 | 10 | 2026-02-15" for i in range(10, 16))
    came = "\n".join(f"{i} | {i} | 2026-02-11 | 100 | 0" for i in range(10, 16))
    rated = row(draw(purchase_order__add=orders, po_line__add=lines, po_receipt__add=came), "total")
    assert (rated["status"], rated["reason"]) == ("ok", None)
    little = row(draw(po_receipt="\n".join(WORLD["po_receipt"].strip().splitlines()[:2])), "total")
    assert little["reason"] == "not rated: 4 due lines, 10 are needed; 100 units received, 500 are needed"


def test_without_seventy_percent_of_the_weight_there_is_no_total():
    no_price = draw(product_supplier="")
    found = row(no_price, "total")
    assert found["coverage"]["weight_available"] == pytest.approx(0.8)
    wanted = (0.35 * 78.94737 + 0.15 * 47.84813) / 0.8
    assert found["value"] == pytest.approx(wanted, abs=5e-4)
    uncounted = WORLD["po_receipt"].replace("| qty_rejected", "").replace("| 0\n", "\n").replace("| 25\n", "\n")
    nothing = row(draw(product_supplier="", po_receipt=uncounted), "total")
    assert nothing["value"] is None
    assert nothing["coverage"]["weight_available"] == pytest.approx(0.45)
    assert (
        row(draw(po_receipt=uncounted), "ppm")["reason"]
        == "not_available: po_receipt.qty_rejected or po_receipt.qty_accepted"
    )


def test_the_total_tells_how_far_other_weights_would_move_it():
    version = draw()
    found = {part: row["value"] for (part,), row in rows(version, "total").items()}
    scores = {"q": 78.94737, "d": 0.0, "p": 80.0, "l": 47.84813}
    base = {"q": 0.35, "d": 0.30, "p": 0.20, "l": 0.15}
    totals = []
    for name in base:
        for step in (-0.1, 0.1):
            rest = 1 - base[name] - step
            weights = {k: base[k] + step if k == name else base[k] * rest / (1 - base[name]) for k in base}
            totals.append(sum(weights[k] * scores[k] for k in base))
    assert found["lowest"] == pytest.approx(min(totals), abs=5e-4)
    assert found["highest"] == pytest.approx(max(totals), abs=5e-4)
    assert found["lowest"] < found[None] < found["highest"]


@pytest.mark.parametrize(
    ("name", "value"),
    [("weight_quality", 0.9), ("weight_delivery", 0.9), ("weight_price", 0.9), ("weight_lead_time", 0.9),
     ("ppm_floor", 5000), ("ppm_target", 2500), ("otif_floor", 0.5), ("otif_target", 0.7501), ("ppv_floor", 0.02),
     ("ppv_target", 0.005), ("cv_floor", 0.4), ("cv_target", 0.3)],
)  # fmt: skip
def test_every_weight_and_anchor_moves_the_total(name, value):
    version = draw()
    params = {name: value} if name != "otif_target" else {name: value, "otif_floor": 0.7}
    base = row(version, "total", params={} if name != "otif_target" else {"otif_floor": 0.7})["value"]
    assert row(version, "total", params=params)["value"] != pytest.approx(base, abs=1e-6)


def test_better_goods_raise_the_score_and_another_supplier_does_not_change_it():
    better = row(draw(po_receipt=WORLD["po_receipt"].replace("| 25", "| 5")), "total")["value"]
    faster = row(draw(po_receipt=WORLD["po_receipt"].replace("2026-02-21", "2026-02-14")), "total")["value"]
    version = draw(
        purchase_order__add="5 | T | 2026-02-01 |",
        po_line__add="5 | 5 | Q | 1000 | 1 | 2026-02-15",
        po_receipt__add="5 | 5 | 2026-02-11 | 1000 | 100",
    )
    alone = row(draw(), "total")["value"]
    assert better > alone and faster > alone
    assert rows(version, "total", by=("supplier",))[None, "Steel"]["value"] == pytest.approx(alone)


def test_nothing_bought_is_told_as_missing():
    version = company({"product": WORLD["product"]}, metric(ID))
    for measure in metric(ID).measures:
        found = row(version, measure.name)
        assert (found["status"], found["value"]) == ("not_available", None), measure.name


def test_the_whole_pools_the_lines_of_all_suppliers():
    version = draw(
        purchase_order__add="5 | T | 2026-02-01 |",
        po_line__add="5 | 5 | Q | 1000 | 1 | 2026-02-15",
        po_receipt__add="5 | 5 | 2026-02-11 | 1000 | 100",
    )
    assert row(version, "part_score", "quality")["num"] == pytest.approx(125 / 11000 * 1e6)
    assert row(version, "part_score", "delivery")["num"] == pytest.approx(0.6)
