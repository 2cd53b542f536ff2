"""Fulfilment cycle variance: the book's worked example, each convention, and what is left out."""

from datetime import date

import numpy as np
import pytest

from metrics.question import Request
from metrics.read import read
from metrics.registry import metric
from tests.metrics.company import company
from tests.metrics.orders import january, table

ID = "fulfilment_cycle_variance"
BOOK = (("L1", 1, 2, 4, 7), ("L2", 1, 2, 6, 9), ("L3", 1, 3, 9, 13), ("L4", 1, 1, 9, 11))


def tables(lines, order=lambda line: f"O{line}", **more) -> dict:
    """Tables of lines (name, entered, released, shipped, delivered), days of January; empty = not (yet)."""
    shipped = [line for line in lines if line[3]]
    orders = {order(line[0]): line for line in lines}
    found = {
        "sales_order": table(
            ("order_id", "customer_id", "entered_date"), *((o, "A", january(line[1])) for o, line in orders.items())
        ),
        "order_line": table(
            ("order_line_id", "order_id", "product_id", "ordered_qty", "released_date"),
            *((line[0], order(line[0]), "P", 1, january(line[2])) for line in lines),
        ),
        "shipment": table(
            ("shipment_id", "shipped_date", "delivered_date", "delivery_basis"),
            *((f"S{line[0]}", january(line[3]), january(line[4]), "pod") for line in shipped),
        ),
        "shipment_line": table(
            ("shipment_id", "order_line_id", "qty_shipped"), *((f"S{line[0]}", line[0], 1) for line in shipped)
        ),
    }
    return {**{name: text for name, text in found.items() if text.count("\n")}, **more}


def draw(lines=BOOK, **more):
    return company(tables(lines, **more), metric(ID))


def ask(version, *measures, **given) -> dict:
    rows = read(version, ID, Request(measures=measures or ("all",), **given))["rows"]
    return {(row["measure"], row["part"]): row for row in rows if not row["slice"]}


def value(version, name="cv", part=None, **given):
    return ask(version, name, **given)[name, part]["value"]


@pytest.fixture(scope="module")
def book():
    return draw()


def test_the_books_example_to_its_digits(book):
    found = {key: row["value"] for key, row in ask(book).items()}
    assert found["cv", None] == pytest.approx(0.28689, abs=5e-6)
    assert (found["mean", None], found["p90", None]) == pytest.approx((9, 11.4))
    assert found["sd", None] ** 2 == pytest.approx(20 / 3)
    shares = {part: share for (name, part), share in found.items() if name == "variance_share"}
    assert shares == pytest.approx({"E_R": 0.1, "R_S": 0.8, "S_D": 0.1})
    means = {part: share for (name, part), share in found.items() if name == "mean_share"}
    assert means == pytest.approx({"E_R": 4 / 36, "R_S": 20 / 36, "S_D": 12 / 36})


def test_quantiles_spread_and_robust_figures(book):
    days = np.array([6, 8, 12, 10])
    assert value(book, "median") == 9
    assert value(book, "spread") == pytest.approx(np.quantile(days, 0.95) - 9)
    assert value(book, "iqr") == pytest.approx(np.quantile(days, 0.75) - np.quantile(days, 0.25))
    assert value(book, "mad") == pytest.approx(np.median(abs(days - 9)))


def test_steadier_deliveries_lower_the_number(book):
    steadier = draw(((*BOOK[0][:4], 9), *BOOK[1:2], (*BOOK[2][:4], 11), BOOK[3]))
    assert value(steadier) < value(book)


def test_nothing_delivered_is_no_number_and_no_exception():
    row = ask(draw((("L1", 1, 2, "", ""),), shipment="shipment_id | delivered_date\nX | 2026-01-02"), "cv")["cv", None]
    assert (row["value"], row["n"], row["status"]) == (None, 0, "insufficient")
    empty = company({}, metric(ID))
    assert {row["status"] for row in ask(empty).values()} == {"not_available"}


def test_ten_lines_are_few_and_thirty_enough():
    for count, status in ((9, "insufficient"), (10, "low_n"), (29, "low_n"), (30, "ok")):
        lines = [(f"L{n}", 1, 2, 3, 4 + n % 7) for n in range(count)]
        assert ask(draw(lines), "cv")["cv", None]["status"] == status


def test_an_estimated_delivery_never_enters_and_is_counted():
    told = "\n".join(
        f"SL{n} | 2026-01-0{n} | 2026-01-1{n} | {basis}" for n, basis in ((1, "pod"), (2, "estimated"), (3, "pod"))
    )
    lines = [(f"L{n}", 1, 1, n, 10 + n) for n in (1, 2, 3)]
    row = ask(draw(lines, shipment=f"shipment_id|shipped_date|delivered_date|delivery_basis\n{told}"), "mean")
    assert (row["mean", None]["value"], row["mean", None]["excluded"]) == (11, {"estimated": 1})


def test_open_lines_are_censored_beside_the_delivered_ones():
    lines = (*BOOK, *((f"M{n}", 20, "", "", "") for n in range(5)))
    found = ask(draw(lines), "median", "km_median", as_of=date(2026, 1, 31), date_from=date(2026, 1, 1),
                date_to=date(2026, 1, 31))  # fmt: skip
    assert found["median", None]["value"] == 9
    assert (found["km_median", None]["value"], found["km_median", None]["n"]) == (12, 9)
    assert found["km_median", None]["coverage"]["open"] == pytest.approx(5 / 9)


def test_a_line_counts_by_its_completion_and_waits_from_its_entry():
    version = draw((("L1", 1, 1, 5, 31), ("L2", 25, 25, 26, 27)))
    january_half = {"date_from": date(2026, 1, 16), "date_to": date(2026, 1, 31), "as_of": date(2026, 1, 31)}
    assert ask(version, "mean", **january_half)["mean", None]["n"] == 2
    assert ask(version, "km_median", **january_half)["km_median", None]["n"] == 1


def test_the_shipment_that_completes_the_line_counts():
    more = {
        "order_line": "order_line_id|order_id|product_id|ordered_qty\nL|OL|P|10",
        "shipment": """shipment_id|picked_date|shipped_date|delivered_date|delivery_basis
            S1|2026-01-02|2026-01-03|2026-01-05|pod
            S2|2026-01-08|2026-01-09|2026-01-11|pod""",
        "shipment_line": "shipment_id|order_line_id|qty_shipped\nS1|L|4\nS2|L|6",
    }
    version = draw((("L", 1, "", 3, 5),), **more)
    sums = {part: row["num"] for (_, part), row in ask(version, "mean_share").items()}
    assert sums == {"E_P": 7, "P_S": 1, "S_D": 2}


def test_a_milestone_too_early_moves_up_and_is_told():
    row = ask(draw((("L1", 5, 2, 4, 9),)), "mean_share", "mean")
    assert {part: one["num"] for (name, part), one in row.items() if name == "mean_share"} == {
        "E_R": 0, "R_S": 0, "S_D": 4,
    }  # fmt: skip
    assert row["mean", None]["coverage"]["out_of_order"] == 1


def test_a_milestone_that_fewer_than_80_percent_carry_is_no_stage():
    lines = [(f"L{n}", 1, 2 if n < 7 else "", 3, 9 + n) for n in range(10)]
    assert set(part for _, part in ask(draw(lines), "variance_share")) == {"E_S", "S_D"}
    lines[7], lines[8] = ("L7", 1, 2, 3, 16), ("L8", 1, 2, 3, 17)
    found = ask(draw(lines), "variance_share")
    assert set(part for _, part in found) == {"E_R", "R_S", "S_D"}
    assert found["variance_share", "E_R"]["excluded"] == {"milestone_missing": 1}


def test_the_set_of_milestones_is_chosen_before_any_filter():
    lines = [(f"L{n}", 1, 2 if n < 9 else "", 3, 9 + n) for n in range(10)]
    text = tables(lines)["order_line"].replace("L9 | OL9 | P ", "L9 | OL9 | Q ")
    found = ask(draw(lines, order_line=text), "mean_share", where={"product": ("Q",)})
    assert found["mean_share", None]["excluded"] == {"milestone_missing": 1}


def test_days_of_the_site_calendar_end_where_the_goods_leave():
    days = "\n".join(f"C | 2026-01-{n:02d} | {str(date(2026, 1, n).weekday() < 5).lower()}" for n in range(1, 32))
    lines = (("L1", 2, 5, 9, 14), ("L2", 2, 2, 3, 14))
    text = "order_line_id|order_id|product_id|ordered_qty|site_id|released_date\n"
    text += "L1|OL1|P|1|W|2026-01-05\nL2|OL2|P|1|W|2026-01-02"
    more = {"order_line": text, "site": "site_id|calendar_id\nW|C",
            "business_calendar": f"calendar_id | d | is_business_day\n{days}"}  # fmt: skip
    version = draw(lines, **more)
    # Fri 2 -> Mon 5 -> Fri 9: 1 + 4 worked days; Fri 2 -> Sat 3: 0
    assert value(version, "mean", params={"days": "business"}) == 2.5
    shares = ask(version, "mean_share", params={"days": "business"})
    assert {part: row["num"] for (_, part), row in shares.items()} == {"E_R": 1, "R_S": 4}
    assert value(version, "mean") == 12
    before = tables(lines)["sales_order"].replace("OL2 | A | 2026-01-02", "OL2|A|2025-12-01")
    lost = draw(lines, **more, sales_order=before)
    row = ask(lost, "mean", params={"days": "business"})["mean", None]
    assert (row["value"], row["excluded"]) == (5, {"calendar_missing": 1})


def test_without_a_calendar_business_days_are_not_available(book):
    row = ask(book, "cv", params={"days": "business"})["cv", None]
    assert row["reason"] == "not_available: business_calendar.is_business_day"


def test_net_of_what_the_customer_wished_for():
    text = "order_line_id|order_id|product_id|ordered_qty|site_id|released_date|requested_date\n"
    text += "L1|OL1|P|1|W|2026-01-02|2026-01-13\nL2|OL2|P|1|W|2026-01-02|\nL3|OL3|P|1|W|2026-01-02|2026-01-03"
    version = draw(
        (("L1", 1, 2, 10, 13), ("L2", 1, 2, 3, 4), ("L3", 1, 2, 4, 7)),
        order_line=text, product_site="product_id|site_id|sales_lead_time_days\nP|W|5",
    )  # fmt: skip
    row = ask(version, "mean", params={"dwell": "net"})["mean", None]
    # L1: 12 days of which 13 - 5 - 1 = 7 wished; L3: 6, wished earlier than the lead time
    assert (row["value"], row["excluded"]) == ((5 + 6) / 2, {"lead_time_missing": 1})
    shares = ask(version, "mean_share", params={"dwell": "net"})
    assert shares["mean_share", "dwell"]["num"] == -7
    assert sum(row["value"] for row in shares.values()) == pytest.approx(1)
    shares = ask(version, "variance_share", params={"dwell": "net"})
    assert sum(row["value"] for row in shares.values()) == pytest.approx(1)


def test_the_spread_between_groups():
    lines = [(f"L{n}", 1, 1, 2, 4 + 4 * (n % 2) + n // 4) for n in range(8)]
    text = "order_line_id|order_id|product_id|ordered_qty|site_id\n"
    text += "\n".join(f"L{n}|OL{n}|P|1|{'AB'[n % 2]}" for n in range(8))
    found = ask(draw(lines, order_line=text), "eta2")
    days = np.array([3 + 4 * (n % 2) + n // 4 for n in range(8)], float)
    between = sum(4 * (days[side::2].mean() - days.mean()) ** 2 for side in (0, 1))
    assert found["eta2", "site"]["value"] == pytest.approx(between / ((days - days.mean()) ** 2).sum())
    assert found["eta2", "carrier"]["reason"] == "not_available: shipment.carrier"


@pytest.fixture(scope="module")
def simulated():
    """120 orders of up to four lines whose waits are alike within the order."""
    random = np.random.default_rng(7)
    lines, common = [], random.integers(0, 12, 120)
    for order in range(120):
        for line in range(random.integers(1, 5)):
            released = 2 + int(random.integers(0, 3))
            shipped = released + int(common[order]) + int(random.integers(0, 2))
            lines.append((f"{order}x{line}", 1, released, shipped, shipped + int(random.integers(1, 4))))
    return lines, draw(lines, order=lambda name: f"O{name.split('x')[0]}")


def jackknife_width(lines, number) -> float:
    """1.98 standard errors by leaving out one order at a time: another road to the same width."""
    orders = np.array([int(line[0].split("x")[0]) for line in lines])
    days = np.array([line[1:] for line in lines], float)
    left = np.array([number(days[orders != order]) for order in range(120)])
    return 1.9801 * np.sqrt(119 / 120 * ((left - left.mean()) ** 2).sum())


def covariance_share(days):
    whole = days[:, 3] - days[:, 0]
    return np.cov(days[:, 2] - days[:, 1], whole)[0, 1] / np.var(whole, ddof=1)


NUMBERS = {
    ("cv", None): lambda days: np.std(days[:, 3] - 1, ddof=1) / np.mean(days[:, 3] - 1),
    ("mean", None): lambda days: np.mean(days[:, 3] - 1),
    ("sd", None): lambda days: np.std(days[:, 3] - 1, ddof=1),
    ("variance_share", "R_S"): covariance_share,
    ("mean_share", "R_S"): lambda days: np.mean(days[:, 2] - days[:, 1]) / np.mean(days[:, 3] - 1),
}


@pytest.mark.parametrize(("name", "part"), NUMBERS)
def test_the_interval_counts_orders_not_lines(simulated, name, part):
    lines, version = simulated
    row = ask(version, name)[name, part]
    number = NUMBERS[name, part]
    assert row["value"] == pytest.approx(number(np.array([line[1:] for line in lines], float)))
    low, high = row["ci"]
    assert row["ci_method"] == "linearised_t"
    assert (low + high) / 2 == pytest.approx(row["value"])
    assert (high - low) / 2 == pytest.approx(jackknife_width(lines, number), rel=0.06)


def test_few_orders_have_no_interval(book):
    assert ask(book, "cv")["cv", None]["ci"] is None
