"""Open promises we shall miss, why, and the revenue behind them.

Every open line is pegged to supply, product by product and site by site, on the day of the state:

    need_by          = promise - days on the way (lane median, else 0) - days to pick and pack
    order of service = priority rank, current promise, order date (policy promise_date: promise first)
    supply           = what is held, bought or made for the line; then usable stock, purchases and production:
                       what arrives by need_by, the latest first; then what comes later, the earliest first
    revenue_at_risk  = sum of quantity not there by need_by x unit price
    value_touched    = sum of open quantity x unit price over lines at risk

The promise is the effective first promise, without one the requested date. A purchase arrives on the day confirmed;
without one on the day asked for and the supplier's median lateness; once overdue after the median further wait of
receipts that were as late, at least 1 day. Production arrives on its due date, overdue the next day. Stock at hand is
in time. An order that ships complete waits for its worst line. Lines whose promise has passed are late_value, no longer
at risk; they are served in their turn. Parts P50, P80, P95: the same with purchases so late as that share of the
supplier's receipts was at most (10 receipts, else its category's, else all).

reason = what binds: Late purchase, Capacity (production), Blocked stock, No supply, Hold.
Unit: reporting currency, count. Lower is better. n = open lines that are not late (late_value: late ones too).
Interval: none, the numbers follow from the data; the parts tell how much hangs on suppliers.
Left out and counted: products whose stock was not counted for 35 days, lines without a quantity in the base unit,
any date, a rate or a price. Intercompany orders are no demand; substitutes and other sites serve nobody.
A past day is known only where purchases and production of that day are (snapshots or dated changes).
Source: cumulative available-to-promise with look-ahead (Infor, QAD); the pegging rule is ours.
"""

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

from metrics import line_terms as term
from metrics.cross.exceptions_allocation import POLICIES, program
from metrics.finish import number
from metrics.registry import Answer, Dim, Measure, Metric, Param, Relation

HERE = Path(__file__).parent
# What dates the state; deals and cases beside it do not.
READS = (
    "sales_order", "order_line", "order_line_change", "order_line_hold", "promise_history", "shipment", "shipment_line",
    "inventory_snapshot", "stock_reservation", "purchase_order", "po_line", "po_schedule_line", "po_line_snapshot",
    "po_line_change", "po_receipt", "production_order", "production_order_change",
)  # fmt: skip
ENDED = ("cancelled", "canceled", "closed", "complete", "completed", "delivered", "received", "finished", "deleted")
CONFIRMED = "po_line.current_confirmed_date"


def text(name: str) -> str:
    """The relation's select, with the tables that date a state and the words that end an order filled in."""
    sql = (HERE / f"exceptions_{name}.sql").read_text("utf-8")
    return sql.replace("'READS'", _listed(READS)).replace("ENDED", _listed(ENDED))


def _listed(names: tuple[str, ...]) -> str:
    return ", ".join(f"'{name}'" for name in names)


def state(name: str, grain: str, key: tuple[str, ...], **more) -> Relation:
    return Relation(grain, key, text(name), at="state", state_column=CONFIRMED, **more)


LINE = ("state_date", "policy", "order_line_id")
RELATIONS = {
    "day": state("day", "day whose state is known", ("state_date",)),
    "transit": state("transit", "state day x lane", ("state_date", "site_id", "country")),
    "lateness": state("lateness", "state day x pool x days late", ("state_date", "pool_kind", "pool", "days")),
    "open": state("open", "order line open at a state day", ("state_date", "order_line_id")),
    "inbound": state("inbound", "part of a purchase line to come", ("state_date", "po_line_id", "schedule_no")),
    "supply": state("supply", "state day x supply event", ("state_date", "supply_no")),
    "taken": Relation(
        "state day x line x supply, and line x what is short", ("policy", "told", "line_no", "supply_no"), at="state",
        state_column=CONFIRMED, program=program, program_reads=("open", "supply"),
    ),
    "beside": state("beside", "state day x customer", ("state_date", "customer_id")),
    "peg": state("peg", "state day x policy x open line x supply", (*LINE, "supply_no")),
    "line": state(
        "line", "state day x policy x open line", LINE,
        trace={"po_line": "po_line_id", "production_order": "production_order_id"},
    ),
}  # fmt: skip
STOCK, QTY = "inventory_snapshot.on_hand_qty", "order_line.ordered_qty"
DUE = f"{term.PROMISED}|{term.REQUESTED}"
PRICE = "order_line.unit_price|order_line.net_amount"
UNKNOWN = {"count_too_old": "is_count_too_old", "uom_missing": "uom_missing", "no_date": "promise_date IS NULL"}
UNPRICED = {"fx_missing": "fx_missing", "price_missing": "price_rc IS NULL"}
COVERAGE = {
    "requested_for_promise": "is_unpromised",
    "transit_unknown": "transit_unknown",
    "purchase_unconfirmed": "is_unconfirmed",
    "count_carried": "count_carried",
    "attribute_backfilled": "attribute_backfilled",
}


def of_policy(params: Mapping) -> str:
    return f"policy = '{params['policy']}'"


def not_late(params: Mapping) -> str:
    return f"{of_policy(params)} AND NOT coalesce(is_late, false)"


def parts(names: Mapping[str | None, str]):
    """One answer for each named sum; den is the open value of the lines looked at."""

    def finish(frame, params) -> list[Answer]:
        n = int(frame["n"].sum())
        den = number(frame["den"].sum()) if n else 0
        found = ((part, number(frame[name].sum()) or 0.0) for part, name in names.items())
        return [Answer(value if n else None, value, den, n, part) for part, value in found]

    return finish


def customers(frame, params) -> Answer:
    """Customers with a line at risk, of all with an open promise."""
    n = int(frame["n"].sum())
    hit, whole = int((frame["num"] > 0).sum()), len(frame)
    return Answer(hit if n else None, hit, whole, n)


def measure(name: str, title: str, unit: str, sums: Mapping[str, str], finish, meaning: str, **more) -> Measure:
    given = {"where": not_late, "exclude": {**UNKNOWN, **(UNPRICED if unit == "currency" else {})}, **more}
    return Measure(
        name=name,
        title=title,
        unit=unit,
        better="down",
        relation="line",
        sums={"n": "1", **sums},
        finish=finish,
        coverage=COVERAGE,
        minimum=(0, 1),
        requires=(STOCK, QTY, DUE, *((PRICE,) if unit == "currency" else ())),
        reads=READS,
        meaning=meaning,
        **given,
    )


def revenue(frame, params) -> list[Answer]:
    """As confirmed, and at each lateness if any receipt tells how late suppliers come."""
    found = parts(RISK)(frame, params)
    if not len(frame) or frame["known"].sum():
        return found
    reason = "not_available: po_receipt.received_date"
    return [found[0], *(replace(one, value=None, num=None, status="not_available", reason=reason) for one in found[1:])]


RISK = {None: "num", "P50": "p50", "P80": "p80", "P95": "p95"}
AGES = {None: "num", "1_30": "to_30", "gt_30": "over_30"}
LATE = "CASE WHEN is_late {} THEN open_value ELSE 0 END"
MEASURES = (
    measure(
        "revenue_at_risk", "Revenue at risk", "currency",
        {"num": "short_value", "den": "open_value", "p50": "short_value_p50", "p80": "short_value_p80",
         "p95": "short_value_p95", "known": "has_lateness::INT"},
        revenue, "Value of what will not be there in time for open promises; den is the value of all of them.",
        headline=True,
    ),
    measure(
        "value_touched", "Value of lines at risk", "currency",
        {"num": "CASE WHEN at_risk THEN open_value ELSE 0 END", "den": "open_value"}, parts({None: "num"}),
        "All that is open of the lines at risk, also what is there in time.",
    ),
    measure(
        "late_value", "Value already late", "currency",
        {"num": LATE.format(""), "den": "open_value", "to_30": LATE.format("AND days_late <= 30"),
         "over_30": LATE.format("AND days_late > 30")},
        parts(AGES), "All that is open of lines whose promise has passed; den is the value of all open lines.",
        where=of_policy,
    ),
    measure(
        "lines", "Lines at risk", "count", {"num": "CASE WHEN at_risk THEN 1 ELSE 0 END", "den": "1"},
        parts({None: "num"}), "Open lines that will miss their promise; den is all open lines that are not late.",
    ),
    measure(
        "customers", "Customers at risk", "count", {"num": "CASE WHEN at_risk THEN 1 ELSE 0 END"}, customers,
        "Customers with a line at risk; den is all customers with an open promise.", keys={"customer": "customer_id"},
        additive=False,
    ),
)  # fmt: skip

METRIC = Metric(
    title="Exceptions",
    question="Which open promises will we miss, why, for whom, and how much revenue is behind them?",
    relations=RELATIONS,
    measures=MEASURES,
    dims={
        "customer": term.DIMS["customer"],
        "tier": term.DIMS["tier"],
        "segment": term.DIMS["segment"],
        "supplier": Dim("Supplier in the way", "supplier", "purchase_order.supplier_id", empty="No supplier"),
        "product": term.DIMS["product"],
        "family": term.DIMS["family"],
        "site": Dim("Site", "site", "order_line.site_id", empty="No site"),
        "reason": Dim("Reason", "reason", QTY),
        "week": Dim("Week of the promise", "week", DUE, empty="No date"),
    },
    params={"policy": Param("priority", POLICIES, "Who is served first: by priority rank, or by promised date.")},
    window="state",
    caveats=(
        "Who is at risk depends on who is served first: read it with both policies.",
        "Purchases count on the day the supplier confirmed; P50, P80 and P95 show what his usual lateness adds.",
        "A line at risk may still be saved: other sites, substitutes and express deliveries are not looked at.",
        "A state is never summed or averaged over time; a period shows its last day.",
    ),
    sources=("Cumulative available-to-promise with look-ahead: Infor, QAD", "The pegging rule is this product's own"),
    example="""
    on hand 50; purchase 40 on day 10; purchase 100 on day 25
    L1  30 due day 5,  price 10, rank 2, customer X
    L2  40 due day 8,  price 12, rank 1, customer Y
    L3  60 due day 20, price 10, rank 2, customer X
    by priority      L2 in time; L1 10 at hand, 20 short, ready day 10; L3 20 in time, 40 short, ready day 25
                     at risk 20 x 10 + 40 x 10 = 600, 2 lines, 1 customer, value touched 300 + 600 = 900
    by promise date  L1 in time; L2 20 short (240); L3 40 short (400): 640, 2 customers
    """,
)
