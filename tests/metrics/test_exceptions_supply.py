"""What counts as supply, when it comes, and for whom it is kept."""

import pytest

from tests.metrics.exceptions_example import draw, line, pegs, risk, rows

NO_STOCK = "snapshot_date | product_id | site_id | on_hand_qty\n2026-04-30 | Q | W | 1"
ONE_LINE = """
    order_line_id | order_id | product_id | site_id | ordered_qty | unit_price | net_amount
    L1            | O1       | P          | W       | 30          | 10         | 300
"""
HEAD = "po_line_id | po_id | product_id | site_id | ordered_qty"


def bought(*cells: str, more: str = "current_confirmed_date") -> str:
    """One purchase of 40, with further columns."""
    return f"{HEAD} | {more}\nPO1 | A | P | W | 40 | {' | '.join(cells)}"


def one_line(**tables: str):
    """L1 alone, due on May 5, served by a purchase and no stock."""
    return draw(**{"inventory_snapshot": NO_STOCK, "order_line": ONE_LINE, "po_line": "", **tables})


def ready(version, line_id="L1") -> str:
    return str(line(version, line_id)["ready_date"])[:10]


def test_a_confirmed_purchase_comes_on_its_day_and_in_time_on_the_day_of_need():
    assert risk(one_line(po_line=bought("2026-05-05"))) == 0
    late = one_line(po_line=bought("2026-05-06"))
    assert (risk(late), ready(late), line(late, "L1")["reason"]) == (300, "2026-05-06", "Late purchase")


def test_what_is_received_cancelled_or_closed_comes_no_more():
    receipt = (
        "receipt_id | po_line_id | received_date | qty_received\nR | PO1 | 2026-04-20 | 25\nF | PO1 | 2026-05-01 | 9"
    )
    version = one_line(po_line=bought("2026-05-05"), po_receipt=receipt)
    assert risk(version) == 150
    cancelled = bought("2026-05-05", "30", more="current_confirmed_date | cancelled_qty")
    assert risk(one_line(po_line=cancelled)) == 200
    closed = bought("2026-05-05", "Delivered", more="current_confirmed_date | status")
    assert line(one_line(po_line=closed), "L1")["reason"] == "No supply"


RECEIVED = "receipt_id | po_line_id | received_date | qty_received"
OLD = f"{HEAD} | first_confirmed_date"


def history(lateness: list[int], po_id="A") -> dict[str, str]:
    """Purchases received long ago, each so many days after the day first confirmed."""
    lines = "".join(f"\nH{k} | {po_id} | P | W | 1 | 2026-02-01" for k in range(len(lateness)))
    days = [f"2026-02-{1 + late:02d}" if late >= 0 else f"2026-01-{32 + late:02d}" for late in lateness]
    receipts = "".join(f"\nR{k} | H{k} | {day} | 1" for k, day in enumerate(days))
    return {"lines": lines, "receipts": RECEIVED + receipts}


def of_history(lateness: list[int], confirmed: str, requested="", **more: str):
    told = history(lateness, more.pop("po_id", "A"))
    columns = f"{HEAD} | first_confirmed_date | current_confirmed_date | requested_date"
    lines = "".join(f"{row} | |" if row else "" for row in told["lines"].replace("\n", "|||\n").split("|||"))
    po_line = f"{columns}\nPO1 | A | P | W | 40 | {confirmed} | {confirmed} | {requested}{lines}"
    return one_line(po_line=po_line, po_receipt=told["receipts"], **more)


TEN = [0, 0, 0, 1, 2, 3, 4, 8, 9, 20]


def test_the_suppliers_lateness_is_added_to_the_confirmed_day():
    # at least half within 2 days, 80 % within 8, 95 % within 20; confirmed May 1, wanted on May 5
    version = of_history(TEN, "2026-05-01")
    assert {row["part"]: row["value"] for row in rows(version)} == {None: 0, "P50": 0, "P80": 300, "P95": 300}
    assert {row["part"]: row["value"] for row in rows(of_history(TEN, "2026-05-04"))}["P50"] == 300
    # later than 4 days: 3 of 10 receipts
    assert line(version, "L1")["late_chance"] == pytest.approx(0.3)


def test_a_supplier_with_few_receipts_borrows_those_of_all():
    nine = of_history(TEN[:9], "2026-05-01")
    assert nine.cursor().execute(
        "select distinct pool_kind from exceptions__supply where supply_kind = 'po'"
    ).fetchall() == [("all",)]
    kin = of_history(TEN, "2026-05-01", po_id="B", product="product_id | category\nP | metal")
    found = kin.cursor().execute("select pool_kind, pool from exceptions__supply where supply_kind = 'po'").fetchall()
    assert found == [("category", "metal")]


def test_without_a_confirmed_day_a_purchase_comes_late_by_the_median_and_is_told():
    version = of_history(TEN, "", requested="2026-05-02")
    assert ready(version) == "2026-05-04"
    assert next(row for row in rows(version) if row["part"] is None)["coverage"]["purchase_unconfirmed"] == 1


def test_an_overdue_purchase_takes_what_receipts_so_late_still_took():
    # confirmed April 25, 5 days ago: of those later than 5 days (8, 9, 20) the middle one took 9
    assert ready(of_history(TEN, "2026-04-25")) == "2026-05-04"
    # later than any receipt, or without any: a day at least
    assert ready(of_history(TEN, "2026-03-01")) == "2026-05-01"
    assert ready(one_line(po_line=bought("2026-04-25"))) == "2026-05-01"


def test_parts_of_a_purchase_come_on_their_own_days_less_what_came_already():
    schedule = """
        po_line_id | schedule_no | scheduled_date | requested_date | ordered_qty
        PO1        | 1           | 2026-05-02     | 2026-05-01     | 15
        PO1        | 2           | 2026-05-20     | 2026-05-01     | 25
    """
    receipt = f"{RECEIVED}\nR | PO1 | 2026-04-20 | 5"
    version = one_line(po_line=bought("", more="requested_date"), po_schedule_line=schedule, po_receipt=receipt)
    assert risk(version) == 200
    assert ready(version) == "2026-05-20"


def test_production_comes_on_its_due_day_less_what_is_finished():
    made = """
        production_order_id | product_id | site_id | qty | due_date | created_date | completed_qty | completed_date
        M1                  | P          | W       | 25  | {}       | 2026-04-01   | 5             |
        M2                  | P          | W       | 99  | 2026-05-01 | 2026-04-01 | 99            | 2026-04-20
    """
    version = one_line(production_order=made.format("2026-05-03"))
    assert pegs(version) == [("L1", "M1", 20), ("L1", "none", 10)]
    late = one_line(production_order=made.format("2026-05-09"), inventory_snapshot__add="2026-04-30 | P | W | 10")
    assert (risk(late), line(late, "L1")["reason"]) == (200, "Capacity")
    overdue = one_line(production_order=made.format("2026-04-01"), inventory_snapshot__add="2026-04-30 | P | W | 10")
    assert (risk(overdue), ready(overdue)) == (0, "2026-05-01")


STOCK = "snapshot_date | product_id | site_id | stock_type | segment | on_hand_qty | expiry_date"


@pytest.mark.parametrize(
    ("row", "short", "reason"),
    [
        ("P | W | | | 30 |", 0, "In time"),
        ("P | W | | | -30 |", 300, "No supply"),
        ("P | W | | | 30 | 2026-04-01", 300, "No supply"),
        ("P | V | | | 30 |", 300, "No supply"),
        ("P | W | in_transit | | 30 |", 300, "No supply"),
        ("P | W | blocked | | 30 |", 300, "Blocked stock"),
        ("P | W | quality | | 29 |", 300, "No supply"),
        ("P | W | | S1 | 30 |", 0, "In time"),
        ("P | W | | S2 | 30 |", 300, "No supply"),
    ],
)
def test_only_stock_that_can_be_used_serves(row, short, reason):
    version = one_line(inventory_snapshot=f"{STOCK}\n2026-04-30 | {row}")
    assert (risk(version), line(version, "L1")["reason"]) == (short, reason)


def test_what_is_held_for_a_line_is_its_own_whatever_its_turn():
    held = "reservation_id | order_line_id | product_id | site_id | qty | valid_from\nX | L1 | P | W | 30 | 2026-01-01"
    version = draw(stock_reservation=held)
    # L1 has its 30; L2 takes the other 20 and waits for PO1
    assert [peg for peg in pegs(version) if peg[1] == "stock"] == [("L1", "stock", 30), ("L2", "stock", 20)]
    assert risk(version) == 20 * 12 + 40 * 10


def test_what_was_bought_for_a_line_is_its_own():
    version = draw(
        po_line="""
        po_line_id | po_id | product_id | site_id | ordered_qty | current_confirmed_date | order_line_id
        PO1        | A     | P          | W       | 40          | 2026-05-01             | L3
        PO2        | B     | P          | W       | 100         | 2026-05-25             |
    """
    )
    # the 40 of PO1 are L3's, although L1 waits for 20 from day 25 on
    assert ("L3", "PO1", 40) in pegs(version)
    assert ready(version, "L1") == "2026-05-25"


def test_days_on_the_way_and_to_pack_come_off_the_promise():
    shipped = {
        "shipment": """
            shipment_id | site_id | shipped_date | delivered_date | delivery_basis
            T1          | W       | 2026-03-01   | 2026-03-03     | pod
            T2          | W       | 2026-03-01   | 2026-03-04     | carrier
            T3          | W       | 2026-03-01   | 2026-03-09     |
            T4          | W       | 2026-03-01   | 2026-03-30     | estimated
        """,
        "shipment_line": """
            shipment_id | order_line_id | qty_shipped
            T1          | OLD           | 1
            T2          | OLD           | 1
            T3          | OLD           | 1
            T4          | OLD           | 1
        """,
        "product_site": "product_id | site_id | pick_pack_days\nP | W | 1",
        "order_line": ONE_LINE + "OLD | O3 | P | W | 4 | 1 | 4",
    }
    version = one_line(po_line=bought("2026-05-01"), **shipped)
    # the middle of 2, 3 and 8 days, and 1 to pack: needed by May 1
    found = line(version, "L1")
    assert (str(found["need_by"])[:10], str(found["projected_date"])[:10]) == ("2026-05-01", "2026-05-05")
    assert (risk(version), found["transit_unknown"]) == (0, False)
    assert risk(one_line(po_line=bought("2026-05-02"), **shipped)) == 300


def test_stock_at_hand_is_in_time_even_where_the_way_is_longer_than_the_time_left():
    pack = "product_id | site_id | pick_pack_days\nP | W | 9"
    assert risk(one_line(inventory_snapshot=f"{STOCK}\n2026-04-30 | P | W | | | 30 |", product_site=pack)) == 0


def test_without_a_site_what_is_bought_and_sold_meets_where_the_product_lies():
    stock = f"{STOCK}\n2026-04-30 | P | W | | | 10 |"
    version = one_line(inventory_snapshot=stock, order_line=ONE_LINE.replace("W       |", "        |"))
    assert pegs(version) == [("L1", "none", 20), ("L1", "stock", 10)]


def test_stock_that_was_not_counted_for_35_days_tells_nothing():
    old = f"{STOCK}\n2026-03-20 | P | W | | | 500 |"
    (row,) = (row for row in rows(one_line(inventory_snapshot=old)) if row["part"] is None)
    assert (row["value"], row["excluded"]) == (None, {"count_too_old": 1})
