"""How exposed are we: revenue at risk, old delays, weak suppliers, single sources and few customers behind it all?

    index = 100 - exp(sum w ln max(safety score, 1))        100 is the worst
    safety score = 100 x clip((x - floor) / (target - floor), 0, 1)

    component          weight   floor -> target
    at_risk            .35      .30 -> .02      revenue at risk, of the backlog
    long_late          .20      .15 -> 0        backlog value more than 30 days past its promise
    weak_suppliers     .15      .50 -> .05      spend with suppliers whose total score is below 60, of those rated
    single_source      .15      .60 -> .10      revenue on products that one supplier sold us in 12 months
    concentration      .15      .90 -> .30      the five customers with most revenue at risk, of all of it
 Geometric: a collapse of one part cannot be bought back; index_arithmetic beside it for comparison. component_score
is the safety score: 100 is safe. Unit: score, 0 to 100, lower is better. n = parts known. Suppressed below 70 % of
the weight, or when a part with a quarter of it rests on too few rows. Interval: 2,000 draws of the weights
(Dirichlet, 50 w) and of the parts within their own intervals; a part without one is held fixed and named. Weights and
anchors are parameters. single_source is also a measure of its own, over order lines; suppliers that are not rated are
in no part. With less than 70 % of the spend rated, or five customers or fewer at risk, those parts say nothing.
Source: OECD/JRC Handbook on constructing composite indicators (2008); weights and anchors are this product's."""

from pathlib import Path

from metrics.components import SHARE, Ask, added, component, nothing, one, ratio_of
from metrics.executive import terms
from metrics.index import ENOUGH_WEIGHT
from metrics.registry import Component, Dim, Measure, Metric, Relation

HERE = Path(__file__).parent
WEAK, TOP = 60, 5
OLD = ("31_60", "61_90", "gt_90")


def at_risk(ask: Ask) -> dict:
    return ratio_of(one(ask("exceptions", "revenue_at_risk")), one(ask("backlog_movement", "closing")))


def long_late(ask: Ask) -> dict:
    return ratio_of(added(ask("backlog_movement", "ageing"), OLD), one(ask("backlog_movement", "closing")))


def weak_suppliers(ask: Ask) -> dict:
    """Spend with rated suppliers that score below 60, of the spend with all that are rated."""
    whole = one(ask("supplier_scorecard", "single_source_share"))
    if whole["value"] is None:
        return whole
    spend = {row["slice"]["supplier"]: row["den"] for row in _sliced(ask, "single_source_share", "supplier")}
    rated = {
        row["slice"]["supplier"]: row["value"]
        for row in _sliced(ask, "total", "supplier")
        if row["part"] is None and row["value"] is not None and row["status"] in ("ok", "low_n")
    }
    den = sum(spend.get(supplier) or 0.0 for supplier in rated)
    if not den:
        return nothing("no supplier is rated")
    num = sum(spend.get(supplier) or 0.0 for supplier, total in rated.items() if total < WEAK)
    known = den / (sum(filter(None, spend.values())) or den)
    plain = {"value": num / den, "num": num, "den": den, "n": len(rated), "ci": None, "part": None}
    plain |= {"status": "insufficient"} if known < ENOUGH_WEIGHT else {}
    told = f"{len(rated)} of {len(spend)} suppliers are rated, {known:.0%} of the spend"
    return {**whole, **plain, "reason": told}


def concentration(ask: Ask) -> dict:
    """The five largest customers' share of the revenue at risk; nothing at risk is no concentration."""
    whole = one(ask("exceptions", "revenue_at_risk"))
    if whole["value"] is None:
        return whole
    rows = [
        row for row in ask("exceptions", "revenue_at_risk", by=("customer",)) if row["slice"] and row["part"] is None
    ]
    largest = sorted((row["value"] or 0.0 for row in rows), reverse=True)[:TOP]
    if not whole["value"]:
        return {**whole, "value": 0.0, "num": 0.0, "den": 0.0, "ci": None, "reason": "nothing is at risk"}
    num, count = sum(largest), sum(row["value"] > 0 for row in rows if row["value"])
    told = {**whole, "value": num / whole["value"], "num": num, "den": whole["value"], "n": count, "ci": None}
    few = f"{count} customers are at risk; a concentration needs more than {TOP}"
    return told if count > TOP else {**told, "status": "insufficient", "reason": few}


def _sliced(ask: Ask, measure: str, dim: str) -> list[dict]:
    return [row for row in ask("supplier_scorecard", measure, by=(dim,)) if row["slice"]]


RISK, BACKLOG, AGEING = (
    ("exceptions", "revenue_at_risk"), ("backlog_movement", "closing"), ("backlog_movement", "ageing"),
)  # fmt: skip
SPEND, TOTAL = ("supplier_scorecard", "single_source_share"), ("supplier_scorecard", "total")
COMPONENTS = (
    Component("at_risk", "Revenue at risk, of the backlog", 0.35, (0.30, 0.02), (RISK, BACKLOG), at_risk, **SHARE),
    Component("long_late", "Backlog over 30 days late", 0.20, (0.15, 0.0), (AGEING, BACKLOG), long_late, **SHARE),
    Component(
        "weak_suppliers", "Spend with weak suppliers", 0.15, (0.50, 0.05), (TOTAL, SPEND), weak_suppliers, **SHARE
    ),
    component(
        "single_source", "Revenue on single sources", 0.15, (0.60, 0.10), "risk_exposure", "single_source", **SHARE
    ),
    Component("concentration", "Five customers with most at risk", 0.15, (0.90, 0.30), (RISK,), concentration, **SHARE),
)
RELATIONS = {
    "line": Relation(
        "order line, with the suppliers of its product", ("order_line_id", "known_from"),
        (HERE / "risk_exposure_line.sql").read_text("utf-8"), known=True, trace={"sales_order": "order_id"},
    ),
}  # fmt: skip
SINGLE = Measure(
    name="single_source", title="Revenue on single sources", unit="share", better="down", relation="line",
    anchor="order_date", where="order_date <= $as_of",
    exclude={"no_amount": "net_amount is null", "cancelled": "cancelled_share >= 1", "fx_missing": "rate is null"},
    sums={"num": "case when suppliers = 1 then net_amount * rate else 0 end", "den": "net_amount * rate", "n": "1"},
    interval="ratio", cluster="order_id",
    requires=("sales_order.ordered_date|sales_order.ordered_at|sales_order.entered_at", "purchase_order.supplier_id",
              "order_line.unit_price|order_line.net_amount"),
    meaning="Booked value of products that one supplier alone sold us in 12 months.",
)  # fmt: skip
METRIC = Metric(
    title="Risk exposure",
    question="In one look, how exposed are we?",
    relations=RELATIONS,
    measures=(*terms.measures("risk_exposure", "down"), SINGLE),
    dims={"family": Dim("Product family", "family", "product.family")},
    needs=("exceptions", "backlog_movement", "supplier_scorecard", "order_mix"),
    components=COMPONENTS,
    caveats=terms.CAVEATS,
    sources=terms.SOURCES,
    example=terms.EXAMPLE,
)
