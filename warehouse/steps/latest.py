"""Step 2: every canonical table at its latest state, one row per key within a system.

Within one object the latest export that has a column decides its cell, also when the cell is empty there: a lifted
hold is lifted. Between objects that feed the same column, the latest one that fills the cell wins. A key that vanishes
from a later full export keeps its last state and is told in the table `vanished`.
"""

from collections import defaultdict
from collections.abc import Iterable

from warehouse.schema import Table
from warehouse.steps.files import all_rows, key_hash, key_text
from warehouse.steps.job import SOURCE_TYPES, SOURCES, BuildError, Job, Parquet, quoted

# a later export of the parent replaces all its parts, since systems renumber them
PARTS = {"schedule_line": ("order_line_id",), "po_schedule_line": ("po_line_id",)}


def latest(job: Job) -> None:
    """Create all canonical tables; those that nothing fed stay empty. Raises BuildError when a key is not unique."""
    job.run(
        "create table vanished (table_name varchar, source_system varchar, source_object varchar, row_key varchar, "
        "last_load_id varchar, gone_load_id varchar)"
    )
    job.facts["tables"] = {}
    for table in job.tables.values():
        _create(job, table)
        for namespace, files in _grouped(job.of(table.name), lambda file: file.load.namespace).items():
            used = _add(job, table, files)
            loaded = sum(file.rows for file in files)
            told = {"loaded": loaded, "used": used, "superseded": loaded - used}
            job.facts["tables"].setdefault(table.name, {})[namespace] = told


def _create(job: Job, table: Table) -> None:
    columns = [f"{column.name} {column.sql_type}" for column in table.columns.values()]
    job.run(f"create table {table.name} ({', '.join(columns + [f'{n} {t}' for n, t in SOURCE_TYPES.items()])})")


def _add(job: Job, table: Table, files: list[Parquet]) -> int:
    objects = _grouped(files, lambda file: file.object)
    parts = {f"part{n}": _object_rows(job, table, group) for n, group in enumerate(objects.values())}
    fed = {f"part{n}": {c for file in group for c in file.feeds} for n, group in enumerate(objects.values())}
    sql = parts["part0"] if len(parts) == 1 else _merged(table, parts, fed)
    names = ", ".join([*table.columns, *SOURCES])
    job.run(f"insert into {table.name} ({names}) select {names} from ({sql})")
    used = _unique(job, table, files)
    for group in objects.values():
        _tell_vanished(job, table, group)
    return used


def _unique(job: Job, table: Table, files: list[Parquet]) -> int:
    """Count the rows of the system and check that no key is there twice and none of the files' keys is missing."""
    namespace = quoted(files[0].load.namespace)
    key = key_text(table, "")
    rows, keys = job.run(
        f"select count(*), count(distinct {key_hash(table)}) from {table.name} where source_system = {namespace}"
    )[0]
    if rows != keys:
        found = job.run(
            f"select {key}, count(*), string_agg(distinct load_id, ', ') from {table.name} "
            f"where source_system = {namespace} group by 1 having count(*) > 1 order by 2 desc, 1 limit 3"
        )
        if found:
            told = "; ".join(f"{key_} {count} times (load {loads})" for key_, count, loads in found)
            raise BuildError(
                f"{table.name}: key {', '.join(table.key)} is not unique in {files[0].load.namespace}: {told}"
            )
    if len(files) > 1:
        wanted = job.one(f"select count(distinct {key_hash(table)}) from ({_wanted(job, table, files)})")
        if wanted != rows:  # unlike texts can share a hash
            wanted = job.one(f"select count(distinct {key}) from ({_wanted(job, table, files)})")
        if wanted != rows:
            raise BuildError(f"{table.name}: {namespace} has {wanted} keys in its loads, but {rows} rows came out")
    return rows


def _wanted(job: Job, table: Table, files: list[Parquet]) -> str:
    """SQL of the keys that must come out, by another route than the rows themselves."""
    rows = all_rows(job, table, files, table.key)
    if table.name not in PARTS:
        return rows
    parents = ", ".join(PARTS[table.name])
    newest = f"select {parents}, max(_seq) as _seq from ({rows}) group by {parents}"
    return f"select * from ({rows}) semi join ({newest}) using ({parents}, _seq)"


def _object_rows(job: Job, table: Table, files: list[Parquet]) -> str:
    """SQL of the latest row of each key of one object, with `_seq` of the export it comes from."""
    if len(files) == 1:
        return all_rows(job, table, files, table.columns)
    always = frozenset.intersection(*(file.feeds for file in files))
    sometimes = [c for c in table.columns if c not in always and any(c in file.feeds for file in files)]
    rows = all_rows(job, table, files, table.columns)
    unit = PARTS.get(table.name, table.key)
    partly = "".join(
        f", arg_max_null({c}, _seq) filter (_seq in ({_orders(files, c)})) as {c}"
        for c in sometimes
        if c not in table.key
    )
    replaced = ", ".join(f"newest.{c} as {c}" for c in sometimes if c not in table.key)
    return f"""
        with files as ({rows}),
        newest as (select {key_text(table, "", unit)} as _key, max(_seq) as _last{partly} from files group by 1)
        select files.*{f" replace ({replaced})" if replaced else ""}
        from files join newest on newest._key = {key_text(table, "files.", unit)} and newest._last = files._seq"""


def _orders(files: list[Parquet], column: str) -> str:
    return ", ".join(str(file.order) for file in files if column in file.feeds)


def _merged(table: Table, parts: dict[str, str], fed: dict[str, set[str]]) -> str:
    """SQL that joins the objects of one system by key; each cell from the latest object that fills it."""
    names = list(parts)
    ctes = ", ".join(f"{name} as (select *, {key_text(table, '')} as _key from ({sql}))" for name, sql in parts.items())
    joins = f"from {names[0]} " + " ".join(f"full join {name} using (_key)" for name in names[1:])
    columns = []
    for column in table.columns.values():
        feeders = [n for n in names if column.name in fed[n] or column.name in table.key] or names[:1]
        columns.append(f"{_newest(feeders, column.name)} as {column.name}")
    columns += [f"{_newest(names, source)} as {source}" for source in SOURCES]
    return f"with {ctes} select {', '.join(columns)} {joins}"


def _newest(parts: list[str], column: str) -> str:
    if len(parts) == 1:
        return f"{parts[0]}.{column}"
    cells = ", ".join(
        f"case when {p}.{column} is not null then {{'seq': {p}._seq, 'cell': {p}.{column}}} end" for p in parts
    )
    return f"list_max([{cells}]).cell"


def _tell_vanished(job: Job, table: Table, files: list[Parquet]) -> None:
    """Note keys that the newest full export of an object no longer has; their rows stay."""
    full = [file for file in files if file.full]
    lasting = table.kind in ("master", "transaction") and table.name not in PARTS and "snapshot_date" not in table.key
    if len(full) < 2 or not lasting:
        return
    rows = all_rows(job, table, files, table.key)
    key = " || '/' || ".join(f"coalesce({part}::varchar, '')" for part in table.key)
    job.run(f"""
        insert into vanished
        with seen as (select {key} as row_key, any_value(source_system) as source_system,
                             any_value(source_object) as source_object, max(_seq) as last_seq,
                             arg_max(load_id, _seq) as load_id
                      from ({rows}) group by 1)
        select {quoted(table.name)}, source_system, source_object, row_key, load_id, {quoted(full[-1].load.load_id)}
        from seen where last_seq < {full[-1].order}""")


def _grouped(files: Iterable[Parquet], by) -> dict[str, list[Parquet]]:
    groups = defaultdict(list)
    for file in files:
        groups[by(file)].append(file)
    return dict(sorted(groups.items()))
