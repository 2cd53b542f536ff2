"""Concentration and shift of what is ordered: the worked example of the book and its edge cases."""

from datetime import date

import numpy as np
import pandas as pd
import pytest

from metrics.demand import order_mix_terms as term
from metrics.demand.order_mix_bridge import effects
from metrics.question import Request
from metrics.read import read
from metrics.registry import metric
from tests.metrics.company import company

METRIC = metric("order_mix")
PRODUCTS = """
    product_id | family | category | base_uom
    pump       | pumps  | flow     | EA
    hose       | hoses  | flow     | M
    odd        |        |          | EA
"""
CUSTOMERS = """
    customer_id | name | parent_customer_id | segment
    A           | Anna |                    | large
    B           | Bob  | A                  | small
    C           | Cy   |                    |
"""
ORDERS = """
    order_id | customer_id | ordered_date | currency
    O1       | A           | 2026-02-10   | EUR
    O2       | B           | 2026-02-11   | EUR
    O3       | C           | 2026-03-01   | EUR
    P1       | A           | 2025-02-10   | EUR
    P2       | B           | 2025-02-11   | EUR
    P3       | C           | 2025-03-01   | EUR
"""
LINES = """
    order_line_id | order_id | product_id | ordered_qty | net_amount
    O1/1          | O1       | pump       | 4           | 40
    O2/1          | O2       | pump       | 3           | 30
    O3/1          | O3       | hose       | 3           | 30
    P1/1          | P1       | pump       | 5           | 50
    P2/1          | P2       | pump       | 3           | 30
    P3/1          | P3       | hose       | 2           | 20
"""


def of(drawn=None, as_of="2026-04-30"):
    drawn = {"sales_order": ORDERS, "order_line": LINES, "customer": CUSTOMERS, "product": PRODUCTS, **(drawn or {})}
    return company({name: given for name, given in drawn.items() if given is not None}, METRIC, as_of)


def rows(version, name, by=(), **more):
    return read(version, "order_mix", Request(measures=(name,), by=by, **more))["rows"]


def row(version, name, part=None, **more):
    (found,) = [one for one in rows(version, name, **more) if one["part"] == part and not one["slice"]]
    return found


def book(orders: int = 50) -> pd.DataFrame:
    """The example of the book: 50, 30 and 20 of the value in so many orders of one size."""
    counts = {"A": orders * 5 // 10, "B": orders * 3 // 10, "C": orders * 2 // 10}
    named = [(member, f"{member}{place}") for member, count in counts.items() for place in range(count)]
    return pd.DataFrame(
        [(member, member, order, 1.0, 1.0, 0.0, 0.0) for member, order in named],
        columns=["member", "label", "cluster", "value", "n", "partly", "carried"],
    )


def test_the_worked_example_of_the_book():
    params = {"member": "family"}
    (hhi, unbiased, effective), tops = (
        [METRIC.measure(name).finish(book(), params) for name in ("hhi", "hhi_unbiased", "effective_number")],
        METRIC.measure("top_share").finish(book(), params),
    )
    assert (hhi.value, hhi.n) == (pytest.approx(0.38), 50)
    assert unbiased.value == pytest.approx(0.36735, abs=5e-6)
    assert effective.value == pytest.approx(2.6316, abs=5e-5)
    assert [(top.part, round(top.value, 9)) for top in tops] == [("1", 0.5), ("5", 1.0), ("10", 1.0)]
    assert float(np.sort([5, 3, 2])[-2:].sum() / 10) == 0.8


def test_a_moved_share_of_a_tenth():
    found = row(of(), "shift")
    assert (found["value"], found["num"], found["den"]) == (pytest.approx(0.1), pytest.approx(10), 100)
    assert row(of(), "hhi")["value"] == pytest.approx(0.34)


def test_a_shift_against_named_days_and_without_a_base():
    same = (pd.Timestamp("2026-01-01").date(), pd.Timestamp("2026-04-30").date())
    assert row(of(), "shift", date_from=same[0], date_to=same[1], compare_to=same)["value"] == 0
    lonely = of({"sales_order": "\n".join(line for line in ORDERS.splitlines() if " P" not in line)})
    assert (row(lonely, "shift")["value"], row(lonely, "shift")["reason"]) == (None, "needs orders in both periods")


def frame(p, q):
    return pd.DataFrame({"value": np.multiply(p, q).astype(float), "qty": np.array(q, float)}, index=["a", "b"])


def test_the_bridge_of_the_book():
    found = effects(frame([10, 20], [10, 5]), frame([11, 19], [8, 9]))
    assert found["volume"] == pytest.approx(26.667, abs=5e-4)
    assert found["mix"] == pytest.approx(33.333, abs=5e-4)
    assert found["price"] == pytest.approx(-1.0)
    assert sum(found.values()) == pytest.approx(59)


def test_new_and_lost_members_stand_apart_and_all_adds_up():
    then, now = frame([10, 20], [10, 5]), frame([11, 19], [8, 9]).rename(index={"b": "c"})
    found = effects(then, now)
    assert (found["new"], found["lost"]) == (171, -100)
    assert sum(found.values()) == pytest.approx(now["value"].sum() - then["value"].sum())


def test_a_bridge_counts_one_base_unit_and_says_so():
    parts = {one["part"]: one for one in rows(of(), "bridge")}
    assert set(parts) == {"volume", "price", "mix", "new", "lost"}
    assert sum(one["value"] for one in parts.values()) == pytest.approx(70 - 80)
    assert parts["volume"]["reason"] == "in EA only; other units are never added to it"
    assert parts["volume"]["coverage"]["unit"] == pytest.approx(4 / 6)


def test_spreading_the_value_lowers_the_concentration():
    more = LINES.replace("| 40 \n", "| 34 \n").replace("| 40\n", "| 34\n")
    assert row(of({"order_line": more}), "hhi")["value"] < row(of(), "hhi")["value"]


def test_no_orders_is_no_number():
    found = row(of({"sales_order": None, "order_line": None}), "hhi")
    assert (found["status"], found["value"]) == ("not_available", None)
    assert "sales_order.ordered_date" in found["reason"]


def test_nothing_in_the_period_is_insufficient_and_no_exception():
    for name in ("hhi", "hhi_unbiased", "effective_number", "top_share", "member_share", "shift", "bridge"):
        found = row(of(), name, date_from=date(2024, 1, 1), date_to=date(2024, 1, 31))
        assert (found["value"], found["n"], found["status"]) == (None, 0, "insufficient")


def many(customers: int, orders: int) -> dict[str, pd.DataFrame]:
    ids = [f"O{place:03d}" for place in range(orders)]
    header = pd.DataFrame(
        {
            "order_id": ids,
            "customer_id": [f"C{place % customers}" for place in range(orders)],
            "ordered_date": "2026-02-10",
        }
    )
    line = pd.DataFrame({"order_line_id": ids, "order_id": ids, "ordered_qty": 1, "net_amount": range(1, orders + 1)})
    return {"sales_order": header, "order_line": line, "customer": None}


@pytest.mark.parametrize(
    ("customers", "orders", "status"),
    [(10, 30, "ok"), (9, 30, "low_n"), (10, 29, "low_n"), (2, 4, "insufficient")],
)
def test_few_customers_or_few_orders_are_told(customers, orders, status):
    assert row(of(many(customers, orders)), "hhi")["status"] == status


def test_an_interval_only_from_thirty_orders_on():
    few, enough = (row(of(many(10, orders)), "hhi_unbiased") for orders in (29, 30))
    assert few["ci"] is None
    assert enough["ci"][0] < enough["value"] < enough["ci"][1]
    assert enough["ci_method"] == "bootstrap_shifted"
    assert row(of(many(10, 30)), "hhi_unbiased")["ci"] == enough["ci"]


def test_the_replicates_are_shifted_to_the_value():
    params = {"member": "customer"}
    low, high, _ = term.interval(book(50), params)
    estimate = term.unbiased(0.38, 50)
    plain = np.percentile(_plain(book(50)), [2.5, 97.5])
    assert high - low == pytest.approx(plain[1] - plain[0], rel=0.15)
    assert (low + high) / 2 == pytest.approx(estimate, abs=0.03)


def _plain(frame: pd.DataFrame) -> np.ndarray:
    draw = np.random.default_rng(1)
    members = frame["member"].to_numpy()
    found = []
    for _ in range(2000):
        shares = np.unique(draw.choice(members, len(members)), return_counts=True)[1] / len(members)
        found.append(term.unbiased(float(shares @ shares), len(members)))
    return np.array(found)


def test_many_orders_take_the_limit_of_the_draws(monkeypatch):
    drawn = term.interval(book(1000), {"member": "customer"})
    monkeypatch.setattr(term, "MOST", 999)
    linear = term.interval(book(1000), {"member": "customer"})
    assert linear[2] == "linearised"
    assert linear[:2] == pytest.approx(drawn[:2], abs=0.004)


def test_the_interval_holds_the_truth_as_often_as_the_book_says():
    """Equal orders of 40 customers of unlike weight, 50 of them: about .92 of the intervals hold the true value."""
    draw = np.random.default_rng(7)
    weights = draw.pareto(1.5, 40) + 1
    weights /= weights.sum()
    truth, held = float(weights @ weights), 0
    for _ in range(120):
        chosen = draw.choice(40, 50, p=weights).astype(str)
        sample = pd.DataFrame({"member": chosen, "cluster": [f"{place:02d}" for place in range(50)], "value": 1.0})
        low, high, _ = term.interval(sample, {"member": "customer"})
        held += low <= truth <= high
    assert 0.85 <= held / 120 <= 0.99


def test_an_order_of_two_families_counts_once():
    lines = LINES + "    O1/2 | O1 | hose | 1 | 10\n"
    found = row(of({"order_line": lines}), "hhi", params={"member": "family"})
    assert found["n"] == 3
    assert found["value"] == pytest.approx((70**2 + 40**2) / 110**2)


def test_a_product_without_family_counts_as_unknown():
    lines = LINES.replace("O3/1          | O3       | hose", "O3/1          | O3       | odd ")
    parts = {
        one["part"]: one["value"]
        for one in rows(of({"order_line": lines}), "member_share", params={"member": "family"})
    }
    assert parts == {"pumps": pytest.approx(0.7), "Unknown": pytest.approx(0.3)}


def test_accounts_roll_up_to_their_parent():
    parts = {one["part"]: one["value"] for one in rows(of(), "member_share", params={"member": "parent"})}
    assert parts == {"Anna": pytest.approx(0.7), "Cy": pytest.approx(0.3)}


@pytest.mark.parametrize(
    ("member", "parts"),
    [
        ("customer", {"Anna": 0.4, "Bob": 0.3, "Cy": 0.3}),
        ("segment", {"large": 0.4, "small": 0.3, "Unsegmented": 0.3}),
        ("category", {"flow": 1.0}),
        ("family", {"pumps": 0.7, "hoses": 0.3}),
    ],
)
def test_shares_of_each_kind_of_member(member, parts):
    found = {one["part"]: one["value"] for one in rows(of(), "member_share", params={"member": member})}
    assert found == pytest.approx(parts)


def test_a_member_without_its_column_is_named():
    found = row(of(), "hhi", params={"member": "region"})
    assert found["reason"] == "not_available: customer.region"


def test_two_members_of_one_name_stay_two():
    twins = CUSTOMERS.replace("Bob ", "Anna")
    found = {one["part"]: one["value"] for one in rows(of({"customer": twins}), "member_share")}
    assert found == pytest.approx({"Anna (A)": 0.4, "Anna (B)": 0.3, "Cy": 0.3})


def test_credits_above_orders_have_no_share_and_are_listed():
    lines = LINES + "    O2/2 | O2 | pump | 1 | -90\n"
    version = of({"order_line": lines})
    found = {one["part"]: one for one in rows(version, "member_share")}
    assert (found["Bob"]["value"], found["Bob"]["num"]) == (None, -60)
    assert "no share" in found["Bob"]["reason"]
    assert found["Anna"]["value"] == pytest.approx(4 / 7)
    total = row(version, "hhi")
    assert total["value"] == pytest.approx((16 + 9) / 49)
    assert total["coverage"]["negative_members"] == pytest.approx(1 / 3)


def wider(text: str, names: str, cells: dict[str, str]) -> str:
    """A drawn table with more columns, filled in the rows of some keys."""
    head, *lines = [line.strip() for line in text.strip().splitlines()]
    empty = " | " * (names.count("|") + 1)
    return "\n".join([f"{head} | {names}", *(line + cells.get(line.split(" ")[0], empty) for line in lines)])


CANCELLED = wider(LINES, "cancelled_qty | cancelled_date", {"O2/1": "| 3 | 2026-04-10"})


def test_cancelled_value_is_out_once_it_is_known():
    version = of({"order_line": CANCELLED})
    found = row(version, "hhi")
    assert (found["value"], found["n"], found["excluded"]) == (pytest.approx((16 + 9) / 49), 2, {"cancelled": 1})
    gross = row(version, "hhi", params={"cancelled": "included"})
    assert (gross["value"], gross["n"], gross["excluded"]) == (pytest.approx(0.34), 3, {})
    period = {"date_from": date(2026, 1, 1), "date_to": date(2026, 4, 9)}
    before = row(version, "hhi", as_of=date(2026, 4, 9), **period)
    assert (before["value"], before["excluded"]) == (pytest.approx(0.34), {})


def test_half_a_cancelled_line_keeps_the_other_half():
    half = CANCELLED.replace("| 3 | 2026-04-10", "| 1.5 | 2026-04-10")
    parts = {one["part"]: one["num"] for one in rows(of({"order_line": half}), "member_share")}
    assert parts == {"Anna": 40, "Bob": 15, "Cy": 30}


def test_a_cancellation_without_a_day_is_left_out_and_counted():
    undated = CANCELLED.replace("| 2026-04-10", "| ")
    assert row(of({"order_line": undated}), "hhi")["excluded"] == {"cancel_date_unknown": 1}


def test_a_line_without_value_is_told():
    blank = LINES.replace("| 3           | 30\n", "| 3           |\n", 1)
    assert row(of({"order_line": blank}), "hhi")["excluded"] == {"no_amount": 1}
    part = LINES + "    O1/2 | O1 | hose | 1 |\n"
    found = row(of({"order_line": part}), "hhi")
    assert (found["excluded"], found["coverage"]["partly"]) == ({}, pytest.approx(1 / 3))


def test_rates_of_the_day_or_one_rate_for_all():
    orders = ORDERS.replace(
        "O2       | B           | 2026-02-11   | EUR", "O2       | B           | 2026-02-11   | USD"
    )
    rates = """
        rate_date  | from_ccy | to_ccy | rate
        2026-01-01 | USD      | EUR    | 0.5
        2026-04-01 | USD      | EUR    | 1.0
        2026-05-30 | USD      | EUR    | 9.0
    """
    version = of({"sales_order": orders, "fx_rate": rates})
    at_day, constant = (
        {one["part"]: one["num"] for one in rows(version, "member_share", params={"currency_mode": mode})}
        for mode in ("event", "constant")
    )
    assert (at_day["Bob"], constant["Bob"]) == (15, 30)
    earlier = rows(version, "member_share", params={"currency_mode": "constant"}, as_of=date(2026, 3, 31),
                   date_from=date(2026, 1, 1), date_to=date(2026, 3, 31))  # fmt: skip
    assert {one["part"]: one["num"] for one in earlier}["Bob"] == 15
    none = of({"sales_order": orders})
    for mode in ("event", "constant"):
        assert row(none, "hhi", params={"currency_mode": mode})["excluded"] == {"fx_missing": 1}


def test_the_rest_of_many_members_stands_together():
    found = rows(of(many(103, 103)), "member_share")
    assert (len(found), found[-1]["part"]) == (101, "3 others")
    assert found[-1]["num"] == 1 + 2 + 3
    assert sum(one["value"] for one in found) == pytest.approx(1)


def test_a_quantity_told_later_does_not_change_what_was_known():
    changes = """
        change_id | order_line_id | changed_date | kind   | delta_qty
        1         | O1/1          | 2026-04-20   | qty_up | 2
    """
    version = of({"order_line_change": changes})
    period = {"date_from": date(2026, 1, 1), "date_to": date(2026, 4, 19)}
    before = rows(version, "member_share", as_of=date(2026, 4, 19), **period)
    assert {one["part"]: one["num"] for one in before} == {"Anna": 20, "Bob": 30, "Cy": 30}
    assert {one["part"]: one["num"] for one in rows(version, "member_share")}["Anna"] == 40


def test_returns_and_samples_are_no_demand():
    orders = wider(ORDERS, "order_type", {"O3": "| sample"})
    assert {one["part"] for one in rows(of({"sales_order": orders}), "member_share")} == {"Anna", "Bob"}
