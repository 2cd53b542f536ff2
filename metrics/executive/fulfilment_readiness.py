"""How ready are we to keep what we promised?

    index = exp(sum w ln max(score, 1))        score = 100 x clip((x - floor) / (target - floor), 0, 1)

    component       weight   floor -> target
    otif            .30      .70 -> .98      on time in full against the first promise, the last eight complete weeks
    covered         .30      .70 -> .98      value of promises due within 30 days that supply covers in time
    past_due        .15      .40 -> .02      backlog value past its promise
    bottleneck      .15      100 in .75 to .90, 0 at .50 and 1.05      utilisation of the resource with most load
    value_match     .10      .80 -> .99      order value on customers that both systems know

Geometric: a collapse of one part cannot be bought back; index_arithmetic beside it for comparison. Unit: score, 0 to
100, higher is better. n = parts known. Suppressed below 70 % of the weight, or when a part with a quarter of it rests
on too few rows. Interval: 2,000 draws of the weights (Dirichlet, 50 w) and of the parts within their own intervals; a
part without one is held fixed and named. Weights and anchors are parameters; another one is another index. covered is
also a measure of its own, over open lines. The parts have no dimension in common, so there are no slices. Source:
OECD/JRC Handbook on constructing composite indicators (2008); weights and anchors are this product's."""

from datetime import timedelta

from metrics.components import SHARE, Ask, component
from metrics.executive import terms
from metrics.finish import ratio
from metrics.registry import Measure, Metric, Relation

WEEKS, AHEAD = 8, 30


def last_weeks(ask: Ask) -> dict:
    """The last eight weeks from Monday to Sunday that are over."""
    end = ask.as_of - timedelta(days=(ask.as_of.weekday() + 1) % 7)
    return {"date_from": end - timedelta(days=7 * WEEKS - 1), "date_to": end}


RELATIONS = {
    "line": Relation(
        "state day x policy x open line", ("state_date", "policy", "order_line_id"), "select * from {exceptions.line}",
        at="state", is_view=True, state_column="po_line.current_confirmed_date", trace={"po_line": "po_line_id"},
    ),
}  # fmt: skip
COVERED = Measure(
    name="covered", title="Promises due soon that are covered", unit="share", better="up", relation="line",
    where=f"policy = 'priority' and promise_date between state_date and state_date + {AHEAD}",
    exclude={"count_too_old": "is_count_too_old", "uom_missing": "uom_missing", "fx_missing": "fx_missing",
             "price_missing": "price_rc is null"},
    sums={"num": "open_value - short_value", "den": "open_value", "n": "1"},
    finish=ratio, interval="ratio", cluster="order_id", additive=False,
    requires=("inventory_snapshot.on_hand_qty", "order_line.ordered_qty",
              "order_line.unit_price|order_line.net_amount"),
    meaning="Value of open promises due within 30 days that supply covers in time.",
)  # fmt: skip
COMPONENTS = (
    component(
        "otif", "On time in full, last eight weeks", 0.30, (0.70, 0.98), "otif", "otif", asked=last_weeks, **SHARE
    ),
    component("covered", "Promises due soon, covered", 0.30, (0.70, 0.98), "fulfilment_readiness", "covered", **SHARE),
    component("past_due", "Past-due backlog", 0.15, (0.40, 0.02), "backlog_movement", "past_due_share", **SHARE),
    component(
        "bottleneck", "Load of the bottleneck", 0.15, (0.50, 0.75, 0.90, 1.05), "capacity_utilisation", "utilisation",
        part="bottleneck",
    ),
    component("value_match", "Customers known to both systems", 0.10, (0.80, 0.99), "master_data_consistency",
              "value_match", asked=lambda ask: {"where": {"entity": ("customer",)}}, **SHARE),
)  # fmt: skip
METRIC = Metric(
    title="Fulfilment readiness",
    question="In one look, how ready are we to keep our promises?",
    relations=RELATIONS,
    measures=(*terms.measures("fulfilment_readiness", "up"), COVERED),
    dims={},
    needs=("otif", "exceptions", "backlog_movement", "capacity_utilisation", "master_data_consistency"),
    components=COMPONENTS,
    caveats=terms.CAVEATS,
    sources=terms.SOURCES,
    example="""
OTIF .91, covered .924, past due .096, utilisation .95, value match .9425
scores 75, 80, 80, 66.667, 75
index 75.858        arithmetic 76.0
""",
)
