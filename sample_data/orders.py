"""Sales orders and their lines: what follows a won deal, and what customers order again on their own."""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from sample_data.demand import Demand, drift
from sample_data.products import Assortment
from sample_data.settings import PLANNER, Calendar, Size, rng, workday

REPEAT = {"Enterprise": 2.6, "Midmarket": 1.5, "SMB": 0.8, "Public": 0.9, "": 0.9}  # orders a month
TRANSIT = {"1000": 2, "2000": 2, "3000": 3}


@dataclass(frozen=True)
class Orders:
    """order and line (by number; a line has order, product, site, qty, price, dates), and offer (opportunity lines)."""

    order: pd.DataFrame
    line: pd.DataFrame
    offer: pd.DataFrame


def offered(seed: int, demand: Demand, goods: Assortment) -> pd.DataFrame:
    """Opportunity lines (opp, product, qty, price): up to four products, most of its family, worth its amount."""
    random = rng(seed, "offers")
    product = goods.product
    members = {family: rows.index.to_numpy() for family, rows in product[: goods.sold].groupby("family")}
    rows = []
    for opp, (family, amount) in enumerate(
        zip(demand.opportunity["family"], demand.opportunity["amount"], strict=True)
    ):
        count = 1 + random.integers(0, 4)
        picked = dict.fromkeys(
            int(random.choice(members[family] if random.random() < 0.8 else goods.sold)) for _ in range(count)
        )
        weight = random.dirichlet(np.full(len(picked), 3.0))
        for index, share in zip(picked, weight, strict=True):
            qty = max(1, round(share * amount / product.at[index, "price"]))
            rows.append((opp, index, qty, round(share * amount / qty, 2)))
    return pd.DataFrame(rows, columns=["opp", "product", "qty", "price"])


def from_deals(seed: int, calendar: Calendar, demand: Demand, offer: pd.DataFrame) -> tuple[pd.DataFrame, pd.DataFrame]:
    """The order of each won deal, sometimes with a later call-off, and their lines."""
    random = rng(seed, "won")
    won = demand.opportunity[demand.opportunity["won"] >= 0]
    lag = np.where(
        random.random(len(won)) < 0.94, random.gamma(1.5, 3.0, len(won)), random.integers(16, 45, len(won))
    ).astype(int)
    first = pd.DataFrame({"company": won["company"], "opp": won.index, "ordered": workday(won["won"] + lag)})
    first = first[random.random(len(first)) > 0.02]
    again = first[random.random(len(first)) < 0.10]
    again = again.assign(ordered=workday(again["ordered"] + random.integers(30, 80, len(again))))
    order = pd.concat([first.assign(part=1.0), again.assign(part=0.3)], ignore_index=True)
    line = order.reset_index(names="order")[["order", "opp", "part"]].merge(offer, on="opp")
    drawn = random.random(len(line))
    line["qty"] = np.maximum(
        1, np.round(line["qty"] * line["part"] * np.where(drawn < 0.75, 1.0, 0.7 + 0.4 * drawn))
    ).astype(int)
    line["price"] = np.round(line["price"] * random.uniform(0.96, 1.0, len(line)), 2)
    return order.drop(columns="part"), line[["order", "product", "qty", "price"]]


def repeats(
    seed: int, calendar: Calendar, size: Size, company: pd.DataFrame, first_order: pd.Series, goods: Assortment
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Orders without a deal: each customer's own rhythm, new customers after their first order."""
    random = rng(seed, "repeats")
    starts = pd.Series(calendar.start, index=company.index[: size.customers])
    starts = pd.concat([starts, first_order[first_order.index >= size.customers] + 30])
    habit = random.lognormal(-0.15, 0.55, len(starts)) * [REPEAT[name] for name in company["segment"][starts.index]]
    season = drift(random, len(calendar.month_starts), 0.5, 0.08)
    rate = habit * np.where(starts.index < size.customers, 1.0, 0.5) * size.habit
    counts = random.poisson(rate[:, None] * season[None, :])
    customer, month = np.nonzero(counts)
    customer, month = np.repeat(customer, counts[customer, month]), np.repeat(month, counts[customer, month])
    day = calendar.month_starts[month] + (
        random.random(len(month)) * (calendar.month_ends - calendar.month_starts + 1)[month]
    ).astype(int)
    order = pd.DataFrame({"company": starts.index[customer], "opp": -1, "ordered": workday(day)})
    order = order[day >= starts.to_numpy()[customer]].reset_index(drop=True)
    lines = 1 + random.poisson(1.15, len(order))
    line = pd.DataFrame({"order": np.repeat(order.index, lines)})
    favourite = random.integers(0, goods.sold, (len(company), 5))[
        order["company"].to_numpy()[line["order"]], random.integers(0, 5, len(line))
    ]
    line["product"] = np.where(random.random(len(line)) < 0.7, favourite, random.integers(0, goods.sold, len(line)))
    line = line.drop_duplicates(["order", "product"]).reset_index(drop=True)
    price = goods.product["price"].to_numpy()[line["product"]]
    line["qty"] = np.maximum(1, np.round(random.lognormal(6.5, 0.7, len(line)) / price)).astype(int)
    line["price"] = np.round(price * random.uniform(0.9, 1.0, len(line)), 2)
    return order, line


def make_orders(
    seed: int, calendar: Calendar, size: Size, company: pd.DataFrame, demand: Demand, goods: Assortment
) -> Orders:
    """All demand orders entered by the last day, with plant, requested and first promised date of every line."""
    offer = offered(seed, demand, goods)
    order, line = from_deals(seed, calendar, demand, offer)
    first_order = order.groupby("company")["ordered"].min()
    more, more_lines = repeats(seed, calendar, size, company, first_order, goods)
    line = pd.concat([line, more_lines.assign(order=more_lines["order"] + len(order))], ignore_index=True)
    order = pd.concat([order, more], ignore_index=True)
    random = rng(seed, "orders")
    order["entered"] = workday(order["ordered"] + random.choice([0, 1, 2, 4], len(order), p=[0.55, 0.27, 0.13, 0.05]))
    order["kind"] = random.choice(["OR", "SO", "FD"], len(order), p=[0.955, 0.03, 0.015])
    order.loc[order["opp"] >= 0, "kind"] = "OR"
    order["unpromised"] = random.random(len(order)) < 0.03
    order["no_proof"] = random.random(len(order)) < 0.03
    order["partial_allowed"] = random.random(len(order)) < 0.7
    order["channel"] = random.choice(["10", "20"], len(order), p=[0.7, 0.3])
    order["clerk"] = random.integers(1, 7, len(order))
    return number_orders(seed, calendar, company, order, line, offer, goods)


def number_orders(seed, calendar: Calendar, company, order, line, offer, goods) -> Orders:
    """Keep what was entered by the last day, number it in the order of entry and promise each line."""
    order = order[order["entered"] <= calendar.end].sort_values(["entered", "company", "opp"], kind="stable")
    place = pd.Series(np.arange(len(order)), index=order.index)
    line = line[line["order"].isin(order.index)]
    line = (
        line.assign(order=place[line["order"]].to_numpy())
        .sort_values(["order", "product"], kind="stable")
        .reset_index(drop=True)
    )
    order = order.reset_index(drop=True)
    order["number"] = [f"{40001000 + k:010d}" for k in order.index]
    line["line_no"] = line.groupby("order").cumcount() * 10 + 10
    home = company["site"].to_numpy()[order["company"]][line["order"]]
    stocked = set(zip(goods.stocked["product"], goods.stocked["site"], strict=True))
    code = goods.product["product"].to_numpy()[line["product"]]
    line["site"] = [site if (product, site) in stocked else "1000" for product, site in zip(code, home, strict=True)]
    line["planner"] = line["site"].map(PLANNER)
    line["net"] = np.round(line["qty"] * line["price"], 2)
    line.loc[(order["kind"] == "FD").to_numpy()[line["order"]], ["price", "net"]] = 0.0
    return Orders(order, promise_lines(seed, order, line, goods), offer)


def promise_lines(seed: int, order: pd.DataFrame, line: pd.DataFrame, goods: Assortment) -> pd.DataFrame:
    """The requested date and the first promise; a large quantity is promised for when the supplier can bring it."""
    random = rng(seed, "promises")
    entered = order["entered"].to_numpy()[line["order"]]
    ordered = order["ordered"].to_numpy()[line["order"]]
    ask = random.integers(7, 34, len(order))[line["order"]]
    line["requested"] = workday(ordered + ask)
    usual = line.groupby(["product", "site"])["qty"].transform("median")
    large = (line["qty"] > 2.5 * usual).to_numpy()
    lead = goods.product["lead_time"].to_numpy()[line["product"]]
    need = np.where(large, lead + 17, 9) + random.integers(0, 9, len(line))
    line["promise"] = np.maximum(line["requested"], workday(entered + need))
    line.loc[order["unpromised"].to_numpy()[line["order"]], "promise"] = -1
    line["transit"] = line["site"].map(TRANSIT)
    return line
