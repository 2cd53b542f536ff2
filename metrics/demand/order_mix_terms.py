"""What the measures of the order mix share: the lines and orders that count, the members' shares, the interval."""

from collections.abc import Mapping
from dataclasses import replace

import numpy as np
import pandas as pd

from metrics.draws import generator
from metrics.registry import Answer, Stage

MEMBERS = {
    "customer": ("customer_id", "coalesce(customer, customer_id, 'Unknown')"),
    "parent": ("parent_id", "coalesce(parent, 'Unknown')"),
    "category": ("category", "coalesce(category, 'Unknown')"),
    "family": ("family", "coalesce(family, 'Unknown')"),
    "segment": ("segment", "coalesce(segment, 'Unsegmented')"),
    "region": ("region", "coalesce(region, 'Unknown')"),
}
MEMBER_OF_LINE = f"""(case $member {
    " ".join(f"when '{name}' then coalesce({key}, '')" for name, (key, _) in MEMBERS.items())
} end)"""
OF_LINE = ("category", "family")
OF_ORDER = ("customer", "parent", "segment", "region")
NEWEST = """(select map(list(from_ccy), list(rate)) from (
    select from_ccy, arg_max(rate, rate_date) as rate from fx where rate_date <= $as_of group by from_ccy))"""
CUSTOMERS, ORDERS, DRAWS, MOST = 10, 30, 2000, 10_000


def rate(params: Mapping) -> str:
    """What one unit of the order's currency is worth: on the day of the order, or by the newest rate known."""
    if params["currency_mode"] == "event":
        return "rate"
    reporting = "(select reporting_currency from company_setting)"
    return (
        f"(case when currency is null or currency = {reporting} then 1 else map_extract_value({NEWEST}, currency) end)"
    )


def is_net(params: Mapping) -> bool:
    return params["cancelled"] == "excluded"


def value(params: Mapping) -> str:
    """Booked value of a line in the reporting currency."""
    return f"({'net' if is_net(params) else 'gross'}_amount * {rate(params)})::decimal(18, 4)"


def quantity(params: Mapping) -> str:
    return f"{'net' if is_net(params) else 'gross'}_qty::double"


def left_out(params: Mapping) -> dict[str, str]:
    """Reasons, in order, for which a line says nothing about the mix."""
    found = {"no_amount": "gross_amount is null"}
    if is_net(params):
        found["cancel_date_unknown"] = "is_cancel_day_unknown"
        found["cancelled"] = "cancelled_share >= 1"
    return {**found, "fx_missing": f"{rate(params)} is null"}


def counts(params: Mapping) -> str:
    return " and ".join(f"not coalesce({test}, false)" for test in left_out(params).values())


def stage(params: Mapping) -> Stage:
    """One row per order; lists hold its members with their values, since an order may be of several families."""
    member, label = MEMBERS[params["member"]]
    kept = f"filter (where {counts(params)})"
    if params["member"] in OF_LINE:
        columns = {
            "members": f"list(coalesce({member}, '') order by order_line_id) {kept}",
            "labels": f"list({label} order by order_line_id) {kept}",
            "amounts": f"list({value(params)} order by order_line_id) {kept}",
        }
    else:
        columns = {
            "members": f"[coalesce(any_value({member}), '')]",
            "labels": f"[any_value({label})]",
            "amounts": f"[sum({value(params)}) {kept}]",
        }
    tests = {name: f"bool_or(coalesce({test}, false))" for name, test in left_out(params).items()}
    columns |= {"counted": f"count(*) {kept}", "lines": "count(*)", **tests}
    columns["backfilled"] = "bool_or(attribute_backfilled)"
    return Stage(by=("order_id",), columns=columns, anchor="min(order_date)", shared=OF_ORDER)


def whole_order(params: Mapping) -> dict[str, str]:
    """Orders of which no line counts, by what keeps them out."""
    return {name: f"counted = 0 and {name}" for name in left_out(params)}


# An order counts once, in parts where it has several members; one without a line that counts keeps a row of its own.
KEYS = {
    "member": "unnest(case when counted = 0 then [''] else members end)",
    "label": "unnest(case when counted = 0 then [''] else labels end)",
}
SUMS = {
    "value": "unnest(case when counted = 0 then [0] else amounts end)",
    "n": "1.0::double / greatest(len(case when counted = 0 then [''] else members end), 1)",
    "partly": "(lines > counted)::int / greatest(len(members), 1)::double",
    "carried": "backfilled::int / greatest(len(members), 1)::double",
}


def members(frame: pd.DataFrame) -> pd.DataFrame:
    """Value and orders by member, the largest first; equal ones in the order of their keys."""
    named = frame.assign(value=frame["value"].astype(float), n=frame["n"].astype(float))
    table = named.groupby("member", sort=True).agg(value=("value", "sum"), n=("n", "sum"), label=("label", "first"))
    table = table.sort_values("value", ascending=False, kind="stable")
    twice = table["label"].duplicated(keep=False)
    return table.assign(label=table["label"].where(~twice, table["label"] + " (" + table.index.astype(str) + ")"))


def positive(table: pd.DataFrame) -> pd.DataFrame:
    return table[table["value"] > 0]


def concentration(values: np.ndarray) -> float | None:
    """HHI: sum of squared shares."""
    total = values.sum()
    return float((values @ values) / total**2) if total > 0 else None


def unbiased(hhi: float, orders: int) -> float | None:
    return (orders * hhi - 1) / (orders - 1) if orders > 1 else None


def answer(frame: pd.DataFrame, params: Mapping, give) -> Answer | list[Answer]:
    """What `give(values, orders, table)` says of the members, with the words where there are none or few of them."""
    table = members(frame) if len(frame) else None
    kept = positive(table) if table is not None else None
    if kept is None or kept.empty:
        return Answer(None, None, 0, 0, reason=None if table is None else "no member has a value above 0")
    orders = round(kept["n"].sum())
    found = give(kept["value"].to_numpy(), orders, table)
    return (
        [_told(one, frame, table, params) for one in found]
        if isinstance(found, list)
        else _told(found, frame, table, params)
    )


def _told(one: Answer, frame: pd.DataFrame, table: pd.DataFrame, params: Mapping) -> Answer:
    all_orders = frame["n"].astype(float).sum()
    coverage = {
        "negative_members": float((table["value"] < 0).mean()),
        "partly": float(frame["partly"].sum() / all_orders),
        "attribute_backfilled": float(frame["carried"].sum() / all_orders),
    }
    few = params["member"] in ("customer", "parent") and len(positive(table)) < CUSTOMERS and one.n >= ORDERS
    status = one.status or ("low_n" if few else None)
    reason = one.reason or (f"fewer than {CUSTOMERS} customers" if few else None)
    return replace(one, coverage={**coverage, **one.coverage}, status=status, reason=reason)


def interval(frame: pd.DataFrame, params: Mapping):
    """Orders drawn again; percentiles of the unbiased replicates, shifted so that their mean is the value itself."""
    frame = frame.assign(value=frame["value"].astype(float))
    table = positive(frame.groupby("member", sort=True)[["value"]].sum())
    frame = frame[frame["member"].isin(table.index)].sort_values(["cluster", "member"])
    codes, orders = pd.factorize(frame["cluster"])
    if len(orders) < ORDERS:
        return None
    places, values = table.index.get_indexer(frame["member"]), frame["value"].to_numpy()
    hhi = concentration(table["value"].to_numpy())
    estimate = unbiased(hhi, len(orders))
    if len(orders) > MOST:
        half = 1.959963984540054 * _spread(codes, places, values, table["value"].to_numpy(), hhi)
        return estimate - half, estimate + half, "linearised"
    replicates = _replicates(codes, places, values, len(orders), len(table), params)
    low, high = np.percentile(replicates, [2.5, 97.5]) - replicates.mean() + estimate
    return float(low), float(high), "bootstrap_shifted"


def _replicates(codes, places, values, orders: int, count: int, params: Mapping) -> np.ndarray:
    draw = generator("order_mix", params)
    found = np.empty(DRAWS)
    for place in range(DRAWS):
        times = np.bincount(draw.integers(0, orders, orders), minlength=orders)
        again = np.maximum(np.bincount(places, weights=values * times[codes], minlength=count), 0)
        found[place] = unbiased(concentration(again), orders)
    return found


def _spread(codes, places, values, totals: np.ndarray, hhi: float) -> float:
    """Standard error by what each order adds to HHI: the limit of the draws where there are many orders."""
    total = totals.sum()
    influence = 2 * values / total * (totals[places] / total - hhi)
    return float(np.sqrt((np.bincount(codes, weights=influence) ** 2).sum()))
