"""Days until our plan and our purchase orders answer when a customer wants something else.

    change  = more, less or a cancellation of an order line; another day the customer asked for; another quantity in an
              open deal. up = more or earlier, down = less or later. Changes of one line on one day are netted.
    answer  = our first change of supply in the same direction on or after the day the change was recorded: a production
              order (plan), or a purchase order line created, enlarged, cut, cancelled or moved by us (po); of the line
              itself where the supply is for a line, else of the same product and site; within `window` days
    km_median, km_p90 = Kaplan-Meier over the days from change to answer; the unanswered wait on
                        at the as-of date, or at the end of the window
    answered_share    = answered within 7 days / changes at least 7 days old
    entry_lag         = median of recorded day - day of the change

One supply change answers every change before it that still waits, since plans run in batches: an association, no proof
of cause. The whole is whichever answers first; parts plan and po count one kind of answer alone. A deal has no site:
supply of the product anywhere answers it. What a supplier confirms is no answer. A change stands in the period of the
day it was recorded.

Left out and counted: no_answer_needed (more than stock covered that day; less with nothing on order to reduce), changes
without a product. Where stock was not known that day the change stays; coverage tells their share. Without a record of
changes of purchase lines, their snapshots are compared, each difference dated at the later one: coverage.compared.

Unit: calendar days; share. Lower days are better. n = changes; below 10 answers no median is shown. Interval: log-log
band of Kaplan-Meier; of answered_share Wilson with the effective sample size over orders; of entry_lag order
statistics.
Source: Kaplan and Meier 1958.
"""

from dataclasses import replace
from pathlib import Path

import pandas as pd

from metrics.finish import divide, median_of
from metrics.intervals import proportion, squares
from metrics.registry import Answer, Dim, Measure, Metric, Param, Relation
from metrics.survival import km_quantile

HERE = Path(__file__).parent
TOLD = "order_line_change.kind|promise_history.initiator|opportunity_line.qty"
SUPPLY = "po_line_change.field|production_order_change.field|po_line_snapshot.snapshot_date"
PARTS = {None: "first_day", "plan": "plan_day", "po": "po_day"}
NO_RECORD = {
    "plan": "not_available: production_order_change.field or production_order.created_date",
    "po": "not_available: po_line_change.field or purchase_order.ordered_date",
}
FEW_ANSWERS = 10
WITHIN = 7


def _relation(name: str, grain: str, key: tuple[str, ...], **more) -> Relation:
    return Relation(grain, key, (HERE / f"order_change_latency_{name}.sql").read_text("utf-8"), **more)


RELATIONS = {
    "demand": _relation("demand", "change of a line or deal, netted by day and direction", ("change_key",)),
    "supply": _relation("supply", "change of our own supply", ("kind", "supply_id", "field", "day")),
    "open": _relation("open", "step of what is still to come", ("product_id", "site_id", "day")),
    "change": _relation("change", "change of a line or deal, with the supply change that answers it", ("change_key",)),
}
NO_PRODUCT = {"no_product": "product_id is null"}
LEFT_OUT = {**NO_PRODUCT, "no_answer_needed": "needs_no_answer"}


def is_answered(day: str) -> str:
    """Whether the answer had come by the as-of date, within the window."""
    return f"coalesce({day} <= $as_of and {day} - day <= $window, false)"


def waited(day: str) -> str:
    """Days until the answer, else so far, at most the window."""
    return f"(case when {is_answered(day)} then {day} - day else least($as_of - day, $window::int) end)"


def _names(part: str | None) -> str:
    return part or "first"


def waits() -> dict[str, str]:
    """Days waited and whether they are over, for each kind of answer."""
    found = {"has_plan": "coalesce(plan_since <= $as_of, false)", "has_po": "coalesce(po_since <= $as_of, false)"}
    for part, day in PARTS.items():
        found |= {f"days_{_names(part)}": waited(day), f"event_{_names(part)}": f"({is_answered(day)})::int"}
    return found


def answers() -> dict[str, str]:
    """Whether each kind of answer came within 7 days, and the order."""
    found = {name: text for name, text in waits().items() if name.startswith("has_")} | {"of_order": "order_id"}
    return found | {f"hit_{_names(part)}": f"coalesce({day} <= $as_of and {day} - day <= {WITHIN}, false)::int"
                    for part, day in PARTS.items()}  # fmt: skip


def by_part(one):
    """One answer for whichever comes first and one for each kind of supply, which says where it is not recorded."""

    def finish(frame, params) -> list[Answer]:
        if frame.empty:
            return [Answer(None, 0, 0, 0)]
        found = []
        for part in PARTS:
            if part and not bool(frame[f"has_{part}"].iloc[0]):
                missing = Answer(None, part=part, n=0, status="not_available", reason=NO_RECORD[part])
                found.append(missing)
            else:
                found.append(replace(one(frame, part, params), part=part))
        return found

    return finish


def quantile(share: float):
    """The day by which a share of the changes had an answer, held back below 10 answers."""

    def one(frame, part, params) -> Answer:
        name = _names(part)
        own = frame[[f"days_{name}", f"event_{name}", "n"]].set_axis(["days", "event", "n"], axis=1)
        found = km_quantile(share)(own, params)
        if found.num >= FEW_ANSWERS:
            return found
        return replace(found, status="insufficient", reason=f"{found.num:.0f} answers; {FEW_ANSWERS} are needed")

    return by_part(one)


def answered(frame, part, params) -> Answer:
    hits = frame[f"hit_{_names(part)}"].astype(float) * frame["n"]
    own = pd.DataFrame({"order": frame["of_order"], "num": hits, "den": frame["n"].astype(float)})
    num, den = float(own["num"].sum()), float(own["den"].sum())
    orders = own.groupby("order", dropna=False)[["num", "den"]].sum()
    ci, method = proportion(num, den, squares(orders["num"], orders["den"]))
    return Answer(divide(num, den), num, den, int(den), ci=ci, ci_method=method)


COVERAGE = {
    "stock_unknown": "direction = 'up' and usable_qty is null and not is_deal",
    "compared": "is_compared and first_day <= $as_of",
    "of_the_line": "is_own and first_day <= $as_of",
    "deals": "is_deal",
    "attribute_backfilled": "attribute_backfilled",
}


def measure(name: str, title: str, unit: str, better: str, meaning: str, **more) -> Measure:
    settled = {"anchor": "day", "where": "day <= $as_of", "exclude": LEFT_OUT, "sums": {"n": "1"}, "coverage": COVERAGE}
    settled |= {"requires": (TOLD, SUPPLY), "minimum": (6, 20), "meaning": meaning}
    return Measure(name, title, unit, better, "change", **{**settled, **more})


def window(params) -> int | None:
    """Days until the waits of a period are settled."""
    return int(params["window"])


MEASURES = (
    measure("km_median", "Days until a change is answered", "days", "down", keys=waits(), finish=quantile(0.5),
            settles_after=window, headline=True,
            meaning="Days by which half of the changes had an answer in supply, unanswered ones included."),
    measure("km_p90", "Days for nine of ten changes", "days", "down", keys=waits(), finish=quantile(0.9),
            settles_after=window,
            meaning="Days by which nine of ten changes had an answer in supply, unanswered ones included."),
    measure("entry_lag", "Days until a change is entered", "days", "down", keys={"days": "day - changed_date"},
            exclude={**NO_PRODUCT, "entry_unknown": "not is_entry_known or changed_date is null",
                     "takes_effect_later": "changed_date > day"},
            finish=median_of(), coverage={},
            requires=("order_line_change.recorded_date|opportunity_line.recorded_date",),
            meaning="Median days from the customer's change until it stood in our system."),
    measure("answered_share", "Answered within a week", "share", "up", keys=answers(), finish=by_part(answered),
            exclude={**LEFT_OUT, "younger": f"$as_of - day < {WITHIN}"}, minimum=(5, 30), settles_after=WITHIN,
            meaning="Changes at least 7 days old with an answer in supply within 7 days."),
)  # fmt: skip

METRIC = Metric(
    title="Order change latency",
    question="When a customer changes what he wants, how many days pass until our plan and our purchase orders say so?",
    relations=RELATIONS,
    measures=MEASURES,
    dims={
        "kind": Dim("Kind of change", "kind", TOLD),
        "direction": Dim("Direction", "direction", TOLD),
        "family": Dim("Product family", "family", "product.family|opportunity_line.family"),
        "site": Dim("Site", "site", "order_line.site_id"),
        "supplier": Dim("Supplier last ordered from", "supplier", "purchase_order.supplier_id"),
        "segment": Dim("Segment", "segment", "customer_history.segment|customer.segment", empty="Unsegmented"),
        "planner": Dim("Planner", "planner", "order_line.planner|product_site.planner"),
        "product": Dim("Product", "coalesce(product, product_id)", "order_line.product_id", wide=True),
        "customer": Dim("Customer", "coalesce(customer, customer_id)", "sales_order.customer_id", wide=True),
    },
    params={"window": Param(60, None, "Days within which a supply change counts as the answer.")},
    caveats=(
        "The next supply change of a product need not have been made because of the change: this is no proof of cause.",
        "A change recorded late looks quickly answered: read entry_lag beside it.",
        "More that stock covered, and less with nothing on order, needed no answer and is left out.",
    ),
    sources=("Kaplan and Meier 1958; log-log band after Kalbfleisch and Prentice",),
    example="""
one product, as of 30 April; wanted: up on the 1st and the 4th, down on the 6th, up on the 20th
purchase order raised on the 5th, cut on the 16th -> waits 4, 1, 10, 10+
S(1) .75, S(4) .5, S(10) .25 -> median 4; answered within a week 2/4
""",
)
