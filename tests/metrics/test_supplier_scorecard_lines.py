"""Purchase lines on the scorecard: when they are due, complete, cancelled, waited for; documents and lone sources."""

from datetime import date

import pytest

from tests.metrics.supplier_example import WORLD, cells, draw, row


def test_an_order_the_supplier_never_confirmed_is_due_on_the_day_we_asked_for():
    lines = cells("po_line", "requested_date", _2="2026-02-12").replace("9.9 | 2026-02-15", "9.9 | ")
    found = row(draw(po_line=lines), "otif")
    assert (found["num"], found["den"], found["coverage"]["unconfirmed"]) == (2, 4, 0.25)


def test_a_later_confirmation_does_not_move_the_first():
    version = draw(po_line_change="""
        po_line_id | field                  | changed_date | old_value  | new_value
        4          | current_confirmed_date | 2026-02-14   | 2026-02-15 | 2026-02-28
    """)  # fmt: skip
    assert row(version, "otif")["value"] == 0.75


def test_rejected_goods_do_not_fill_a_line_and_partial_ones_complete_it():
    short = WORLD["po_receipt"].replace("100          | 0", "100          | 1")
    assert row(draw(po_receipt=short), "otif")["num"] == 2
    parted = short + "        5          | 1          | 2026-02-15    | 1            | 0"
    assert row(draw(po_receipt=parted), "otif")["num"] == 3


def test_too_early_is_a_failure_where_that_is_asked():
    assert row(draw(), "otif", params={"early": 3})["num"] == 2
    assert row(draw(), "part_score", "delivery", params={"early": 3})["num"] == 0.5


def test_a_cancelled_line_is_neither_due_nor_waited_for():
    version = draw(po_line=cells("po_line", "cancelled_qty", _4="4975"))
    found = row(version, "otif")
    assert (found["value"], found["excluded"]) == (1, {"cancelled": 1})
    assert row(version, "lead_time_mean")["value"] == pytest.approx(12)
    assert row(version, "ppm")["value"] == 2500, "what came was received all the same"


def test_an_open_line_past_its_day_waits_still():
    late = cells("po_receipt", "received_date", _4="2026-05-21")
    version = draw(po_receipt=late)
    found = row(version, "lead_time_mean")
    assert found["value"] == pytest.approx((10 + 12 + 14 + 88) / 4)
    assert found["coverage"]["overdue_open"] == 0.25
    assert row(version, "lead_time_p90")["reason"] == "not reached"
    assert row(version, "lead_time_cv")["value"] > row(draw(), "lead_time_cv")["value"]
    not_due = draw(po_receipt=late, po_line=cells("po_line", "first_confirmed_date", _4="2026-09-15"))
    assert row(not_due, "lead_time_mean")["excluded"] == {"not_yet_due": 1}


def test_days_to_confirm_and_orders_never_confirmed():
    found = row(draw(), "acknowledgement")
    assert (found["num"], found["den"], found["excluded"]) == (5, 3, {"unacknowledged": 1})


def test_a_perfect_order_needs_right_papers_and_unhurt_goods_where_they_are_recorded():
    found = row(draw(), "perfect_order")
    assert (found["num"], found["den"], found["coverage"]["components"]) == (3, 4, 3)
    assert found["reason"] == "3 of 4 components; the others are not recorded"
    papers = cells("po_receipt", "doc_ok", _1="false", _2="true", _3="true", _4="true")
    assert row(draw(po_receipt=papers), "perfect_order")["num"] == 2
    hurt = WORLD["po_receipt"].replace("100          | 0", "101          | 1")
    assert row(draw(po_receipt=hurt), "perfect_order")["num"] == 2
    assert row(draw(po_receipt=hurt), "otif")["num"] == 3, "enough good ones came"


def test_documents_hold_until_their_day():
    version = draw(supplier_compliance="""
        supplier_id | doc_type  | required | valid_from | valid_to
        S           | ISO 9001  | true     | 2025-01-01 |
        S           | ISO 14001 | true     | 2024-01-01 | 2026-04-01
        S           | REACH     | true     |            |
        S           | extra     | false    |            |
        T           | ISO 9001  | true     | 2025-01-01 |
    """)  # fmt: skip
    assert row(version, "compliance")["num"] == 2
    march = row(version, "compliance", date_to=date(2026, 3, 31))
    assert (march["num"], march["den"], march["period"]["to"]) == (3, 4, "2026-03-31")


def test_a_product_with_another_supplier_in_the_year_is_not_single_source():
    assert row(draw(), "single_source_share")["value"] == 1
    version = draw(
        purchase_order__add="5 | T | 2025-06-01 |\n 6 | T | 2025-01-01 |",
        po_line__add="5 | 5 | P | 10 | 1 | 2025-06-15\n 6 | 6 | Q | 10 | 1 | 2025-06-15",
    )
    both = 100 * 10.5 + 200 * 9.9
    assert row(version, "single_source_share")["num"] == pytest.approx(4700 + 4975 + 10)
    assert row(version, "single_source_share")["den"] == pytest.approx(4700 + 4975 + 10 + both)


def test_a_past_day_sees_what_was_known_then():
    version = draw(po_line_change="""
        po_line_id | field         | changed_date | recorded_date | old_value | new_value
        2          | cancelled_qty | 2026-03-01   | 2026-03-05    | 0         | 200
        3          | ordered_qty   | 2026-03-01   |               | 9999      | 4700
    """)  # fmt: skip
    february = {"date_from": date(2026, 2, 1), "date_to": date(2026, 2, 28)}
    then, now = (row(version, "otif", as_of=day, **february) for day in (date(2026, 2, 20), date(2026, 4, 30)))
    assert (then["num"], then["den"]) == (2, 4)
    assert (now["num"], now["den"], now["excluded"]) == (2, 3, {"cancelled": 1})
