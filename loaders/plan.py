"""The select that turns a raw relation into a canonical table, and tells every row that does not fit it.

An expression that is used again gets a name and a level of its own below, so that nothing is worked out (or planned)
twice: first the cells as texts, then what is parsed of them, then what they say.
"""

import re
from dataclasses import dataclass, field

from loaders.numbers import literal

NAME = re.compile(r"\bx\d+\b")


@dataclass(frozen=True)
class Settings:
    """What the company and the load decide: the company's time zone and the day or (UTC) instant of the export."""

    zone: str = "UTC"
    exported_at: str | None = None
    exported_is_date: bool = True


@dataclass(frozen=True)
class Failure:
    """A way a row can fail: SQL of the condition, the value and the reason. `doubt` marks what may refuse the file,
    `target` the canonical column that would be filled."""

    condition: str
    column: str
    value: str
    reason: str
    doubt: str = ""
    target: str = ""

    def struct(self) -> str:
        """The failure as SQL struct, NULL where the row does not fail so."""
        return f"""case when {self.condition} then {{'column': {literal(self.column)}, 'value': left({self.value}, 200),
            'reason': {self.reason}, 'doubt': {literal(self.doubt)}, 'target': {literal(self.target)}}} end"""


@dataclass
class Plan:
    """The select of one canonical table over a raw relation of line and c0..cN."""

    columns: dict[str, str] = field(default_factory=dict)
    types: dict[str, str] = field(default_factory=dict)
    levels: list[dict[str, str]] = field(default_factory=list)
    failures: list[Failure] = field(default_factory=list)
    ignored: list[tuple[str, str]] = field(default_factory=list)
    source_id: str = "line::varchar"

    def named(self, sql: str) -> str:
        """A name for an expression over cells and names given before; the same expression has one name."""
        if NAME.fullmatch(sql):
            return sql
        for level in self.levels:
            for name, known in level.items():
                if known == sql:
                    return name
        used = set(NAME.findall(sql))
        depth = max((index + 1 for index, level in enumerate(self.levels) if used & level.keys()), default=0)
        if depth == len(self.levels):
            self.levels.append({})
        name = f"x{sum(map(len, self.levels))}"
        self.levels[depth][name] = sql
        return name

    def base(self, raw: str) -> str:
        """The raw relation with every named expression beside it."""
        for level in self.levels:
            listed = "".join(f", {sql} as {name}" for name, sql in level.items())
            raw = f"select *{listed} from ({raw})"
        return f"({raw})"

    def good(self, raw: str) -> str:
        """The rows to load: canonical columns, source_id, source_line."""
        listed = "".join(f'{sql} as "{name}", ' for name, sql in self.columns.items())
        out = self._out()
        where = f" where not ({out})" if out else ""
        return f"select {listed}{self.source_id} as source_id, line as source_line from {self.base(raw)}{where}"

    def rest(self, raw: str, width: int) -> str:
        """All other rows: line, why it is ignored (or NULL), its failures, its raw cells."""
        ignored = " ".join(f"when {condition} then {literal(reason)}" for condition, reason in self.ignored)
        ignored = f"case {ignored} end" if ignored else "null::varchar"
        failures = ", ".join(failure.struct() for failure in self.failures)
        failures = f"list_filter([{failures}], lambda item: item is not null)" if failures else "[]"
        cells = ", ".join(f"c{index}" for index in range(width))
        return f"""select line, {ignored} as ignored, case when ({ignored}) is null then {failures} end as failures,
            case when ({ignored}) is null then [{cells}] end as cells
            from {self.base(raw)} where {self._out() or "false"}"""

    def _out(self) -> str:
        conditions = [condition for condition, _ in self.ignored] + [failure.condition for failure in self.failures]
        return " or ".join(f"({condition})" for condition in conditions)
