"""The metrics' part of a build: which columns are filled, the relations, the cubes."""

from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

from metrics import periods
from metrics.cubes import write_cubes
from metrics.examine import check_columns
from metrics.known import Facts
from metrics.registry import Metric, catalogue
from metrics.relations import borrowed, needed_first, relation_text, table_name
from metrics.sqltext import bind
from warehouse.schema import tables


@dataclass(frozen=True)
class Building:
    """The open version as readings see one."""

    connection: object
    path: Path = Path("building")
    number: int = 0

    def cursor(self):
        return self.connection.cursor()


def materialise(con, facts=None) -> None:
    """Write column_fill, every metric's relations and cubes into an open build. Errors name metric and relation."""
    fill_columns(con)
    for metric in needed_first(catalogue().values()):
        materialise_metric(con, metric)
    if facts is not None:
        facts["metrics"] = fingerprint()


def fingerprint() -> str:
    """The texts of this room as a hash; a version with another one in facts["metrics"] lacks or misses a definition."""
    texts = [path for path in sorted(Path(__file__).parent.rglob("*")) if path.suffix in (".py", ".sql")]
    shas = [f"{path.name} {sha256(path.read_bytes()).hexdigest()}" for path in texts]
    return sha256("\n".join(shas).encode()).hexdigest()[:16]


def materialise_metric(con, metric: Metric) -> None:
    known = Facts(Building(con))
    params = {**borrowed(metric), **{name: param.default for name, param in metric.params.items()}}
    for name, relation in metric.relations.items():
        as_of = known.as_of(metric, {name}) or periods.END
        try:
            _write(con, metric, name, relation, {**params, "as_of": as_of})
        except Exception as error:
            raise RuntimeError(f"metric {metric.id}, relation {name}: {error}") from error
    check_columns(con, metric)
    write_cubes(con, metric, known)


def _write(con, metric: Metric, name: str, relation, values: dict) -> None:
    cursor, table = con.cursor(), table_name(metric, name)
    if relation.program is not None:
        frame = relation.program(cursor, values["as_of"])
        cursor.register("program_output", frame)
        cursor.execute(f"CREATE TABLE {table} AS SELECT * FROM program_output").fetchall()
        return
    text, kind = relation_text(metric, name), "VIEW" if relation.is_view else "TABLE"
    cursor.execute(f"CREATE {kind} {table} AS {text}", bind(text, values)).fetchall()


def fill_columns(con) -> None:
    """column_fill(table_name, column_name, filled): how many rows fill each canonical column."""
    parts = []
    for table in tables().values():
        counts = ", ".join(f"count({column}) AS {column}" for column in table.columns)
        names = ", ".join(table.columns)
        parts.append(
            f"SELECT '{table.name}' AS table_name, column_name, filled FROM "
            f"(UNPIVOT (SELECT {counts} FROM {table.name}) ON {names} INTO NAME column_name VALUE filled)"
        )
    con.cursor().execute(f"CREATE TABLE column_fill AS {' UNION ALL '.join(parts)}").fetchall()
