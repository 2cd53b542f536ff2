"""How long it takes from opening an opportunity to the customer's decision, and how predictable that is.

    days           = closed date - created date;  open: as-of date - created date, still waiting
    km_median      = first day by which half of the opportunities created in the period are decided (won or lost), by
                     Kaplan and Meier: open ones count for as long as they have been open
    won_median     = median days of those that were won;  won_iqr = P75 - P25;  won_cv = standard deviation / mean
    won_incidence  = share won by each age (Aalen and Johansen): a lost one can no longer be won, it is not censored
    open_age       = median days that the open ones have been open
    stale_share    = open ones older than P75 of the won ones / open ones
    win_rate       = won / closed
    stage_conversion = of those that were ever in a stage, the share that was ever in a later one or won; a stage that
                     was skipped is passed
    velocity_per_day = open x win rate x mean won value / won_median

All of one cohort: opportunities created in the period, known as of one date. A reopened one keeps its creation date and
its last close counts. A close that only successive exports show is dated at the first that shows it. Amounts are in
the reporting currency at the rate of the close. A deal with products of several families goes to that with the greatest
value. Size bands: below medium_from small, from large_from large; a deal whose amount no export or history tells is in
`No amount`.

Unit: days; won_cv: ratio; shares; velocity_per_day: reporting currency per day. Fewer days are better as long as the
win rate holds. n = opportunities (won ones for won_*, velocity; open ones for open_age, stale_share). Interval: log-log
band of the curve; order statistics; Wilson. Below 6, or 10 decisions for the curve, insufficient; below 20 few.
Left out and counted: closed before created (in stage_conversion once for each stage), closed without a day, won amounts
without a rate. Coverage tells the losses of a bulk close (at least five, and a fifth of a month's, on one day by one
owner) and the segments that were carried back. Source: Kaplan and Meier 1958; Aalen and Johansen 1978.
"""

from dataclasses import replace
from pathlib import Path

import numpy as np

from metrics.finish import divide, expand, histogram_quantile, median_of, number
from metrics.intervals import wilson
from metrics.registry import Answer, Dim, Measure, Metric, Param, Relation
from metrics.survival import kaplan_meier, km_quantile

HERE = Path(__file__).parent
CREATED = "opportunity.created_date|opportunity.created_at"
CLOSED = "opportunity.closed_date|opportunity.closed_at"
STAGES = "opportunity_field_history.new_value|opportunity_snapshot.stage_code"
DATED_BY = ("opportunity", "opportunity_field_history")
FEW, ENOUGH, DECISIONS = 6, 20, 10


def _relation(name: str, grain: str, key: tuple[str, ...], **more) -> Relation:
    return Relation(grain, key, (HERE / f"sales_cycle_days_{name}.sql").read_text("utf-8"), **more)


RELATIONS = {
    "deal": _relation("deal", "opportunity, as known at the as-of date", ("opportunity_id",)),
    "valued": _relation(
        "valued", "opportunity with its amount", ("opportunity_id",), state_column="opportunity.amount", is_view=True
    ),
    "stage": _relation("stage", "opportunity x stage it has been in", ("opportunity_id", "stage_code")),
}
BACKWARDS = {"closed_before_created": "closed_date < created_date"}
LEFT_OUT = BACKWARDS | {"close_date_missing": "outcome <> 'open' and closed_date is null"}
COVERAGE = {"bulk_close": "is_bulk_close", "attribute_backfilled": "attribute_backfilled"}


def km_median(frame, params) -> Answer:
    """The day by which half are decided; fewer than ten decisions make no curve."""
    answer = km_quantile(0.5)(frame, params)
    if answer.n > 0 and answer.num < DECISIONS:
        few = f"{answer.num:.0f} decisions; {DECISIONS} make a curve"
        return replace(answer, status="insufficient", reason=answer.reason or few)
    return answer


def won_iqr(frame, params) -> Answer:
    values, counts = expand(frame)
    n = int(counts.sum())
    if not n:
        return Answer(None, None, None, 0)
    low, high = (histogram_quantile(values, counts, share) for share in (0.25, 0.75))
    return Answer(high - low, None, n, n)


def variation(frame, params) -> Answer:
    """Standard deviation (n - 1) over the mean; none of a single deal or of a mean of 0."""
    values, counts = expand(frame)
    n = int(counts.sum())
    if n < 2:
        return Answer(None, None, None, n)
    mean = float(values @ counts / n)
    deviation = float(np.sqrt(counts @ (values - mean) ** 2 / (n - 1)))
    reason = None if mean > 0 else "the mean is 0 days"
    return Answer(deviation / mean if mean > 0 else None, deviation, mean, n, reason=reason)


def incidence(frame, params) -> list[Answer]:
    """Share won by each day on which a deal was decided or last seen, from day 0; num won on it, den open before it."""
    if frame.empty:
        return [Answer(None, 0, 0, 0)]
    frame, n = frame.astype({"n": float}), int(frame["n"].sum())
    curve = kaplan_meier(frame.assign(event=(frame["outcome"] != "open").astype(int)))
    won = frame[frame["outcome"] == "won"].groupby("days")["n"].sum().reindex(curve["days"], fill_value=0).to_numpy()
    before = np.concatenate([[1.0], curve["s"].to_numpy()[:-1]])
    share = np.cumsum(before * won / curve["at_risk"].to_numpy())
    steps = zip(curve["days"], share, won, curve["at_risk"], strict=True)
    found = [Answer(float(p), float(k), float(r), n, str(int(day))) for day, p, k, r in steps]
    return found if found[0].part == "0" else [Answer(0.0, 0.0, float(n), n, "0"), *found]


def stale_share(frame, params) -> Answer:
    """Open deals older than three quarters of the won ones of the same cohort took."""
    values, counts = expand(frame[frame["outcome"] == "won"])
    won, waiting = int(counts.sum()), frame[frame["outcome"] == "open"]
    n = int(waiting["n"].sum())
    if not won or not n:
        return Answer(None, None, None, n, reason="no won deals to compare with" if n else None)
    limit = histogram_quantile(values, counts, 0.75)
    old = float(waiting.loc[waiting["days"] > limit, "n"].sum())
    few = {"status": "insufficient", "reason": f"{won} won deals; {FEW} make a quartile"} if won < FEW else {}
    return Answer(old / n, old, n, n, ci=wilson(old / n, n), ci_method="wilson", **few)


def stage_conversion(frame, params) -> list[Answer]:
    """One share a stage, in the order of the stages (of the earliest place where pipelines differ)."""
    found = []
    place = frame.groupby("stage_code")["stage_order"].min().sort_values(kind="stable")
    for stage in place.index:
        num, n = (number(frame.loc[frame["stage_code"] == stage, name].sum()) for name in ("num", "n"))
        found.append(Answer(num / n, num, n, int(n), str(stage), wilson(num / n, n), "wilson"))
    return found or [Answer(None, 0, 0, 0)]


def velocity(frame, params) -> Answer:
    """Value that the open deals bring a day, were they won as often and as fast as the decided ones of the cohort."""
    count = {name: int(frame.loc[frame["outcome"] == name, "n"].sum()) for name in ("open", "won", "lost")}
    won = frame[frame["outcome"] == "won"]
    days = histogram_quantile(*expand(won), 0.5)
    value = divide(won["amount"].sum(), won["amounts"].sum()) if len(won) else None
    rate = divide(count["won"], count["won"] + count["lost"])
    if days is None or value is None or rate is None:
        return Answer(None, None, days, count["won"], reason="no won deals with an amount")
    expected = count["open"] * rate * value
    reason = None if days else "won deals close on the day they are opened"
    return Answer(divide(expected, days), expected, days, count["won"], reason=reason)


def measure(name: str, title: str, unit: str, better: str | None, meaning: str, **more) -> Measure:
    settled = {
        "relation": "deal",
        "anchor": "created_date",
        "exclude": LEFT_OUT,
        "sums": {"n": "1"},
        "keys": {"days": "days"},
        "coverage": COVERAGE,
        "minimum": (FEW, ENOUGH),
        "requires": (CREATED, CLOSED),
        "reads": DATED_BY,
        "additive": False,
        "meaning": meaning,
    }
    return Measure(name=name, title=title, unit=unit, better=better, **{**settled, **more})


WON, OPEN = "outcome = 'won'", "outcome = 'open'"
OUTCOME = {"days": "days", "outcome": "outcome"}
MEASURES = (
    measure(
        "km_median", "Days to a decision", "days", "down", "Days until half of the opportunities are won or lost.",
        keys={"days": "days", "event": "(outcome <> 'open')::int"}, finish=km_median, headline=True,
    ),
    measure(
        "won_median", "Days to a win", "days", "down", "Median of the won ones alone: too short while many are open.",
        where=WON, finish=median_of(),
    ),
    measure(
        "won_iqr", "Middle half of wins", "days", "down", "Days between a quarter and three quarters of the won ones.",
        where=WON, finish=won_iqr,
    ),
    measure(
        "open_age", "Age of open deals", "days", "down", "Median days that the open opportunities have been open.",
        where=OPEN, finish=median_of(), requires=(CREATED,),
    ),
    measure(
        "won_cv", "Spread of wins", "ratio", "down", "Standard deviation of the days to a win over their mean.",
        where=WON, finish=variation, minimum=(10, 30),
    ),
    measure(
        "won_incidence", "Won by age", "share", "up", "Share won by each age in days, lost ones kept in the base.",
        keys=OUTCOME, finish=incidence, minimum=(5, 30),
    ),
    measure(
        "stale_share", "Stale open deals", "share", "down",
        "Open opportunities older than three quarters of the won ones took.",
        keys=OUTCOME, finish=stale_share, minimum=(5, 30),
    ),
    measure(
        "win_rate", "Win rate of closed", "share", "up", "Won of all that were won or lost.",
        where="outcome <> 'open'", keys={}, sums={"num": f"({WON})::int", "den": "1", "n": "1"},
        interval="proportion", cluster="opportunity_id", minimum=(5, 30), additive=True,
    ),
    measure(
        "stage_conversion", "Passed each stage", "share", "up", "Of those in a stage, how many ever came further.",
        relation="stage", exclude=BACKWARDS, keys={"stage_code": "stage_code", "stage_order": "stage_order"},
        sums={"num": "is_passed::int", "n": "1"}, finish=stage_conversion, minimum=(5, 30),
        requires=(CREATED, STAGES, "stage_map.stage_order"),
    ),
    measure(
        "velocity_per_day", "Pipeline velocity", "currency", "up",
        "Open deals x win rate x mean won value / median days to a win: value a day.",
        relation="valued", keys=OUTCOME, finish=velocity,
        exclude={**LEFT_OUT, "fx_missing": f"{WON} and amount is not null and amount_rc is null"},
        sums={"n": "1", "amount": f"case when {WON} then amount_rc end",
              "amounts": f"({WON} and amount_rc is not null)::int"},
        requires=(CREATED, CLOSED, "opportunity.amount"),
    ),
)  # fmt: skip
SIZE = """case when amount_rc is null then null when amount_rc < $medium_from then 'small'
    when amount_rc < $large_from then 'medium' else 'large' end"""
DIMS = {
    "segment": Dim("Segment", "segment", "customer_history.segment|customer.segment", empty="Unsegmented"),
    "type": Dim("Type", "opp_type", "opportunity.opp_type"),
    "size": Dim("Size band", SIZE, "opportunity.amount", empty="No amount"),
    "family": Dim("Product family", "family", "opportunity_line.product_id|opportunity_line.family"),
    "region": Dim("Region", "region", "customer.region"),
    "owner": Dim("Owner", "owner", "opportunity.owner"),
}
METRIC = Metric(
    title="Sales cycle",
    question="How long does it take from opening an opportunity to the customer's decision, and how predictable is it?",
    relations=RELATIONS,
    measures=MEASURES,
    dims=DIMS,
    params={
        "medium_from": Param(10_000, None, "Amount from which a deal is of medium size, in the reporting currency."),
        "large_from": Param(100_000, None, "Amount from which a deal is large, in the reporting currency."),
    },
    caveats=(
        "Never read days to a win without days to a decision: among recent deals only the fast ones are won yet.",
        "Renewals and new business run at different speeds: slice by type.",
        "A bulk close ends many losses on one day that were lost before: see coverage.bulk_close.",
        "Opportunities without a creation day are in no period.",
    ),
    sources=("Kaplan and Meier 1958", "Aalen and Johansen 1978"),
    example="""
days | outcome
10   | won
20   | won
25   | open
30   | won
40   | open
half are decided by day 30; of the won ones alone the median is 20
""",
)
