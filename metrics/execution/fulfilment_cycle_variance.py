"""How variable the days from order entry to delivery are, and which stage brings the spread.

    E entered, R released, P picked, S shipped, D delivered: the day on which the line was complete (P, S: its shipment)
    T = D - E                              monotone: no milestone counts before the one in front of it
    cv = sd / mean,   sd with n - 1        headline; not shown where the mean is not above 0
    spread = P95 - P50,   p90: linear interpolation;   robust beside them: iqr, mad (median distance from the median)
    variance_share(stage) = Cov(stage, T) / Var(T)        adds up to 1; a stage that makes up for others is negative
    mean_share(stage)     = mean(stage) / mean(T)         the slowest stage is often not the variable one
    eta2(group)           = sum of squares between sites (families, carriers of the first part) / total sum of squares
    km_median, km_p90     : Kaplan-Meier from entry, open lines counted with the days they have waited

Stages are those between the milestones that at least 80 % of all completed lines carry, chosen before any filter.
E is the order day where no entry is exported; coverage tells how many. Lines enter a period by the day they were
complete, the Kaplan-Meier figures by the day of entry.

days=business counts E to S in business days of the site's calendar; the way to the customer is in no such number, and
the Kaplan-Meier figures stay in calendar days to the door. dwell=net takes off the days that the customer wished for
(requested date - offered lead time - E, at least 0); it is a stage of its own with a negative share.

Left out and counted: deliveries that are only estimated, lines without proof of delivery, lines cancelled on an unknown
day, lines that lack a milestone, a calendar or a lead time the measure needs; of the Kaplan-Meier figures also lines
cancelled by the customer before the promise. Lines cancelled by us, or after a missed promise, wait until that day.

Unit: ratio, calendar days (business days on demand), share. Lower is better. n = lines, 30 wanted, 10 at least.
Interval: linearised over orders (mean, sd, cv, shares); order statistics (median); log-log band (Kaplan-Meier).
Source: SCOR RS.1.1 order fulfilment cycle time; covariance decomposition of a sum; one-way analysis of variance.
"""

from dataclasses import replace
from pathlib import Path

import numpy as np

from metrics import commitment_terms as way
from metrics import line_terms as term
from metrics.execution import fulfilment_cycle_variance_terms as cycle
from metrics.finish import divide, expand, histogram_quantile, median_of
from metrics.registry import Answer, Dim, Measure, Metric, Param, Relation
from metrics.survival import km_quantile

HERE = Path(__file__).parent
GRAIN = "order line and interval in which the same was known of it"


def _relation(name: str, grain: str, key: tuple[str, ...], **more) -> Relation:
    return Relation(grain, key, (HERE / f"fulfilment_cycle_variance_{name}.sql").read_text("utf-8"), **more)


RELATIONS = {
    "milestones": _relation("milestones", "day on which the set of milestones changed", ("day",)),
    "workday": _relation("workday", "site x day of its calendar", ("site_id", "day")),
    "line": _relation("line", GRAIN, ("order_line_id", "known_from"), known=True, is_view=True),
    "worked": _relation("worked", f"{GRAIN}, in business days", ("order_line_id", "known_from"), known=True,
                        is_view=True),
}  # fmt: skip
READS = ("sales_order", "order_line", "order_line_change", "promise_history", "shipment", "shipment_line",
         "customer_history")  # fmt: skip
LEAD_TIME = ("product_site.sales_lead_time_days", term.REQUESTED)
CALENDAR = ("business_calendar.is_business_day", "site.calendar_id", "shipment.shipped_date")
COVERAGE = {
    **{name: text for name, text in way.COVERAGE.items() if not name.startswith("commitment_")},
    "entry_is_order_day": "is_entry_ordered",
    "out_of_order": cycle.OUT_OF_ORDER,
}


def requires(params) -> tuple[str, ...]:
    found = (term.ORDERED_DATE, term.DELIVERED)
    found += CALENDAR if params["days"] == "business" else ()
    return found + (LEAD_TIME if params["dwell"] == "net" else ())


def left_out(params) -> dict[str, str]:
    """Reasons for which a completed line has no T."""
    found = {
        "cancel_date_unknown": "cancel_class = 'unknown_date'",
        "estimated": f"{cycle.DONE} is null and evidence = 'estimated'",
        "no_proof": f"{cycle.DONE} is null",
    }
    if params["days"] == "business":
        found["milestone_missing"] = "completion_ship_date is null"
        found["calendar_missing"] = "entry_no is null or ship_no is null"
    if params["dwell"] == "net":
        found["lead_time_missing"] = "wish_no is null"
    return found


def lacking(params) -> dict[str, str]:
    return {**left_out(params), "milestone_missing": cycle.LACKING}


def waiting(params) -> dict[str, str]:
    """Reasons for which a line that was entered is in no waiting time."""
    found = {
        **way.CANCELLED,
        "uom_missing": f"uom_missing and {cycle.DONE} is null",
        "estimated": f"{cycle.DONE} is null and {cycle.ANY_DONE} is not null and evidence = 'estimated'",
        "no_proof": f"{cycle.DONE} is null and {cycle.ANY_DONE} is not null",
    }
    return {**found, "lead_time_missing": "wish_no is null"} if params["dwell"] == "net" else found


def measure(name: str, title: str, unit: str, meaning: str, **more) -> Measure:
    settled = {
        "relation": lambda params: "worked" if params["days"] == "business" else "line",
        "anchor": cycle.DAY,
        "where": f"{cycle.DAY} <= $as_of and entry_date is not null",
        "exclude": left_out,
        "coverage": COVERAGE,
        "requires": requires,
        "reads": READS,
        "minimum": (10, 30),
        "meaning": meaning,
    }
    return Measure(name, title, unit, "down", **{**settled, **more})


def quantile(value, low: float | None = None):
    """Finisher: the difference of two quantiles, or one of them."""

    def finish(frame, params) -> Answer:
        days, counts = expand(frame)
        n = int(counts.sum())
        if not n:
            return Answer(None, None, None, 0)
        found = histogram_quantile(days, counts, value)
        return Answer(found - (0 if low is None else histogram_quantile(days, counts, low)), None, n, n)

    return finish


def mad(frame, params) -> Answer:
    days, counts = expand(frame)
    n = int(counts.sum())
    if not n:
        return Answer(None, None, None, 0)
    apart = np.abs(days - histogram_quantile(days, counts, 0.5))
    order = np.argsort(apart, kind="stable")
    return Answer(histogram_quantile(apart[order], counts[order], 0.5), None, n, n)


MOMENTS = {"n": "1", "t": cycle.TOTAL, "tt": f"{cycle.TOTAL} * {cycle.TOTAL}"}
HISTOGRAM = {"keys": {"days": cycle.TOTAL}, "sums": {"n": "1"}}
STAGES = {"keys": {"milestones": way.CHOSEN}, "sums": cycle.stage_sums(), "exclude": lacking, "cluster": "order_id"}
CENSORED = "(case when cancel_class = 'failure' then least(cancelled_date, $as_of) else $as_of end)"
IS_DONE = f"({cycle.DONE} is not null)"
KM = {
    "relation": "line",
    "anchor": "entry_date",
    "where": "entry_date <= $as_of",
    "exclude": waiting,
    "keys": {
        "days": f"""(case when {IS_DONE} then {cycle.TOTAL}
            else greatest({CENSORED} - date '1970-01-01' - entry_no - {cycle.DWELL}, 0) end)""",
        "event": f"{IS_DONE}::int",
    },
    "sums": {"n": "1"},
    "coverage": {**COVERAGE, "open": f"not {IS_DONE}"},
    "requires": lambda params: requires({**params, "days": "calendar"}),
}


def _moment(name: str, title: str, unit: str, value, meaning: str, **more) -> Measure:
    finish = cycle.mean if value is None else cycle.moment(value)
    return measure(name, title, unit, meaning, sums=MOMENTS, finish=finish, cluster="order_id",
                   interval=cycle.moment_interval(name), **more)  # fmt: skip


MEASURES = (
    _moment("cv", "Variability of the cycle", "ratio", lambda mean, sd: divide(sd, mean) if (mean or 0) > 0 else None,
            "Standard deviation of the days over their mean: 0.3 is steady, 1 is anybody's guess.", headline=True),
    _moment("mean", "Mean days", "days", None, "Mean days from entry to delivery."),
    measure("median", "Median days", "days", "Half of the lines took no longer.", **HISTOGRAM, finish=median_of()),
    measure("p90", "Days for nine of ten lines", "days", "Nine of ten delivered lines took no longer.", **HISTOGRAM,
            finish=quantile(0.9)),
    _moment("sd", "Standard deviation", "days", lambda mean, sd: sd, "Spread of the days about their mean."),
    measure("spread", "From the usual to the worst", "days", "Days between the median line and the slowest twentieth.",
            **HISTOGRAM, finish=quantile(0.95, 0.5)),
    measure("iqr", "Spread of the middle half", "days", "Days between the first and the third quarter; robust.",
            **HISTOGRAM, finish=quantile(0.75, 0.25)),
    measure("mad", "Usual distance from the median", "days", "Median of the distances from the median; robust.",
            **HISTOGRAM, finish=mad),
    measure("km_median", "Median days, open lines too", "days",
            "Calendar days by which half of the lines entered were delivered, open lines included.", **KM,
            finish=km_quantile(0.5)),
    measure("km_p90", "Days for nine of ten, open lines too", "days",
            "Calendar days by which nine of ten lines entered were delivered, open lines included.", **KM,
            finish=km_quantile(0.9)),
    replace(measure("variance_share", "Source of the spread", "share",
                    "How much of the variance of the whole each stage brings; adds up to 1.", **STAGES,
                    finish=cycle.shares(True), interval=cycle.share_intervals(True)), better=None),
    replace(measure("mean_share", "Source of the length", "share",
                    "How much of the mean each stage takes; adds up to 1.", **STAGES,
                    finish=cycle.shares(False), interval=cycle.share_intervals(False)), better=None),
    replace(measure("eta2", "Spread between groups", "share",
                    "How much of the variance lies between sites, product families, carriers, and not within them.",
                    finish=cycle.eta2,
                    keys={name: name for name in cycle.GROUPS},
                    sums={**MOMENTS, **{f"named_{name}": f"({name} is not null)::int" for name in cycle.GROUPS}}),
            better=None),
)  # fmt: skip
LANE = Dim("Lane", "case when site is not null and country is not null then site || ' > ' || country end",
           "order_line.site_id")  # fmt: skip

METRIC = Metric(
    title="Fulfilment cycle variance",
    question="How variable is the time from order entry to delivery, and which stage causes it?",
    relations=RELATIONS,
    measures=MEASURES,
    dims={**term.DIMS, "lane": LANE},
    params={
        "days": Param("calendar", ("calendar", "business"),
                      "Calendar days to the customer, or business days of the site until the goods leave."),
        "dwell": Param("gross", ("gross", "net"), "All days, or without those that the customer wished for."),
    },
    caveats=(
        "Delivered lines alone are the fast ones: where more than 5 % are open, read km_median and km_p90 beside them.",
        "The slowest stage is often not the variable one: read mean_share beside variance_share.",
        "Many small groups raise eta2 by chance alone.",
        "A milestone recorded before the one in front of it is moved up to it; out_of_order tells how many.",
    ),
    sources=(
        "SCOR RS.1.1 order fulfilment cycle time, gross and net of dwell",
        "Kaplan and Meier 1958; log-log band after Kalbfleisch and Prentice",
    ),
    example="""
line | entry to release | to shipping | to delivery | T
L1   | 1                | 2           | 3           | 6
L2   | 1                | 4           | 3           | 8
L3   | 2                | 6           | 4           | 12
L4   | 0                | 8           | 2           | 10
mean 9, variance 6.6667, cv .28689, shares of the variance .1 / .8 / .1, p90 11.4
""",
)  # fmt: skip
