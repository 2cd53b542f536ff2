"""Share of the meetings of two customers over the same stock in which the less important one was served.

    pair        two lines of one product at one site, i of a better priority rank than j
    t           the day of the earlier of their completing shipments; the other ships later, or not yet
    comparable  on t the waiting line is released, inside its ship window and not on hold, and the usable stock at the
                end of t is less than what it still wants
    inverted    the one that shipped on t is j, and its quantity covers what i still wants (or i takes parts)
    rate        = inverted / comparable            both on t: comparable, not inverted
    rate_promise  the same over pairs in which i was promised no later than j
    override_share = inversions by a line with an approved reason / inversions
    harm_value  = value of the lines overtaken, each once, on the first day it happened
    harm_days   = their days from that day until they shipped (or the as-of date), weighted by value
    rank_disagreement = customers whose newest order of the period stands elsewhere among the ERP's priorities than
                the customer among the CRM's ranks / customers with both

Stock at the end of t: the last count and the movements since; never counted, all movements; without movements exported,
shipments, receipts and finished production are the movements and a count holds for 35 days. Shipments of a product
whose stock is not known that way are left out as stock_unknown. Rank and tier are those of the day; none is the last.
A line of an order that must ship as a whole is not counted as waiting if the order has more lines.

Unit: share, count, reporting currency, days. Lower is better. n = comparable pairs, inversions, lines, customers.
Interval: proportions by Wilson with the effective sample size, harm_days linearised t; pairs of one product and week
depend on each other and are one cluster; rank_disagreement: plain Wilson over customers.
Source: this product's own; it follows the inversions that rank statistics (Somers' D, Kendall's tau) count.
"""

from collections.abc import Mapping
from pathlib import Path

from metrics import line_terms as term
from metrics.finish import total
from metrics.registry import Dim, Measure, Metric, Relation, Stage

HERE = Path(__file__).parent
READS = (
    "sales_order", "order_line", "order_line_change", "order_line_hold", "promise_history", "shipment", "shipment_line",
    "inventory_snapshot", "stock_reservation", "inventory_movement", "po_receipt", "production_order",
)  # fmt: skip
STOCK = "inventory_movement.qty|inventory_snapshot.on_hand_qty"
RANK = "customer_history.priority_rank|customer.priority_rank"
NEEDS = (STOCK, RANK, "order_line.ordered_qty", "shipment.shipped_date")


def relation(name: str, grain: str, key: tuple[str, ...]) -> Relation:
    return Relation(grain, key, (HERE / f"priority_inversion_rate_{name}.sql").read_text("utf-8"))


RELATIONS = {
    "shipped": relation("shipped", "line x day on which goods left", ("order_line_id", "shipped_date")),
    "waiting": relation("waiting", "line x time in which it could have been served", ("order_line_id", "from_day")),
    "served": relation("served", "line x day its last goods left", ("order_line_id", "shipped_date")),
    "left": relation("left", "product x site x day", ("product_id", "site_id", "day")),
    "event": relation(
        "event", "line whose last goods left x tier that stood against it",
        ("order_line_id", "other_rank", "other_tier"),
    ),
    "overtaken": relation("overtaken", "line overtaken by one of a worse rank", ("order_line_id",)),
    "ranked": relation("ranked", "order with a priority in the ERP", ("order_id",)),
}  # fmt: skip
COVERAGE = {"rank_missing": "rank_missing", "attribute_backfilled": "attribute_backfilled"}


def share(name: str, title: str, num: str, den: str, meaning: str, **more) -> Measure:
    """A share of pairs; those of one product and week are one cluster."""
    return Measure(
        name=name,
        title=title,
        unit="share",
        better="down",
        relation="event",
        anchor="shipped_date",
        where="shipped_date <= $as_of",
        exclude={"stock_unknown": "stock_unknown"},
        sums={"num": num, "den": den, "n": den},
        coverage={},
        interval="proportion",
        cluster="product_id || '/' || week",
        requires=NEEDS,
        reads=READS,
        meaning=meaning,
        **more,
    )


def harm(name: str, title: str, unit: str, sums: Mapping[str, str], meaning: str, **more) -> Measure:
    return Measure(
        name=name,
        title=title,
        unit=unit,
        better="down",
        relation="overtaken",
        anchor="overtaken_date",
        where="overtaken_date <= $as_of",
        exclude={
            "fx_missing": "amount_rc IS NULL AND net_amount IS NOT NULL",
            "price_missing": "net_amount IS NULL",
        },
        sums={"n": "1", **sums},
        requires=(*NEEDS, "order_line.net_amount|order_line.unit_price"),
        reads=READS,
        meaning=meaning,
        **more,
    )


DAYS = "(least(coalesce(done_date, $as_of), $as_of) - overtaken_date)"
# the newest order of a customer in the period speaks for him
OF_CUSTOMER = Stage(
    by=("customer_id",),
    columns={
        "erp_place": "arg_max(erp_place, (ordered_date, order_id))",
        "rank_place": "arg_max(rank_place, (ordered_date, order_id))",
    },
    anchor="max(ordered_date)",
    shared=("customer",),
)
MEASURES = (
    share(
        "rate", "Priority inversions", "inverted", "comparable",
        "Of the meetings over short stock, those in which the customer of the worse rank was served.", headline=True,
    ),
    share(
        "rate_promise", "Inversions of no later promises", "inverted_promise", "comparable_promise",
        "Only meetings in which the better customer was promised no later; going by promise cannot explain these.",
    ),
    share(
        "override_share", "Approved inversions", "approved", "inverted",
        "Inversions whose line has an approved reason to be served out of turn.",
    ),
    Measure(
        "rank_disagreement", "Customers ranked otherwise in the ERP", "share", "down", "ranked",
        where="ordered_date <= $as_of",
        sums={"num": "(erp_place <> rank_place)::INT", "den": "1", "n": "1"}, stage=OF_CUSTOMER, interval="proportion",
        cluster="customer_id", requires=("sales_order.erp_priority", RANK), reads=("sales_order",),
        meaning="Customers whose place in the ERP's order of priority is not that of their rank in the CRM.",
    ),
    Measure(
        "pairs", "Meetings over short stock", "count", None, "event", anchor="shipped_date",
        where="shipped_date <= $as_of", exclude={"stock_unknown": "stock_unknown"},
        sums={"num": "comparable", "n": "comparable"}, finish=total("num"), requires=NEEDS, reads=READS,
        meaning="Pairs of lines of two ranks that wanted the same stock on a day it did not suffice.",
    ),
    harm(
        "harm_value", "Value overtaken", "currency", {"num": "amount_rc"}, "Value of the lines overtaken, each once.",
        finish=total("num"), minimum=(0, 1),
    ),
    harm(
        "harm_days", "Days waited after being overtaken", "days", {"num": f"amount_rc * {DAYS}", "den": "amount_rc"},
        "Days a line still waited after the first that overtook it, weighted by value.", interval="ratio",
        cluster="product_id || '/' || week", minimum=(1, 10), settles_after=None,
    ),
)  # fmt: skip

METRIC = Metric(
    title="Priority inversions",
    question="When customers compete for the same stock, are the important ones served first?",
    relations=RELATIONS,
    measures=MEASURES,
    dims={
        "product": term.DIMS["product"],
        "family": term.DIMS["family"],
        "site": term.DIMS["site"],
        "tier_pair": Dim("Tiers that met", "tier_pair", RANK, empty="All tiers"),
        "planner": term.DIMS["planner"],
        "week": Dim("Week", "week", "shipment.shipped_date"),
        "customer": term.DIMS["customer"],
    },
    caveats=(
        "Going by promised date may rightly beat rank: rate_promise takes only pairs it cannot explain.",
        "It says who was served first, not whether anybody was late; read on-time delivery by tier beside it.",
        "What lay in stock at the end of a day is worked out from counts and movements, not watched.",
    ),
    sources=("This product's own; after the inversions counted by Somers' D and Kendall's tau",),
    example="""
    10 each of one product; 10 arrive on each day on which 10 leave, so nothing is left at its end
    A  rank 1, released day 1, ships day 5
    B  rank 2, released day 1, ships day 3
    C  rank 3, released day 2, ships day 6
    day 3, B ships   A waits: overtaken         C waits: in order
    day 5, A ships   C waits: in order          day 6, C ships: nobody waits
    rate 1 of 3 = .3333                         A waited 2 days more
    """,
)
