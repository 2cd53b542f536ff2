"""Which suppliers deliver good parts on time at the agreed price, and which of our promises hang on them.

    ppm          = rejected / received x 1,000,000      of one base unit; over several: reject_share, the same by value
    ppm_shrunk   = (rejected + 1000 ppm0) / (received + 1000)   ppm0: all suppliers of the category, last 12 months
    otif         = lines accepted in full by the first confirmed day / lines due    unconfirmed: by the requested day
    ppv          = sum((price - agreed price) x received) / sum(agreed price x received)        price variance
    lead time    = day on which all of the line had come - day of the order; cv = standard deviation / mean
    score        = 100 x clip((x - floor) / (target - floor), 0, 1)     x: ppm, otif, ppv, cv; anchors are parameters
    total        = sum(weight x score) / sum(weight)                    over the criteria that are known, at least 70 %

total has two more parts, lowest and highest: the total when any one weight is .10 larger or smaller. Anchors are
published, never the best and worst of the peers: another supplier's result does not change a score. A slice by supplier
is that supplier's card; the whole pools the rows of all.

A receipt stands in the period of its day, a due line in that of its day, a lead time in that of the purchase order. A
return to the supplier counts as rejected with the receipt before it. Lines that are past due and still open are
censored: mean, cv and p90 come from the Kaplan-Meier curve, its rest on the longest wait. compliance = required
documents that hold / required, at the end of the period. single_source_share: value ordered of products that had no
other supplier in the year before. impact = revenue at risk (exceptions) of promises that wait for a late purchase of
the supplier. perfect_order: purchase orders in full, on the day, right papers, unhurt.

Unit: score 0 to 100, ppm, share, days. Higher total is better. Not rated below 10 due lines or 500 units received.
Left out and counted: cancelled lines, receipts whose rejects were not counted, prices without an agreed price, missing
rates. Intervals: ppm Clopper-Pearson, over as many units as the lots are worth; shares Wilson with the effective sample
size over purchase orders; ppv linearised t; lead_time_p90 log-log band.
Source: Dickson 1966; Weber, Current and Benton 1991; SCOR RL.1.2 with RL.2.5 to RL.2.8.
"""

from pathlib import Path

from metrics import perfect_orders as perfect
from metrics.cross import exceptions
from metrics.finish import total as sum_of
from metrics.registry import Dim, Measure, Metric, Param, Relation, Stage
from metrics.supply import supplier_scorecard_terms as card
from metrics.survival import km_quantile

HERE = Path(__file__).parent
SUPPLIER = "purchase_order.supplier_id"
ORDERED = "purchase_order.ordered_date"
RECEIVED = "po_receipt.receipt_id"
REJECTED = "po_receipt.qty_rejected|po_receipt.qty_accepted"
BOUGHT = ("purchase_order", "po_line", "po_line_change")
CAME = (*BOUGHT, "po_schedule_line", "po_receipt")
DUE = "po_line.first_confirmed_date|po_line.requested_date|po_schedule_line.requested_date"


def _relation(name: str, grain: str, *key: str, **more) -> Relation:
    return Relation(grain, key, (HERE / f"supplier_scorecard_{name}.sql").read_text("utf-8"), **more)


RELATIONS = {
    "line": _relation("line", "purchase order line as known at the as-of date", "po_line_id"),
    "receipt": _relation("receipt", "receipt, or return to the supplier", "receipt_key"),
    "card": _relation("card", "receipt, due line or lead time, one under the other", "card_key"),
    "impact": _relation("impact", "open purchase line, with the revenue at risk that waits for it", "po_line_id"),
    "document": _relation("document", "document a supplier must hold", "supplier_id", "doc_type", at="state"),
}
NOT_COUNTED = {"uom_missing": "qty_received is null and uom_missing", "not_counted": "qty_rejected is null"}
CANCELLED = {"cancelled": "is_cancelled"}
OF_ORDER = ("supplier", "country")


def of_receipts(name: str, title: str, unit: str, meaning: str, **more) -> Measure:
    settled = {"anchor": "day", "cluster": "po_id", "requires": (SUPPLIER, RECEIVED, REJECTED), "meaning": meaning}
    return Measure(name, title, unit, "down", "receipt", **{**settled, **more})


def of_lines(name: str, title: str, unit: str, better: str | None, meaning: str, **more) -> Measure:
    settled = {"anchor": "ordered_date", "cluster": "po_id", "exclude": CANCELLED, "meaning": meaning}
    settled |= {"requires": (SUPPLIER, ORDERED), "reads": CAME}
    return Measure(name, title, unit, better, "line", **{**settled, **more})


REJECTS = {
    "exclude": NOT_COUNTED,
    "keys": {"unit": "coalesce(base_uom, '')", "category_ppm": "category_ppm"},
    "sums": {"rejected": "qty_rejected", "received": "qty_received", "n": "1"},
    "coverage": {"lots_with_rejects": "qty_rejected > 0 and not is_return", "undated": "is_undated"},
    "minimum": (1, 1),
}
PRICED = {"fx_missing": "has_price and price_rc is null", "price_missing": "price_rc is null"}
WAITS = {
    "exclude": {
        **CANCELLED,
        "not_yet_due": "completion_date is null and coalesce(due_date > $as_of, true)",
        "before_order": "completion_date < ordered_date",
    },
    "keys": {
        "days": "coalesce(completion_date, $as_of) - ordered_date",
        "event": "(completion_date is not null)::int",
    },
    "sums": {"n": "1"},
    "coverage": {"overdue_open": "completion_date is null"},
    "requires": (SUPPLIER, ORDERED, RECEIVED),
}
KEPT = """(accepted_by_due >= wanted_qty - 1e-9
    and ($early is null or first_received_date >= due_date - $early::int))"""
CARD = {
    "anchor": "day",
    "keys": {"kind": "kind", "unit": "coalesce(base_uom, '')", "days": "days", "event": "is_complete"},
    "sums": {
        "n": "1",
        "came": "qty_received",
        "rejected": "qty_rejected",
        "received": "case when qty_rejected is not null then qty_received end",
        "value_rejected": "qty_rejected * price_rc",
        "value_received": "case when qty_rejected is not null then qty_received * price_rc end",
        "over": "(price_rc - contract_rc) * qty_received",
        "agreed": "case when price_rc is not null then contract_rc * qty_received end",
        "kept": "is_kept",
    },
    "requires": (SUPPLIER, ORDERED, RECEIVED),
    "minimum": (1, 1),
    "additive": False,
}
ORDER = Stage(
    by=("po_id",),
    anchor="max(due_date)",
    having="count(*) filter (where not is_cancelled) > 0 "
    "and count(*) filter (where not is_cancelled and coalesce(due_date > $as_of, true)) = 0",
    shared=OF_ORDER,
    columns={
        "missed": "count(*) filter (where not is_cancelled and received_by_due < wanted_qty - 1e-9)",
        "has_papers": "bool_or(has_papers)",
        "has_condition": "bool_or(has_condition)",
        "wrong_papers": "count(*) filter (where not is_cancelled and has_wrong_papers)",
        "no_papers": "count(*) filter (where not is_cancelled and has_no_papers)",
        "hurt": "count(*) filter (where not is_cancelled and is_hurt)",
        "no_condition": "count(*) filter (where not is_cancelled and is_uncounted)",
    },
)
CONFIRMED = Stage(
    by=("po_id",),
    anchor="min(ordered_date)",
    shared=OF_ORDER,
    columns={"days": "min(acknowledged_date) - min(ordered_date)"},
)

SCORES = (
    Measure("total", "Supplier score", "score", "up", "card", **CARD, finish=card.total, headline=True,
            meaning="Quality, delivery, price and steadiness against published anchors, weighted."),
    Measure("part_score", "Score by criterion", "score", "up", "card", **CARD, finish=card.part_score,
            meaning="Score of each criterion; the numerator is what it measures."),
)  # fmt: skip
OF_RECEIPTS = (
    of_receipts("ppm", "Rejected per million", "ppm", "Units rejected or sent back, of a million received.",
                **REJECTS, finish=card.ppm, interval=card.ppm_interval, additive=False),
    of_receipts("ppm_shrunk", "Rejected per million, steadied", "ppm", **REJECTS, finish=card.ppm_shrunk,
                additive=False, meaning="The same, drawn to what the category delivers: small lots say little."),
    of_receipts("reject_share", "Rejected by value", "share", "Value rejected or sent back, of the value received.",
                exclude={**NOT_COUNTED, **PRICED}, interval="ratio",
                sums={"num": "(qty_rejected * price_rc)", "den": "(qty_received * price_rc)", "n": "1"},
                requires=(SUPPLIER, RECEIVED, REJECTED, "po_line.unit_price|po_line.net_amount")),
    of_receipts("ppv", "Paid above the agreed price", "share", "Price above the agreed one, of what was agreed.",
                where="not is_return", interval="ratio",
                exclude={"uom_missing": "qty_received is null", "no_contract": "not has_contract",
                         "fx_missing": "(has_price and price_rc is null) or contract_rc is null",
                         "price_missing": "price_rc is null"},
                sums={"num": "(price_rc - contract_rc) * qty_received", "den": "contract_rc * qty_received", "n": "1"},
                requires=(SUPPLIER, RECEIVED, "product_supplier.contract_price")),
)  # fmt: skip
OF_LINES = (
    of_lines("otif", "Purchases on time in full", "share", "up", "Lines accepted in full by the confirmed day.",
             anchor="coalesce(due_date, ordered_date)", where="coalesce(due_date <= $as_of, true)",
             exclude={**CANCELLED, "no_due_date": "due_date is null", "uom_missing": "wanted_qty is null"},
             sums={"num": f"{KEPT}::int", "den": "1", "n": "1"}, coverage={"unconfirmed": "is_unconfirmed"},
             interval="proportion", requires=(SUPPLIER, DUE, RECEIVED)),
    of_lines("perfect_order", "Perfect supplier orders", "share", "up", anchor=None, stage=ORDER,
             exclude=perfect.UNKNOWN, sums=perfect.SUMS, finish=perfect.finish, interval="proportion", cluster="po_id",
             requires=(SUPPLIER, DUE, RECEIVED), reads=(*CAME, "supplier_return_line"),
             meaning="Purchase orders in full, on the day, with right papers and unhurt."),
    of_lines("lead_time_mean", "Lead time", "days", "down", "Mean days from order until all of the line had come.",
             **WAITS, finish=card.lead_time_mean, minimum=(6, 20)),
    of_lines("lead_time_p90", "Lead time of nine in ten", "days", "down", "Days by which nine in ten lines had come.",
             **WAITS, finish=km_quantile(0.9), minimum=(6, 20)),
    of_lines("lead_time_cv", "Unsteady lead time", "ratio", "down", "Standard deviation of lead times, by their mean.",
             **WAITS, finish=card.lead_time_cv, minimum=(10, 30)),
    of_lines("acknowledgement", "Days to confirm", "days", "down", "Mean days until the supplier confirmed the order.",
             anchor=None, stage=CONFIRMED, exclude={"unacknowledged": "days is null"}, interval="ratio",
             sums={"num": "days", "den": "1", "n": "1"}, requires=(SUPPLIER, "purchase_order.acknowledged_date"),
             reads=BOUGHT, minimum=(6, 20)),
    of_lines("single_source_share", "Bought where nobody else sells", "share", "down",
             exclude={**CANCELLED, "fx_missing": "unit_price is not null and rate is null",
                      "price_missing": "amount_rc is null"},
             sums={"num": "case when is_single_source then amount_rc else 0 end", "den": "amount_rc", "n": "1"},
             interval="ratio", requires=(SUPPLIER, ORDERED, "po_line.unit_price|po_line.net_amount"), reads=BOUGHT,
             meaning="Value of lines whose product had no other supplier in the year before."),
    Measure("compliance", "Required documents that hold", "share", "up", "document", interval="proportion",
            cluster="supplier_id", sums={"num": "is_valid::int", "den": "1", "n": "1"},
            requires=("supplier_compliance.doc_type",),
            meaning="Documents asked for that are valid, at the end of the period."),
)  # fmt: skip

# A state belongs to the period it falls in, and to one that ended at most 35 days before it.
IMPACT = Measure(
    "impact", "Revenue at risk behind its late purchases", "currency", "down", "impact", finish=sum_of("num"),
    anchor="case when state_day > $end and state_day <= $end + 35 then $end else state_day end",
    exclude={"price_missing": "value_rc is null"}, sums={"num": "value_rc", "n": "1"}, minimum=(0, 1),
    requires=(SUPPLIER, *exceptions.METRIC.measure("revenue_at_risk").requires), reads=exceptions.READS,
    meaning="Open promises we shall miss that wait for a purchase of the supplier, as of the newest known day.",
)  # fmt: skip

METRIC = Metric(
    title="Supplier scorecard",
    question="Which suppliers reliably deliver good parts on time at the agreed price, and what do they endanger?",
    relations=RELATIONS,
    measures=(*SCORES, *OF_RECEIPTS, *OF_LINES, IMPACT),
    dims={
        "supplier": Dim("Supplier", "supplier", SUPPLIER),
        "country": Dim("Country of the supplier", "country", "supplier.country"),
        "category": Dim("Category", "category", "product.category"),
        "family": Dim("Product family", "family", "product.family"),
        "site": Dim("Site", "site", "po_line.site_id"),
        "product": Dim("Product", "coalesce(product, product_id)", "po_line.product_id", wide=True),
    },
    needs=("exceptions",),
    params={
        "early": Param(None, None, "Days before the due day from which a delivery is too early; none = never."),
        "weight_quality": Param(0.35, None, "Weight of quality in the total."),
        "weight_delivery": Param(0.30, None, "Weight of delivery in the total."),
        "weight_price": Param(0.20, None, "Weight of price in the total."),
        "weight_lead_time": Param(0.15, None, "Weight of the steadiness of lead times in the total."),
        "ppm_floor": Param(10000, None, "Rejects per million that score 0."),
        "ppm_target": Param(500, None, "Rejects per million that score 100."),
        "otif_floor": Param(0.80, None, "Share on time in full that scores 0."),
        "otif_target": Param(0.98, None, "Share on time in full that scores 100."),
        "ppv_floor": Param(0.05, None, "Price variance that scores 0."),
        "ppv_target": Param(0, None, "Price variance that scores 100."),
        "cv_floor": Param(0.5, None, "Unsteadiness of lead times that scores 0."),
        "cv_target": Param(0.1, None, "Unsteadiness of lead times that scores 100."),
    },
    caveats=(
        "Weights and anchors are proposals: set your own before you judge anybody by them.",
        "The card of several suppliers pools their lines: lead times that differ between them count as unsteadiness.",
        "Where a supplier sits informs and does not score: its weight is 0.",
        "No rejects in 500 units still allow 7,351 per million at 95 %.",
    ),
    sources=(
        "Dickson 1966, An analysis of vendor selection systems",
        "Weber, Current and Benton 1991, EJOR 50",
        "SCOR RL.1.2 perfect supplier order, RL.2.5 to RL.2.8",
    ),
    example="""
25 of 10,000 rejected -> 2,500 ppm; 3 of 4 lines on time in full; 100 at 10.5 and 200 at 9.9 against 10 -> +.01
lead times 10, 12, 14, 20 -> mean 14, cv .30861
scores 78.947, 0, 80, 47.848 -> total 50.809
""",
)  # fmt: skip
