"""Promise history: what each export promised, told as the changes between exports.

The promise of a line in an export is its own promised date, else the last day with a confirmed quantity in its
schedule, else the promised date of its order. The first one counts from the day the order was confirmed (else entered,
else ordered) where that is before the export, unless an earlier export showed the line without a promise; every later
one counts from the export that first shows it. Lines whose history was loaded keep that history alone.
"""

from warehouse.steps.files import all_rows
from warehouse.steps.ids import resolved
from warehouse.steps.job import SOURCE_TYPES, SOURCES, Job, Parquet

TOLD_BY = ", ".join(SOURCES)


def promises(job: Job) -> None:
    """Add to promise_history the promises that successive exports show."""
    own = job.of("order_line", "first_promised_date", "current_promised_date")
    parts = [file for file in job.of("schedule_line", "confirmed_qty") if "scheduled_date" in file.columns]
    headers = job.of("sales_order", "header_promised_date")
    if own and not parts and not headers and _is_single(own):
        order = "left join sales_order using (order_id) left join (select null::date as day) as none on false"
        _write(job, _once(job), order, one_export_each=True)
    elif own or parts or headers:
        _see(job, ((own, _own), (parts, _scheduled), (headers, _header)))
        order = "left join order_line on order_line_id = step.line left join sales_order using (order_id)"
        order += " left join promise_none as none on none.line = step.line and none.kind = step.kind"
        one_export_each = all(_is_single(files) for files in (own, parts, headers))
        _write(job, "from promise_seen", order, one_export_each)
        job.run("drop table promise_seen")
        job.run("drop table promise_none")


def _see(job: Job, kinds: tuple) -> None:
    """What every export promised, the better kind where a line has several; and when one showed no promise yet."""
    types = "line varchar, seq integer, day date, promised date, first_promised date, qty decimal(18,4)"
    sources = ", ".join(f"{name} {type_}" for name, type_ in SOURCE_TYPES.items())
    job.run(f"create temp table promise_seen ({types}, {sources}, kind integer)")
    job.run("create temp table promise_none (line varchar, day date, kind integer)")
    for kind, (files, told) in enumerate(kinds):
        if files:
            job.run(
                f"insert into promise_seen select *, {kind} from ({told(job, files)}) as told where {_unknown(job)}"
            )
            job.run("insert into promise_none select line, min(day), kind from promise_seen "
                    "where promised is null group by all")  # fmt: skip
            job.run("delete from promise_seen where promised is null")


def _once(job: Job) -> str:
    """SQL of the promises of lines that were exported once: the lines themselves tell them."""
    return f"""
        select order_line_id as line, 0 as seq, day, coalesce(current_promised_date, first_promised_date) as promised,
               first_promised_date as first_promised, null::decimal(18,4) as qty, order_id,
               {", ".join(f"told.{source}" for source in SOURCES)}
        from order_line as told join (select distinct load_id, day from input) as export using (load_id)
        where coalesce(current_promised_date, first_promised_date) is not null
          and not exists (from promise_history as loaded where loaded.order_line_id = told.order_line_id)"""


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
        from ({all_rows(job, job.tables["order_line"], files, columns)}) as row {join}"""


def _scheduled(job: Job, files: list[Parquet]) -> str:
    columns = ("order_line_id", "schedule_no", "scheduled_date", "confirmed_qty")
    join, line = resolved(job, "order_line", "told.order_line_id")
    # the last confirmed part is the source; its place is one number, since comparing pairs would take twice as long
    confirmed = "case when confirmed_qty > 0 then "
    place = f"{confirmed}date_diff('day', date '1970-01-01', scheduled_date) * 1000000 + schedule_no end"
    return f"""
        with told as (
            select order_line_id, _seq, max({confirmed}scheduled_date end) as promised, sum(confirmed_qty) as qty,
                   arg_max(source_id, {place}) as source_id, arg_max(source_line, {place}) as source_line
            from ({all_rows(job, job.tables["schedule_line"], files, columns)}) group by 1, 2
        )
        select {line} as line, _seq, day, promised, null, qty, source_system, source_object, source_id, load_id,
               source_line
        from told join input on input.seq = told._seq and input.table_name = 'schedule_line' {join}"""


def _header(job: Job, files: list[Parquet]) -> str:
    join, order = resolved(job, "sales_order", "row.order_id")
    sources = ", ".join(f"row.{source}" for source in SOURCES)
    return f"""
        select order_line.order_line_id as line, _seq, _day, header_promised_date as promised, null, null, {sources}
        from ({all_rows(job, job.tables["sales_order"], files, ("order_id", "header_promised_date"))}) as row {join}
        join order_line on order_line.order_id = {order}"""


def _write(job: Job, seen: str, order: str, one_export_each: bool) -> None:
    """Part 1 of a line is its first promise, part 2 any later one; the first export may show both."""
    before = "null::date" if one_export_each else "lag(promised) over (partition by line order by seq)"
    number = "part" if one_export_each else "row_number() over (partition by line order by seq, part)"
    job.run(f"""
        insert into promise_history by name
        with step as (select *, {before} as before from ({seen})),
        given as (
            select step.*, case when none.day < step.day then step.day
                                else least(step.day, coalesce(confirmed_date, entered_date, ordered_date, step.day))
                           end as since,
                   unnest(case when before is not null then [2] when promised <> first_promised then [1, 2]
                               else [1] end) as part
            from step {order}
            where before is null or before <> promised
        )
        select line as order_line_id, {number} as promise_seq, case part when 1 then since else day end as set_date,
               case part when 1 then coalesce(first_promised, promised) else promised end as promised_date,
               case when converted.order_line_id is null then qty else qty * factor end as promised_qty,
               {", ".join(f"given.{source}" for source in SOURCES)}
        from given left join line_factor as converted
            on converted.table_name = 'schedule_line' and converted.order_line_id = line""")
