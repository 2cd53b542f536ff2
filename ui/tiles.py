"""What one tile of the overview says of a metric: now, against before, its way, where it is weakest."""

from dataclasses import dataclass

from charts.frame import period_name
from charts.from_reading import UNSHOWN, rows, shown, undated
from charts.numbers import DASH, change
from metrics.registry import Metric, UsageError
from ui import data
from ui.formats import months_of, span
from ui.scope import DIMS, Scope

BADGES = {
    "low_n": "few rows",
    "insufficient": "too few rows",
    "stale": "stale masters",
    "not_available": "not available",
}
LESS = ("down", "lower")
MORE = ("up", "higher")
VERDICTS = {"good": "better", "bad": "worse", "flat": "", "chance": "within chance"}


@dataclass(frozen=True)
class Change:
    """A difference: its judgement (good, bad, flat), its number in words, against what, how it is judged, the dates."""

    verdict: str
    said: str
    against: str
    word: str = ""
    dates: str = ""


@dataclass(frozen=True)
class Told:
    """Everything one tile says, read but not yet drawn."""

    metric: Metric
    now: dict
    doc: dict
    changes: tuple[Change, ...]
    weakest: tuple[str, str, dict] | None
    path: tuple[float | None, ...]
    labels: tuple[str, ...]
    left_out: tuple[str, ...] = ()
    sure: bool = False
    waits: bool = False


def wanted(metric: Metric, scope: Scope) -> list[tuple[str, dict]]:
    """The readings of one tile: value, prior, year before, trend, slices; all in the same scope."""
    asked, compared = scope.request(metric), scope.compared(metric)
    dims = [dim for dim in DIMS if dim in metric.dims]
    prior = {**compared, "reading": "compare", "compare_to": "prior"}
    # a comparison holds the value too: where it is of the same period, one reading serves both
    return [
        (metric.id, prior if compared == asked else asked),
        (metric.id, prior),
        (metric.id, {**(scope.recent(metric) or compared), "reading": "compare", "compare_to": "prior-year"}),
        (metric.id, {**scope.trended(metric), "reading": "trend", "every": scope.every(metric), "interval": False}),
        *((metric.id, {**asked, "by": (dim,), "interval": False}) for dim in dims),
    ]


def early(metrics: list[Metric], scope: Scope) -> list[Told | UsageError]:
    """What can be said at once: the values alone, without intervals, comparisons and trends."""
    asked = [(metric.id, {**scope.request(metric), "interval": False}) for metric in metrics]
    docs = data.readings(scope.version, asked)
    pairs = zip(metrics, docs, strict=True)
    return [doc if isinstance(doc, UsageError) else bare(metric, doc, scope) for metric, doc in pairs]


def bare(metric: Metric, doc: dict, scope: Scope) -> Told:
    """A tile that still waits for everything but its value."""
    now = headline(doc, metric.headline.name)
    return Told(metric, now, doc, (), None, (), (), tuple(scope.left_out(metric)), waits=True)


def tell(metric: Metric, scope: Scope) -> Told | UsageError:
    """Read what a tile says. A scope the metric refuses (a member it has never seen) comes back as the error."""
    docs = data.readings(scope.version, wanted(metric, scope))
    refused = next((doc for doc in docs if isinstance(doc, UsageError)), None)
    if refused is not None:
        return refused
    now_doc, prior, year, trend, *sliced = docs
    name = metric.headline.name
    now = headline(now_doc, name)
    points = [row for row in rows(trend, name, None, None, True)]
    return Told(
        metric=metric,
        now=now,
        doc=now_doc,
        changes=(changed(prior, name, "prior period", now), changed(year, name, "last year", now)),
        weakest=weakest(metric, sliced),
        path=tuple(shown(row) for row in points),
        labels=tuple(period_name(row["period"]["label"]) for row in points),
        left_out=tuple(scope.left_out(metric)),
        sure=bool(headline(prior, name).get("difference_ci")),
    )


def headline(doc: dict, name: str) -> dict:
    return undated(doc, name, None, None)[0]


def judged(difference: float | None, better: str | None, ci=None) -> str:
    """good, bad or flat: flat when nothing moved, no direction is better, or the interval of the difference holds 0."""
    if not difference or better not in (*LESS, *MORE):
        return "flat"
    if within(ci):
        return "flat"
    return "good" if (difference > 0) == (better in MORE) else "bad"


def against(row: dict, now: dict, base: str) -> str:
    """What a comparison is against, in words; over which months, where they are not those of the headline."""
    if row["period"] == now["period"]:
        return f"vs {base}"
    return f"last {months_of(row['period'])} months vs {base}"


def changed(doc: dict, name: str, base: str, now: dict | None = None) -> Change:
    """A comparison in words, beside the headline `now` that it belongs to; `base` names what it is against."""
    row = headline(doc, name)
    told = next(found for found in doc["measures"] if found["measure"] == name)
    then = row.get("base") or {}
    compared = against(row, now or row, base)
    if not then.get("period") or row.get("difference") is None or shown(row) is None or then.get("status") in UNSHOWN:
        return Change("flat", DASH, compared, "too few rows then" if then.get("n") else "no rows then")
    difference, ci = row["difference"], row.get("difference_ci")
    verdict = judged(difference, told["better"], ci)
    mark = "" if verdict == "flat" else "▲ " if difference > 0 else "▼ "
    word = VERDICTS["chance" if verdict == "flat" and within(ci) else verdict]
    dates = f"{span(row['period'])} beside {span(then['period'])}"
    return Change(verdict, mark + change(difference, told["unit"], row["currency"]), compared, word, dates)


def within(ci) -> bool:
    """Whether the interval of a difference is known and holds zero."""
    return bool(ci) and None not in ci and ci[0] <= 0 <= ci[1]


def weakest(metric: Metric, sliced: list[dict]) -> tuple[str, str, dict] | None:
    """(dimension, member, row) of the slice that is furthest on the wrong side of the whole, enough rows first."""
    name, better = metric.headline.name, metric.headline.better
    found = []
    for doc, dim in zip(sliced, [dim for dim in DIMS if dim in metric.dims], strict=True):
        slices = [row for row in undated(doc, name, None, dim) if shown(row) is not None]
        total = shown(headline(doc, name))
        if total is None or len(slices) < 2:
            continue
        found += [(row["status"] == "ok", gap(row["value"], total, better), dim, row) for row in slices]
    sure = [entry for entry in found if entry[0]] or found
    worst = max(sure, key=lambda entry: entry[1], default=None)
    if worst is None or worst[1] <= 0:
        return None
    _, _, dim, row = worst
    return dim, str(row["slice"][dim]), row


def gap(value: float, total: float, better: str | None) -> float:
    """How far a slice stands on the wrong side of the whole; with no better side, how far at all."""
    if better in MORE:
        return total - value
    return value - total if better in LESS else abs(value - total)
