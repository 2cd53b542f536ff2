"""Promise history: what each export promised, told as the changes between exports.

The promise of a line in an export is its own promised date, else the last day with a confirmed quantity in its schedule,
else the promised date of its order. The first one counts from the day the order was confirmed (else entered, else
ordered) where that is before the export; every later one from the export that first shows it. Lines whose history was
loaded keep that history alone.
"""

from warehouse.steps.ids import resolved
from warehouse.steps.job import SOURCES, Job, Parquet
from warehouse.steps.latest import all_rows

TOLD_BY = ", ".join(SOURCES)


def promises(job: Job) -> None:
    """Add to promise_history the promises that successive exports show."""
    own = job.of("order_line", "first_promised_date", "current_promised_date")
    parts = [file for file in job.of("schedule_line", "confirmed_qty") if "scheduled_date" in file.columns]
    headers = job.of("sales_order", "header_promised_date")
    if not (own or parts or headers):
        return
    job.run(
        "create temp table promise_seen (line varchar, seq integer, day date, promised date, first_promised date, "
        "qty decimal(18,4), source_system varchar, source_object varchar, source_id varchar, load_id varchar, source_line bigint)"
    )
    for files, told in ((own, _own), (parts, _scheduled), (headers, _header)):
        if files:
            job.run(f"insert into promise_seen from ({told(job, files)}) as told where promised is not null and {_unknown(job)}")
    _write(job, one_export_each=all(_is_single(files) for files in (own, parts, headers)))
    job.run("drop table promise_seen")


def _unknown(job: Job) -> str:
    known = "not exists (from promise_history as loaded where loaded.order_line_id = told.line)"
    if job.one("select count(*) from promise_seen"):
        known += " and not exists (from promise_seen as better where better.line = told.line)"
    return known


def _is_single(files: list[Parquet]) -> bool:
    return len({file.load.namespace for file in files}) == len(files)


def _own(job: Job, files: list[Parquet]) -> str:
    columns = ("order_line_id", "first_promised_date", "current_promised_date")
    join, line = resolved(job, "order_line", "row.order_line_id")
    return f"""
        select {line} as line, _seq, _day, coalesce(current_promised_date, first_promised_date) as promised,
               first_promised_date, null, {TOLD_BY}
        from ({all_rows(job, job.tables['order_line'], files, columns)}) as row {join}"""


def _scheduled(job: Job, files: list[Parquet]) -> str:
    columns = ("order_line_id", "schedule_no", "scheduled_date", "confirmed_qty")
    join, line = resolved(job, "order_line", "row.order_line_id")
    last = ", ".join(f"arg_max({source}, (scheduled_date, schedule_no)) as {source}" for source in SOURCES)
    return f"""
        select {line} as line, _seq, any_value(_day) as day, max(scheduled_date) as promised, null, sum(confirmed_qty) as qty,
               {last}
        from ({all_rows(job, job.tables['schedule_line'], files, columns)}) as row {join}
        where confirmed_qty > 0 group by 1, 2"""


def _header(job: Job, files: list[Parquet]) -> str:
    join, order = resolved(job, "sales_order", "row.order_id")
    sources = ", ".join(f"row.{source}" for source in SOURCES)
    return f"""
        select order_line.order_line_id as line, _seq, _day, header_promised_date as promised, null, null, {sources}
        from ({all_rows(job, job.tables['sales_order'], files, ('order_id', 'header_promised_date'))}) as row {join}
        join order_line on order_line.order_id = {order}"""


def _write(job: Job, one_export_each: bool) -> None:
    before = "null::date" if one_export_each else "lag(promised) over (partition by line order by seq)"
    number = "part" if one_export_each else "row_number() over (partition by line order by seq, part)"
    job.run(f"""
        insert into promise_history by name
        with step as (select *, {before} as before from promise_seen),
        given as (
            select line, seq, 1 as part, least(day, coalesce(confirmed_date, entered_date, ordered_date, day)) as set_date,
                   coalesce(first_promised, promised) as promised_date, step.* exclude (line, seq, day, promised)
            from step left join order_line on order_line_id = line left join sales_order using (order_id)
            where before is null
            union all
            select line, seq, 2, day, promised, step.* exclude (line, seq, day, promised)
            from step
            where promised <> coalesce(before, first_promised, promised)
        )
        select line as order_line_id, {number} as promise_seq, set_date, promised_date, {TOLD_BY},
               case when converted.order_line_id is null then qty else qty * factor end as promised_qty
        from given left join line_factor as converted
            on converted.table_name = 'schedule_line' and converted.order_line_id = line""")
