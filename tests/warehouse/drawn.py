"""Homes and versions from drawn tables, in the shape the ledger has, without a file to load.

    home = drawn_home(tmp_path, [
        export("sap", "VBAK", "sales_order", "2026-01-05", '''
            order_id | customer_id | ordered_date
            1        | C1          | 2026-01-02
        '''),
    ])

Rows are such a text (blank = null) or a list of dicts. Values may be text; they are cast to the canonical types. Ids
are raw, as exported: in the version they read sap/1.
"""

import json
from dataclasses import dataclass, field
from functools import cache
from hashlib import sha256
from pathlib import Path

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq

from warehouse.build import build
from warehouse.home import Home
from warehouse.loads import write_manifest
from warehouse.schema import tables
from warehouse.state import set_settings
from warehouse.versions import Version, open_version

SIDES = {"salesforce": "crm", "hubspot": "crm", "sap": "erp", "northwind": "erp", "ariba": "srm"}


@dataclass(frozen=True)
class Export:
    """One file of one system at one moment; `tables` maps canonical tables to their rows."""

    system: str
    object: str
    tables: dict[str, list[dict]] = field(hash=False)
    exported_at: str
    scope: str = "full"
    side: str = "erp"
    loaded_at: str = "2030-01-01T00:00:00+00:00"

    @property
    def load_id(self) -> str:
        said = json.dumps([self.system, self.object, self.exported_at, self.tables], default=str)
        return sha256(said.encode()).hexdigest()[:16]


def export(system: str, object: str, table: str, exported_at: str, rows: str | list[dict], **options) -> Export:
    """An export that fills one canonical table. Options: scope, side, loaded_at, more={table: rows} of the file."""
    more = options.pop("more", {})
    filled = {name: drawn(given) if isinstance(given, str) else given for name, given in {table: rows, **more}.items()}
    return Export(system, object, filled, exported_at, **{"side": SIDES.get(system, "company"), **options})


def drawn(text: str) -> list[dict]:
    """The rows of a table drawn with pipes; the first line names the columns, a blank cell is null."""
    lines = [[cell.strip() for cell in line.split("|")] for line in text.strip().splitlines() if line.strip()]
    return [{name: cell or None for name, cell in zip(lines[0], line, strict=True)} for line in lines[1:]]


def add_load(home: Home, exported: Export) -> str:
    """Put an export into the ledger of a home; return its load id."""
    folder = home.loads / exported.load_id
    folder.mkdir(parents=True, exist_ok=True)
    for name, rows in exported.tables.items():
        if rows:
            _write(folder / f"{name}.parquet", name, rows)
    write_manifest(
        folder,
        {
            "load_id": exported.load_id,
            "state": "active",
            "system": exported.system,
            "side": exported.side,
            "profile": exported.system,
            "profile_sha": "0",
            "object": exported.object,
            "file": f"{exported.object}.csv",
            "file_sha256": exported.load_id,
            "bytes": 1,
            "exported_at": exported.exported_at,
            "exported_is_date": len(exported.exported_at) == 10,
            "exported_basis": "command",
            "scope": exported.scope,
            "timezone": "UTC",
            "loaded_at": exported.loaded_at,
            "loaded_by": "drawn",
            "decisions": {},
            "tables": [
                {
                    "table": name,
                    "object": exported.object,
                    "rows_in": len(rows),
                    "loaded": len(rows),
                    "rejected": 0,
                    "ignored": 0,
                    "ignored_reasons": {},
                    "control_totals": {},
                    "sentinels": {},
                    "issues": [],
                }
                for name, rows in exported.tables.items()
            ],
        },
    )
    return exported.load_id


def _write(path: Path, name: str, rows: list[dict]) -> None:
    table = tables()[name]
    used = list(dict.fromkeys(column for row in rows for column in row))
    unknown = [column for column in used if column not in table.columns]
    assert not unknown, f"{name} has no column {unknown}"
    texts = {column: [None if row.get(column) is None else str(row.get(column)) for row in rows] for column in used}
    texts["source_id"] = ["/".join(str(row.get(part) or "") for part in table.key) for row in rows]
    texts["source_line"] = [str(line) for line in range(2, len(rows) + 2)]
    frame = pa.table({column: pa.array(cells, pa.string()) for column, cells in texts.items()})
    cells = [f"{column}::{table.columns[column].sql_type} as {column}" for column in used]
    cast = ", ".join([*cells, "source_id", "source_line::bigint as source_line"])
    typed = _caster().from_arrow(frame).project(cast).to_arrow_table()
    pq.write_table(typed, path)


@cache
def _caster() -> duckdb.DuckDBPyConnection:
    return duckdb.connect()


def drawn_home(tmp_path: Path, exports: list[Export], **settings) -> Home:
    """A home whose ledger holds the exports; nothing is built yet."""
    home = Home(tmp_path / "home")
    if settings:
        set_settings(home, **settings)
    for exported in exports:
        add_load(home, exported)
    return home


def drawn_version(tmp_path: Path, exports: list[Export], settings: dict | None = None, materialise=None) -> Version:
    """The version built from the exports, marts included; `materialise` as in warehouse.build.build."""
    home = drawn_home(tmp_path, exports, **(settings or {}))
    build(home, materialise)
    return open_version(home)


def bare_build(home: Home, **options) -> int:
    """A build of the canonical tables alone, without marts and metrics."""
    return build(home, **{"marts": home.path / "no marts", **options})


def bare_version(tmp_path: Path, exports: list[Export], settings: dict | None = None) -> Version:
    """The version of the canonical tables alone built from the exports."""
    home = drawn_home(tmp_path, exports, **(settings or {}))
    bare_build(home)
    return open_version(home)


def rows(version: Version, sql: str) -> list[tuple]:
    """What a query of a version gives."""
    return version.cursor().execute(sql).fetchall()


def fingerprint(version: Version, left_out: tuple[str, ...] = ()) -> dict[str, tuple]:
    """Rows and hash of every table of a version but the one that tells when it was built; equal means equal data."""
    names = [
        name for (name,) in version.cursor().execute("select table_name from duckdb_tables() order by 1").fetchall()
    ]
    return {
        name: version.cursor().execute(f"select count(*), sum(hash(t)::hugeint) from {name} as t").fetchone()
        for name in names
        if name not in ("version_info", *left_out)
    }
