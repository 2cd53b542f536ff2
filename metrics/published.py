"""What a version told: the months of its measures, kept beside the versions so that they outlive the file.

The file `<home>/published/<N>.json` is written by the first reading that asks, not by the build: two years of every
headline cost longer than the build itself has to spare.
"""

import json
import os
from collections.abc import Iterable
from dataclasses import dataclass, replace

from dateutil.relativedelta import relativedelta
from duckdb import BinderException, CatalogException

from metrics import periods
from metrics.known import facts_of
from metrics.question import Request
from metrics.read import read
from metrics.registry import Measure, Metric, catalogue
from warehouse.home import Home
from warehouse.versions import NoVersion, Version, open_version

MONTHS = 24
FIELDS = ("measure", "part", "value", "num", "den", "n", "status", "reason", "provisional", "currency")
LOADS = "SELECT load_id, system, object, file, list(DISTINCT table_name) AS tables FROM load"
LOADS += " LEFT JOIN load_table USING (load_id) GROUP BY ALL"


@dataclass(frozen=True)
class Told:
    """What a version told and what it was made of.

    `published_reading` maps a metric to its rows: measure, part, period, value, num, den, n, status, definition,
    as_of. `version` is None where the file is gone.
    """

    number: int
    built_at: str
    metrics: str | None
    inputs: str | None
    loads: dict[str, dict]
    settings: dict
    published_reading: dict[str, list[dict]]
    version: Version | None = None


def origin(version: Version) -> Told:
    """A version without any reading yet."""
    cursor = version.cursor()
    loads = {row[0]: dict(zip(("system", "object", "file", "tables"), row[1:], strict=True))
             for row in cursor.execute(LOADS).fetchall()}  # fmt: skip
    settings = {name: None if value != value else value for name, value in facts_of(version).settings.items()}
    facts = version.facts
    return Told(version.number, str(facts.get("built_at")), facts.get("metrics"), facts.get("inputs"), loads,
                json.loads(json.dumps(settings, default=str)), {}, version)  # fmt: skip


def told(version: Version, metric: Metric, measures: Iterable[Measure], as_of=None) -> list[dict]:
    """The last two years of measures by complete months as a version tells them, by default as of its own day."""
    found = []
    for measure in measures:
        params = {name: param.default for name, param in metric.params.items()}
        day = as_of or facts_of(version).default_as_of(metric, measure, params)
        if day is not None:
            found += _months(version, metric, measure, day)
    return found


def _months(version: Version, metric: Metric, measure: Measure, day) -> list[dict]:
    last = periods.last_complete_month(day)
    dates = {"date_from": last - relativedelta(months=MONTHS - 1), "date_to": periods.month_end(last)}
    asked = Request((measure.name,), reading="trend", every="month", as_of=day, interval=False, **dates)
    try:
        rows = read(version, metric.id, asked)["rows"]
    except (BinderException, CatalogException):
        reason = f"not_available: version {version.number} was built before {metric.id} took its present form"
        return [_row(metric, day, {"measure": measure.name, "status": "not_available", "reason": reason})]
    return [_row(metric, day, row) for row in rows if row["period"] or row["status"] == "not_available"]


def _row(metric: Metric, day, row: dict) -> dict:
    more = {"period": row.get("period"), "definition": metric.definition_version, "as_of": day.isoformat()}
    return {**{name: row.get(name) for name in FIELDS}, **more}


def published(home: Home, number: int, metrics: Iterable[str]) -> Told:
    """What a version told of the headlines of some metrics, from its file or from what was kept of it. Raises
    NoVersion when neither is there."""
    kept = _kept(home, number)
    try:
        version = open_version(home, number)
    except NoVersion:
        if kept is None:
            raise
        return kept
    if kept is None or kept.built_at != str(version.facts.get("built_at")):
        kept = origin(version)
    new = [name for name in metrics if name not in kept.published_reading]
    read_now = {name: told(version, catalogue()[name], [catalogue()[name].headline]) for name in new}
    found = replace(kept, version=version, published_reading={**kept.published_reading, **read_now})
    if new:
        _keep(home, found)
    return found


def numbers_kept(home: Home) -> list[int]:
    """The versions of which something is kept, oldest first."""
    return sorted(int(path.stem) for path in _folder(home).glob("*.json") if path.stem.isdigit())


def _folder(home: Home):
    return home.path / "published"


def _kept(home: Home, number: int) -> Told | None:
    try:
        return Told(**json.loads((_folder(home) / f"{number}.json").read_text("utf-8")))
    except (FileNotFoundError, json.JSONDecodeError, TypeError):
        return None


def _keep(home: Home, found: Told) -> None:
    """Write what was read, in one step; a home that cannot be written is read again next time."""
    fields = {name: getattr(found, name) for name in Told.__dataclass_fields__ if name != "version"}
    fresh = _folder(home) / f".{found.number}.{os.getpid()}"
    try:
        fresh.parent.mkdir(exist_ok=True)
        fresh.write_text(json.dumps(fields, ensure_ascii=False, default=str), "utf-8")
        os.replace(fresh, _folder(home) / f"{found.number}.json")
    except OSError:
        fresh.unlink(missing_ok=True)
