"""How much of what is ordered rests on few customers or categories, and how the mix moves.

    v_i      = booked net value of member i; s_i = v_i / sum of v                period = day of the order
    hhi      = sum of s_i^2                                        1/n where all are alike, 1 where there is only one
    hhi_unbiased = (orders x hhi - 1) / (orders - 1)               few orders alone make hhi look high
    effective_number = 1 / hhi;  top_share = the 1, 5, 10 largest s_i together;  member_share = s_i
    shift    = 1/2 sum |s_i now - s_i then|                        share of the value that changed place
    bridge   : over members in both periods, quantities q, prices p, Q = sum q, V = sum p q
               volume (Q1/Q0 - 1) V0, price sum (p1 - p0) q1, mix sum (q1 - q0 Q1/Q0) p0; new and lost members apart

Member: customer, parent account, category, family, segment or region (parameter `member`). `then` of shift and bridge
is what --compare-to names, else the year before. Bridge counts the base unit of most lines: quantities of different
units are never added; value without a quantity is left out of it and counted. A member whose credits exceed its orders
has no share: it stands in member_share with its value alone. A product without a category or family is `Unknown`, a
customer without a segment `Unsegmented`; both count.

Cancelled value is out as far as it was known at the as-of date (cancelled=included shows it). Money in the reporting
currency at the rate of the order day; currency_mode=constant takes the newest rate known at the as-of date for all.
Unit: ratio, count, share, currency. A lower hhi is safer. n = orders (bridge: lines). Left out and counted, in orders:
no amount, cancelled on an unknown day, cancelled, no rate. Interval of hhi_unbiased: orders drawn again 2,000 times,
percentiles shifted to the value; none below 30 orders; above 10,000 its linear limit.
Source: Herfindahl and Hirschman; total variation distance; price-volume-mix analysis.
"""

from pathlib import Path

from metrics.demand import order_mix_terms as term
from metrics.demand.order_mix_bridge import bridge
from metrics.registry import Answer, Dim, Measure, Metric, Param, Relation

HERE = Path(__file__).parent
LINE = Relation(
    grain="order line and interval in which the same was known of it",
    key=("order_line_id", "known_from"),
    sql=(HERE / "order_mix_line.sql").read_text("utf-8"),
    known=True,
    is_view=True,
)
ORDERED = "sales_order.ordered_date|sales_order.entered_date"
AMOUNT = "order_line.net_amount|order_line.unit_price"
READS = ("sales_order", "order_line", "order_line_change", "promise_history")
SHOWN = 100
SOURCE = {
    "customer": "sales_order.customer_id",
    "parent": "customer.parent_customer_id",
    "category": "product.category",
    "family": "product.family",
    "segment": "customer_history.segment|customer.segment",
    "region": "customer.region",
}


def requires(params) -> tuple[str, ...]:
    return (ORDERED, AMOUNT, SOURCE[params["member"]])


def requires_quantity(params) -> tuple[str, ...]:
    return (*requires(params), "order_line.ordered_qty")


def hhi(frame, params):
    def give(values, orders, table):
        total = values.sum()
        return Answer(term.concentration(values), float(values @ values / total), float(total), orders)

    return term.answer(frame, params, give)


def hhi_unbiased(frame, params):
    def give(values, orders, table):
        found = term.unbiased(term.concentration(values), orders)
        return Answer(found, None, None, orders, reason=None if found is not None else "needs two orders")

    return term.answer(frame, params, give)


def effective_number(frame, params):
    def give(values, orders, table):
        total = values.sum()
        return Answer(1 / term.concentration(values), float(total), float(values @ values / total), orders)

    return term.answer(frame, params, give)


def top_share(frame, params):
    def give(values, orders, table):
        total = float(values.sum())
        sums = [(top, float(values[:top].sum())) for top in (1, 5, 10)]
        return [Answer(most / total, most, total, orders, part=str(top)) for top, most in sums]

    return term.answer(frame, params, give)


def member_share(frame, params):
    """The largest members one by one, the rest together, and those without a share."""

    def give(values, orders, table):
        total = float(values.sum())
        kept, below = term.positive(table), table[table["value"] < 0]
        named = [(row.label, row.value) for row in kept.head(SHOWN).itertuples()]
        rest = kept.iloc[SHOWN:]["value"]
        named += [(f"{len(rest)} others", float(rest.sum()))] if len(rest) else []
        found = [Answer(own / total, own, total, orders, part=label) for label, own in named]
        for row in below.tail(SHOWN).itertuples():
            reason = "credits exceed its orders: it has no share"
            found.append(Answer(None, row.value, total, orders, row.label, status="insufficient", reason=reason))
        return found

    return term.answer(frame, params, give)


def shift(frame, params):
    """Half the sum of what every member's share moved."""
    sides = {side: frame[frame["side"] == side] if len(frame) else frame for side in (0, 1)}
    tables = {side: term.positive(term.members(part)) for side, part in sides.items() if len(part)}
    if any(side not in tables or tables[side].empty for side in (0, 1)):
        orders = round(float(sides[1]["n"].sum())) if len(sides[1]) else 0
        return Answer(None, None, None, orders, reason="needs orders in both periods")
    shares = [table["value"] / table["value"].sum() for table in (tables[0], tables[1])]
    moved = float(shares[1].sub(shares[0], fill_value=0).abs().sum() / 2)

    def give(values, orders, table):
        total = float(values.sum())
        return Answer(moved, moved * total, total, orders)

    return term.answer(sides[1], params, give)


def measure(name: str, title: str, unit: str, finish, meaning: str, **more) -> Measure:
    staged = {
        "better": "down",
        "anchor": "order_date",
        "where": "order_date <= $as_of",
        "stage": term.stage,
        "exclude": term.whole_order,
        "keys": term.KEYS,
        "sums": term.SUMS,
        "additive": False,
        "requires": requires,
        "reads": READS,
    }
    return Measure(name, title, unit, relation="line", finish=finish, meaning=meaning, **{**staged, **more})


MEASURES = (
    measure("hhi", "Concentration (HHI)", "ratio", hhi, "Sum of squared shares of the booked value.", headline=True),
    measure("hhi_unbiased", "Concentration without small-sample bias", "ratio", hhi_unbiased,
            "The concentration that few orders do not inflate; read it below 100 orders.",
            interval=term.interval, cluster="order_id"),
    measure("effective_number", "Effective number of members", "count", effective_number,
            "As many equal members would be as concentrated.", better="up"),
    measure("top_share", "Share of the largest", "share", top_share, "Value of the 1, 5 and 10 largest members."),
    measure("member_share", "Share of each member", "share", member_share,
            f"The {SHOWN} largest members one by one, the others together.", better=None),
    measure("shift", "Mix shift", "share", shift, "Share of the value that changed place since the base period.",
            beside=True, better=None),
    measure("bridge", "Value bridge", "currency", bridge,
            "What volume, price, mix, new and lost members did to the booked value.",
            beside=True, better=None, stage=None,
            exclude=lambda params: {**term.left_out(params), "no_quantity": f"not {term.quantity(params)} <> 0"},
            keys={"member": term.MEMBER_OF_LINE, "unit": "coalesce(base_uom, '')"},
            sums=lambda params: {"value": term.value(params), "qty": term.quantity(params), "n": "1"},
            requires=requires_quantity),
)  # fmt: skip
METRIC = Metric(
    title="Order mix",
    question="How dependent are we on few customers or categories, and is the mix changing?",
    relations={"line": LINE},
    measures=MEASURES,
    dims={
        "segment": Dim("Segment", "segment", SOURCE["segment"], empty="Unsegmented"),
        "region": Dim("Region", "region", SOURCE["region"]),
        "family": Dim("Product family", "family", SOURCE["family"]),
        "category": Dim("Category", "category", SOURCE["category"]),
        "customer": Dim("Customer", "coalesce(customer, customer_id)", SOURCE["customer"], wide=True),
        "parent": Dim("Parent account", "parent", SOURCE["parent"], wide=True),
    },
    params={
        "member": Param("customer", tuple(term.MEMBERS), "What the shares are of."),
        "cancelled": Param("excluded", ("excluded", "included"), "Booked value without or with what was cancelled."),
        "currency_mode": Param(
            "event", ("event", "constant"), "Rates of each order day, or the newest known rate for all."
        ),
    },
    caveats=(
        "Bands for market concentration describe markets; a customer book has no such limits.",
        "Below 100 orders read hhi_unbiased: few orders alone make the concentration look high.",
    ),
    sources=("Herfindahl and Hirschman", "US Horizontal Merger Guidelines: what HHI bands describe"),
    example="""
customer | value | share
A        | 50    | .5
B        | 30    | .3
C        | 20    | .2
HHI .38, effective number 2.6316, largest .5, unbiased at 50 orders .36735; .5/.3/.2 to .4/.3/.3 shifts .1
""",
)
