"""The reading `steadiness`: a trend with its limits, its signals and, for shares, its spread against sampling noise.

Points are rows as a trend has them. Every series (measure, part, slice) is followed by rows whose part is
  center, lower, upper       of the XmR chart, over the days of the series
  upper_range                the limit of the step from one point to the next
  baseline                   n = how many points made the limits, over their days
  false_alarm                how often a steady series of this length signals by chance
  laney_lower, laney_upper   for shares with uneven or large n, at each point
  phi, p_value               for shares: dispersion of the points against chance
  signal                     a point that breaks a rule; `reason` says which
A member's own part stands before them ("sea:center"); a row that is not in the measure's unit names its `unit`. A
period that is not over and a point that says nothing (insufficient, not available, below the measure's least n) neither
make limits nor signal. Shares of clustered rows are set against chance with their effective sample size.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date

from dateutil.relativedelta import relativedelta

from metrics import periods, steadiness
from metrics.cells import rows_of
from metrics.document import document
from metrics.intervals import effective
from metrics.known import Facts
from metrics.question import Request
from metrics.registry import Metric
from metrics.scope import as_of_date, questions
from metrics.steadiness import FEWEST, Limits

RULES = {
    1: "beyond the limits",
    2: "eighth in a row on one side of the centre",
    3: "third of four far on one side",
}
SAYS_NOTHING = ("insufficient", "not_available")


@dataclass(frozen=True)
class Series:
    """The rows of one measure, part and slice in their order, and those among them that count."""

    rows: list[dict]
    counted: list[dict]
    is_share: bool

    @property
    def points(self) -> list[float]:
        return [row["value"] for row in self.counted]

    @property
    def sizes(self) -> tuple[list[float], list[float]]:
        """Hits and sizes of the points of a share; clustered rows count as many as they are worth."""
        of = [
            effective(row["value"], row["ci"]) if row["ci_method"] == "wilson_n_eff" else row["den"]
            for row in self.counted
        ]
        return [row["value"] * size for row, size in zip(self.counted, of, strict=True)], of


def read_steadiness(facts: Facts, asked: Metric, measures, params: dict, request: Request) -> dict:
    """The document of `--reading steadiness`: by month or --every, over the days asked for or the usual and a year."""
    found: list[dict] = []
    plain = replace(request, as_of=as_of_date(facts, asked, measures, params, request), reading="trend")
    for measure in measures:
        over = _over(facts, asked, measure, params, replace(plain, interval=measure.interval == "proportion"))
        trend = list(rows_of(facts, asked, [measure], params, over))
        found += [row for row in trend if row["period"] is None and row["status"] == "not_available"]
        for series in _series(trend, measure.interval == "proportion", measure.steady_from):
            found += [*series.rows, *_judged(series, over)]
    return document(facts, asked, measures, params, replace(over, reading="steadiness"), found)


def _over(facts: Facts, asked: Metric, measure, params: dict, request: Request) -> Request:
    """The request over the days of the series; months too small for the measure are merged into quarters."""
    every = request.every or ("quarter" if asked.window == "all" else "month")
    request = replace(request, every=every)
    if request.date_from is None and request.as_of is not None:
        start = questions(facts, asked, measure, params, request, request.as_of).start
        if asked.window != "all" and start != periods.BEGINNING:
            request = replace(request, date_from=start - relativedelta(years=1))
    if measure.steady_from and every == "month":
        months = rows_of(facts, asked, [measure], params, replace(request, by=()))
        if min((row["n"] for row in months if row["period"]), default=measure.steady_from) < measure.steady_from:
            return replace(request, every="quarter")
    return request


def _series(trend: list[dict], is_share: bool, least: int) -> Iterator[Series]:
    groups: dict[tuple, list[dict]] = {}
    for row in trend:
        if row["period"]:
            groups.setdefault((row["part"], *sorted(row["slice"].items())), []).append(row)
    for rows in groups.values():
        yield Series(rows, [row for row in rows if _counts(row, least)], is_share and rows[0]["part"] is None)


def _counts(row: dict, least: int) -> bool:
    """Whether a point makes limits and may signal: it is over, says something and rests on enough rows."""
    says = row["value"] is not None and row["status"] not in SAYS_NOTHING and row["n"] >= least
    return says and not row["provisional"]


def _judged(series: Series, request: Request) -> Iterator[dict]:
    baseline = _baseline(series, request.baseline_from)
    points = series.points[baseline:]
    limits = steadiness.xmr(points)
    few = len(points) < FEWEST
    reason = f"{len(points)} points; limits need {FEWEST}" if few else None
    if few or limits is None:
        for part in ("center", "lower", "upper"):
            yield _told(series, part, None, reason=reason, status="insufficient")
        return
    shown = steadiness.clipped(limits, 0.0, 1.0) if series.is_share else limits
    yield from _limits(series, shown, baseline, request.rules)
    broken = steadiness.signals(points, limits, request.rules)
    for place, rule in broken.items():
        yield _signal(series.counted[baseline + place], f"rule {rule}: {RULES[rule]}")
    if series.is_share:
        yield from _against_chance(series, baseline, broken)


def _baseline(series: Series, changed: date | None) -> int:
    """Place of the first point of the baseline: the first that begins at or after a declared change."""
    if changed is None:
        return 0
    starts = [date.fromisoformat(row["period"]["from"]) for row in series.counted]
    return sum(start < changed for start in starts)


def _limits(series: Series, limits: Limits, first: int, rules: int) -> Iterator[dict]:
    provisional = limits.baseline < steadiness.BASELINE
    status = "low_n" if provisional else "ok"
    for part in ("center", "lower", "upper", "upper_range"):
        yield _told(series, part, getattr(limits, part), n=limits.baseline, status=status, provisional=provisional)
    made = series.counted[first : first + limits.baseline]
    yield _told(series, "baseline", limits.center, rows=made, n=limits.baseline, status=status, provisional=provisional)
    points = len(series.counted) - first
    by_chance = steadiness.false_alarms(points, limits.baseline, rules)
    yield _told(series, "false_alarm", by_chance, n=points, status="ok", unit="share")


def _against_chance(series: Series, first: int, broken: dict[int, int]) -> Iterator[dict]:
    hits, of = (sizes[first:] for sizes in series.sizes)
    spread = steadiness.dispersion(hits, of)
    if spread is not None:
        phi, chance, freedom = spread
        yield _told(series, "phi", phi, n=freedom + 1, status="ok", unit="ratio")
        yield _told(series, "p_value", chance, n=freedom + 1, status="ok", unit="share")
    found = steadiness.laney(hits, of) if steadiness.needs_laney(of) else None
    if found is None:
        return
    share, half = found
    for place, row in enumerate(series.counted[first:]):
        bounds = max(0.0, share - half[place]), min(1.0, share + half[place])
        for part, bound in zip(("laney_lower", "laney_upper"), bounds, strict=True):
            yield _told(series, part, bound, rows=[row], n=len(of), status="ok")
        if place not in broken and not bounds[0] <= row["value"] <= bounds[1]:
            yield _signal(row, "laney: beyond the limits for its size")


def _told(series: Series, part: str, value: float | None, rows: list[dict] | None = None, **more) -> dict:
    """A row beside the points of a series, over its days."""
    own = rows or series.rows
    label = {"label": f"{own[0]['period']['from']}..{own[-1]['period']['to']}"}
    period = label | {"from": own[0]["period"]["from"], "to": own[-1]["period"]["to"]}
    plain = {"num": None, "den": None, "n": 0, "ci": None, "ci_method": None, "reason": None, "provisional": False}
    plain |= {"coverage": {}, "excluded": {}}
    return {**own[0], **plain, "part": _part(own[0], part), "period": period, "value": value, **more}


def _signal(row: dict, reason: str) -> dict:
    return {**row, "part": _part(row, "signal"), "reason": reason}


def _part(row: dict, name: str) -> str:
    return name if row["part"] is None else f"{row['part']}:{name}"
