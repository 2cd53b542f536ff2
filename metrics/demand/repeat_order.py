"""Which customers order again, how regularly, and which are overdue.

An occasion is a day on which a customer ordered within the slice: a family counts the orders of that family. Order
days at most merge_days after the one before belong to the same occasion. ITT = days between successive occasions.

    repeat_rate   = first-time customers with a second occasion within window days / first-time customers
    overdue_share = customers whose last occasion is longer ago than P75 of their own ITTs / customers with a window
    frequency     = occasions after the first / customer-years since the first            a year = 365 days
    itt_median    = first day by which half of the waits are over, by Kaplan and Meier: the wait since the last occasion
                    counts for as long as it has lasted
    itt_cv        = standard deviation / mean of the ITTs of all customers together
    regularity_k  = (1 - 4 Var M) / (8 Var M) over customers, M = ITT1 / (ITT1 + ITT2) of their last two ITTs:
                    1 is chance, far above 1 is clockwork (Wheat and Morrison); without any variance it is infinite

Only cohorts (months of the first occasion) whose customers have all had the whole window are in repeat_rate; all else
is of customers whose last occasion is in the period, with all their occasions up to the as-of date. The rows behind
overdue_share tell by customer next_expected = last occasion + median ITT, its window (P25 to P75) and overdue_ratio =
days since the last occasion / median ITT. With fewer than two ITTs they are those of the customer's segment
(`segment prior`, by Kaplan and Meier over all its customers); where three quarters of a segment never order again there
is no window. An order that is wholly cancelled is no occasion; of the releases of contracts only a customer's first is.

Unit: share; per_year; days; ratio. A higher repeat rate is better, a lower overdue share is. n = customers; waits for
itt_median, ITTs for itt_cv. Interval: Wilson; linearised t; log-log band; bootstrap over customers for regularity_k.
Left out and counted: customers of young cohorts, without a window, with fewer than two ITTs. Nothing here tells whether
a customer is lost: that needs a model of dropping out. Source: Wheat and Morrison 1990; Platzer and Reutterer 2016.
"""

import json
from hashlib import sha256
from pathlib import Path

import numpy as np

from metrics.demand.sales_cycle_days import variation
from metrics.finish import expand, ratio
from metrics.line_terms import ORDERED_DATE
from metrics.registry import Answer, Dim, Measure, Metric, Param, Relation, Stage
from metrics.survival import km_quantile

HERE = Path(__file__).parent
DATED_BY = ("sales_order", "order_line", "order_line_change", "customer_history")
DRAWS, CUSTOMERS = 2000, 10


def _relation(name: str, grain: str, key: tuple[str, ...], **more) -> Relation:
    return Relation(grain, key, (HERE / f"repeat_order_{name}.sql").read_text("utf-8"), **more)


KEY = ("order_id", "family")
RELATIONS = {
    "purchase": _relation("purchase", "order x product family", KEY, trace={"order_line": "order_line_id"}),
    "prior": _relation("prior", "segment, with the days its customers take to order again", ("segment",)),
    "expected": _relation(
        "expected", "order x product family, with the days its customer's segment takes", KEY,
        trace={"order_line": "order_line_id"}, is_view=True,
    ),
}  # fmt: skip
ORDER_DAYS = """list_sort(list_distinct(list_append(
    coalesce(list(order_date) filter (where not is_release), []), min(order_date) filter (where is_release))))"""
OCCASIONS = f"""list_transform([{ORDER_DAYS}], lambda days:
    list_filter(days, lambda day, i: i = 1 or day - days[i - 1] > $merge_days))[1]"""
# The occasions are written out: a lambda that captures an alias works it out again for every element.
GAPS = f"""list_transform([{OCCASIONS}], lambda days:
    list_transform(days[2:], lambda day, i: day - days[i]))[1]"""
FIRST, LAST = "min(order_date)", f"list_max({OCCASIONS})"
COLUMNS = {
    "occasions": OCCASIONS,
    "first_day": "occasions[1]",
    "last_day": "occasions[-1]",
    "since": "$as_of::date - last_day",
    "gaps": GAPS,
    "backfilled": "bool_or(attribute_backfilled)",
    "released": "bool_or(is_release)",
}


def _of_segment(level: str, share: float) -> str:
    return f"""case when is_own then list_aggregate(gaps, 'quantile_cont', {share})
        else arg_max_null({level}, (order_date, order_id, family)) end"""


WINDOW = {
    "is_own": "len(gaps) >= 2",
    "early_days": _of_segment("p25", 0.25),
    "typical_days": _of_segment("p50", 0.5),
    "late_days": _of_segment("p75", 0.75),
    "basis": "case when is_own then 'own' when late_days is not null then 'segment prior' end",
    "last_occasion": "last_day",
    "next_expected": "last_day + round(typical_days)::int",
    "window_from": "last_day + floor(early_days)::int",
    "window_to": "last_day + ceil(late_days)::int",
    "overdue_ratio": "since / nullif(typical_days, 0)",
}
TOLD = ("basis", "last_occasion", "next_expected", "window_from", "window_to", "overdue_ratio")
AT_FIRST = Stage(("customer_id",), COLUMNS, anchor=FIRST, shared=("region",))
AT_LAST = Stage(("customer_id",), COLUMNS, anchor=LAST, shared=("region",))
EXPECTED = Stage(("customer_id",), {**COLUMNS, **WINDOW}, anchor=LAST, shared=("region",), told=TOLD)
COVERAGE = {"attribute_backfilled": "backfilled", "contract_release": "released"}


def mature(params) -> str:
    """Customers of months that have had the whole window."""
    return "true" if params["window"] is None else "last_day(first_day) + $window::int <= $as_of"


def regularity(shares: np.ndarray) -> np.ndarray:
    """k by row; infinite where all shares are the same."""
    with np.errstate(divide="ignore"):
        variance = shares.var(axis=-1, ddof=1)
        return (1 - 4 * variance) / (8 * variance)


def regularity_k(frame, params) -> Answer:
    """k over customers; without variance it is infinite, which is told and not shown as a number."""
    values, counts = expand(frame, "share")
    n = int(counts.sum())
    if n < 2:
        return Answer(None, None, None, n)
    found = float(regularity(np.repeat(values, counts)))
    if not np.isfinite(found):
        return Answer(None, None, None, n, reason="very regular: k is infinite")
    return Answer(found, None, n, n)


def regularity_interval(frame, params):
    """Percentiles of k over customers drawn again; none where a bound is infinite or customers are few."""
    shares = frame.dropna(subset=["share"]).assign(name=lambda rows: rows["cluster"].astype(str))
    shares = shares.sort_values("name")["share"].to_numpy(float)
    if len(shares) < CUSTOMERS:
        return None
    seed = sha256(("repeat_order" + json.dumps(dict(params), sort_keys=True)).encode()).digest()[:8]
    random = np.random.Generator(np.random.PCG64(int.from_bytes(seed, "big")))
    draws = [regularity(shares[random.integers(0, len(shares), len(shares))]) for _ in range(DRAWS)]
    low, high = np.quantile(draws, (0.025, 0.975), method="inverted_cdf")
    return (float(low), float(high), "bootstrap_customer") if np.isfinite(high) else None


def measure(name: str, title: str, unit: str, better: str | None, meaning: str, **more) -> Measure:
    settled = {
        "relation": "purchase",
        "stage": AT_LAST,
        "sums": {"n": "1"},
        "coverage": COVERAGE,
        "cluster": "customer_id",
        "requires": (ORDERED_DATE, "sales_order.customer_id"),
        "reads": DATED_BY,
        "meaning": meaning,
        "additive": False,
    }
    return Measure(name=name, title=title, unit=unit, better=better, **{**settled, **more})


AGAIN = "coalesce($window is null or occasions[2] - first_day <= $window, false) and len(occasions) > 1"
MEASURES = (
    measure(
        "repeat_rate", "Customers who ordered again", "share", "up",
        "First-time customers with a second order day within the window.",
        stage=AT_FIRST, exclude=lambda params: {"immature": f"not ({mature(params)})"},
        sums={"num": f"({AGAIN})::int", "den": "1", "n": "1"}, interval="proportion",
        settles_after=lambda params: None if params["window"] is None else int(params["window"]), headline=True,
    ),
    measure(
        "overdue_share", "Customers overdue", "share", "down",
        "Customers who have waited longer than three of four of their own waits, or of their segment's.",
        relation="expected", stage=EXPECTED, exclude={"no_window": "late_days is null"},
        sums={"num": "(since > late_days)::int", "den": "1", "n": "1"}, finish=ratio, interval="proportion",
        coverage={**COVERAGE, "segment_prior": "not is_own"},
    ),
    measure(
        "frequency", "Orders a year", "per_year", "up", "Order days after the first, per customer and year since it.",
        sums={"num": "len(occasions) - 1", "den": "($as_of::date - first_day) / 365.0", "n": "1"}, interval="ratio",
    ),
    measure(
        "itt_median", "Days between orders", "days", "down",
        "Days by which half of the waits for the next order are over, the waits that last counted too.",
        keys={"days": "unnest(list_append(gaps, since))",
              "event": "unnest(list_append(list_transform(gaps, lambda gap: 1), 0))"},
        finish=km_quantile(0.5), coverage={}, minimum=(6, 20),
    ),
    measure(
        "itt_cv", "Spread of the days between orders", "ratio", "down",
        "Standard deviation over mean of the days between orders; near 1 is chance.",
        keys={"days": "unnest(gaps)"}, finish=variation, coverage={}, minimum=(10, 30),
    ),
    measure(
        "regularity_k", "Regularity", "ratio", "up", "1 is chance, far above 1 is clockwork.",
        exclude={"fewer_than_two_waits": "len(gaps) < 2"}, keys={"share": "gaps[-2] / (gaps[-2] + gaps[-1])"},
        finish=regularity_k, interval=regularity_interval, minimum=(CUSTOMERS, 30),
    ),
)  # fmt: skip
DIMS = {
    "segment": Dim("Segment", "segment", "customer_history.segment|customer.segment", empty="Unsegmented"),
    "family": Dim("Product family", "family", "product.family"),
    "region": Dim("Region", "region", "customer.region"),
    "tier": Dim("Tier", "tier", "customer_history.tier|customer.tier"),
}
METRIC = Metric(
    title="Repeat orders",
    question="Who reorders, how regularly, and who is overdue?",
    relations=RELATIONS,
    measures=MEASURES,
    dims=DIMS,
    params={
        "window": Param(180, None, "Days a first-time customer is given to order again; none = any."),
        "merge_days": Param(1, None, "Order days at most so many days after the one before are one occasion."),
    },
    caveats=(
        "A customer who ordered before the exports begin counts as first-time when they first appear in them.",
        "Overdue is measured against a customer's whole history; seasons are not taken into account.",
        "A customer with fewer than three occasions is held against the segment: see coverage.segment_prior.",
    ),
    sources=("Wheat and Morrison 1990", "Platzer and Reutterer 2016"),
    example="""
customer | ordered on
A        | 1 January, 31 January, 2 March, 1 April
days between: 30, 30, 30; next expected on 1 May; on 16 May 45 / 30 = 1.5 of the usual wait: overdue
""",
)
