"""Step 4: every reference points at a row where one exists: aliases, golden ids, and ids of other systems resolved.

The order for a reference that its own system does not know: an alias, the same id in its 15- or 18-character form, then
the one other system that has such an id. What stays unresolved keeps its text and is an orphan.
"""

from warehouse.schema import Table
from warehouse.steps.files import key_text
from warehouse.steps.job import GOLDEN, SOURCES, Job


def ids(job: Job) -> None:
    """Fill `id_map` (target, from_id, to_id) and put the resolved ids into every table.

    `orphan` (table_name, column_name, target, id, rows) holds the references that point nowhere.
    """
    job.run(
        "create temp table orphan (table_name varchar, column_name varchar, target varchar, id varchar, rows bigint)"
    )
    for target in job.tables:
        refs = [(t, c.name) for t in job.tables.values() for c in t.columns.values() if c.ref == target]
        refs = [(t, c) for t, c in refs if job.of(t.name, c)]
        if refs:
            _find_orphans(job, target, refs)
    _resolve_elsewhere(job)
    mapped = {target for (target,) in job.run("select distinct target from id_map where from_id <> to_id")}
    for table in job.tables.values():
        if job.of(table.name):
            _retarget(job, table, mapped)
    job.run("delete from orphan where exists (from id_map where target = orphan.target and from_id = orphan.id)")


def _find_orphans(job: Job, target: str, refs: list[tuple[Table, str]]) -> None:
    key = job.tables[target].key[0]
    for table, column in refs:
        known = f"not exists (from id_map where target = '{target}' and from_id = row.{column})"
        job.run(f"""
            insert into orphan
            select '{table.name}', '{column}', '{target}', row.{column}, count(*)
            from {table.name} as row
            where row.{column} is not null and {known}
              and not exists (from {target} as home where home.{key} = row.{column})
            group by row.{column}""")


def _resolve_elsewhere(job: Job) -> None:
    """Look up orphans by the part after the system's name: in their own system by the short form, then elsewhere."""
    for (target,) in job.run("select distinct target from orphan order by 1"):
        key = job.tables[target].key[0]
        mapped = f"(from id_map where target = '{target}')"
        job.run(f"""
            insert into id_map
            with lost as (
                select distinct id, split_part(id, '/', 1) as system, {_raw("id")} as raw
                from orphan where target = '{target}'
            ), known as (
                select id, coalesce(to_id, id) as to_id, split_part(id, '/', 1) as system, {_raw("id")} as raw
                from (select {key} as id from {target} union select from_id from {mapped})
                left join {mapped} as mapped on mapped.from_id = id
            ), found as (
                select lost.id, known.to_id, case when known.system = lost.system then 1
                                                  when known.raw = lost.raw then 2 else 3 end as rank
                from lost join known on {_short("known.raw")} = {_short("lost.raw")}
                where known.raw = lost.raw or length(known.raw) <> length(lost.raw)
            ), best as (
                select id, to_id, rank, min(rank) over (partition by id) as least from found
            )
            select '{target}', id, min(to_id) from best
            where rank = least group by id having count(distinct to_id) = 1""")


def _raw(column: str) -> str:
    return f"substr({column}, strpos({column}, '/') + 1)"


def _short(raw: str) -> str:
    # Salesforce appends three characters of checksum to ids of fifteen
    return f"case when regexp_full_match({raw}, '[a-zA-Z0-9]{{18}}') then left({raw}, 15) else {raw} end"


def _retarget(job: Job, table: Table, mapped: set[str]) -> None:
    """Replace the mapped references in a table."""
    name = table.name
    hit = [c for c in table.columns.values() if c.ref in mapped and _is_hit(job, name, c.name, c.ref)]
    joins = " ".join(
        f"left join id_map as m{n} on m{n}.target = '{c.ref}' and m{n}.from_id = row.{c.name}"
        for n, c in enumerate(hit)
    )
    cells = {c.name: f"coalesce(m{n}.to_id, row.{c.name})" for n, c in enumerate(hit)}
    rewrite(job, name, cells, joins)
    if table.kind != "transaction" and {c.name for c in hit} & set(table.key):
        _keep_newest(job, table)


def _keep_newest(job: Job, table: Table) -> None:
    """Statements about two records that turned out to be one: of each key the one exported last stays."""
    before = job.one(f"select count(*) from {table.name}")
    job.run(f"""
        create table fresh as
        select row.* from {table.name} as row join load using (load_id)
        qualify 1 = row_number() over (
            partition by {key_text(table, "row.")} order by export_order desc, source_line)""")
    job.run(f"drop table {table.name}")
    job.run(f"alter table fresh rename to {table.name}")
    joined = before - job.one(f"select count(*) from {table.name}")
    told = job.facts["tables"].setdefault(table.name, {})
    told["joined"] = told.get("joined", 0) + joined


def _is_hit(job: Job, name: str, column: str, target: str) -> bool:
    mapped = f"select from_id from id_map where target = '{target}' and from_id <> to_id"
    return bool(job.run(f"select 1 from {name} where {column} in ({mapped}) limit 1"))


def rewrite(job: Job, name: str, cells: dict[str, str], joins: str = "") -> None:
    """Make a table anew with some columns replaced by SQL over `row` and what `joins` adds."""
    if not cells:
        return
    replaced = ", ".join(f"{cell} as {column}" for column, cell in cells.items())
    job.run(f"create table fresh as select row.* replace ({replaced}) from {name} as row {joins}")
    job.run(f"drop table {name}")
    job.run(f"alter table fresh rename to {name}")


def resolved(job: Job, target: str, expression: str) -> tuple[str, str]:
    """A join and an SQL expression that give the resolved id of a reference taken straight from a file."""
    if not job.run("select 1 from id_map where target = $1 and from_id <> to_id limit 1", [target]):
        return "", expression
    join = f"left join id_map as of_{target} on of_{target}.target = '{target}' and of_{target}.from_id = {expression}"
    return join, f"coalesce(of_{target}.to_id, {expression})"


def golden(job: Job) -> None:
    """Step 5: the records of one customer, product or supplier become one row; the ERP's cells come first."""
    for name in GOLDEN:
        if not job.run("select 1 from id_map where target = $1 limit 1", [name]):
            continue
        columns = [c for c in (*job.tables[name].columns, *SOURCES) if c != f"{name}_id"]
        cells = ", ".join(f"arg_min({c}, rank) as {c}" for c in columns)
        job.run(f"""
            create table fresh as
            with ranked as (
                select coalesce(to_id, {name}_id) as golden, row.*,
                       row_number() over (
                           order by coalesce(to_id, {name}_id) <> {name}_id, side <> 'erp', {name}_id) as rank
                from {name} as row join load using (load_id)
                left join id_map on target = '{name}' and from_id = {name}_id
            )
            select golden as {name}_id, {cells} from ranked group by golden""")
        before, after = job.one(f"select count(*) from {name}"), job.one("select count(*) from fresh")
        job.facts["tables"].setdefault(name, {})["joined"] = before - after
        job.run(f"drop table {name}")
        job.run(f"alter table fresh rename to {name}")
