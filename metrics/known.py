"""What one version knows: how far each system's data reach, which columns are filled, the company's settings."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cached_property

from metrics.fiscal import Fiscal
from metrics.query import dim_sql, run, values
from metrics.question import Question
from metrics.registry import Measure, Metric, catalogue, resolve
from metrics.relations import table_name, tables_behind
from metrics.sqltext import bind, canonical
from warehouse.schema import tables

STALE_AFTER = timedelta(days=35)
READ_TO = """
SELECT load.source_system AS system, part.table_name, max(load.last_full_day) AS day
FROM load JOIN load_table AS part USING (load_id)
WHERE load.last_full_day IS NOT NULL GROUP BY load.source_system, load.object, part.table_name
"""


@dataclass(frozen=True)
class Facts:
    """Facts about a version that readings need again and again; read once and kept with the version."""

    version: object

    @cached_property
    def fills(self) -> dict[str, int]:
        rows = (
            self.version.cursor().execute("SELECT table_name || '.' || column_name, filled FROM column_fill").fetchall()
        )
        return dict(rows)

    @cached_property
    def reach(self) -> list[tuple[str, str, date]]:
        """(system, table, newest full day) of every exported object that feeds a table."""
        return self.version.cursor().execute(READ_TO).fetchall()

    @cached_property
    def settings(self) -> dict:
        frame = self.version.cursor().execute("SELECT * FROM company_setting LIMIT 1").df()
        return frame.iloc[0].to_dict() if len(frame) else {}

    @property
    def currency(self) -> str | None:
        return self.settings.get("reporting_currency") or None

    @property
    def fiscal(self) -> Fiscal:
        """The company's fiscal months."""
        stated = self.settings
        pattern = stated.get("fiscal_calendar") or "calendar"
        return Fiscal(stated.get("fiscal_start") or "01-01", pattern, int(stated.get("week_start") or 1))

    @cached_property
    def relation_tables(self) -> set[str]:
        rows = self.version.cursor().execute("SELECT table_name FROM information_schema.tables").fetchall()
        return {name for (name,) in rows}

    @cached_property
    def _members(self) -> dict[tuple, set[str]]:
        return {}

    def members(self, question: Question, dim: str) -> set[str]:
        """The members of a dimension that the rows of a question's relation have, whatever its scope."""
        column = dim_sql(question.metric, dim)
        sql = f"SELECT DISTINCT {column} AS m FROM {table_name(question.metric, question.relation_name)}"
        key = (sql, *bind(sql, values(question)).items())
        if key not in self._members:
            self._members[key] = set(run(self.version.cursor(), sql, question)["m"])
        return self._members[key]

    @cached_property
    def _first_days(self) -> dict[tuple[str, str], date | None]:
        return {}

    def first_day(self, metric: Metric, measure: Measure, params: Mapping) -> date | None:
        """The earliest day that dates a row of a measure, first of its month: where "all" begins."""
        relation, stage = resolve(measure.relation, params), resolve(measure.stage, params)
        anchor = stage.anchor if stage else f"min({resolve(measure.anchor, params)})"
        table = f"{metric.id}__{relation}"
        if table not in self.relation_tables or anchor is None:
            return None
        if (table, anchor) not in self._first_days:
            anchor_sql = anchor.replace("max(", "min(") if stage else anchor
            sql = f"SELECT date_trunc('month', {anchor_sql})::DATE AS day FROM {table}"
            day = self.version.cursor().execute(sql, bind(sql, params)).fetchone()[0]
            self._first_days[table, anchor] = day
        return self._first_days[table, anchor]

    def by_source(self, metric: Metric, relation: str, reads: tuple[str, ...] = ()) -> dict[str, date]:
        """How far each system reaches for a relation: the oldest of the newest full days of the objects it reads."""
        read, found = set(reads) or needed_tables(metric, relation), {}
        for system, table, day in self.reach:
            if table in read and tables()[table].kind in ("transaction", "history"):
                found[system] = min(found.get(system, day), day)
        return found

    def as_of(self, metric: Metric, relations: set[str]) -> date | None:
        """The default as-of date (G1): the oldest of them all, so that no system is read beyond what it knows."""
        days = [day for relation in relations for day in self.by_source(metric, relation).values()]
        return min(days, default=None)

    def default_as_of(self, metric: Metric, measure: Measure, params: Mapping) -> date | None:
        """The default as-of date of one measure, by what it reads itself."""
        return min(self.reach_of(metric, (measure,), params).values(), default=None)

    def reach_of(self, metric: Metric, measures, params: Mapping) -> dict[str, date]:
        """How far each system reaches for some measures of a metric."""
        found: dict[str, date] = {}
        for of, measure, given in (one for asked in measures for one in read_by(metric, asked, params)):
            for system, day in self.by_source(of, resolve(measure.relation, given), measure.reads).items():
                found[system] = min(found.get(system, day), day)
        return found

    def stale_masters(self, metric: Metric, relation: str, as_of: date) -> list[str]:
        """Masters exported more than 35 days before the as-of date."""
        read, newest = needed_tables(metric, relation), {}
        for system, table, day in self.reach:
            if table in read and tables()[table].kind == "master":
                newest[system, table] = max(newest.get((system, table), day), day)
        return sorted(f"{system} {table}" for (system, table), day in newest.items() if day < as_of - STALE_AFTER)

    def missing(self, requires) -> str | None:
        """The first required column (alternatives by "|") that nothing fills, None when all are there."""
        for need in requires:
            if not any(self.fills.get(column.strip()) for column in need.split("|")):
                return need
        return None


def read_by(metric: Metric, measure: Measure, params: Mapping) -> Iterator[tuple[Metric, Measure, Mapping]]:
    """The measures whose rows a measure is read from: itself, or of an index what its components read."""
    if measure.of_components is None:
        yield metric, measure, params
        return
    for name, inner in (read for component in metric.components for read in component.reads):
        other = catalogue()[name]
        given = params if other.id == metric.id else {key: param.default for key, param in other.params.items()}
        yield from read_by(other, other.measure(inner), given)


_facts: dict[tuple, Facts] = {}


def facts_of(version) -> Facts:
    """The facts of a version, shared by all readings of it."""
    key = (str(version.path), version.number, id(version))
    if key not in _facts:
        if len(_facts) > 8:
            _facts.clear()
        _facts[key] = Facts(version)
    return _facts[key]


def needed_tables(metric: Metric, relation: str | None = None) -> set[str]:
    """Canonical tables that a relation (or the whole metric) reads, through marts and its other relations."""
    names = [relation] if relation else list(metric.relations)
    return canonical({table_name(metric, name) for name in names}, tables_behind(metric, names))
