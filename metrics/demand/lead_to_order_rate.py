"""Share of the leads we create that turn into orders, and whether that share is predictable from month to month.

    rate      = leads with 0 <= order date - created date <= window / valid leads          a cohort = month of creation
    won_rate  = the same with the day the lead's deal was won (for a CRM without orders)
    net_rate  = rate without orders cancelled within 30 days
    phi       = chi2 / (C - 1);  chi2 = sum over C cohorts of n (p - pbar)^2 / (pbar (1 - pbar))
    p_value   = P(chi2 of C - 1 degrees of freedom is as large)
    lag_median = median of the days from lead to first order, of the leads that rate counts as orders

An order credits one lead: that of its deal (the surest link, then the earliest deal), and only without one the latest
valid lead of the same customer created by its date (attribution=link_only switches this off). A lead converts at its
first credited order; its siblings stay in the denominator, and so does for ever a lead that was given up. A first order
or a win before the lead is no conversion; it stays in the denominator, its share is coverage.negative_lag.

Only cohorts all of whose leads have had the whole window are counted (cohort end + window <= as-of date); the default
period is the last twelve of them, pooled. Leads of younger cohorts are left out and counted when a period asked for
holds them. window=none: any lag so far, all cohorts; not comparable between cohorts.
conversion_curve also takes young cohorts: up to the age that all leads of the period have reached.

Which channel's or campaign's leads become orders and how long that takes: rate and lag_median sliced by them. Every
lead that counts has had the same window, so that no order is still to come; those that never order are in rate alone.

Unit: share; phi and p_value: ratio; lag_median: days. A higher rate and a shorter lag are better. phi near 1 is
sampling noise; phi above 1 with a p_value below .05 means the process itself moves. Cohorts below 30 leads are merged
into quarters for phi. n = leads, of lag_median those that ordered. Interval: Wilson; of orders without a lead, with the
effective sample size of orders in customers; of lag_median order statistics. Left out and counted: tests, spam and
duplicates (is_valid false). Source: attribute charts after Wheeler; dispersion against the binomial; Laney 2002 on why
large cohorts look unstable.
"""

from dataclasses import replace
from pathlib import Path

import pandas as pd

from metrics import steadiness
from metrics.finish import median_of, number
from metrics.intervals import wilson
from metrics.registry import Answer, Dim, Measure, Metric, Param, Relation

HERE = Path(__file__).parent
LINKED = "opportunity_order_link.order_id"
CREATED = "lead.created_date|lead.created_at"
ORDERED = "sales_order.ordered_date|sales_order.entered_date"


def _relation(name: str, grain: str, key: str, **more) -> Relation:
    return Relation(grain, (key,), (HERE / f"lead_to_order_rate_{name}.sql").read_text("utf-8"), **more)


RELATIONS = {
    "credit": _relation("credit", "order of demand, with the lead it credits", "order_id"),
    "lead": _relation("lead", "lead, with its first credited order and the win of its deal", "lead_id"),
    "order": _relation("order", "order of demand, with the lead it credits and its attributes", "order_id"),
}

# The first order of the rules in force, as far as it is known.
BY_LINK = "($attribution = 'link_only' or coalesce(linked_order_date <= latest_order_date, latest_order_date is null))"
FIRST_ORDER = f"(case when {BY_LINK} then linked_order_date else latest_order_date end)"
ORDER_DAY = f"(case when {FIRST_ORDER} <= $as_of then {FIRST_ORDER} end)"
CANCELLED = f"(case when {BY_LINK} then linked_cancelled_date else latest_cancelled_date end)"
WON_DAY = "(case when won_known_date <= $as_of then won_date end)"
IS_NET = f"not coalesce({CANCELLED} <= {ORDER_DAY} + 30 and {CANCELLED} <= $as_of, false)"


BACKFILLED = {"attribute_backfilled": "attribute_backfilled"}
INVALID = {"invalid": "not is_valid"}


def within(day: str) -> str:
    """Whether the lead had come to that day within the window."""
    lag = f"({day} - created_date)"
    return f"coalesce({lag} >= 0 and ($window is null or {lag} <= $window), false)"


def mature(params) -> str:
    """Leads of cohorts that have had the whole window."""
    if params["window"] is None:
        return "created_date <= $as_of"
    return "last_day(created_date) + $window::int <= $as_of"


def window(params) -> int | None:
    """Days until a cohort has had its window; with any lag it never has."""
    return None if params["window"] is None else int(params["window"])


def window_and_30(params) -> int | None:
    return None if params["window"] is None else int(params["window"]) + 30


def order_needs(params) -> tuple[str, ...]:
    return (CREATED, ORDERED, LINKED if params["attribution"] == "link_only" else f"{LINKED}|lead.customer_id")


def lead_measure(name: str, title: str, day: str, meaning: str, hit: str = "true", **more) -> Measure:
    negative = f"coalesce({day} < created_date, false)"
    settled = {
        "anchor": "created_date",
        "where": "created_date <= $as_of",
        "exclude": lambda params: {**INVALID, "immature": f"not ({mature(params)})"},
        "sums": {"num": f"({within(day)} and {hit})::int", "den": "1", "n": "1"},
        "interval": "proportion",
        "coverage": {
            "negative_lag": negative,
            "by_link": f"{within(ORDER_DAY)} and {BY_LINK}",
            "by_customer": f"{within(ORDER_DAY)} and not {BY_LINK}",
            **BACKFILLED,
        },
        "requires": order_needs,
        "settles_after": window,
        "steady_from": 30,
        "meaning": meaning,
    }
    return Measure(name, title, "share", "up", "lead", **{**settled, **more})


def curve(frame, params) -> list[Answer]:
    """Share converted by each age in whole weeks, as far as every lead of the period has come."""
    if frame.empty:
        return [Answer(None, 0, 0, 0)]
    n, reached = number(frame["n"].sum()), int(frame["age"].min())
    last = reached if params["window"] is None else min(reached, int(params["window"]))
    ages = [*range(0, last, 7), last]
    hits = frame[frame["lag"].notna()]
    found = []
    for age in ages:
        count = number(hits.loc[hits["lag"] <= age, "n"].sum()) or 0
        found.append(Answer(count / n, count, n, int(n), part=str(age), ci=wilson(count / n, n), ci_method="wilson"))
    return found


def cohorts(frame) -> pd.DataFrame:
    """Conversions and leads by month of creation; by quarter where a month has fewer than 30 leads."""
    table = frame.groupby("cohort", sort=True)[["num", "n"]].sum().astype(float)
    if (table["n"] < 30).any():
        quarter = pd.PeriodIndex(pd.to_datetime(table.index), freq="Q")
        table = table.groupby(quarter).sum()
    return table


def dispersion(frame) -> tuple[float, float, int, int] | None:
    """(phi, p, degrees of freedom, leads) against one common share; None when that says nothing."""
    if frame.empty:
        return None
    table = cohorts(frame)
    found = steadiness.dispersion(table["num"], table["n"])
    return None if found is None else (*found, int(table["n"].sum()))


def _of_dispersion(frame, value) -> Answer:
    found = dispersion(frame)
    n = int(frame["n"].sum()) if len(frame) else 0
    if found is None:
        return Answer(
            None, None, None, n, reason=None if not n else "needs two cohorts and a share above 0 and below 1"
        )
    ratio, chance, freedom, n = found
    few = freedom + 1 < 6
    reason = f"{freedom + 1} cohorts; six make a series" if few else None
    return Answer(
        value(ratio, chance), ratio * freedom, freedom, n, status="insufficient" if few else None, reason=reason
    )


def phi(frame, params) -> Answer:
    return _of_dispersion(frame, lambda ratio, chance: ratio)


def p_value(frame, params) -> Answer:
    return _of_dispersion(frame, lambda ratio, chance: chance)


def spread(name: str, title: str, better: str | None, finish, meaning: str) -> Measure:
    return lead_measure(
        name,
        title,
        ORDER_DAY,
        meaning,
        keys={"cohort": "date_trunc('month', created_date)::date"},
        finish=finish,
        interval=None,
        coverage={},
    )


def _ratio(measure: Measure, better: str | None) -> Measure:
    return replace(measure, unit="ratio", better=better, additive=False)


MEASURES = (
    lead_measure(
        "rate", "Leads that became orders", ORDER_DAY, "Leads whose first order came within the window.", headline=True
    ),
    lead_measure(
        "won_rate",
        "Leads that became won deals",
        WON_DAY,
        "Leads whose deal was won within the window.",
        requires=(CREATED, "opportunity.closed_date|opportunity.closed_at"),
        coverage={"negative_lag": f"coalesce({WON_DAY} < created_date, false)", **BACKFILLED},
        reads=("lead", "opportunity"),
    ),
    lead_measure(
        "net_rate",
        "Leads that became orders and stayed",
        ORDER_DAY,
        "The rate without orders cancelled within 30 days.",
        hit=IS_NET,
        settles_after=window_and_30,
    ),
    lead_measure(
        "conversion_curve",
        "Converted by age",
        ORDER_DAY,
        "Share converted by each age of the lead in days, as far as all leads of the period have come.",
        exclude=INVALID,
        keys={
            "lag": f"case when {ORDER_DAY} >= created_date then {ORDER_DAY} - created_date end",
            "age": "$as_of - created_date",
        },
        sums={"n": "1"},
        settles_after=0,
        finish=curve,
        interval=None,
        coverage={},
    ),
    replace(
        lead_measure(
            "lag_median",
            "Days from lead to order",
            ORDER_DAY,
            "Half of the leads that became orders within the window had by then; read it beside the rate.",
            where=f"created_date <= $as_of and {within(ORDER_DAY)}",
            keys={"days": f"({ORDER_DAY} - created_date)"},
            sums={"n": "1"},
            finish=median_of(),
            interval=None,
            coverage={"by_link": BY_LINK, "by_customer": f"not {BY_LINK}", **BACKFILLED},
            minimum=(6, 20),
            additive=False,
        ),
        unit="days",
        better="down",
    ),
    Measure(
        name="orders_without_lead",
        title="Orders without a lead",
        unit="share",
        better=None,
        relation="order",
        anchor="order_date",
        where="order_date <= $as_of",
        coverage=BACKFILLED,
        sums={"num": "(lead_id is null or ($attribution = 'link_only' and rule <> 'link'))::int", "den": "1", "n": "1"},
        interval="proportion",
        cluster="coalesce(customer_id, order_id)",
        requires=order_needs,
        meaning="Orders that credit no lead: what the funnel does not explain.",
    ),
    _ratio(
        spread("phi", "Dispersion of cohorts", "down", phi, "Spread of the cohorts against pure chance; 1 is chance."),
        "down",
    ),
    _ratio(
        spread("p_value", "Chance of that dispersion", None, p_value, "How often chance alone spreads cohorts as far."),
        None,
    ),
)
DIMS = {
    "segment": Dim("Segment", "segment", "lead.segment|customer_history.segment|customer.segment", empty="Unsegmented"),
    "region": Dim("Region", "region", "lead.region|customer.region"),
    "channel": Dim("Channel", "channel", "lead.channel"),
    "campaign": Dim("Campaign", "campaign", "lead.campaign", wide=True),
    "family": Dim("Product family", "family", "lead.product_family"),
    "owner": Dim("Owner", "owner", "lead.owner"),
    "lead_type": Dim("Lead type", "lead_type", "lead.lead_type"),
    "customer_kind": Dim("New or existing customer", "customer_kind", "lead.customer_id"),
}
METRIC = Metric(
    title="Lead to order rate",
    question="Of the leads we create, what share turn into orders, and is that share predictable from month to month?",
    relations=RELATIONS,
    measures=MEASURES,
    dims=DIMS,
    params={
        "window": Param(90, None, "Days a lead is given to become an order; none = any."),
        "attribution": Param(
            "linked_then_latest", ("linked_then_latest", "link_only"), "Whether orders without a deal credit a lead."
        ),
    },
    window="mature_12_cohorts",
    caveats=(
        "Orders without a deal credit the customer's latest lead: see coverage.by_customer, and attribution=link_only.",
        "Windows differ from company to company: compare rates only with the same window.",
        "A lead given up stays in the denominator; taking it out would overstate the rate.",
        "lag_median knows only leads that ordered within the window: a longer window makes it longer.",
    ),
    sources=("Wheeler, Understanding Variation", "Laney 2002, Improved control charts for attributes"),
    example="""
cohort | leads | converted within 90 days
Jan    | 50    | 10
Feb    | 100   | 30
Mar    | 50    | 8
pooled 48/200 = .24; chi2 4.1667 of 2 degrees, phi 2.0833, p .1245
""",
)
