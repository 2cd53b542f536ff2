"""How good is demand: can it be forecast, does it convert steadily, is it live, spread and regular?

    index = exp(sum w ln max(score, 1))        score = 100 x clip((x - floor) / (target - floor), 0, 1)

    component          weight   floor -> target
    wape               .25      .60 -> .20      error of the pipeline forecast over the next three months
    bias               .15      .25 -> .02      its size, over or under
    phi                .15      3 -> 1          dispersion of lead cohorts against chance
    healthy_pipeline   .20      .40 -> .90      open pipeline value neither overdue nor stale
    top_customer       .10      .40 -> .05      largest customer's share of orders
    regular_revenue    .15      .10 -> .60      revenue of customers with four order days or more and CV of waits <= .5

Geometric: a collapse of one part cannot be bought back; index_arithmetic beside it for comparison. Unit: score, 0 to
100, higher is better. n = parts known. Suppressed below 70 % of the weight, or when a part with a quarter of it rests
on too few rows. Interval: 2,000 draws of the weights (Dirichlet, 50 w) and of the parts within their own intervals; a
part without one is held fixed and named. Weights and anchors are parameters; another one is another index.
healthy_pipeline and regular_revenue are also measures of their own, over open deals and over customers. Source:
OECD/JRC Handbook on constructing composite indicators (2008); weights and anchors are this product's."""

from pathlib import Path

from metrics.components import SHARE, component
from metrics.executive import terms
from metrics.finish import expand, histogram_quantile, number
from metrics.registry import Answer, Dim, Measure, Metric, Relation, Stage

HERE = Path(__file__).parent
FEW_WON = 6


def healthy(frame, params) -> Answer:
    """Value of open deals whose close is not past and that are no older than three quarters of the won ones took."""
    values, counts = expand(frame[frame["outcome"] == "won"])
    waiting = frame[frame["outcome"] == "open"]
    n, den = int(waiting["n"].sum()), number(waiting["value"].sum())
    if not n or not den:
        return Answer(None, None, None, n)
    if counts.sum() < FEW_WON:
        few = f"{int(counts.sum())} won deals; {FEW_WON} make a quartile"
        return Answer(None, None, den, n, status="insufficient", reason=few)
    fresh = waiting[waiting["days"] <= histogram_quantile(values, counts, 0.75)]
    num = number(fresh["live"].sum()) or 0.0
    return Answer(num / den, num, den, n)


# Order days one day apart are one occasion, as repeat orders count them.
DAYS = "list_sort(list_distinct(list(order_date)))"
MERGED = "list_filter(days, lambda day, i: i = 1 or day - days[i - 1] > 1)"
GAPS = "list_transform(order_days[2:], lambda day, i: day - order_days[i])"
REGULAR = """len(order_days) >= 4
    and list_aggregate(gaps, 'stddev_samp') / nullif(list_aggregate(gaps, 'avg'), 0) <= 0.5"""
BUYER = Stage(
    ("customer_id",),
    {
        "order_days": f"list_transform([{DAYS}], lambda days: {MERGED})[1]",
        "gaps": GAPS,
        "booked": "sum(net_amount * rate) FILTER (WHERE order_date BETWEEN $start AND $end)",
    },
    having="count(*) FILTER (WHERE order_date BETWEEN $start AND $end) > 0",
)
RELATIONS = {
    "deal": Relation(
        "opportunity, with its value and close as last exported", ("opportunity_id",),
        (HERE / "demand_quality_deal.sql").read_text("utf-8"),
    ),
    "line": Relation(
        "order line as the order mix has it", ("order_line_id", "known_from"), "select * from {order_mix.line}",
        known=True, is_view=True, trace={"sales_order": "order_id"},
    ),
}  # fmt: skip
OWN = (
    Measure(
        name="healthy_pipeline", title="Live pipeline", unit="share", better="up", relation="deal",
        anchor="least($end::date, $as_of::date)",
        where="""(is_waiting and created_date <= $as_of) or (outcome = 'won'
            and closed_date between created_date and $as_of and $as_of::date < created_date + 365)""",
        exclude={"no_amount": "is_waiting and not has_amount", "fx_missing": "is_waiting and open_value is null"},
        keys={"days": "days", "outcome": "outcome"},
        sums={"n": "1", "value": "case when is_waiting then open_value end",
              "live": "case when is_waiting and not coalesce(expected_close_date < $as_of, false) then open_value end"},
        finish=healthy, minimum=(5, 30), additive=False,
        requires=("opportunity_snapshot.amount|opportunity.amount", "opportunity.created_date|opportunity.created_at"),
        meaning="Open pipeline value that is neither past its close date nor older than most won deals took.",
    ),
    Measure(
        name="regular_revenue", title="Revenue from regular customers", unit="share", better="up", relation="line",
        anchor="order_date", stage=BUYER, where="order_date <= $as_of and net_amount is not null and rate is not null",
        sums={"num": f"case when coalesce({REGULAR}, false) then booked else 0 end", "den": "booked", "n": "1"},
        interval="ratio", cluster="customer_id", additive=False,
        requires=("sales_order.ordered_date|sales_order.ordered_at|sales_order.entered_at", "sales_order.customer_id",
                  "order_line.unit_price|order_line.net_amount"),
        meaning="Booked value of the year from customers with at least four order days and steady waits between them.",
    ),
)  # fmt: skip
NEAR = {"where": {"horizon": ("1", "2", "3")}}
COMPONENTS = (
    component(
        "wape", "Forecast error, next three months", 0.25, (0.60, 0.20), "pipeline_forecast_accuracy", "wape",
        asked=lambda ask: NEAR,
    ),
    component(
        "bias", "Forecast bias, next three months", 0.15, (0.25, 0.02), "pipeline_forecast_accuracy", "bias",
        asked=lambda ask: NEAR, size=True,
    ),
    component("phi", "Steady conversion of leads", 0.15, (3.0, 1.0), "lead_to_order_rate", "phi"),
    component("healthy_pipeline", "Live pipeline", 0.20, (0.40, 0.90), "demand_quality", "healthy_pipeline", **SHARE),
    component("top_customer", "Largest customer", 0.10, (0.40, 0.05), "order_mix", "top_share", part="1", **SHARE),
    component("regular_revenue", "Regular customers", 0.15, (0.10, 0.60), "demand_quality", "regular_revenue", **SHARE),
)  # fmt: skip
METRIC = Metric(
    title="Demand quality",
    question="In one look, how good is demand?",
    relations=RELATIONS,
    measures=(*terms.measures("demand_quality", "up"), *OWN),
    dims={
        "segment": Dim("Segment", "segment", "customer_history.segment|customer.segment", empty="Unsegmented"),
        "family": Dim("Product family", "family", "product.family"),
    },
    needs=("pipeline_forecast_accuracy", "lead_to_order_rate", "sales_cycle_days", "order_mix"),
    components=COMPONENTS,
    caveats=terms.CAVEATS,
    sources=terms.SOURCES,
    example=terms.EXAMPLE,
)
