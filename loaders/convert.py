"""From a profile's table to its plan: each canonical column from the ways to fill it, each failure told."""

from dataclasses import dataclass, field

from loaders import dates, values
from loaders.cells import Cells
from loaders.model import Mapping, TableMap, Way
from loaders.numbers import literal
from loaders.plan import Failure, Plan, Settings
from warehouse.schema import SQL_TYPE, Column


@dataclass
class Filled:
    """A canonical column in the making: SQL of its values and dates in the order of its ways, and how they fail."""

    label: str
    values: list[str] = field(default_factory=list)
    dates: list[str] = field(default_factory=list)
    failing: list[str] = field(default_factory=list)

    @property
    def value(self) -> str:
        return self.values[0] if len(self.values) == 1 else f"coalesce({', '.join(self.values)})"

    @property
    def date(self) -> str:
        return self.dates[0] if len(self.dates) == 1 else f"coalesce({', '.join(self.dates)})"


def plan(table: TableMap, columns: tuple[str, ...], settings: Settings, typed: bool = False) -> Plan:
    """The select of `table` for a file with these columns (already labelled). `typed` cells may carry a mark."""
    cells = Cells({name: f"c{index}" for index, name in enumerate(columns)}, typed)
    return _Planner(table, cells, settings).plan()


class _Planner:
    """Collects the expressions of one table."""

    def __init__(self, table: TableMap, cells: Cells, settings: Settings):
        self.map, self.cells, self.settings, self.out = table, cells, settings, Plan()

    def plan(self) -> Plan:
        self.out.ignored += [(f"not {self.cells.holds(when)}", str(when)) for when in self.map.when]
        header = set(self.cells.place)
        ours = {name: mapping for name, mapping in self.map.columns.items() if mapping.fillable(header)}
        filled = {name: self.column(mapping) for name, mapping in ours.items()}
        for name, column in self.map.table.columns.items():
            instant = filled.get(name.removesuffix("_date") + "_at") if name.endswith("_date") else None
            sources = [filled[name].value] if name in filled else []
            sources += [instant.date] if instant else []
            if sources:
                # a date the profile fills itself wins over the one that comes with the instant
                self.out.columns[name] = f"coalesce({', '.join(sources)})" if len(sources) > 1 else sources[0]
                self.out.types[name] = column.type
        self.key(filled)
        self.required(filled)
        return self.out

    def key(self, filled: dict[str, Filled]) -> None:
        """The id in the source. A distinct table ignores rows that have nothing of its key."""
        own = [name for name in self.map.table.key if name in self.out.columns]
        if not own:
            return
        parts = ", ".join(f"coalesce({self.out.columns[name]}::varchar, '')" for name in own)
        one_text = len(own) == 1 and self.out.types[own[0]] == "text" and not self.map.distinct
        self.out.source_id = self.out.columns[own[0]] if one_text else f"concat_ws('/', {parts})"
        if self.map.distinct:
            failing = [sql for name in own if name in filled for sql in filled[name].failing]
            nothing = [f"{self.out.columns[name]} is null" for name in own] + [f"not ({sql})" for sql in failing]
            self.out.ignored.append((" and ".join(nothing), f"no {' and '.join(own)}"))

    def required(self, filled: dict[str, Filled]) -> None:
        for name, column in self.map.table.columns.items():
            if column.required and name in filled:
                untold = [f"not ({sql})" for sql in filled[name].failing]
                empty = " and ".join([f"{self.out.columns[name]} is null", *untold])
                reason = literal(f"is empty; {name} is required")
                self.out.failures.append(Failure(empty, filled[name].label or name, "null", reason))

    def column(self, mapping: Mapping) -> Filled:
        """A canonical column: the first of its ways that gives a value."""
        told = Filled(" / ".join(self.present(mapping.columns)))
        for way in mapping.ways:
            if way.constant is not None or way.exported_at:
                value, date = self.fixed(way)
            elif not self.present(way.columns):
                continue
            else:
                value, date = self.way(way, mapping.target, told)
            if way.when:
                value, date = (f"(case when {self.cells.all_hold(way.when)} then {sql} end)" for sql in (value, date))
            if way.type != mapping.target.type:
                value = f"({value})::varchar"
            told.values.append(value)
            told.dates.append(date)
        return told

    def present(self, columns: tuple[str, ...]) -> list[str]:
        return [column for column in dict.fromkeys(columns) if column in self.cells.place]

    def fixed(self, way: Way) -> tuple[str, str]:
        """Value and date of a constant, or of the export itself."""
        if way.constant is not None:
            text = literal(way.constant)
            value = text if way.type == "text" else f"{text}::{SQL_TYPE[way.type]}"
            return value, f"{text}::date" if way.type == "instant" else values.NO_DATE
        at, is_date = self.settings.exported_at, self.settings.exported_is_date
        if at is None:
            return f"null::{SQL_TYPE[way.type]}", values.NO_DATE
        day = f"date {literal(at)}" if is_date else dates.local_date(f"timestamp {literal(at)}", self.settings.zone)
        if way.type == "date":
            return day, values.NO_DATE
        return "null::timestamp" if is_date else f"timestamp {literal(at)}", day

    def way(self, way: Way, target: Column, told: Filled) -> tuple[str, str]:
        """Value and date of one way. Its failures count in rows where it applies and no way before gave a value."""
        applies = [self.cells.all_hold(way.when)] if way.when else []
        applies += [f"{value} is null" for value in told.values]
        if way.factors:
            return self.product(way, target, told, applies), values.NO_DATE
        quick = self.quick(way)
        source = self.source(way, target)
        cell = self.out.named(f"case when {quick} is null then {source} end" if quick else source)
        found = values.read(self.out, self.cells, self.settings, way, target, cell)
        missing = f"{found.date if way.type == 'instant' else found.value} is null"
        emptied = values.emptied(way, cell)
        failing = [f"{cell} is not null", missing, *([f"not ({emptied})"] if emptied else []), *applies]
        filling = target.name.removesuffix("_at") + "_date" if target.type == "instant" else target.name
        label = " / ".join(self.present(way.columns))
        self.fail(told, failing, Failure("", label, self.cells.text(cell), found.reason, found.doubt, filling))
        return self.signed(way, f"coalesce({quick}, {found.value})" if quick else found.value), found.date

    def quick(self, way: Way) -> str | None:
        """The value of a cell written in the commonest form, so that only the others need the long way."""
        present = self.present(way.sources)
        if self.cells.typed or way.join is not None or len(present) > 1:
            return None
        return values.as_written(self.out, way, self.cells.raw(present[0]))

    def fail(self, told: Filled, failing: list[str], failure: Failure) -> None:
        if failure.reason == "''":
            return
        told.failing.append(" and ".join(failing))
        self.out.failures.append(Failure(**{**vars(failure), "condition": told.failing[-1]}))

    def signed(self, way: Way, value: str) -> str:
        if way.negate is True:
            return f"(-{value})"
        return f"(case when {self.cells.all_hold(way.negate)} then -{value} else {value} end)" if way.negate else value

    def source(self, way: Way, target: Column) -> str:
        """The cell of a way: one column, the first filled of several, or several joined.

        An id that is joined needs all its parts; other texts join the parts there are.
        """
        exact = way.type == "text" or way.join is not None or way.values is not None
        present = [self.cells.filled(name, way, exact) for name in self.present(way.sources)]
        if way.join is None:
            return f"coalesce({', '.join(present)})" if len(present) > 1 else present[0]
        if not (target.required or target.ref or target.name in self.map.table.key):
            return f"nullif(concat_ws({literal(way.join)}, {', '.join(present)}), '')"
        whole = len(present) == len(way.sources)
        return "(" + f" || {literal(way.join)} || ".join(present) + ")" if whole else "null::varchar"

    def product(self, way: Way, target: Column, told: Filled, applies: list[str]) -> str:
        """The factors multiplied, rounded once to the column's type; NULL where one is missing."""
        value, parts, texts = "1", [], []
        for factor in way.factors:
            if factor.column is None:
                value = _times(value, "", f"{factor.number}::decimal(18,8)")
                continue
            cell = self.out.named(self.cells.filled(factor.column, way, exact=False))
            part = Way("rate", decimal=way.decimal, thousands=way.thousands)
            found = values.number(self.out, self.cells, part, cell)
            texts.append(self.cells.text(cell))
            parts.append(found.value)
            failing = [f"{cell} is not null", f"{found.value} is null", *applies]
            self.fail(told, failing, Failure("", factor.column, texts[-1], found.reason, found.doubt, target.name))
            value = _times(value, factor.form, found.value)
        value = self.out.named(f"try_cast({value} as {SQL_TYPE[way.type]})")
        lost = [f"{value} is null", *(f"{part} is not null" for part in parts), *applies]
        reason = literal(f"gives no {target.name}: too large, or a division by 0")
        self.fail(told, lost, Failure("", told.label, f"concat_ws(' * ', {', '.join(texts)})", reason))
        return self.signed(way, value)


def _times(value: str, form: str, part: str) -> str:
    """A product so far times one factor; eight decimals are kept between factors."""
    if form == "one_over":
        return f"try_cast({value}::double / nullif({part}, 0) as decimal(19,8))"
    factor = f"1 - {part}" if form == "one_minus" else part
    return f"try_cast({value} * try_cast({factor} as decimal(18,8)) as decimal(19,8))"
