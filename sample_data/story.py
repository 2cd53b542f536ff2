"""The whole company, made area by area: every later step sees only what the earlier ones decided."""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from sample_data import (
    buying,
    changes,
    customers,
    deliveries,
    demand,
    orders,
    planted_deals,
    plants,
    products,
    promises,
    regulars,
    resources,
    supply,
    surveys,
)
from sample_data.settings import PRIORITY, SIZES, Calendar, Size, calendar, review_days, rng
from sample_data.texts import salesforce_ids


@dataclass(frozen=True, eq=False)
class Company:
    """Everything that happened, as event tables of day numbers (days since 1970-01-01, -1 = never)."""

    size: Size
    calendar: Calendar
    company: pd.DataFrame
    account: pd.DataFrame
    customer: pd.DataFrame
    goods: products.Assortment
    demand: demand.Demand
    orders: orders.Orders
    cancelled: pd.DataFrame
    delivery: pd.DataFrame
    delivery_line: pd.DataFrame
    outcome: pd.DataFrame
    promise: pd.DataFrame
    notice: pd.DataFrame
    purchase: pd.DataFrame
    stock: pd.DataFrame
    returns: pd.DataFrame
    case: pd.DataFrame
    survey: pd.DataFrame
    waiting: pd.DataFrame
    held: pd.DataFrame
    change: pd.DataFrame
    hold: pd.DataFrame
    expedited: np.ndarray
    resegmented: pd.DataFrame
    capacity: pd.DataFrame

    @property
    def deal_ids(self) -> np.ndarray:
        """The Salesforce id of each opportunity, and '' at the place of -1."""
        return np.array([*salesforce_ids("006", len(self.demand.opportunity)), ""], dtype=object)

    @property
    def erp_country(self) -> pd.Series:
        """The country in the ERP by company: for a few not the one the CRM knows."""
        customer = self.customer
        moved = (customer["join"] == "erp_number") & (customer["style"] % 12 == 7)
        return customer["country"].where(~moved, "CH")

    def place_of(self, product, site) -> list[int]:
        """The place among the stocked pairs of each product (by number) and plant."""
        stocked = self.goods.stocked
        place = {pair: k for k, pair in enumerate(zip(stocked["product"], stocked["site"], strict=True))}
        code = self.goods.product["product"].to_numpy()[np.asarray(product)]
        return [place[pair] for pair in zip(code, site, strict=True)]

    @property
    def return_numbers(self) -> list[str]:
        return [f"{60003000 + k:010d}" for k in range(len(self.returns))]


def stock_days(cal: Calendar, weekly: int) -> list[int]:
    """Month ends, and every Thursday of the last weeks."""
    return sorted({int(day) for day in cal.month_ends} | {cal.end - 7 * k for k in range(weekly)})


def stock_table(seed: int, cal: Calendar, size: Size, goods: products.Assortment, on_hand: np.ndarray) -> pd.DataFrame:
    """Stock on each counting day (day, product, site; units free, quality, blocked, moving); free may be negative."""
    random = rng(seed, "stock")
    days = stock_days(cal, size.weekly_stock)
    # plant 1000 counts right; elsewhere an empty place is now and then below zero, the forgotten product's always
    misposted = np.where(goods.stocked["site"] == "1000", 0.0, 0.06)
    misposted[-1] = 1.0
    frames = []
    for day in days:
        free = on_hand[:, day - cal.start].astype(int)
        odd = random.random((4, len(free)))
        frame = goods.stocked.assign(day=day, free=np.where((free == 0) & (odd[0] < misposted), -2, free))
        frame["quality"] = np.where(odd[1] < 0.10, np.ceil(free * 0.15), 0).astype(int)
        frame["blocked"] = np.where(odd[2] < 0.12, 1 + np.ceil(free * 0.08), 0).astype(int)
        frame["moving"] = np.where(odd[3] < 0.05, np.ceil(free * 0.2), 0).astype(int)
        frames.append(frame)
    return pd.concat(frames, ignore_index=True)


def erp_customers(company: pd.DataFrame, made: orders.Orders, existing: int) -> pd.DataFrame:
    """Companies with a customer number (index = company): the existing ones, then each at its first order."""
    first = made.order.groupby("company")["entered"].min()
    new = first[first.index >= existing].sort_values(kind="stable").index
    listed = pd.Index(range(existing)).append(new)
    frame = company.loc[listed, ["name", "form", "country", "vat", "join", "incoterm", "style", "segment"]].copy()
    frame["kunnr"] = [f"{100001 + 3 * k:010d}" for k in range(len(frame))]
    frame["since"] = np.where(listed < existing, -1, first.reindex(listed, fill_value=-1))
    return frame


def with_regulars(seed: int, size: Size, cal: Calendar, goods: products.Assortment, parts: dict) -> dict:
    """The parts of the company with the regular customers and the planted deals behind what there was."""
    more = regulars.companies(size)
    first = len(parts["company"])
    company = pd.concat([parts["company"].assign(before=""), more], ignore_index=True)
    order, line = regulars.make_orders(more, first, cal, size, goods)
    base = parts["orders"]
    base.order["book"] = np.where(base.order["kind"] == "SO", "desk", "sap")
    made = regulars.add(base, order, line)
    delivery, rows = regulars.deliveries(order, line, cal.end)
    rows = rows.assign(line=rows["line"] + len(base.line))
    delivery = regulars.joined(parts["delivery"], delivery, order=len(base.order))
    rows = regulars.joined(parts["delivery_line"], rows, delivery=len(parts["delivery"]))
    promise = pd.DataFrame({"line": line.index + len(base.line), "seq": 0, "promise": line["promise"]})
    promise["day"] = order["entered"].to_numpy()[line["order"]]
    wish, offer = planted_deals.add(parts["demand"], base.offer, goods, parts["company"], size)
    bought = pd.concat([parts["bought"], regulars.purchases(line, goods, cal.end)], ignore_index=True)
    resegmented = more[more["before"] != ""][["before"]].assign(day=regulars.CHANGED_SEGMENT)
    return {
        "company": company.drop(columns=["every", "after", "until", "before"]),
        "orders": orders.Orders(made.order, made.line, offer),
        "demand": wish,
        "delivery": delivery,
        "delivery_line": rows,
        "outcome": deliveries.line_outcome(made, delivery, rows, cal.end),
        "promise": pd.concat([parts["promise"], promise], ignore_index=True),
        "bought": bought,
        "out_of_turn": regulars.out_of_turn(line, order) + len(base.line),
        "resegmented": resegmented.set_index(resegmented.index + first),
    }


def afterwards(seed: int, cal: Calendar, goods: products.Assortment, parts: dict) -> dict:
    """What is told about the finished company besides: changes, holds, rush orders, purchases in full, resources."""
    made, end = parts["orders"], cal.end
    free = changes.free_days(made, parts["delivery"], parts["delivery_line"], end)
    change = changes.make_changes(seed, made, parts["cancelled"], free, end)
    rank = parts["company"]["segment"].map(PRIORITY).to_numpy()[made.order["company"]][made.line["order"]]
    purchase = buying.purchase_orders(seed, goods, parts.pop("bought"), end)
    rush = changes.overtakers(made, rank, parts["outcome"], end)
    return {
        "expedited": np.append(rush, parts.pop("out_of_turn")),
        **parts,
        "change": change,
        "hold": changes.make_holds(seed, made, parts["cancelled"], free, parts["outcome"], end),
        "purchase": buying.answer(seed, purchase, made, change, goods, end),
        "capacity": resources.make_capacity(seed, cal),
    }


def tell(seed: int, months: int, size_name: str) -> Company:
    """Make the company. Same arguments, same company."""
    size, cal = SIZES[size_name], calendar(months)
    company = customers.plant_joins(
        customers.companies(seed, size.customers + int(520 * max(size.scale, 0.2))), size.customers
    )
    wish = demand.make_demand(seed, cal, size, company)
    company = company.iloc[: wish.companies_used]
    goods = products.make_assortment(seed, size.products)
    made = orders.make_orders(seed, cal, size, company, wish, goods)
    line_company = made.order["company"].to_numpy()[made.line["order"]]
    wanted = supply.cancellations(seed, made)
    moved = plants.run(seed, cal, made, goods, company["segment"].to_numpy()[line_company], wanted["day"].to_numpy())
    cancelled = wanted[moved.dead].rename_axis("line").reset_index()
    incoterm = company["incoterm"].to_numpy()[made.order["company"]]
    delivery, delivery_line = deliveries.make_deliveries(seed, made, moved.shipped, incoterm)
    outcome = deliveries.line_outcome(made, delivery, delivery_line, cal.end)
    dead = pd.Series(-1, index=made.line.index)
    dead[cancelled["line"]] = cancelled["day"].to_numpy()
    complete = (outcome["sent"] >= made.line["qty"]).to_numpy()
    done = promises.needed_day(made, outcome["arrives"].to_numpy(), complete, dead.to_numpy())
    promise = promises.make_promises(seed, made, done, review_days(cal, size.weekly_reviews), cal.end)
    notice = promises.make_notices(seed, made, promise, done, cal.end)
    went = surveys.order_outcome(made, outcome, promise, notice, cancelled)
    returns = surveys.make_returns(seed, made, outcome, cal.end)
    has_account = (company["join"] != "no_account").to_numpy()
    case = surveys.make_cases(seed, made, went, cal.end)
    base = {"company": company, "orders": made, "demand": wish, "delivery": delivery, "delivery_line": delivery_line}
    base |= {"promise": promise, "bought": moved.bought.join(goods.stocked, on="place")}
    more = with_regulars(seed, size, cal, goods, base)
    told = afterwards(seed, cal, goods, {**more, "cancelled": cancelled})
    return Company(
        size=size,
        calendar=cal,
        account=customers.accounts(told["company"]),
        customer=erp_customers(told["company"], told["orders"], size.customers),
        goods=goods,
        notice=notice,
        stock=stock_table(seed, cal, size, goods, moved.on_hand),
        returns=returns,
        case=case[has_account[case["company"]]].reset_index(drop=True),
        survey=surveys.make_surveys(seed, made, went, returns, company["join"].to_numpy(), size.asked, cal.end),
        waiting=deliveries.waiting_room(seed, made, outcome, cancelled),
        held=deliveries.held_stock(seed, made, outcome, cancelled, cal.end),
        **told,
    )
