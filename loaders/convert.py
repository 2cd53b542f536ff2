"""From texts to a canonical table: one SQL expression per canonical column, one condition per way it can fail.

The select has three levels: `x` the cell as text (NULL when it means missing), `v` what it says, and the canonical
columns. Rows that fail are told apart in the same select, so that a row is either good or told.
"""

from dataclasses import dataclass, field

from loaders import dates, numbers
from loaders.model import Mapping, TableMap, Way, When
from loaders.numbers import literal
from loaders.workbook import DAY, MARK, NUMBER, TRUTH
from warehouse.schema import SQL_TYPE as SQL
from warehouse.schema import Column

TRUE, FALSE = ("true", "1", "yes", "y", "t", "x"), ("false", "0", "no", "n", "f")



@dataclass(frozen=True)
class Settings:
    """What the company and the load decide: the company's time zone and the instant or day of the export."""

    zone: str = "UTC"
    exported_at: str | None = None
    exported_is_date: bool = False


@dataclass
class Failure:
    """A way a row can fail: SQL of the condition, the value and the reason; `doubt` marks what may refuse the file."""

    condition: str
    column: str
    value: str
    reason: str
    doubt: str = ""
    target: str = ""


@dataclass
class Plan:
    """The select of one canonical table over a raw relation of line and c0..cN."""

    columns: dict[str, str] = field(default_factory=dict)
    types: dict[str, str] = field(default_factory=dict)
    cells: dict[str, str] = field(default_factory=dict)
    values: dict[str, str] = field(default_factory=dict)
    failures: list[Failure] = field(default_factory=list)
    ignored: list[tuple[str, str]] = field(default_factory=list)
    source_id: str = "null"

    def cell(self, sql: str) -> str:
        return self._named(self.cells, "x", sql)

    def value(self, sql: str) -> str:
        return self._named(self.values, "v", sql)

    def _named(self, level: dict[str, str], prefix: str, sql: str) -> str:
        for name, known in level.items():
            if known == sql:
                return name
        name = f"{prefix}{len(level)}"
        level[name] = sql
        return name

    def base(self, raw: str) -> str:
        """The raw relation with all cells and values beside it."""
        cells = "".join(f", {sql} as {name}" for name, sql in self.cells.items())
        values = "".join(f", {sql} as {name}" for name, sql in self.values.items())
        return f"(select *{values} from (select *{cells} from ({raw})))"

    def good(self, raw: str) -> str:
        """The rows to load: canonical columns, source_id, source_line."""
        listed = "".join(f'{sql} as "{name}", ' for name, sql in self.columns.items())
        out = [condition for condition, _ in self.ignored] + [failure.condition for failure in self.failures]
        where = f" where not ({' or '.join(f'({sql})' for sql in out)})" if out else ""
        return f"select {listed}{self.source_id} as source_id, line as source_line from {self.base(raw)}{where}"

    def rest(self, raw: str, width: int) -> str:
        """All other rows: line, why it is ignored (or NULL), its failures, its raw cells."""
        ignored = " ".join(f"when {condition} then {literal(reason)}" for condition, reason in self.ignored)
        ignored = f"case {ignored} end" if ignored else "null::varchar"
        failures = ", ".join(_struct(failure) for failure in self.failures)
        failures = f"list_filter([{failures}], lambda item: item is not null)" if failures else "[]"
        cells = ", ".join(f"c{index}" for index in range(width))
        out = [condition for condition, _ in self.ignored] + [failure.condition for failure in self.failures]
        return f"""select line, {ignored} as ignored, case when ({ignored}) is null then {failures} end as failures,
            case when ({ignored}) is null then [{cells}] end as cells
            from {self.base(raw)} where {" or ".join(f"({sql})" for sql in out) or "false"}"""


def _struct(failure: Failure) -> str:
    return f"""case when {failure.condition} then {{'column': {literal(failure.column)}, 'value': left({failure.value}, 200),
        'reason': {failure.reason}, 'doubt': {literal(failure.doubt)}, 'target': {literal(failure.target)}}} end"""


def plan(table: TableMap, header: tuple[str, ...], settings: Settings, typed: bool = False) -> Plan:
    """The select of `table` for a file with this header (already labelled). `typed` cells may carry a mark."""
    return _Planner(table, header, settings, typed).plan()


class _Planner:
    """Collects the expressions of one table."""

    def __init__(self, table: TableMap, header: tuple[str, ...], settings: Settings, typed: bool):
        self.map, self.settings, self.typed = table, settings, typed
        self.place = {name: f"c{index}" for index, name in enumerate(header)}
        self.out = Plan()

    def plan(self) -> Plan:
        for when in self.map.when:
            self.out.ignored.append((f"not {self.holds(when)}", str(when)))
        filled = {name: self.column(mapping) for name, mapping in self.map.columns.items() if self.present(mapping)}
        for name, column in self.map.table.columns.items():
            if name in filled:
                self.out.columns[name] = filled[name]["value"]
                self.out.types[name] = column.type
            elif sibling := filled.get(name.removesuffix("_date") + "_at", {}).get("date") if name.endswith("_date") else None:
                self.out.columns[name] = sibling
                self.out.types[name] = "date"
        self.siblings(filled)
        self.keys(filled)
        return self.out

    def present(self, mapping: Mapping) -> bool:
        return mapping.fillable(set(self.place))

    def siblings(self, filled: dict[str, dict]) -> None:
        """A date filled by the profile itself wins over the one that comes with the instant, where it has a value."""
        for name in filled:
            instant = filled.get(name.removesuffix("_date") + "_at")
            if name.endswith("_date") and instant:
                self.out.columns[name] = f"coalesce({filled[name]['value']}, {instant['date']})"

    def keys(self, filled: dict[str, dict]) -> None:
        """Required columns and the source id. A distinct table ignores rows that have none of its key."""
        table = self.map.table
        own = [name for name in table.key if name in self.out.columns]
        parts = [f"{self.out.columns[name]}::varchar" for name in own]
        texts = ", ".join(f"coalesce({part}, '')" for part in parts)
        self.out.source_id = f"concat_ws('/', {texts})" if parts else "line::varchar"
        if self.map.distinct and parts:
            empty = " and ".join(f"{part} is null" for part in parts)
            failing = " or ".join(f"({sql})" for name in own for sql in filled.get(name, {}).get("failing", ())) or "false"
            self.out.ignored.append((f"{empty} and not ({failing})", f"no {' and '.join(own)}"))
        for name, column in table.columns.items():
            if column.required and name in filled:
                told = filled[name]
                empty = " and ".join([f"{self.out.columns[name]} is null", *(f"not ({sql})" for sql in told["failing"])])
                self.out.failures.append(Failure(empty, told["label"] or name, "null", literal(f"is empty; {name} is required")))

    # ------------------------------------------------------------------ cells

    def raw(self, name: str) -> str:
        return self.place.get(name, "null::varchar")

    def text(self, cell: str) -> str:
        """A cell without its mark."""
        return f"(case when starts_with({cell}, {literal(MARK)}) then substr({cell}, 3) else {cell} end)" if self.typed else cell

    def filled(self, name: str, null: tuple[str, ...], exact: bool) -> str:
        """A cell, NULL where it is blank or a text that means missing. `exact` texts lose their mark, nothing else."""
        cell = self.raw(name)
        plain = self.text(cell)
        missing = f"trim({plain}) in ({', '.join(map(literal, ('', *null)))})" if null else f"ltrim({plain}) = ''"
        return f"(case when not ({missing}) then {plain if exact else cell} end)"

    def holds(self, when: When) -> str:
        plain = f"lower(trim(coalesce({self.text(self.raw(when.column))}, '')))"
        if when.null:
            plain = f"(case when {plain} in ({', '.join(literal(text.lower()) for text in when.null)}) then '' else {plain} end)"
        listed = ", ".join(literal(text.strip().lower()) for text in when.texts)
        return f"({plain} {'' if when.among else 'not '}in ({listed}))" if listed else str(not when.among).lower()

    def all_hold(self, whens: tuple[When, ...]) -> str:
        return " and ".join(map(self.holds, whens)) or "true"

    # ------------------------------------------------------------------ columns

    def column(self, mapping: Mapping) -> dict:
        """Value (and date, for an instant) of a canonical column: the first of its ways that gives one."""
        told: dict = {"values": [], "dates": [], "failing": [], "label": " / ".join(dict.fromkeys(self.labels(mapping)))}
        for way in mapping.ways:
            if way.constant is not None or way.exported_at:
                value, date = self.fixed(way)
            elif not any(column in self.place for column in way.columns):
                continue
            else:
                value, date = self.way(way, mapping.target, told)
            if way.when:
                holds = self.all_hold(way.when)
                value, date = (f"(case when {holds} then {part} end)" for part in (value, date))
            told["values"].append(value)
            told["dates"].append(date)
        value = f"coalesce({', '.join(told['values'])})"
        if any(way.type != mapping.target.type for way in mapping.ways):
            value = f"{value}::varchar"
        return told | {"value": value, "date": f"coalesce({', '.join(told['dates'])})"}

    def labels(self, mapping: Mapping) -> list[str]:
        return [column for column in mapping.columns if column in self.place]

    def fixed(self, way: Way) -> tuple[str, str]:
        """A constant, or the export's own date."""
        if way.constant is not None:
            value = f"{literal(way.constant)}::{SQL[way.type]}" if way.type != "text" else literal(way.constant)
            return value, f"{literal(way.constant)}::date" if way.type == "instant" else "null::date"
        given = self.settings.exported_at
        if given is None:
            return "null::date", "null::date"
        day = f"date {literal(given)}" if self.settings.exported_is_date else dates.local_date(f"timestamp {literal(given)}", self.settings.zone)
        if way.type == "date":
            return day, "null::date"
        return ("null::timestamp" if self.settings.exported_is_date else f"timestamp {literal(given)}"), day

    def way(self, way: Way, target: Column, told: dict) -> tuple[str, str]:
        """One way's value and date; what may fail in it is added to the plan."""
        earlier = [f"{value} is null" for value in told["values"]]
        active = " and ".join(([self.all_hold(way.when)] if way.when else []) + earlier)
        if way.factors:
            return self.product(way, target, told, active), "null::date"
        cell = self.out.cell(self.source(way, target))
        label = " / ".join(self.labels(Mapping(target, (way,))))
        value, date, reason, doubt = self.converted(way, target, cell)
        failing = f"{cell} is not null and {date if way.type == 'instant' else value} is null"
        if way.values and "" in way.values.values():
            emptied = [text for text, mapped in way.values.items() if mapped == "" and text not in ("", "*")]
            failing += f" and trim({cell}) not in ({', '.join(map(literal, emptied))})" if emptied else ""
            failing = "false" if way.values.get("*") == "" else failing
        failing = f"{failing} and {active}" if active else failing
        told["failing"].append(failing)
        self.out.failures.append(Failure(failing, label, self.text(cell), reason, doubt, self.dated(target)))
        return self.signed(way, value), date

    def dated(self, target: Column) -> str:
        """The column that is filled where a cell of this target could be read."""
        return target.name.removesuffix("_at") + "_date" if target.type == "instant" else target.name

    def signed(self, way: Way, value: str) -> str:
        if way.negate is True:
            return f"(-{value})"
        return f"(case when {self.all_hold(way.negate)} then -{value} else {value} end)" if way.negate else value

    def source(self, way: Way, target: Column) -> str:
        """The cell of a way as text: one column, the first filled of several, or several joined.

        An id joined of parts needs them all; other texts join the parts there are.
        """
        present = [self.filled(name, way.null, way.type == "text" or way.join is not None) for name in way.sources if name in self.place]
        if way.join is None:
            return f"coalesce({', '.join(present)})" if len(present) > 1 else present[0]
        is_id = target.required or target.ref or target.name in self.map.table.key
        if is_id and len(present) < len(way.sources):
            return "null::varchar"
        if is_id:
            return "(" + f" || {literal(way.join)} || ".join(present) + ")"
        return f"nullif(concat_ws({literal(way.join)}, {', '.join(present)}), '')"

    # ------------------------------------------------------------------ types

    def converted(self, way: Way, target: Column, cell: str) -> tuple[str, str, str, str]:
        """(value, date, reason of failure, doubt) of a text cell read as the way's type."""
        if way.values is not None:
            return self.mapped(way, target, cell)
        if way.type == "text":
            return self.allowed(target, cell)
        if way.type == "boolean":
            return self.boolean(cell), "null::date", literal("is neither true nor false (true/false, 1/0, yes/no)"), ""
        if way.type in ("date", "instant"):
            return self.temporal(way, cell)
        return self.numeric(way, cell)

    def mapped(self, way: Way, target: Column, cell: str) -> tuple[str, str, str, str]:
        cases = " ".join(
            f"when trim({cell}) = {literal(text.strip())} then {literal(mapped) if mapped else 'null'}"
            for text, mapped in way.values.items()
            if text not in ("", "*") and mapped != "*"
        )
        rest = way.values.get("*")
        same = [text for text, mapped in way.values.items() if mapped == "*" and text != "*"]
        other = cell if rest == "*" else literal(rest) if rest else "null"
        cases += f" when trim({cell}) in ({', '.join(map(literal, same))}) then {cell}" if same else ""
        empty = f"when {cell} is null then {literal(way.values['']) if way.values.get('') else 'null'} "
        text = self.out.value(f"case {empty}{cases} else {other} end")
        plain = Way(way.type, decimal="." if way.type not in ("text", "boolean", "date", "instant") else None)
        value, date, _, _ = self.converted(plain, target, text)
        known = ", ".join(repr(text) for text in list(way.values)[:12] if text not in ("", "*"))
        listed = f" known are {known}" if rest is None else f" (as {', '.join(target.values)})"
        return value, date, literal(f"is not a text the profile maps;{listed}"), ""

    def allowed(self, target: Column, cell: str) -> tuple[str, str, str, str]:
        if not target.values or target.type != "text":
            return cell, "null::date", "''", ""
        value = self.out.value(f"case when {cell} in ({', '.join(map(literal, target.values))}) then {cell} end")
        return value, "null::date", literal(f"is not one of {', '.join(target.values)}"), ""

    def boolean(self, cell: str) -> str:
        text = f"lower(trim({self.text(cell)}))"
        true, false = (", ".join(map(literal, texts)) for texts in (TRUE, FALSE))
        return self.out.value(f"case when {text} in ({true}) then true when {text} in ({false}) then false end")

    def numeric(self, way: Way, cell: str) -> tuple[str, str, str, str]:
        sql = numbers.number(cell, way.type, way.decimal, way.thousands)
        if self.typed:
            plain = numbers.typed_number(f"substr({cell}, 3)", way.type)
            sql = f"case when starts_with({cell}, {literal(NUMBER)}) then {plain} when not starts_with({cell}, {literal(MARK)}) then {sql} end"
        value = self.out.value(sql)
        reason = literal(numbers.number_reason(way.type, way.decimal, way.thousands))
        return value, "null::date", reason, "" if way.decimal or way.thousands else "number"

    def temporal(self, way: Way, cell: str) -> tuple[str, str, str, str]:
        zone = way.timezone or self.settings.zone
        value, date, torn = self.moment(way, dates.parse(cell, way.formats), zone)
        if self.typed:
            typed, day, _ = self.moment(way, dates.parse(f"substr({cell}, 3)", ()), zone)
            is_typed = f"starts_with({cell}, {literal(DAY)})"
            value, date = f"case when {is_typed} then {typed} else {value} end", f"case when {is_typed} then {day} else {date} end"
        reason = literal(dates.date_reason(way.formats))
        if torn != "false":
            reason = f"case when {torn} then {literal('fits several of the formats: ' + ', '.join(way.formats))} else {reason} end"
        doubt = "torn" if torn != "false" else "" if way.formats else "date"
        if way.type == "date":
            return self.out.value(value), "null::date", reason, doubt
        return self.out.value(value), self.out.value(date), reason, doubt

    def moment(self, way: Way, said: dates.Parsed, zone: str) -> tuple[str, str, str]:
        """(value, date, torn): a day stays the day that is written; a time of day is moved to the company's zone."""
        company = self.settings.zone
        utc = dates.to_utc(said.local, said.utc, zone)
        timed = f"({said.timed})"
        moved = dates.local_date(utc, company)
        if said.utc == "null::timestamp" and zone == company:
            moved = f"({said.local})::date"
        midnight = f"({said.local})::time = time '00:00:00'" if way.type == "date" else "false"
        day = f"case when not {timed} or {midnight} then ({said.local})::date when {said.local} is not null then {moved} end"
        if moved == f"({said.local})::date":
            day = moved
        if way.type == "date":
            return day, "null::date", said.torn
        return f"case when {timed} and {said.local} is not null then {utc} end", day, said.torn

    def product(self, way: Way, target: Column, told: dict, active: str) -> str:
        """The factors multiplied, rounded once to the column's type; NULL where one is missing."""
        value, parts, cells = "1", [], []
        for factor in way.factors:
            if factor.column is None:
                part = f"{factor.number}::decimal(18,8)"
            else:
                cells.append(self.out.cell(self.filled(factor.column, way.null, exact=False)))
                part, _, reason, doubt = self.numeric(Way("rate", decimal=way.decimal, thousands=way.thousands), cells[-1])
                parts.append(part)
                told["failing"].append(" and ".join(filter(None, [f"{cells[-1]} is not null and {part} is null", active])))
                self.out.failures.append(Failure(told["failing"][-1], factor.column, self.text(cells[-1]), reason, doubt, target.name))
            value = f"try_cast({_times(value, factor.form, part)} as decimal(19,8))"
        value = self.out.value(f"try_cast({value} as {SQL[way.type]})")
        lost = " and ".join([f"{value} is null", *(f"{part} is not null" for part in parts), *filter(None, [active])])
        told["failing"].append(lost)
        shown = f"concat_ws(' * ', {', '.join(map(self.text, cells))})"
        reason = literal(f"gives no {target.name}: too large, or a division by 0")
        self.out.failures.append(Failure(lost, told["label"], shown, reason))
        return self.signed(way, value)


def _times(value: str, form: str, part: str) -> str:
    if form == "one_over":
        return f"{value} / nullif({part}, 0)"
    part = f"try_cast({f'1 - {part}' if form == 'one_minus' else part} as decimal(19,8))"
    return part if value == "1" else f"{value} * {part}"
