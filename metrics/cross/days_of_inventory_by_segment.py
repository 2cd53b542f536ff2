"""For how many days our stock can serve each customer segment, and how much capital stands behind it.

Per product, site and stock date the usable stock is shared out to segments; a segment's days put the cost of its shares
against the cost of its daily demand:

    usable      = unrestricted own stock - expired - blocked - reserved elsewhere, never below 0
    share(s)    = held for customer lines of s (no more than they want and there is) + set aside for s
                  + rest x demand(s) / demand of all segments                                   policy demand_share
    demand(s)   = ordered quantity of s, net of cancellations then known, of the last 90 days / 90
    days(s)     = sum of share x unit cost / sum of demand x unit cost                          a ratio of sums
    days_effect : mix = days if all usable stock went by demand - the company's days; reservation = days - that

Policies for the rest: demand_share; priority_fifo (open lines due within 30 days by priority rank, promise, order date
until the stock is used up); fair_share (open lines in proportion); quota (segment_quota: minimum, then share, by rank).
What a policy leaves goes by demand. Stock of products that nobody ordered in 90 days is `No recent demand`; blocked,
quality, in transit, consignment without a segment, expired and negative stock stand apart, in units and value. All of
it adds up to what was counted. Stock at past dates is shared out by demand_share only; the others need open lines.
A state is told under the day of its count. Who counts on another day keeps his last count for 35 days.

Unit: days, reporting currency, ratio. Direction: a band, too little is risk and too much is capital. n = demand lines.
Left out and counted: rows without a unit cost, without a rate for it, or on a count older than 35 days. Coverage tells
the rows on an earlier count, the rows where more is held than can be (over_reserved) and how much rests on a segment
that was carried back. Foreign-owned stock is shown apart and is in no total.
There is no standard by segment: SCOR and days of supply define product and site only; the sharing follows SAP product
allocation, IBM Sterling inventory segments and fair-share allocation.
"""

from dataclasses import replace
from pathlib import Path

from metrics.finish import divide, number, total
from metrics.registry import Answer, Dim, Measure, Metric, Param, Relation

HERE = Path(__file__).parent
POLICIES = ("demand_share", "priority_fifo", "fair_share", "quota")
KINDS = ("no_demand", "reserved_elsewhere", "quality", "blocked", "in_transit", "consignment", "expired")
APART = ("negative", "not_ours")


def _relation(name: str, grain: str, key: tuple[str, ...], column: str = "open order lines") -> Relation:
    sql = (HERE / f"days_of_inventory_by_segment_{name}.sql").read_text("utf-8")
    return Relation(grain, key, sql, at="state", state_column=column)


KEY = ("state_date", "product_id", "site_id", "portion", "segment")
RELATIONS = {
    "stock": _relation(
        "stock", "stock date x product x site x portion x segment, shared out by demand", KEY,
        "inventory_snapshot.on_hand_qty",
    ),
    "open_line": _relation("open_line", "order line open at the newest stock date, due in 30 days", ("order_line_id",)),
    "policy": _relation("policy", "product x site x portion x segment at the newest stock date, by each policy", KEY),
}  # fmt: skip
NEEDS = (
    "inventory_snapshot.on_hand_qty",
    "inventory_snapshot.unit_cost|product_cost.unit_cost",
    "order_line.ordered_qty",
    "sales_order.ordered_date|sales_order.entered_date",
)
DUE = "order_line.current_promised_date|order_line.requested_date|promise_history.promised_date"


def shared_by(params) -> str:
    """Past stock is shared out by demand only; the other policies know the newest date."""
    return "stock" if params["policy"] == "demand_share" else "policy"


def share_value(params) -> str:
    return f"alloc_{params['policy']} * unit_cost"


def needs(params) -> tuple[str, ...]:
    return (*NEEDS, *{"demand_share": (), "quota": ("segment_quota.segment",)}.get(params["policy"], (DUE,)))


def sums(params) -> dict[str, str]:
    return {
        "n": "1",
        "lines": "lines",
        "backfilled": "backfilled_lines",
        "share": share_value(params),
        "demand": "per_day * unit_cost",
        "alone": "by_demand_alone * unit_cost",
    }


def _days(share, demand, lines, backfilled) -> Answer:
    """Days of one slice; stock that stands ready for nobody's demand has none."""
    value = divide(share, demand)
    reason = "reserved, no demand" if value is None and share else None
    status = "insufficient" if reason else None
    return Answer(value, share, demand, int(lines), reason=reason, status=status, coverage=_cover(backfilled, lines))


def _cover(backfilled, lines) -> dict[str, float]:
    """Share of the demand lines whose customer's segment was carried back."""
    return {"attribute_backfilled": backfilled / lines} if lines else {}


def days(frame, params) -> Answer:
    if frame.empty:
        return Answer(None, 0, 0, 0)
    return _days(*(number(frame[name].sum()) for name in ("share", "demand", "lines", "backfilled")))


def days_by_policy(frame, params) -> list[Answer]:
    """The same stock under every policy: how much the number hangs on the way of sharing."""
    if frame.empty:
        return [Answer(None, 0, 0, 0, part=policy) for policy in POLICIES]
    common = [number(frame[name].sum()) for name in ("demand", "lines", "backfilled")]
    found = [replace(_days(number(frame[policy].sum()), *common), part=policy) for policy in POLICIES]
    if not frame["has_quota"].any():
        missing = Answer(None, part="quota", status="not_available", reason="not_available: segment_quota.segment")
        found = [missing if answer.part == "quota" else answer for answer in found]
    return found


def days_effect(frame, params) -> list[Answer]:
    """Why days differ from the company's: by what a segment buys (mix), and by what is held for it (reservation)."""
    share, demand, alone, lines = (number(frame[name].sum()) for name in ("share", "demand", "alone", "lines"))
    by_demand, company = divide(alone, demand), None if frame.empty else number(frame["company_days"].iloc[0])
    if by_demand is None or company is None:
        return [Answer(None, n=int(lines or 0), part=part) for part in ("mix", "reservation")]
    mix, held = by_demand - company, share / demand - by_demand
    cover = _cover(number(frame["backfilled"].sum()), lines)
    parts = (("mix", mix), ("reservation", held))
    return [Answer(value, None, demand, int(lines), part, coverage=cover) for part, value in parts]


def value_of_parts(frame, params) -> list[Answer]:
    """Value of all own stock and of its kinds; negative and foreign-owned stock are parts of no total."""
    parts = {"unrestricted": frame[frame["portion"] == "segment"]["value"].sum() - frame["consigned"].sum()}
    for kind in (*KINDS, *APART):
        parts[kind] = frame[frame["portion"] == kind]["value"].sum()
    parts["consignment"] += frame["consigned"].sum()
    n = int(frame["n"].sum())
    whole = sum(number(value) or 0 for kind, value in parts.items() if kind not in APART)
    found = [Answer(whole if n else None, whole, None, n)]
    return found + [Answer(number(value), number(value), None, n, part) for part, value in parts.items() if n]


SEGMENTS = "portion = 'segment'"
LEFT_OUT = {
    "count_too_old": "count_date IS NULL",
    "fx_missing": "fx_missing",
    "cost_missing": "unit_cost IS NULL",
}
COVERAGE = {
    "count_carried": "count_date < state_date",
    "over_reserved": "is_over_reserved",
    "attribute_backfilled": "attribute_backfilled",
}
COMMON = dict(
    relation=shared_by, where=SEGMENTS, exclude=LEFT_OUT, coverage=COVERAGE, requires=needs, sums=sums, minimum=(1, 5),
    additive=False,
)  # fmt: skip
SHARES = {policy: f"alloc_{policy} * unit_cost" for policy in POLICIES}
MEASURES = (
    Measure(
        "days", "Days of inventory", "days", "band", finish=days, headline=True, **COMMON,
        meaning="Stock shared out to a segment over its demand of a day, both at cost.",
    ),
    Measure(
        "days_by_policy", "Days by way of sharing", "days", "band", finish=days_by_policy,
        **{**COMMON, "relation": "policy", "sums": {
            "n": "1", "lines": "lines", "backfilled": "backfilled_lines", "demand": "per_day * unit_cost",
            "has_quota": "has_quota::INT", **SHARES,
        }},
        meaning="The days under every way of sharing, side by side: how much the number hangs on it.",
    ),
    Measure(
        "days_effect", "Why the days differ", "days", None, finish=days_effect,
        keys={"company_days": "company_days"}, **COMMON,
        meaning="Difference to the company's days: by what a segment buys, and by what is held for it.",
    ),
    Measure(
        "cover", "Stock against open lines due in 30 days", "ratio", "band",
        **{**COMMON, "relation": "policy", "minimum": (1, 1), "sums": lambda params: {
            "num": share_value(params), "den": "open_qty * unit_cost", "n": "1",
        }},
        meaning="Value at cost of what is shared out over the value at cost of what is open.",
    ),
    Measure(
        "allocated_value", "Stock value by segment", "currency", None,
        **{**COMMON, "where": "portion IN ('segment', 'no_demand')", "minimum": (1, 1), "additive": True,
           "sums": lambda params: {"num": share_value(params), "den": "1", "n": "1"}},
        finish=total("num"),
        meaning="Value at cost of what is shared out to a segment, and of stock without recent demand.",
    ),
    Measure(
        "stock_value", "Stock value by kind", "currency", None, finish=value_of_parts, keys={"portion": "portion"},
        **{**COMMON, "relation": "stock", "where": "true", "minimum": (1, 1), "additive": True, "sums": {
            "n": "1", "value": "alloc_demand_share * unit_cost", "consigned": "consigned_qty * unit_cost",
        }},
        meaning="The parts add up to the value of all own stock; negative and not_ours stand beside it.",
    ),
)  # fmt: skip

METRIC = Metric(
    title="Days of inventory by segment",
    question="For how many days can we serve each segment from stock, and how much capital stands behind it?",
    relations=RELATIONS,
    measures=MEASURES,
    dims={
        "segment": Dim("Segment", "segment", "customer_history.segment|customer.segment", empty="Unsegmented"),
        "family": Dim("Family", "family", "product.family"),
        "category": Dim("Category", "category", "product.category"),
        "site": Dim("Site", "site", "inventory_snapshot.site_id", empty="No site"),
        "product": Dim("Product", "product_id", "inventory_snapshot.product_id", wide=True),
    },
    params={"policy": Param("demand_share", POLICIES, "How stock held for nobody is shared out to segments.")},
    window="state",
    caveats=(
        "Shared out by demand, every segment has the same days of a given product. Segments differ only by the "
        "products they buy and by what is held or set aside for them; read days_effect beside the number.",
        "The number depends on the way of sharing: days_by_policy shows how much.",
        "A state is never summed or averaged over time; a period shows its last date.",
        "Demand of the first 90 days of the order history is understated.",
        "A line without a site counts where its product lies, if that is one site only, else nowhere.",
    ),
    sources=(
        "SCOR: inventory days of supply (product and site)",
        "SAP advanced available-to-promise, product allocation; IBM Sterling, inventory segments (sharing by segment)",
    ),
    example="""
    P1  usable 100, cost 10   held for A 10, rest 90      demand in 90 days  A 180  B 90  = 2 and 1 a day
        A 10 + 90 x 2/3 = 70 -> 35 days     B 90 x 1/3 = 30 -> 30 days     blocked 20, quality 5, in transit 30 apart
    P2  usable 50, cost 20    demand B 45 = .5 a day      B 50 -> 100 days
    A   70 x 10 / (2 x 10)                      = 700 / 20   = 35.0 days
    B   (30 x 10 + 50 x 20) / (1 x 10 + .5 x 20) = 1300 / 20 = 65.0 days
    all                                          2000 / 40   = 50.0 days
    P3  5 at 8, nobody ordered it in 90 days -> No recent demand 40
    """,
)
