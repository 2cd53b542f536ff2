"""Priority inversions: the worked example, what makes a pair, and what stock was left."""

from datetime import date

import pytest

from metrics.question import Request
from metrics.read import read
from metrics.registry import metric
from tests.metrics.company import company
from tests.metrics.priority_example import ID, WORLD, counts, draw, row, value


@pytest.fixture(scope="module")
def drawn():
    return draw()


def test_one_of_three_meetings_is_inverted_and_a_waits_two_days(drawn):
    assert counts(drawn) == (1, 3)
    assert value(drawn) == pytest.approx(1 / 3)
    assert value(drawn, "pairs") == 3
    assert value(drawn, "harm_days") == 2
    assert value(drawn, "harm_value") == 100


def test_events_hold_the_counts_of_those_that_waited(drawn):
    found = drawn.cursor().execute(
        f"select order_line_id, other_tier, comparable, inverted from {ID}__event order by all"
    )
    assert found.fetchall() == [("A", "tin", 1, 0), ("B", "gold", 1, 1), ("B", "tin", 1, 0)]


def test_few_pairs_are_shown_without_a_colour(drawn):
    found = row(drawn)
    assert (found["status"], found["n"]) == ("insufficient", 3)


def test_slices_by_the_tiers_that_met_add_up(drawn):
    rows = read(drawn, ID, Request(measures=("rate",), by=("tier_pair",)))["rows"]
    assert {one["slice"]["tier_pair"]: (one["num"], one["den"]) for one in rows if one["slice"]} == {
        "gold before iron": (1, 1), "gold before tin": (0, 1), "iron before tin": (0, 1),
    }  # fmt: skip


def shipped(**days: str) -> str:
    base = {"A": "2026-01-05", "B": "2026-01-03", "C": "2026-01-06", **days}
    return "shipment_id | site_id | shipped_date" + "".join(f"\nT{k} | W | {day}" for k, day in base.items() if day)


def moved(*days: str, each=10) -> str:
    lines = "".join(f"\n{k} | {day} | P | W | {each}\n{k}x | {day} | P | W | -10" for k, day in enumerate(days))
    return "movement_id | moved_date | product_id | site_id | qty" + lines


def test_serving_the_better_first_lowers_the_rate():
    version = draw(shipment=shipped(A="2026-01-03", B="2026-01-05"))
    assert counts(version) == (0, 3)
    assert row(version, "harm_value")["value"] is None


def test_both_on_one_day_are_comparable_and_not_inverted():
    version = draw(shipment=shipped(A="2026-01-03"), inventory_movement=moved("2026-01-03", "2026-01-03", "2026-01-06"))
    # A and B together; A against C and B against C on that day
    assert counts(version) == (0, 3)


def test_what_has_not_shipped_waits_until_the_as_of_date():
    version = draw(shipment=shipped(A=""))
    # B overtakes A; B before C; C overtakes A
    assert counts(version) == (2, 3)
    asked = {"date_from": date(2026, 1, 1), "date_to": date(2026, 1, 31)}
    assert value(version, "harm_days", as_of=date(2026, 1, 20), **asked) == 17
    assert (value(version, "harm_value"), row(version, "harm_value")["n"]) == (100, 1)


def test_enough_stock_left_is_no_contention():
    assert counts(draw(inventory_movement=moved("2026-01-03", "2026-01-05", "2026-01-06", each=20))) == (0, 0)
    assert counts(draw(inventory_movement=moved("2026-01-03", "2026-01-05", "2026-01-06", each=13))) == (1, 3)


ORDERS = WORLD["sales_order"]


def test_a_line_not_yet_released_or_before_its_ship_window_does_not_wait():
    late = ORDERS.replace(
        "A        | CA          | 2026-01-01   | 2026-01-01 ", "A        | CA          | 2026-01-01   | 2026-01-04 "
    )
    assert late != ORDERS
    assert counts(draw(sales_order=late)) == (0, 2)
    window = """
        order_line_id | order_id | product_id | site_id | ordered_qty | net_amount | requested_ship_date
        A             | A        | P          | W       | 10          | 100        | 2026-01-04
        B             | B        | P          | W       | 10          | 100        | 2026-01-01
        C             | C        | P          | W       | 10          | 100        |
    """
    assert counts(draw(order_line=window)) == (0, 2)


@pytest.mark.parametrize(
    ("hold", "found"),
    [
        ("A | 2026-01-02 | 2026-01-04", (0, 2)),
        ("A | 2026-01-01 | ", (0, 2)),
        ("A | 2026-01-01 | 2026-01-03", (1, 3)),
        ("A | 2026-01-04 | 2026-01-05", (1, 3)),
        ("C | 2026-01-03 | 2026-01-04\nC | 2026-01-05 | 2026-01-06", (1, 1)),
    ],
)
def test_a_line_on_hold_does_not_wait(hold, found):
    rows = "\n".join(f"{line} | credit" for line in hold.splitlines())
    assert counts(draw(order_line_hold=f"order_line_id | valid_from | valid_to | reason\n{rows}")) == found


def test_a_line_of_an_order_that_ships_as_a_whole_may_wait_for_the_others():
    whole = ORDERS.replace("2026-01-01    |               | 1", "2026-01-01    | true          | 1")
    assert whole != ORDERS
    assert counts(draw(sales_order=whole)) == (1, 3)
    two = draw(sales_order=whole, order_line__add="A2 | A | Q | W | 5 | 10")
    assert counts(two) == (0, 2)


def lines(a_qty: int, partial: str = "") -> dict[str, str]:
    return {
        "order_line": f"""
            order_line_id | order_id | product_id | site_id | ordered_qty | net_amount | partial_allowed
            A             | A        | P          | W       | {a_qty}     | 100        | {partial}
            B             | B        | P          | W       | 10          | 100        |
            C             | C        | P          | W       | 10          | 100        |
        """,
        "shipment_line": f"""
            shipment_id | order_line_id | qty_shipped
            TA          | A             | {a_qty}
            TB          | B             | 10
            TC          | C             | 10
        """,
    }


def test_a_quantity_that_would_not_have_served_the_other_overtakes_nobody_unless_he_takes_parts():
    assert counts(draw(**lines(25))) == (0, 3)
    assert counts(draw(**lines(25, "true"))) == (1, 3)
    assert value(draw(**lines(25)), "harm_value") is None


def test_what_a_line_got_before_is_not_wanted_again():
    version = draw(
        shipment__add="TX | W | 2026-01-02",
        shipment_line=lines(25)["shipment_line"].replace("25", "5") + "TX | A | 20",
        order_line=lines(25)["order_line"],
    )
    assert counts(version) == (1, 3)


def test_a_line_closed_short_wants_no_more():
    close = "order_line_id | kind | changed_date | delta_qty\nA | short_close | {} | -10"
    unshipped = {"shipment": shipped(A=""), "as_of": "2026-02-28"}
    version = draw(**unshipped, order_line_change=close.format("2026-01-04"))
    assert counts(version) == (1, 2)
    assert value(version, "harm_days") == 1
    assert counts(draw(**unshipped, order_line_change=close.format("2026-01-03"))) == (0, 1)


def test_only_promises_no_later_count_for_rate_promise():
    promises = """
        order_line_id | promise_seq | set_date   | promised_date
        A             | 1           | 2026-01-01 | {}
        B             | 1           | 2026-01-01 | 2026-01-10
        C             | 1           | 2026-01-01 | 2026-01-20
    """
    same, later = (draw(promise_history=promises.format(day)) for day in ("2026-01-10", "2026-01-11"))
    assert (row(same, "rate_promise")["num"], row(same, "rate_promise")["den"]) == (1, 3)
    assert (row(later, "rate_promise")["num"], row(later, "rate_promise")["den"]) == (0, 2)
    assert counts(later) == (1, 3)


def test_an_approved_reason_is_told_beside():
    approved = """
        order_line_id | order_id | product_id | site_id | ordered_qty | net_amount | expedite_reason
        A             | A        | P          | W       | 10          | 100        |
        B             | B        | P          | W       | 10          | 100        | line down
        C             | C        | P          | W       | 10          | 100        |
    """
    assert value(draw(order_line=approved), "override_share") == 1
    assert value(draw(), "override_share") == 0


def test_without_a_rank_a_customer_is_the_last():
    history = "customer_id | valid_from | priority_rank\nCB | 2025-01-01 | 2\nCC | 2025-01-01 | 3"
    # A is last now: B before A, B before C, and A overtakes C
    assert counts(draw(customer_history=history)) == (1, 3)


def test_the_rank_is_that_of_the_day():
    history = """
        customer_id | valid_from | tier | priority_rank
        CA          | 2025-01-01 | tin  | 3
        CA          | 2026-01-04 | gold | 1
        CB          | 2025-01-01 | iron | 2
        CC          | 2025-01-01 | tin  | 3
    """
    # on day 3 A is behind B; on day 5 before C
    assert counts(draw(customer_history=history)) == (0, 3)


def test_customers_ranked_otherwise_in_the_erp(drawn):
    found = row(drawn, "rank_disagreement")
    assert (found["num"], found["den"]) == (2, 3)


COUNTED = "snapshot_date | product_id | site_id | on_hand_qty"


def test_counts_and_documents_tell_the_stock_where_movements_are_not_exported():
    receipts = """
        receipt_id | po_line_id | received_date | qty_received
        1          | N          | 2026-01-03    | 10
        2          | N          | 2026-01-05    | 10
    """
    tables = {
        "inventory_movement": "",
        "po_line": "po_line_id | po_id | product_id | site_id\nN | N | P | W",
        "po_receipt": receipts,
    }
    assert counts(draw(**tables, inventory_snapshot=f"{COUNTED}\n2026-01-02 | P | W | 0")) == (1, 3)
    assert counts(draw(**tables, inventory_snapshot=f"{COUNTED}\n2026-01-02 | P | W | 10")) == (0, 0)
    assert counts(draw(**tables, inventory_snapshot=f"{COUNTED}\n2026-01-02 | P | W | 10\n2026-01-05 | P | W | 0")) == (
        0,
        1,
    )


def test_a_product_whose_stock_is_not_known_is_left_out_and_counted():
    old = draw(inventory_movement="", inventory_snapshot=f"{COUNTED}\n2025-11-01 | P | W | 0")
    assert row(old)["excluded"] == {"stock_unknown": 3}


def test_without_stock_or_ranks_the_missing_input_is_named():
    found = row(draw(inventory_movement=""))
    assert (found["status"], found["reason"]) == (
        "not_available", "not_available: inventory_movement.qty or inventory_snapshot.on_hand_qty",
    )  # fmt: skip
    assert "priority_rank" in row(draw(customer_history=""))["reason"]


def test_empty_tables_name_what_is_missing():
    for one in read(company({}, metric(ID)), ID, Request(measures=("all",)))["rows"]:
        assert (one["status"], one["value"]) == ("not_available", None)


def test_a_past_day_counts_what_had_shipped_by_then(drawn):
    early = {"as_of": date(2026, 1, 4), "date_from": date(2026, 1, 1), "date_to": date(2026, 1, 31)}
    assert counts(drawn, **early) == (1, 2)
    assert value(drawn, "harm_days", **early) == 1


def plain(seed: int) -> tuple[dict[str, str], int, int]:
    """Thirty lines of one product on random days, and the pairs counted one by one."""
    import numpy as np

    rng = np.random.default_rng(seed)
    count = 30
    rank, start = rng.integers(1, 4, count), rng.integers(1, 15, count)
    ship, qty = start + rng.integers(0, 12, count), rng.integers(1, 4, count) * 10
    arrive = {day: int(rng.integers(0, 25)) for day in range(1, 28)}
    stock = {t: 80 + sum(arrive[d] for d in arrive if d <= t) - int(qty[ship <= t].sum()) for t in range(1, 28)}
    comparable = inverted = 0
    for i in range(count):
        for j in range(count):
            if rank[i] >= rank[j]:
                continue
            t = min(ship[i], ship[j])
            waiting = j if ship[j] > t else i if ship[i] > t else j
            if max(start[i], start[j]) <= t and max(stock[t], 0) < qty[waiting]:
                comparable += 1
                inverted += ship[i] > t and qty[j] >= qty[i]
    day = "2026-01-{:02d}".format
    tables = {
        "customer_history": "customer_id | valid_from | priority_rank"
        + "".join(f"\nR{r} | 2025-01-01 | {r}" for r in (1, 2, 3)),
        "sales_order": "order_id | customer_id | ordered_date | released_date"
        + "".join(f"\nO{k} | R{rank[k]} | 2026-01-01 | {day(start[k])}" for k in range(count)),
        "order_line": "order_line_id | order_id | product_id | site_id | ordered_qty | net_amount"
        + "".join(f"\nL{k} | O{k} | P | W | {qty[k]} | 1" for k in range(count)),
        "shipment": "shipment_id | shipped_date" + "".join(f"\nT{k} | {day(ship[k])}" for k in range(count)),
        "shipment_line": "shipment_id | order_line_id | qty_shipped"
        + "".join(f"\nT{k} | L{k} | {qty[k]}" for k in range(count)),
        "inventory_movement": "movement_id | moved_date | product_id | site_id | qty\nS | 2025-12-31 | P | W | 80"
        + "".join(f"\nI{d} | {day(d)} | P | W | {arrive[d]}" for d in arrive)
        + "".join(f"\nX{k} | {day(ship[k])} | P | W | -{qty[k]}" for k in range(count)),
    }
    return tables, int(inverted), comparable


@pytest.mark.parametrize("seed", range(4))
def test_counting_by_class_says_what_counting_pair_by_pair_says(seed):
    tables, inverted, comparable = plain(seed)
    assert comparable > 5
    assert counts(draw(**tables)) == (inverted, comparable)
