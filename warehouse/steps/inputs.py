"""Step 1: which Parquet files take part, what they hold, and whether they hold what their manifests say."""

from collections import defaultdict

from warehouse.steps.job import BuildError, Job, Parquet


def inputs(job: Job) -> None:
    """List the Parquets of all loads and write the tables load, load_table and company_setting.

    Raises BuildError when a Parquet is missing or its rows are not the loaded rows of the manifest.
    """
    wanted = [
        (load, entry, load.folder / f"{entry['table']}.parquet", order)
        for order, load in enumerate(job.loads)
        for entry in _entries(load)
        if entry["table"] in job.tables and entry["loaded"] > 0
    ]
    for load, _, path, _ in wanted:
        if not path.exists():
            raise BuildError(
                f"load {load.load_id} ({load.file}): {path.name} is missing from the ledger; withdraw it or load again"
            )
    paths = [path.as_posix() for _, _, path, _ in wanted]
    columns, rows = _columns(job, paths), _rows(job, paths)
    for load, entry, path, order in wanted:
        name = path.as_posix()
        if rows[name] != entry["loaded"]:
            raise BuildError(
                f"load {load.load_id} ({load.file}): the manifest says {entry['loaded']} rows of {entry['table']}, "
                f"its Parquet holds {rows[name]}"
            )
        day = load.local_date(job.settings.tz)
        held = frozenset(columns[name])
        job.parquets.append(
            Parquet(load, entry["table"], entry.get("object") or load.object, path, held, rows[name], order, day)
        )
    _tell_loads(job)


def _entries(load) -> list[dict]:
    """One entry a table: a file may feed one table in several ways, such as a stock row once for each kind of stock."""
    merged: dict[str, dict] = {}
    for entry in load.tables:
        known = merged.setdefault(entry["table"], {**entry, "loaded": 0})
        known["loaded"] += entry["loaded"]
    return list(merged.values())


def _columns(job: Job, paths: list[str]) -> dict[str, set[str]]:
    found = defaultdict(set)
    if paths:
        sql = "select file_name, name from parquet_schema($paths) where num_children is null"
        for path, name in job.run(sql, {"paths": paths}):
            found[path].add(name)
    return found


def _rows(job: Job, paths: list[str]) -> dict[str, int]:
    return (
        dict(job.run("select file_name, num_rows from parquet_file_metadata($paths)", {"paths": paths}))
        if paths
        else {}
    )


def _tell_loads(job: Job) -> None:
    tz = job.settings.tz
    job.run(
        "create table load (load_id varchar, system varchar, source_system varchar, side varchar, profile varchar, "
        "object varchar, file varchar, exported_at timestamp, exported_is_date boolean, exported_basis varchar, "
        "loaded_at varchar, last_full_day date, scope varchar, export_order integer)"
    )
    job.run(
        "create table load_table (load_id varchar, table_name varchar, rows_in bigint, loaded bigint, rejected bigint, "
        "ignored bigint, control_totals json)"
    )
    job.run(
        "create temp table input (path varchar, load_id varchar, source_system varchar, source_object varchar, "
        "seq integer, day date, table_name varchar)"
    )
    loads = [
        [load.load_id, load.system, load.namespace, load.side, load.profile, load.object, load.file,
         load.exported_at and load.instant.replace(tzinfo=None), load.exported_is_date, load.exported_basis,
         load.loaded_at, load.last_full_day(tz), load.scope, order]
        for order, load in enumerate(job.loads)
    ]  # fmt: skip
    _fill(job, "load", loads)
    _fill(job, "load_table", [_counts(load.load_id, entry) for load in job.loads for entry in load.tables])
    _fill(job, "input", [
        [file.path.as_posix(), file.load.load_id, file.load.namespace, file.object, file.order, file.day, file.table]
        for file in job.parquets
    ])  # fmt: skip
    job.facts["loads"] = [load.load_id for load in job.loads]


def _counts(load_id: str, entry: dict) -> list:
    counted = [entry.get(name) for name in ("rows_in", "loaded", "rejected", "ignored")]
    totals = {name: str(total) for name, total in (entry.get("control_totals") or {}).items()}
    return [load_id, entry["table"], *counted, totals]


def _fill(job: Job, table: str, rows: list[list]) -> None:
    if rows:
        job.con.executemany(f"insert into {table} values ({', '.join('?' * len(rows[0]))})", rows)
