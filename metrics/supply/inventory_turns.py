"""How fast stock turns into shipments, and what of it is stuck.

    turns         = 365 x sum of COGS / sum of value x days       days_of_stock = sum of value x days / sum of COGS
    value of a day: every product and site holds the value of its last count until the next, for at most 35 days
    COGS          = quantity shipped (or issued to production) x cost of that day, less what came back that day
    slow          = no issue for 90 days, or usable stock for more than 180 days of demand
    very_slow, dead = no issue for 180, for 365 days: parts of slow, each within the one before
    excess_value  = (usable - 180 days of demand) x cost, where above 0

Stock and issues have one cost basis: the cost list (site, then all sites) of the day, else what the counts value it at,
else the mean price of all receipts so far. Days and COGS begin with a place's first count, and stop where its count is
older than 35 days. Transfers are no issues. Blocked, quality and transit stock is in; consignment and stock of others
is not. Negative stock is 0, by product, site and kind. Without COGS turns are 0 and days none. Products launched less
than 90 days ago are neither slow nor excess. ABC: by COGS of the twelve months before a month, A to 80 %, B to 95 %.

Unit: per year, days, currency, share. Turns: higher is better; days, slow and excess: lower. n = days with a count, for
slow and excess places (product and site) in stock. Turns and days need 3 counts and 28 days of stock. Interval:
linearised t, cluster = product. Left out and counted: COGS on a count older than 35 days, missing cost, rate or unit.
Coverage: the share of COGS that counts and is not before the first count, of days with negative stock.
Source: SCOR, inventory days of supply = inventory / (annual COGS / 365); turns = 365 / days.
"""

from pathlib import Path

from metrics.finish import divide, number, total
from metrics.registry import Answer, Dim, Measure, Metric, Relation

HERE = Path(__file__).parent
LEVELS = ("slow", "very_slow", "dead")


def _relation(name: str, grain: str, key: tuple[str, ...], **more) -> Relation:
    return Relation(grain, key, (HERE / f"inventory_turns_{name}.sql").read_text("utf-8"), **more)


PLACE = ("product_id", "site_id")
RELATIONS = {
    "cost": _relation("cost", "product x site x days of one cost", (*PLACE, "valid_from")),
    "piece": _relation("piece", "product x site x days of one count in a month", (*PLACE, "counted_by", "from_day")),
    "issue": _relation("issue", "shipment line, return or movement", ("source_object", "source_id")),
    "class": _relation("class", "product x month", ("product_id", "month_no")),
    "day": _relation(
        "day", "product x site x day of stock; shipment line, return or movement",
        ("kind", *PLACE, "counted_by", "day", "source_object", "source_id"), is_view=True,
    ),
    "slow": _relation(
        "slow", "count date x product x site in stock", ("state_date", *PLACE), at="state",
        state_column="inventory_snapshot.on_hand_qty",
    ),
}  # fmt: skip

LEFT_OUT = {
    "count_too_old": "is_too_old",
    "uom_missing": "qty is null",
    "fx_missing": "fx_missing and qty <> 0",
    "cost_missing": "unit_cost is null and qty <> 0",
}
WEEKDAYS = range(1, 8)
FLAGS = {
    **{f"day_{at}": f"(kind = 'stock' and isodow(day) = {at})::int" for at in WEEKDAYS},
    **{f"count_{at}": f"coalesce(day = snapshot_date and isodow(day) = {at}, false)::int" for at in WEEKDAYS},
}
VALUE, COGS = "value", "case when is_counted then cogs end"


def _dates(frame, of: str) -> int:
    """Different days of the weeks that have a row of stock (`day`) or a count (`count`)."""
    return sum(int((frame.groupby("week")[f"{of}_{at}"].sum() > 0).sum()) for at in WEEKDAYS)


def _answer(frame, inverse: bool) -> Answer:
    if frame.empty:
        return Answer(None, 0, 0, 0)
    num, den, cogs, every = (number(frame[name].sum()) or 0 for name in ("num", "den", "cogs", "all_cogs"))
    days, counts = _dates(frame, "day"), _dates(frame, "count")
    reason = _few(days, counts) or _odd(num, den, inverse)
    cover = {"cogs_since_first_count": cogs / every} if every else {}
    value = None if inverse and den < 0 else divide(num, den)
    status = "insufficient" if _few(days, counts) else None
    return Answer(value, num, den, counts, status=status, reason=reason, coverage=cover)


def _few(days: int, counts: int) -> str | None:
    if days >= 28 and counts >= 3:
        return None
    return f"3 counts and 28 days of stock are needed; there are {counts} and {days}"


def _odd(num: float, den: float, inverse: bool) -> str | None:
    """Why there is no number, or one of 0."""
    if inverse:
        return "nothing was issued: the stock has no end" if den <= 0 else None
    if den <= 0:
        return "the stock of these days has no value"
    return "nothing was issued" if num == 0 else None


def turns(frame, params) -> Answer:
    return _answer(frame, inverse=False)


def days_of_stock(frame, params) -> Answer:
    return _answer(frame, inverse=True)


def slow_value(frame, params) -> list[Answer]:
    """Value of each level; a level holds the slower ones too."""
    n = int(frame["n"].sum())
    values = {level: number(frame[level].sum()) for level in LEVELS}
    return [Answer(value if n else None, value, None, n, level) for level, value in values.items()]


def slow_share(frame, params) -> list[Answer]:
    n, whole = int(frame["n"].sum()), number(frame["value"].sum())
    values = {level: number(frame[level].sum()) for level in LEVELS}
    return [Answer(divide(value, whole), value, whole, n, level) for level, value in values.items()]


USABLE_DAYS = "180 * per_day"
TESTS = {
    "slow": f"idle_days >= 90 or usable_qty > {USABLE_DAYS}",
    "very_slow": "idle_days >= 180",
    "dead": "idle_days >= 365",
}
WORTH = "qty * unit_cost"
SLOW_SUMS = {
    "n": "1",
    "value": WORTH,
    **{level: f"case when not is_new and ({test}) then {WORTH} else 0 end" for level, test in TESTS.items()},
}
STATE = dict(
    relation="slow", minimum=(1, 1), coverage={"count_carried": "count_date < state_date", "new": "is_new"},
    exclude={"count_too_old": "count_date is null", "fx_missing": "fx_missing", "cost_missing": "unit_cost is null"},
)  # fmt: skip
STOCK = "inventory_snapshot.on_hand_qty"
COST = "product_cost.unit_cost|inventory_snapshot.unit_cost"
NEEDS = (
    STOCK,
    f"{COST}|inventory_movement.unit_cost|po_line.unit_price",
    "shipment.shipped_date|shipment.delivered_date|inventory_movement.moved_date",
)
SOLD = ("sales_order", "order_line", "shipment", "shipment_line", "inventory_movement")
FLOW = dict(
    relation="day",
    anchor="day",
    where="day <= $as_of and seen_day <= $as_of and from_day <= $end and to_day >= $start",
    exclude=LEFT_OUT,
    keys={"week": "date_trunc('week', day)::date"},
    coverage={"negative_stock": "kind = 'stock' and is_negative", "attribute_backfilled": "is_cost_backfilled"},
    interval="ratio",
    cluster="product_id",
    minimum=(3, 3),
    requires=NEEDS,
    reads=("inventory_snapshot", *SOLD, "return_line"),
    additive=False,
)
PARTS = {"n": "1", "cogs": COGS, "all_cogs": "cogs", **FLAGS}
MEASURES = (
    Measure(
        "turns", "Inventory turns", "per_year", "up", finish=turns, headline=True, **FLOW,
        sums={"num": f"365 * ({COGS})", "den": VALUE, **PARTS},
        meaning="How often a year the stock is sold: cost of what left over the worth of what lay there.",
    ),
    Measure(
        "days_of_stock", "Days of stock", "days", "down", finish=days_of_stock, **FLOW,
        sums={"num": VALUE, "den": COGS, **PARTS},
        meaning="How long the stock lasts at the pace of the period.",
    ),
    Measure(
        "slow_value", "Slow stock", "currency", "down", finish=slow_value, sums=SLOW_SUMS, **STATE,
        requires=(STOCK, COST, NEEDS[2]),
        meaning="Value without an issue for 90, 180 and 365 days; slow also holds what lasts for more than 180 days.",
    ),
    Measure(
        "excess_value", "Stock beyond 180 days of demand", "currency", "down", **STATE,
        sums={"num": f"case when is_new then 0 else greatest(0, usable_qty - {USABLE_DAYS}) * unit_cost end",
              "den": "1", "n": "1"},
        finish=total("num"), requires=(STOCK, COST, NEEDS[2]),
        meaning="Worth of the usable stock that 180 days of demand do not need.",
    ),
    Measure(
        "slow_share", "Share of slow stock", "share", "down", finish=slow_share, sums=SLOW_SUMS, additive=False,
        requires=(STOCK, COST, NEEDS[2]), **STATE,
        meaning="Slow value over the value of all own stock.",
    ),
)  # fmt: skip

METRIC = Metric(
    title="Inventory turns",
    question="How fast does each family's stock turn into shipments, and what is stuck?",
    relations=RELATIONS,
    measures=MEASURES,
    dims={
        "family": Dim("Product family", "family", "product.family"),
        "category": Dim("Category", "category", "product.category"),
        "site": Dim("Site", "site", "inventory_snapshot.site_id", empty="No site"),
        "make_or_buy": Dim("Make or buy", "make_or_buy", "product.make_or_buy"),
        "fulfil_model": Dim("Fulfilment model", "fulfil_model", "product.fulfil_model"),
        "abc": Dim("ABC class", "abc", "shipment.shipped_date|inventory_movement.moved_date", empty="Not yet classed"),
        "product": Dim("Product", "coalesce(product, product_id)", "inventory_snapshot.product_id", wide=True),
    },
    caveats=(
        "A count must list empty places with 0: what it leaves out keeps its last value, for 35 days at most.",
        "Production issues count beside sales, so a total over raw material and finished goods counts its cost twice.",
        "Turns compare only at the same service: stock that is too low turns fast.",
        "Where data of issues began less than a year ago, nothing can be dead yet.",
    ),
    sources=(
        "SCOR: inventory days of supply = inventory / (annual COGS / 365)",
        "ABC after Pareto: 80 and 95 % of the cost of what left",
    ),
    example="""
    counts worth 100, 200, 150, each held for 30 days       (100 + 200 + 150) x 30 = 13,500 value-days
    COGS of these 90 days 300                               365 x 300 / 13,500 = 8.1111 turns, 45.0 days
    """,
)
