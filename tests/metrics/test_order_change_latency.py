"""Days from a customer's change to our own: the worked example, what is a change, what needs no answer, past days."""

from datetime import date

from metrics.question import Request
from metrics.read import read
from metrics.registry import metric
from tests.metrics.change_example import ID, WORLD, draw, row, rows, waits
from tests.metrics.company import company


def test_the_worked_example():
    version = draw()
    wanted = {("2026-04-01", "up"): (4, 1), ("2026-04-04", "up"): (1, 1), ("2026-04-06", "down"): (10, 1)}
    assert waits(version) == {**wanted, ("2026-04-20", "up"): (10, 0)}
    found = row(version)
    assert (found["value"], found["ci"], found["n"]) == (4, [1, None], 4)
    assert found["excluded"] == {"no_answer_needed": 1}
    assert (found["status"], found["reason"]) == ("insufficient", "3 answers; 10 are needed")
    share = row(version, "answered_share")
    assert (share["num"], share["den"]) == (2, 4)


def test_a_supplier_s_own_new_day_is_no_answer():
    only_confirmed = "\n".join(WORLD["po_line_change"].strip().splitlines()[:2])
    assert waits(draw(po_line_change=only_confirmed))["2026-04-06", "down"] == (24, 0)


def test_a_day_we_asked_for_anew_is_an_answer():
    moved = """
        9 | requested_date | 2026-04-08 | 2026-05-01 | 2026-06-01
        9 | requested_date | 2026-04-22 | 2026-06-01 | 2026-05-20
    """
    found = waits(draw(po_line_change__add=moved))
    assert (found["2026-04-06", "down"], found["2026-04-20", "up"]) == ((2, 1), (2, 1))


def test_a_cancelled_purchase_line_answers_less():
    change = WORLD["po_line_change"].replace("ordered_qty            | 2026-04-16   | 40         | 30",
                                             "cancelled_qty          | 2026-04-12   | 0          | 30")  # fmt: skip
    assert waits(draw(po_line_change=change))["2026-04-06", "down"] == (6, 1)


def test_less_with_nothing_on_order_needs_no_answer_and_more_under_way_does():
    received = "receipt_id | po_line_id | received_date | qty_received\n r | 9 | 2026-04-05 | 40"
    assert ("2026-04-06", "down") not in waits(draw(po_receipt=received))
    assert ("2026-04-06", "down") in waits(draw(po_receipt=received.replace("| 40", "| 39")))


def test_what_was_cut_on_the_day_itself_was_still_on_order():
    same_day = WORLD["po_line_change"].replace("2026-04-16   | 40         | 30", "2026-04-06   | 40         | 0")
    assert waits(draw(po_line_change=same_day))["2026-04-06", "down"] == (0, 1)


def test_stock_of_the_day_covers_more_and_unknown_stock_keeps_the_change():
    lots = WORLD["inventory_snapshot"].replace("2026-04-15    | P          | W       | 0", "2026-04-15 | P | W | 10")
    assert ("2026-04-20", "up") not in waits(draw(inventory_snapshot=lots))
    blocked = (
        lots.replace("on_hand_qty", "on_hand_qty | blocked_qty").replace("| 10", "| 10 | 1").replace("| 5", "| 5 | 0")
    )
    assert ("2026-04-20", "up") in waits(draw(inventory_snapshot=blocked))
    found = row(draw(inventory_snapshot=""))
    assert (found["n"], found["excluded"], found["coverage"]["stock_unknown"]) == (5, {}, 4 / 5)
    old = WORLD["inventory_snapshot"].replace("2026-04-09", "2026-02-09").replace("2026-04-15", "2026-05-15")
    assert row(draw(inventory_snapshot=old))["coverage"]["stock_unknown"] == 4 / 5


def test_changes_of_one_line_on_one_day_are_netted():
    taken_back = "2 | cancel | 2026-04-04 | 2026-04-04 | -10"
    version = draw(order_line_change__add=f"{taken_back}\n 1 | qty_down | 2026-04-20 | 2026-04-20 | -30")
    found = waits(version)
    assert ("2026-04-04", "up") not in found and ("2026-04-20", "up") not in found
    assert found["2026-04-20", "down"] == (10, 0)


def test_a_day_the_customer_asked_for_is_a_change_and_ours_is_none():
    version = draw(promise_history="""
        order_line_id | promise_seq | set_date   | promised_date | initiator
        2             | 1           | 2026-03-01 | 2026-06-01    | customer
        2             | 2           | 2026-04-02 | 2026-05-20    | customer
        2             | 3           | 2026-04-07 | 2026-06-20    | us
        3             | 1           | 2026-03-01 | 2026-06-01    |
        3             | 2           | 2026-04-06 | 2026-06-09    | customer
    """)  # fmt: skip
    found = rows(version, by=("kind",))
    assert {key[1]: row["n"] for key, row in found.items() if len(key) > 1} == {
        "earlier": 1,
        "qty_up": 3,
        "qty_down": 1,
    }
    assert waits(version)["2026-04-02", "up"] == (3, 1)


def test_another_quantity_in_an_open_deal_is_a_kind_of_its_own():
    version = draw(
        opportunity="""
            opportunity_id | customer_id | created_date | closed_date
            D              | A           | 2026-01-01   |
            L              | A           | 2026-01-01   | 2026-04-02
        """,
        opportunity_line="""
            opportunity_line_id | opportunity_id | product_id | qty | valid_from | recorded_date
            D1                  | D              | P          | 10  |            |
            D1                  | D              | P          | 30  | 2026-04-02 | 2026-04-03
            D1                  | D              | P          | 30  | 2026-04-08 | 2026-04-08
            L1                  | L              | P          | 10  |            |
            L1                  | L              | P          | 30  | 2026-04-02 | 2026-04-03
        """,
    )
    found = rows(version, by=("kind",))
    assert {key[1]: row["n"] for key, row in found.items() if len(key) > 1} == {"deal": 1, "qty_up": 3, "qty_down": 1}
    assert waits(version, where={"kind": ("deal",)}) == {("2026-04-03", "up"): (2, 1)}


def test_an_answer_after_the_window_is_none():
    assert waits(draw(), params={"window": 3})["2026-04-01", "up"] == (3, 0)
    assert row(draw(), params={"window": 4})["num"] == 2


def test_a_past_day_sees_the_answers_of_its_time():
    version = draw()
    found = waits(version, as_of=date(2026, 4, 10))
    wanted = {("2026-04-01", "up"): (4, 1), ("2026-04-04", "up"): (1, 1), ("2026-04-06", "down"): (4, 0)}
    assert found == wanted
    assert row(version, "answered_share", as_of=date(2026, 4, 10))["excluded"] == {"no_answer_needed": 1, "younger": 2}


def test_an_earlier_answer_makes_the_days_fewer():
    sooner = WORLD["po_line_change"].replace("2026-04-16", "2026-04-07")
    assert row(draw(po_line_change=sooner), "km_p90")["num"] == row(draw(), "km_p90")["num"]
    assert waits(draw(po_line_change=sooner))["2026-04-06", "down"] == (1, 1)
    assert row(draw(po_line_change=sooner))["value"] < row(draw())["value"]


def test_days_until_a_change_was_entered():
    found = row(draw(), "entry_lag")
    assert (found["value"], found["n"]) == (0, 5)
    late = """
        order_line_id | kind     | changed_date | recorded_date | delta_qty
        1             | qty_up   | 2026-03-30   | 2026-04-01    | 10
        2             | qty_up   | 2026-04-01   | 2026-04-04    | 10
        3             | qty_down | 2026-04-05   | 2026-04-06    | -20
        1             | qty_up   | 2026-04-10   |               | 5
        1             | qty_up   | 2026-04-25   | 2026-04-20    | 10
    """
    found = row(draw(order_line_change=late), "entry_lag")
    assert (found["value"], found["n"], found["excluded"]) == (2, 3, {"entry_unknown": 1, "takes_effect_later": 1})


def test_slices_name_segment_planner_and_the_supplier_last_ordered_from():
    version = draw()
    for dim, members in {"segment": {"Key"}, "planner": {"Pia", "Per"}, "supplier": {"Steel", "Unknown"}}.items():
        assert {key[1] for key in rows(version, by=(dim,)) if len(key) > 1} == members, dim


def test_ten_answers_are_needed_and_the_orders_widen_the_share():
    ids = range(10, 34)
    orders = "\n".join(f"{i} | A | 2026-03-01" for i in ids)
    lines = "\n".join(f"{i}{n} | {i} | P | W | 100 | Pia" for i in ids for n in (1, 2))
    changes = "\n".join(f"{i}{n} | qty_up | 2026-04-{d} | 2026-04-{d} | 10" for i in ids for n in (1, 2)
                        for d in ["03" if i < 22 else "20"])  # fmt: skip
    version = draw(sales_order__add=orders, order_line__add=lines, order_line_change__add=changes)
    found = row(version)
    assert (found["num"], found["n"], found["status"], found["ci_method"]) == (27, 52, "ok", "kaplan_meier_log_log")
    share = row(version, "answered_share")
    assert (share["num"], share["den"], share["ci_method"]) == (26, 52, "wilson_n_eff")
    assert share["ci"][1] - share["ci"][0] > 0.3, "two lines of one order are one decision"


def test_nothing_at_all_is_told_as_missing():
    version = company({"product": WORLD["product"]}, metric(ID))
    for measure in metric(ID).measures:
        found = read(version, ID, Request(measures=(measure.name,)))["rows"][0]
        assert (found["status"], found["value"]) == ("not_available", None), measure.name
