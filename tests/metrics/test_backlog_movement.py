"""Backlog movement: the book's worked example, every leg of the identity, ages and covers."""

from datetime import date

import pytest

from metrics.cubes import cubes_of
from metrics.question import Request
from metrics.read import read
from metrics.registry import metric
from tests.metrics.company import company

ID = "backlog_movement"
APRIL = {"date_from": date(2026, 4, 1), "date_to": date(2026, 4, 30)}
ORDERS = """
    order_id | customer_id | ordered_date
    O1       | A           | 2026-03-01
    O2       | A           | 2026-03-05
    O3       | B           | 2026-04-10
"""
LINES = """
    order_line_id | order_id | product_id | ordered_qty | net_amount | cancelled_qty | cancelled_date
    L1            | O1       | P          | 10          | 100        |               |
    L2            | O2       | P          | 5           | 100        | 5             | 2026-04-20
    L3            | O3       | Q          | 8           | 80         |               |
"""
SHIPPED = "shipment_id | shipped_date\nS1 | 2026-04-15\nS2 | 2026-04-16"
PARTS = "shipment_id | order_line_id | qty_shipped\nS1 | L1 | 4\nS2 | L3 | 3"
BOOK = {"sales_order": ORDERS, "order_line": LINES, "shipment": SHIPPED, "shipment_line": PARTS}
ONE = {
    "sales_order": "order_id | customer_id | ordered_date\nO1 | A | 2026-03-01",
    "order_line": "order_line_id | order_id | product_id | ordered_qty | net_amount\nL1 | O1 | P | 10 | 100",
}


def draw(tables=BOOK, as_of="2026-04-30", currency="EUR", **more):
    return company({**tables, **more}, metric(ID), as_of=as_of, currency=currency)


def ask(version, *measures, **given) -> dict:
    rows = read(version, ID, Request(measures=measures or ("all",), **given))["rows"]
    return {(row["measure"], row["part"], *row["slice"].values()): row for row in rows}


def values(version, *measures, **given) -> dict:
    return {key: row["value"] for key, row in ask(version, *measures, **given).items()}


def legs(version, **given) -> dict:
    """The movements that are not 0."""
    found = values(version, "movement", **{**APRIL, **given})
    return {part: value for (_, part), value in found.items() if part and value}


def changed(text: str, **more):
    """One line of 10 at 10 ordered on the 1st of March, with changes and further tables."""
    head = "order_line_id | changed_date | kind | delta_qty | delta_value | recorded_date"
    return draw(ONE, order_line_change=f"{head}\n{text}", **more)


def ships(*parts) -> dict:
    days = "\n".join(f"S{n} | {day}" for n, (day, _) in enumerate(parts))
    lines = "\n".join(f"S{n} | L1 | {qty}" for n, (_, qty) in enumerate(parts))
    return {
        "shipment": f"shipment_id | shipped_date\n{days}",
        "shipment_line": f"shipment_id | order_line_id | qty_shipped\n{lines}",
    }


def lines_of(qty, net, **more) -> str:
    head = ["order_line_id", "order_id", "product_id", "ordered_qty", "net_amount", *more]
    row = ["L1", "O1", "P", qty, net, *more.values()]
    return " | ".join(head) + "\n" + " | ".join(map(str, row))


@pytest.fixture(scope="module")
def book():
    return draw()


def test_the_books_example_to_its_digits(book):
    found = values(book, "closing", "opening", "residual", **APRIL)
    assert found == {("closing", None): 110, ("opening", None): 200, ("residual", None): 0}
    assert legs(book) == {"new": 80, "shipped": -70, "cancelled": -100}


def test_the_books_aggregate_book_to_bill_and_cover():
    # opening 100, new 60, shipped 50, cancelled 10 -> 100
    version = draw({
        "sales_order": "order_id | customer_id | ordered_date\nO1 | A | 2026-03-01\nO2 | A | 2026-04-02",
        "order_line": """order_line_id | order_id | ordered_qty | net_amount | cancelled_qty | cancelled_date
            L1 | O1 | 100 | 100 | |
            L2 | O2 | 60 | 60 | 10 | 2026-04-20""",
        "shipment": "shipment_id | shipped_date\nS1 | 2026-04-15",
        "shipment_line": "shipment_id | order_line_id | qty_shipped\nS1 | L1 | 50",
    })  # fmt: skip
    found = values(version, "closing", "book_to_bill", "backlog_days", **APRIL)
    assert found["closing", None] == 100
    assert (found["book_to_bill", None], found["book_to_bill", "gross"]) == pytest.approx((1.0, 1.2))
    assert found["backlog_days", None] == pytest.approx(60)


def test_the_parts_of_the_change_add_up_to_it(book):
    found = values(book, "movement", **APRIL)
    parts = {part: value for (_, part), value in found.items()}
    assert parts.pop(None) == -90 == sum(value for part, value in parts.items() if part != "over_shipped")


CHANGES = {
    "increases": ("L1 | 2026-04-05 | qty_up | 2 | |", lines_of(12, 120), 20),
    "decreases": ("L1 | 2026-04-05 | qty_down | -2 | |", lines_of(8, 80), -20),
    "cancelled": ("L1 | 2026-04-05 | cancel | -3 | |", lines_of(10, 100), -30),
    "short_closed": ("L1 | 2026-04-05 | short_close | | |", lines_of(10, 100), -100),
    "reprice": ("L1 | 2026-04-05 | reprice | 0 | 50 |", lines_of(10, 150), 50),
}


@pytest.mark.parametrize("leg", CHANGES)
def test_each_change_is_a_leg_of_its_own(leg):
    text, line, value = CHANGES[leg]
    version = changed(text, order_line=line)
    assert legs(version) == {leg: value}
    found = values(version, "closing", "opening", "residual", **APRIL)
    assert found == {("closing", None): 100 + value, ("opening", None): 100, ("residual", None): 0}


def test_a_line_opened_again_counts_back():
    version = changed("L1 | 2026-04-05 | cancel | -10 | |\nL1 | 2026-04-20 | reopen | 4 | |")
    assert legs(version) == {"cancelled": -100, "reopened": 40}
    version = changed("L1 | 2026-04-05 | short_close | | |\nL1 | 2026-04-20 | reopen | | |")
    assert legs(version) == {"short_closed": -100, "reopened": 100}


def test_what_is_shipped_beyond_the_open_quantity_stands_outside():
    version = draw(ONE, **ships(("2026-04-02", 7), ("2026-04-10", 5)))
    assert legs(version) == {"shipped": -100, "over_shipped": 20}
    assert values(version, "movement", "closing", **APRIL)["movement", None] == -100


def test_a_reversal_is_a_negative_shipment_on_its_own_day():
    version = draw(ONE, **ships(("2026-03-20", 10), ("2026-04-10", -4)))
    assert legs(version) == {"shipped": 40}
    assert values(version, "closing", "opening", **APRIL) == {("closing", None): 40, ("opening", None): 0}


def test_nothing_open_is_a_state_of_0():
    version = draw(ONE, **ships(("2026-04-02", 10)))
    row = ask(version, "closing")["closing", None]
    assert (row["value"], row["status"], row["period"]["label"]) == (0, "ok", "2026-04-30")
    assert values(version, "closing", date_to=date(2026, 3, 31))["closing", None] == 100


def test_a_told_new_line_is_taken_as_told_and_what_differs_is_unexplained():
    version = changed("L1 | 2026-04-02 | new | 12 | |")
    assert legs(version) == {"new": 120, "unexplained": -20}
    found = values(version, "closing", "residual", "opening", **APRIL)
    assert found == {("closing", None): 100, ("residual", None): -20, ("opening", None): 0}


def test_a_change_counts_from_the_day_it_was_recorded():
    version = changed("L1 | 2026-03-20 | cancel | -4 | | 2026-04-10")
    for day, closing in ((date(2026, 4, 9), 100), (date(2026, 4, 10), 60)):
        assert values(version, "closing", as_of=day)["closing", None] == closing
    assert legs(version, date_from=date(2026, 3, 1), as_of=date(2026, 4, 9)) == {"new": 100}
    assert legs(version, date_from=date(2026, 3, 1)) == {"new": 100, "cancelled": -40}


def test_a_past_day_reads_the_price_of_that_day():
    version = changed("L1 | 2026-04-05 | reprice | 0 | 50 |", order_line=lines_of(10, 150))
    assert values(version, "closing", as_of=date(2026, 4, 4))["closing", None] == 100


MOVED = {"customer_history": "customer_id | valid_from | segment\nA | 2026-01-01 | Small\nA | 2026-04-08 | Big"}


def test_a_customer_who_moves_takes_his_open_lines_along():
    version = draw(ONE, **MOVED, **ships(("2026-04-02", 3), ("2026-04-10", 2)))
    found = values(version, "movement", "closing", "opening", by=("segment",), **APRIL)
    assert found["closing", None, "Big"] == 50
    assert (found["opening", None, "Small"], found["movement", None, "Small"]) == (100, -100)
    assert found["movement", "transfer_out", "Small"] == -70 and found["movement", "transfer_in", "Big"] == 70
    assert found["movement", "shipped", "Big"] == -20 and found["movement", "shipped", "Small"] == -30
    assert found["movement", "transfer_in"] + found["movement", "transfer_out"] == 0


DOLLARS = {
    "sales_order": "order_id | customer_id | ordered_date | currency\nO1 | A | 2026-03-10 | USD",
    "fx_rate": """rate_date | from_ccy | to_ccy | rate
        2026-03-01 | USD | EUR | 0.5
        2026-03-25 | USD | EUR | 0.6
        2026-04-12 | USD | EUR | 0.7
        2026-04-28 | USD | EUR | 0.8""",
}


def test_what_is_open_in_another_currency_is_valued_anew():
    version = draw({**ONE, **DOLLARS}, **ships(("2026-04-15", 4)))
    # 100 USD at .5; .6 at the end of March; 40 leave at .7, 60 stay at .8
    assert legs(version, date_from=date(2026, 3, 1)) == pytest.approx({"new": 50, "fx": 10 + 10 + 6, "shipped": -28})
    found = values(version, "opening", "closing", "movement", **APRIL)
    assert (found["opening", None], found["closing", None]) == pytest.approx((60, 48))
    assert found["movement", "fx"] == pytest.approx(16)


def test_a_missing_rate_or_price_is_counted_not_guessed():
    version = draw({**ONE, **DOLLARS}, fx_rate="rate_date | from_ccy | to_ccy | rate\n2026-03-25 | USD | EUR | 0.6")
    assert ask(version, "closing")["closing", None]["excluded"] == {"fx_missing": 1}
    text = LINES.replace("| 10          | 100  ", "| 10          |      ")
    row = ask(draw(order_line=text), "closing", "lines")
    assert (row["closing", None]["value"], row["closing", None]["excluded"]) == (50, {"price_missing": 1})
    assert row["lines", None]["value"] == 2


def test_a_cancellation_of_an_unknown_day_is_left_out_and_counted():
    version = draw(order_line=LINES.replace("2026-04-20", ""))
    row = ask(version, "movement", date_from=date(2026, 3, 1), date_to=date(2026, 4, 30))["movement", None]
    assert (row["value"], row["excluded"]) == (110, {"cancel_date_unknown": 1})
    assert values(version, "closing")["closing", None] == 110


def test_lines_without_price_still_count():
    version = draw(ONE, order_line=lines_of(10, 0))
    found = values(version, "closing", "lines")
    assert (found["closing", None], found["lines", None]) == (0, 1)


PROMISED = {
    "sales_order": "order_id | customer_id | ordered_date\n"
    + "\n".join(f"O{n} | A | 2026-01-{n + 1:02d}" for n in range(7)),
    "order_line": "order_line_id | order_id | ordered_qty | net_amount\n"
    + "\n".join(f"L{n} | O{n} | 1 | {2**n}" for n in range(7)),
    "promise_history": """order_line_id | promise_seq | set_date | promised_date
        L0 | 1 | 2026-01-05 | 2026-04-30
        L1 | 1 | 2026-01-05 | 2026-04-29
        L2 | 1 | 2026-01-05 | 2026-04-22
        L3 | 1 | 2026-01-05 | 2026-03-30
        L4 | 1 | 2026-01-05 | 2026-02-20
        L5 | 1 | 2026-01-08 | 2026-01-29
        L0 | 2 | 2026-04-10 | 2026-06-30""",
}


def test_lines_stand_by_days_past_their_first_promise():
    version = draw(PROMISED)
    found = values(version, "ageing", "lines", "past_due_share", "mean_age")
    ageing = {part: value for (name, part), value in found.items() if name == "ageing" and part}
    assert ageing == {"not_due": 1 + 64, "1_7": 2, "8_30": 4, "31_60": 8, "61_90": 16, "gt_90": 32}
    assert {part: value for (name, part), value in found.items() if name == "lines"}["not_due"] == 2
    assert found["past_due_share", None] == pytest.approx(62 / 127)
    ages = [(2**n, (date(2026, 4, 30) - date(2026, 1, n + 1)).days) for n in range(7)]
    assert found["mean_age", None] == pytest.approx(sum(worth * days for worth, days in ages) / 127)
    by_order = values(version, "ageing", params={"basis": "order"})
    assert (by_order["ageing", "gt_90"], by_order["ageing", "not_due"]) == (127, 0)


def test_a_promise_given_later_is_not_known_before():
    version = draw(PROMISED)
    assert values(version, "lines", by=("promise_status",), as_of=date(2026, 1, 7)) == {
        ("lines", None): 7, **{("lines", part): value for part, value in zip(
            ("not_due", "1_7", "8_30", "31_60", "61_90", "gt_90"), (7, 0, 0, 0, 0, 0), strict=True)},
        **{("lines", part, status): value for status, count in (("Not due", 5), ("Unpromised", 2))
           for part, value in zip((None, "not_due", "1_7", "8_30", "31_60", "61_90", "gt_90"),
                                  (count, count, 0, 0, 0, 0, 0), strict=True)},
    }  # fmt: skip


def test_holds_are_those_of_the_day():
    hold = {"order_line_hold": "order_line_id | valid_from | valid_to | reason\nL1 | 2026-03-20 | 2026-04-10 | credit"}
    version = draw(ONE, **hold)
    assert values(version, "closing", by=("hold_reason",))["closing", None, "Not on hold"] == 100
    then = values(version, "closing", by=("hold_reason",), date_to=date(2026, 3, 31))
    assert then["closing", None, "credit"] == 100


def test_half_of_the_lines_have_left_after_so_many_days():
    orders = "order_id | customer_id | ordered_date\n" + "\n".join(f"O{n} | A | 2026-03-01" for n in range(6))
    lines = "order_line_id | order_id | ordered_qty | net_amount\n"
    lines += "\n".join(f"L{n} | O{n} | 1 | 9" for n in range(6))
    shipment = "shipment_id | shipped_date\n" + "\n".join(f"S{n} | 2026-03-{10 + n}" for n in range(3))
    parts = "shipment_id | order_line_id | qty_shipped\n" + "\n".join(f"S{n} | L{n} | 1" for n in range(3))
    version = draw({"sales_order": orders, "order_line": lines, "shipment": shipment, "shipment_line": parts})
    row = ask(version, "half_life", date_from=date(2026, 3, 1), date_to=date(2026, 4, 30))["half_life", None]
    assert (row["value"], row["num"], row["n"], row["ci_method"]) == (11, 3, 6, "kaplan_meier_log_log")
    before = ask(version, "half_life", date_from=date(2026, 3, 1), as_of=date(2026, 3, 10))["half_life", None]
    assert (before["value"], before["num"]) == (None, 1)


def test_more_shipping_lowers_what_is_past_due(book):
    promise = {"promise_history": "order_line_id | promise_seq | set_date | promised_date\n"
               "L1 | 1 | 2026-03-01 | 2026-04-10\nL3 | 1 | 2026-04-10 | 2026-05-10"}  # fmt: skip
    less = values(draw(**promise), "past_due_share")["past_due_share", None]
    more = values(draw(**promise, shipment_line=PARTS.replace("L1 | 4", "L1 | 9")), "past_due_share")
    assert less == pytest.approx(60 / 110) and more["past_due_share", None] == pytest.approx(10 / 60)


def test_months_follow_on_each_other(book):
    closing = read(book, ID, Request(reading="trend", date_from=date(2026, 3, 1), date_to=date(2026, 4, 30)))["rows"]
    assert [(row["period"]["label"], row["value"]) for row in closing] == [("2026-03-31", 200), ("2026-04-30", 110)]
    asked = Request(measures=("movement", "backlog_days"), reading="trend", date_from=date(2026, 3, 1),
                    date_to=date(2026, 4, 30))  # fmt: skip
    rows = read(book, ID, asked)["rows"]
    by_month = [row for row in rows if row["period"]]
    assert [row["value"] for row in by_month if row["measure"] == "movement" and not row["part"]] == [200, -90]
    assert {row["status"] for row in by_month if row["measure"] == "backlog_days"} == {"not_available"}


def test_the_state_is_that_of_the_as_of_date_and_movements_are_of_whole_months(book):
    found = ask(book, "closing", "movement", as_of=date(2026, 4, 18))
    assert found["closing", None]["period"]["to"] == "2026-04-18"
    assert found["movement", None]["period"]["from"] == "2025-04-01"
    assert found["movement", None]["period"]["to"] == "2026-03-31"


def test_what_hangs_on_the_first_day_asked_for_is_in_no_cube():
    kept = {measure.name for cube in cubes_of(metric(ID)) for measure in cube.measures}
    assert kept == {"movement", "half_life", "book_to_bill"}


def test_empty_tables_are_not_available():
    assert {row["status"] for row in ask(company({}, metric(ID))).values()} == {"not_available"}


def test_few_lines_have_no_half_life(book):
    assert ask(book, "half_life", **APRIL)["half_life", None]["status"] == "insufficient"
