"""What one tile of the overview says of a metric: now, against before, its way, where it is weakest."""

from dataclasses import dataclass

from charts.dates import months_of, span
from charts.frame import period_name
from charts.from_reading import UNSHOWN, rows, shown, undated
from charts.numbers import DASH, change
from charts.standing import judged, sliced_by, weakest, within
from metrics import windows
from metrics.registry import Metric, UsageError
from ui import data
from ui.scope import Scope

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
    asked, compared, year = scope.request(metric), scope.compared(metric), scope.beside_last_year(metric)
    # only the difference of two proportions has an interval; a value has one wherever its measure does
    sure, same = metric.headline.interval == "proportion", compared == asked
    prior = {**compared, "reading": "compare", "compare_to": "prior", "interval": sure or same}
    last = {**year, "reading": "compare", "compare_to": "prior-year", "interval": sure}
    # a comparison holds the value too: where it is of the same period, one reading serves both
    value = prior if same else {**asked, "interval": metric.headline.interval is not None}
    trend = {**scope.trended(metric), "reading": "trend", "every": windows.every(metric), "interval": False}
    return [(metric.id, one) for one in (value, prior, last, trend)] + sliced(metric, scope)


def sliced(metric: Metric, scope: Scope) -> list[tuple[str, dict]]:
    """The readings among whose slices the weakest is sought; one member alone is the whole, so it is not read again."""
    dims = [dim for dim in sliced_by(metric) if len(scope.where.get(dim, ())) != 1]
    return [(metric.id, {**scope.request(metric), "by": (dim,), "interval": False}) for dim in dims]


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
    now_doc, prior, year, trend, *by_dim = docs
    name = metric.headline.name
    now = headline(now_doc, name)
    points = [row for row in rows(trend, name, None, None, True)]
    return Told(
        metric=metric,
        now=now,
        doc=now_doc,
        changes=(changed(prior, name, "prior period", now), changed(year, name, "last year", now)),
        weakest=worst(metric, by_dim),
        path=tuple(shown(row) for row in points),
        labels=tuple(period_name(row["period"]["label"]) for row in points),
        left_out=tuple(scope.left_out(metric)),
        sure=bool(headline(prior, name).get("difference_ci")),
    )


def headline(doc: dict, name: str) -> dict:
    return undated(doc, name, None, None)[0]


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
    verdict = judged(difference, told["unit"], told["better"], ci)
    mark = "" if verdict == "flat" else "▲ " if difference > 0 else "▼ "
    word = VERDICTS["chance" if verdict == "flat" and within(ci) else verdict]
    dates = f"{span(row['period'])} beside {span(then['period'])}"
    return Change(verdict, mark + change(difference, told["unit"], row["currency"]), compared, word, dates)


def worst(metric: Metric, by_dim: list[dict | UsageError]) -> tuple[str, str, dict] | None:
    """(dimension, member, row) of the slice that is furthest on the wrong side of the whole."""
    name = metric.headline.name
    # a dimension that the data lack has no total either
    docs = [doc for doc in by_dim if not isinstance(doc, UsageError) and shown(headline(doc, name)) is not None]
    if not docs:
        return None
    slices = [row for doc in docs for dim in doc["scope"]["by"] for row in undated(doc, name, None, dim)]
    row = weakest(headline(docs[0], name), slices, metric.headline.better)
    return None if row is None else next((dim, str(member), row) for dim, member in row["slice"].items())
