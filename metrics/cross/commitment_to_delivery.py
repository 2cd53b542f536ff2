"""Days from the moment we gave our word until the customer had everything, where they went, and whether we kept it.

    C = the earlier of won deal and order confirmation; else the order date, else the entry; call-offs: order date
    E entered, R released, S shipped (the shipment that completes the line), D = day on which the line was complete
    T = D - C                     monotone: no milestone counts before the one in front of it, so the stages add up to T
    dispatch_time = D - S         hidden_delay = T - dispatch_time = S - C     the wait no carrier report shows
    dwell = requested date - offered lead time - C, at least 0;  net T = T - dwell
    adherence_first = lines complete by the first promise / lines whose first promise has passed;  last: current promise
    repromise_gap = adherence_last - adherence_first;  slip = current - first promise, of re-promised lines

Headline: Kaplan-Meier median of T, in which open lines count with the days they have waited. delivered_median looks at
survivors only and is too low while lines are open. survival is the curve behind it: S(t), day by day. A deal's win
dates its first order within 30 days; later orders count from their confirmation. Lines that we cancelled, or that were
cancelled after a missed promise, are censored on that day and break the promise. Grain order: the last of its lines;
orders without lines by their header.

Left out and counted: lines cancelled by the customer before the promise had passed, lines cancelled on an unknown day,
lines shipped without proof of delivery, lines that lack a milestone the measure needs. Stage measures use the largest
set of milestones that 80 % of all completed lines carry, chosen before any filter.

Unit: calendar days; shares. T and hidden delay: lower is better; adherence: higher. T stands in the period of C,
adherence in that of the first promise. Source of C and evidence of delivery are in coverage. Source: SCOR RS.1.1 cycle
time, gross and net of dwell; Kaplan and Meier 1958; Sahin and Robinson on promise adherence.
"""

from metrics import commitment_terms as way
from metrics import line_terms as term
from metrics.finish import divide, median_of, number
from metrics.registry import Answer, Measure, Metric, Param, Relation
from metrics.survival import km_curve, km_quantile

COLUMNS = """order_line_id, known.order_id, order_no, is_header, customer_id, customer, segment, tier, region, country,
    owner, product_id, product, family, category, site, carrier, fulfil_model, planner, channel, order_type, known_from,
    known_to, ordered_date, entered_date, confirmed_date, released_date, requested_date, sales_lead_time_days,
    first_promised_date, current_promised_date, promise_set_date, repromise_count, notified_count, uom_missing,
    cancel_class, cancelled_date, completion_date, completion_known_date, completion_ship_date, any_completion_date,
    any_completion_known_date, any_completion_ship_date, any_first_known_date, evidence, attribute_backfilled,
    source_system, source_object, source_id, load_id, source_line, origin.opportunity_id,
    case when origin.is_first_of_win then origin.won_date end as won_date,
    case when origin.is_first_of_win then origin.won_known_date end as won_known_date"""
LINE = Relation(
    grain="order line, or order exported without lines, and interval in which the same was known of it",
    key=("order_line_id", "known_from"),
    sql=f"""
select {COLUMNS},
    (select string_agg(day::varchar || ' ' || milestones, ', ' order by day) from milestone_set) as milestone_sets
from demand_known as known
left join order_origin as origin on origin.order_id = known.order_id""",
    known=True,
    is_view=True,
)
STARTED = f"sales_order.confirmed_date|{term.ORDERED_DATE}|opportunity.closed_date"
NEEDS = (STARTED, term.DELIVERED)


def measure(name: str, title: str, unit: str, better: str | None, population: str, meaning: str, **more) -> Measure:
    """A measure of lines or orders in a population of metrics.commitment_terms, dated by commitment or by promise."""
    settled = {
        "anchor": way.anchor(population),
        "where": way.where(population),
        "stage": way.stage(population),
        "exclude": way.LEFT_OUT[population],
        "cluster": way.cluster,
        "coverage": way.COVERAGE,
        "requires": (*NEEDS, term.PROMISED) if population in way.BY_PROMISE else NEEDS,
        "minimum": (5, 20),
        "meaning": meaning,
    }
    return Measure(name, title, unit, better, "line", **{**settled, **more})


def mean(days: str) -> dict:
    """Fields of a measure that is the mean of a term."""
    return {"sums": {"num": days, "den": "1", "n": "1"}, "interval": "ratio", "minimum": (6, 20)}


def hidden(frame, params) -> list[Answer]:
    """From commitment to shipping; beside it what of it passes before entry and before release."""
    found = []
    for part, top, bottom in ((None, "num", "den"), ("entry", "entry", "entries"), ("release", "release", "releases")):
        num, den = (number(frame[name].sum()) or 0 for name in (top, bottom))
        found.append(Answer(divide(num, den), num, den, int(den), part=part))
    return found


def stage_sums() -> dict[str, str]:
    """Sums of the stages, and their products with the whole: enough for means and shares of the variance."""
    whole = way.ALL_LEGS
    found = {"n": "1", "t": whole, "tt": f"{whole} * {whole}"}
    for letter, days in way.LEGS.items():
        found |= {f"sum_{letter.lower()}": days, f"cross_{letter.lower()}": f"{days} * {whole}"}
    return found


def legs_of(frame) -> list[tuple[str, str]]:
    """(part, letter) of the stages between the milestones of the set, such as E_R."""
    letters = f"C{frame['milestones'].iloc[0]}D"
    return [(f"{a}_{b}", b.lower()) for a, b in zip(letters, letters[1:], strict=False)]


def stage_mean(frame, params) -> list[Answer]:
    if frame.empty:
        return [Answer(None, 0, 0, 0)]
    n = number(frame["n"].sum())
    sums = {part: number(frame[f"sum_{letter}"].sum()) for part, letter in legs_of(frame)}
    return [Answer(divide(days, n), days, n, int(n), part=part) for part, days in sums.items()]


def variance_share(frame, params) -> list[Answer]:
    """Cov(stage, T) / Var(T): adds up to 1; a stage that makes up for others is negative."""
    if frame.empty:
        return [Answer(None, 0, 0, 0)]
    n, t, tt = (number(frame[name].sum()) for name in ("n", "t", "tt"))
    spread = tt - t * t / n
    found = []
    for part, letter in legs_of(frame):
        shared = number(frame[f"cross_{letter}"].sum()) - number(frame[f"sum_{letter}"].sum()) * t / n
        found.append(Answer(divide(shared, spread if spread > 1e-9 else 0), shared, spread, int(n), part=part))
    return found


WAITING = {"keys": {"days": way.WAITED, "event": way.IS_DONE}, "sums": {"n": "1"}, "minimum": (6, 20)}
STAGES = {"keys": {"milestones": way.CHOSEN}, "sums": stage_sums(), "exclude": {"milestone_missing": way.LACKING}}
SHIPPED = {
    "exclude": {"milestone_missing": f"{way.SHIPPED} is null"},
    "requires": (*NEEDS, "shipment.shipped_date"),
}
LEAD_TIME = {
    "exclude": {"lead_time_missing": "requested_date is null or sales_lead_time_days is null"},
    "requires": (*NEEDS, "product_site.sales_lead_time_days", term.REQUESTED),
}
ROAD = f"({way.REACHED_D} - {way.REACHED_S})"
HIDDEN = f"({way.REACHED_S} - {way.START})"
# Shares of re-promises, not of lines.
OF_REPROMISES = {name: f"case when {test} then repromise_count else 0 end" for name, test in way.COVERAGE.items()}
FIRST, LAST = way.kept("first", way.PROMISE), way.kept("last", way.CURRENT)


def waits() -> tuple[Measure, ...]:
    """How long customers wait, and where."""
    return (
        measure("km_median", "Days from commitment to delivery", "days", "down", "all", headline=True, **WAITING,
                finish=km_quantile(0.5), meaning="Days by which half of the lines were complete, open lines included."),
        measure("km_p90", "Days for nine of ten lines", "days", "down", "all", **WAITING, finish=km_quantile(0.9),
                meaning="Days by which nine of ten lines were complete, open lines included."),
        measure("survival", "Still waiting", "share", "down", "all", **WAITING, finish=km_curve, additive=False,
                meaning="Share of lines not complete after so many days, open lines included; the part is the day."),
        measure("delivered_median", "Days, delivered lines only", "days", "down", "complete", finish=median_of(),
                keys={"days": way.TOTAL}, sums={"n": "1"}, minimum=(6, 20),
                meaning="Median of completed lines; too low while slow lines are still open."),
        measure("hidden_delay", "Hidden delay", "days", "down", "complete", finish=hidden, **SHIPPED, interval="ratio",
                sums={"num": HIDDEN, "den": "1", "n": "1",
                      "entry": f"case when {way.ENTERED} is not null then {way.REACHED_E} - {way.START} end",
                      "entries": f"({way.ENTERED} is not null)::int",
                      "release": f"case when {way.RELEASED} is not null then {way.REACHED_R} - {way.START} end",
                      "releases": f"({way.RELEASED} is not null)::int"},
                meaning="Mean days from commitment to shipping, which no carrier report shows; entry and release: "
                        "what of it passes before a clock started there."),
        measure("dispatch_time", "Days on the road", "days", "down", "complete",
                **{**SHIPPED, **mean(ROAD)}, meaning="Mean days from shipping to delivery."),
        measure("stage_mean", "Days by stage", "days", "down", "complete", **STAGES, finish=stage_mean,
                meaning="Mean days of each stage; they add up to the mean of T."),
        measure("dwell", "Days the customer wished for", "days", None, "complete", **{**LEAD_TIME, **mean(way.DWELL)},
                meaning="Mean days from commitment to the day from which our lead time would have served the wish."),
        measure("net_median", "Days net of the customer's own wish", "days", "down", "complete", **LEAD_TIME,
                keys={"days": f"({way.TOTAL} - {way.DWELL})"}, sums={"n": "1"}, finish=median_of(), minimum=(6, 20),
                meaning="Median of T less dwell."),
        measure("hidden_share", "Hidden share", "share", "down", "complete", **SHIPPED, interval="ratio",
                sums={"num": HIDDEN, "den": way.TOTAL, "n": "1"}, meaning="Hidden days of all days."),
        measure("variance_share", "Source of the spread", "share", None, "complete", **STAGES, finish=variance_share,
                minimum=(10, 30), meaning="How much of the variance of T each stage brings; adds up to 1."),
    )  # fmt: skip


def promises() -> tuple[Measure, ...]:
    """Whether we kept our word, and how often we changed it."""
    return (
        measure("adherence_first", "First promise kept", "share", "up", "due", interval="proportion",
                sums=lambda params: {"num": FIRST(params), "den": "1", "n": "1"},
                meaning="Complete by the first promise, of what was promised for a day that has passed."),
        measure("adherence_last", "Current promise kept", "share", "up", "due", interval="proportion",
                sums=lambda params: {"num": LAST(params), "den": "1", "n": "1"},
                meaning="The same against the promise as it stands now."),
        measure("repromise_gap", "Kept only by moving the date", "share", "down", "due", interval="ratio",
                sums=lambda params: {"num": f"{LAST(params)} - {FIRST(params)}", "den": "1", "n": "1"},
                meaning="Current promise kept less first promise kept, on the same lines."),
        measure("slip", "Days a moved promise moved", "days", "down", "repromised",
                **mean(f"({way.CURRENT} - {way.PROMISE})"), meaning="Mean days from first to current promise."),
        measure("notified_share", "Told before the old day", "share", "up", "repromised", interval="proportion",
                sums={"num": "notified_count", "den": "repromise_count", "n": "repromise_count"},
                requires=(*NEEDS, term.PROMISED, "promise_history.notified_date"), coverage=OF_REPROMISES,
                meaning="Our re-promises of which the customer was told before the old day had passed."),
        measure("unpromised_share", "Without a promised day", "share", "down", "all", interval="proportion",
                exclude=way.given_up, requires=(STARTED,),
                sums=lambda params: {"num": way.unpromised(params), "den": "1", "n": "1"},
                meaning="Open and completed lines to which no day was promised."),
        measure("repromises", "Re-promises a line", "ratio", "down", "promised", interval="ratio",
                sums={"num": "repromise_count", "den": "1", "n": "1"},
                meaning="How often we moved the promise, a line."),
    )  # fmt: skip


METRIC = Metric(
    title="Commitment to delivery",
    question="Counted from our word, how long does the customer wait, where, and do we keep the first promise?",
    relations={"line": LINE},
    measures=(*waits(), *promises()),
    dims=term.DIMS,
    params={
        "grain": Param("line", ("line", "order"), "Order lines, or orders by the last of their lines."),
        "evidence": Param("proof", ("proof", "any"), "Proof of delivery, or any sign of it such as the goods issue."),
    },
    caveats=(
        "Delivered lines alone are the fast ones: read delivered_median beside the headline, never instead of it.",
        "A milestone recorded before the one in front of it is moved up to it; the stages still add up.",
        "A current promise moved into the future is not yet kept: adherence_last counts it as missed until delivery.",
    ),
    sources=(
        "SCOR RS.1.1 order fulfilment cycle time, gross and net of dwell",
        "Kaplan and Meier 1958; log-log band after Kalbfleisch and Prentice",
    ),
    example="""
line | C | E | R | S  | D  | first | current       days of January, as of the 20th
L1   | 1 | 4 | 6 | 10 | 13 | 11    | 14
L2   | 2 | 2 | 3 | 5  | 7  | 8     | 8
L3   | 5 |   |   |    |    | 15    | 15
T 12, 5, 15+ -> median 12; hidden delay (9 + 3) / 2 = 6, hidden share 12/17; first promise 1/3, current 2/3
""",
)
