"""Whether resources are loaded evenly, or swing between idle and overload; and how much good output their hours gave.

Rows are resources by week (and shift and family where told). Weeks are ISO weeks by the first day of a period:

    utilisation  = sum of hours run / sum of available hours      available = calendar less planned closures
    cv           = SD / mean of the weekly utilisation of the slice, each week its own sum / sum (sample SD)
    peak_to_mean = highest week / mean week
    weeks_over, weeks_under = share of weeks with a utilisation above `over` (95 %), below `under` (60 %)
    load_ratio   = sum of planned load / sum of available hours, as recorded
    oee          = availability x performance x quality = hours the good units take at best / available hours
                   availability = run / available; performance = ideal hours x units / run; quality = good / all

The part `bottleneck` of utilisation is the resource with the highest load ratio in the weeks counted, or with the
highest utilisation where no planned load is recorded: an average hides it. Quality weighs units of several resources
by their ideal hours. Hours run in the OEE are available hours less downtime (`run=downtime`), or as told (`run=actual`,
where changeovers are no downtime); that moves its parts, never the product.

Direction: cv, peak_to_mean, weeks_over and weeks_under lower; oee higher; utilisation has a target band (75 to 90 %).
n = weeks, for utilisation, load_ratio and oee resource-weeks. Interval: linearised t over weeks (ratios), Wilson
(weeks). cv and peak_to_mean need 8 weeks. Left out and counted: nothing available (shutdown), hours missing, weeks
that are not over, a sum beside its own shifts or families, periods longer than a week where weeks are compared,
missing parts of the OEE. Overtime (above 100 %) is kept; coverage tells its share.
Source: OEE after Nakajima; Kingman's formula for why high and uneven load makes queues.
"""

from pathlib import Path

from metrics.finish import divide, number
from metrics.intervals import ratio, squares
from metrics.line_terms import reason
from metrics.registry import Answer, Dim, Measure, Metric, Param, Relation, Stage

HERE = Path(__file__).parent
KEY = ("resource_id", "shift", "family", "period_start", "known_from")


def _relation(name: str, grain: str, **more) -> Relation:
    return Relation(grain, KEY, (HERE / f"capacity_utilisation_{name}.sql").read_text("utf-8"), known=True, **more)


RELATIONS = {
    "week": _relation("week", "resource x shift x family x period, as known from a day on"),
    "plan": _relation(
        "plan",
        "resource x shift x family x period, as planned from a day on",
        state_column="capacity_period.planned_load_hours",
    ),
}
AVAILABLE, ACTUAL = "capacity_period.available_hours", "capacity_period.actual_hours"
SUM_OF_PARTS = {"sum_of_parts": "coalesce(parts_from <= $as_of, false)"}
CLOSED = {"no_hours": "available_hours <= 0"}
RUN_REASONS = {
    **SUM_OF_PARTS,
    "not_over": "last_day > $as_of",
    **CLOSED,
    "hours_missing": "available_hours is null or actual_hours is null",
}
WEEK_REASONS = {**RUN_REASONS, "longer_than_week": "last_day - period_start > 6"}
PLAN_REASONS = {**SUM_OF_PARTS, **CLOSED, "hours_missing": "available_hours is null or planned_load_hours is null"}
PLANNED = "case when planned_from <= $as_of then planned_load_hours end"


def run_hours(params) -> str:
    """Hours run of a row, as the setting has them; the other way where that is not told."""
    ways = ["available_hours - downtime_hours", "actual_hours"]
    return f"coalesce({', '.join(ways if params['run'] == 'downtime' else reversed(ways))})"


def oee_reasons(params) -> dict[str, str]:
    lacking = [f"{column} is null" for column in ("ideal_hours_per_unit", "total_qty", "good_qty", run_hours(params))]
    kept = {name: RUN_REASONS[name] for name in ("sum_of_parts", "not_over", "no_hours")}
    return {**kept, "hours_missing": "available_hours is null", "parts_missing": " or ".join(lacking)}


def _judged(hours: str) -> str:
    return f"sum({hours}) filter (where {reason(WEEK_REASONS)} is null)"


WEEKS = Stage(
    ("week",),
    {
        "actual": _judged("actual_hours"),
        "available": _judged("available_hours"),
        "judged": f"count(*) filter (where {reason(WEEK_REASONS)} is null)",
        **{name: f"count(*) filter (where {reason(WEEK_REASONS)} = '{name}')" for name in WEEK_REASONS},
    },
    anchor="min(period_start)",
)
WEEKS_LEFT_OUT = {name: f"judged = 0 and {name} > 0" for name in WEEK_REASONS}


def weekly(frame):
    """Utilisation of each week that was read, in the order of the weeks."""
    sums = frame.groupby("week", sort=True)[["actual", "available"]].sum().astype(float)
    return sums["actual"] / sums["available"]


def swing(frame, params) -> Answer:
    """SD over mean of the weekly utilisation: none for one week, or for a mean that is not positive."""
    series = weekly(frame)
    mean, sd = number(series.mean()), number(series.std(ddof=1))
    value = divide(sd, mean) if mean is not None and mean > 0 else None
    return Answer(value, sd, mean, len(series))


def peak(frame, params) -> Answer:
    series = weekly(frame)
    mean, top = number(series.mean()), number(series.max())
    return Answer(divide(top, mean) if mean is not None and mean > 0 else None, top, mean, len(series))


def band(value: float | None, params) -> str | None:
    """Where a utilisation lies outside its target band, in words."""
    low, high = params["band_low"], params["band_high"]
    if value is None or low - 1e-9 <= value <= high + 1e-9:
        return None
    return f"{'below' if value < low else 'above'} the target band of {low:.0%} to {high:.0%}"


def bottleneck(frame) -> Answer | None:
    """The resource with the highest load ratio; without any planned load the one with the highest utilisation."""
    sums = frame.groupby("resource", sort=True)[["actual", "available", "planned", "plannable"]].sum().astype(float)
    if sums.empty:
        return None
    ratios, what = sums["planned"] / sums["plannable"].where(sums["plannable"] > 0), "planned load"
    if ratios.isna().all():
        ratios, what = sums["actual"] / sums["available"], "utilisation"
    name = ratios.idxmax()
    own = frame[frame["resource"] == name].groupby("week")[["actual", "available"]].sum().astype(float)
    num, den = number(own["actual"].sum()), number(own["available"].sum())
    ci, method = ratio(num, den, squares(own["actual"], own["available"]))
    n = int(frame.loc[frame["resource"] == name, "n"].sum())
    told = f"{name} has the highest {what}, {ratios.max():.0%} of its available hours"
    return Answer(divide(num, den), num, den, n, "bottleneck", ci=ci, ci_method=method, reason=told)


def utilisation(frame, params) -> list[Answer]:
    """The whole as a ratio of sums, with the share of its weeks inside the band, and the bottleneck beside it."""
    num, den, n = (number(frame[name].sum()) for name in ("actual", "available", "n"))
    if not n:
        return [Answer(None, 0, 0, 0), Answer(None, 0, 0, 0, "bottleneck")]
    value, weeks = divide(num, den), weekly(frame)
    within = weeks.between(params["band_low"] - 1e-9, params["band_high"] + 1e-9).mean()
    cover = {"weeks_in_band": float(within)}
    whole = Answer(value, num, den, int(n), reason=band(value, params), coverage=cover)
    return [whole, bottleneck(frame)]


def oee(frame, params) -> list[Answer]:
    """The product over all rows that have every part, and its three parts; they multiply to it exactly."""
    names = ("available", "run", "ideal", "ideal_good", "n")
    available, run, ideal, good, n = (number(frame[name].sum()) or 0 for name in names)
    parts = ((None, good, available), ("availability", run, available), ("performance", ideal, run))
    return [
        Answer(divide(num, den), num, den, int(n), part)
        for part, num, den in (*parts, ("quality", good, ideal))
    ]  # fmt: skip


OVERTIME = {"overtime": "actual_hours > available_hours"}
BY_WEEK = dict(
    relation="week", stage=WEEKS, exclude=WEEKS_LEFT_OUT, coverage={"overtime": "actual > available"}, minimum=(8, 30),
    requires=(AVAILABLE, ACTUAL), settles_after=6, additive=False,
)  # fmt: skip
SERIES = {**BY_WEEK, "keys": {"week": "week"}, "sums": {"n": "1", "actual": "actual", "available": "available"}}
LEVEL = "actual / nullif(available, 0)"
BY_ROW = dict(anchor="period_start", minimum=(1, 1), settles_after=6, additive=False)


def weeks_share(name: str, title: str, test: str, meaning: str) -> Measure:
    sums = {"num": f"coalesce({test}, false)::int", "den": "1", "n": "1"}
    return Measure(
        name, title, "share", "down", sums=sums, interval="proportion", cluster="week", meaning=meaning, **BY_WEEK
    )


MEASURES = (
    Measure(
        "cv", "Swing of the load from week to week", "ratio", "down", finish=swing, headline=True, **SERIES,
        meaning="Standard deviation over mean of the weekly utilisation; 0 is perfectly even.",
    ),
    Measure(
        "peak_to_mean", "Highest week against the mean", "ratio", "down", finish=peak, **SERIES,
        meaning="Utilisation of the fullest week over that of the mean week.",
    ),
    Measure(
        "utilisation", "Utilisation", "share", "band", relation="week", exclude=RUN_REASONS, coverage=OVERTIME,
        keys={"resource": "resource_id", "week": "week"},
        sums={"n": "1", "num": "actual_hours", "den": "available_hours", "actual": "actual_hours",
              "available": "available_hours", "planned": PLANNED,
              "plannable": f"case when ({PLANNED}) is not null then available_hours end"},
        finish=utilisation, interval="ratio", cluster="week", requires=(AVAILABLE, ACTUAL), **BY_ROW,
        meaning="Hours run over hours available; bottleneck is the resource with the highest planned load.",
    ),
    Measure(
        "load_ratio", "Planned load", "ratio", "band", relation="plan", exclude=PLAN_REASONS,
        sums={"num": "planned_load_hours", "den": "available_hours", "n": "1"}, interval="ratio", cluster="week",
        coverage={"overloaded": "planned_load_hours > available_hours"},
        requires=(AVAILABLE, "capacity_period.planned_load_hours"), **{**BY_ROW, "additive": True},
        meaning="Hours of work planned over hours available, as recorded.",
    ),
    weeks_share(
        "weeks_over", "Weeks above the limit", f"{LEVEL} > $over + 1e-9",
        "Weeks that used more of their hours than the limit, 95 % unless set.",
    ),
    weeks_share(
        "weeks_under", "Weeks below the limit", f"{LEVEL} < $under - 1e-9",
        "Weeks that used less of their hours than the limit, 60 % unless set.",
    ),
    Measure(
        "oee", "Overall equipment effectiveness", "share", "up", relation="week", exclude=oee_reasons,
        sums=lambda params: {
            "n": "1", "available": "available_hours", "run": run_hours(params),
            "ideal": "ideal_hours_per_unit * total_qty", "ideal_good": "ideal_hours_per_unit * good_qty",
        },
        finish=oee, requires=(
            AVAILABLE, f"{ACTUAL}|capacity_period.downtime_hours", "capacity_period.ideal_hours_per_unit",
            "capacity_period.total_qty", "capacity_period.good_qty",
        ), **BY_ROW,
        meaning="Time the good units take at best, over the hours available.",
    ),
)  # fmt: skip

METRIC = Metric(
    title="Capacity utilisation",
    question="Are resources loaded evenly, or swinging between idle and overload?",
    relations=RELATIONS,
    measures=MEASURES,
    dims={
        "resource": Dim("Resource", "resource_id", "capacity_period.resource_id"),
        "site": Dim("Site", "site", "capacity_period.site_id", empty="No site"),
        "shift": Dim("Shift", "shift", "capacity_period.shift", empty="All shifts"),
        "family": Dim("Product family", "family", "capacity_period.family", empty="All families"),
    },
    params={
        "over": Param(0.95, (0.95, 1), "Utilisation above which a week counts as too full."),
        "under": Param(0.6, (0.6, 0), "Utilisation below which a week counts as too empty."),
        "band_low": Param(0.75, (0.75, 0), "Lower end of the target band of utilisation."),
        "band_high": Param(0.9, (0.9, 1), "Upper end of the target band of utilisation."),
        "run": Param("downtime", ("downtime", "actual"), "Hours run in the OEE: available less downtime, or as told."),
    },
    caveats=(
        "A group can look even while one resource is always full: read the bottleneck and the slices by resource.",
        "Load that is high and uneven is the risk: waiting grows with utilisation and with its swing.",
        "Rows by shift or family must share the available hours out, not repeat them.",
        "Each export defines available hours in its own way; compare resources only under one definition.",
    ),
    sources=(
        "OEE: availability x performance x quality (Nakajima), as tool vendors define it",
        "Kingman: mean wait in a queue grows with utilisation / (1 - utilisation) and with variability",
    ),
    example="""
    weekly utilisation .80  .90  .70  1.00      mean .85, SD .1291      cv .15188      peak to mean 1.17647
    one week above 95 %, none below 60 %
    OEE  480 min available, 48 down, 1 min a unit at best, 400 made, 380 good
         432/480 x 400/432 x 380/400 = .9 x .92593 x .95 = .79167
    """,
)
