"""Opportunity snapshots: the state of every opportunity on the day of every export, and rebuilt from its field history
for month ends that no export within the week before can tell."""

from warehouse.steps.files import all_rows
from warehouse.steps.ids import resolved
from warehouse.steps.job import SOURCES, Job

STATE = ("stage_code", "outcome", "amount", "currency", "expected_close_date", "probability", "forecast_category")
TOLD_BY = ", ".join(SOURCES)
TRACKED = ("stage", "amount", "expected_close_date")
FRESH_DAYS = 7


def opportunity_days(job: Job) -> None:
    """Add to opportunity_snapshot what exports show and the field history tells; loaded snapshots stay as they are."""
    _from_exports(job)
    if job.one("select count(*) from opportunity_field_history"):
        _from_history(job)


def _from_exports(job: Job) -> None:
    files = [file for file in job.of("opportunity", "stage_code", "outcome", "amount") if file.table == "opportunity"]
    if not files:
        return
    join, opportunity = resolved(job, "opportunity", "row.opportunity_id")
    rows = all_rows(job, job.tables["opportunity"], files, ("opportunity_id", "is_deleted", *STATE))
    cells = ", ".join(f"arg_max(lasting.{cell}, _seq) as {cell}" for cell in (*STATE, *SOURCES))
    partial = any(not file.full for file in files)
    days = "until" if partial else "_day + 1"
    job.run(f"""
        insert into opportunity_snapshot by name
        with seen as (
            select {opportunity} as opportunity_id, row.* exclude (opportunity_id)
            from ({rows}) as row {join} where not coalesce(is_deleted, false)
        ), export as (
            select distinct source_system, source_object, seq, day, scope
            from input join load using (load_id, source_system)
            where path in ({", ".join(f"'{file.path.as_posix()}'" for file in files)})
        ), lasting as ({_lasting(partial)}),
        day as (select distinct source_system, day from export),
        told as (
            select day.day as snapshot_date, opportunity_id, {cells}
            from lasting join day on day.source_system = lasting.source_system and day.day >= _day and day.day < {days}
            group by 1, 2
        )
        select snapshot_date, opportunity_id, * exclude (snapshot_date, opportunity_id, probability),
               probability as crm_probability, 'snapshot' as asof_quality
        from told
        where not exists (from opportunity_snapshot as loaded where loaded.snapshot_date = told.snapshot_date
                          and loaded.opportunity_id = told.opportunity_id)""")
    job.run("update opportunity_snapshot set asof_quality = 'snapshot' where asof_quality is null")


def _lasting(partial: bool) -> str:
    """SQL of the rows with the day until which they hold: a partial export leaves out what did not change."""
    if not partial:
        return "select * from seen"
    return """
        select seen.*, least(
            coalesce(lead(_day) over (partition by opportunity_id, seen.source_object order by _seq),
                     date '9999-12-31'),
            coalesce((select min(day) from export where export.scope = 'full' and export.day > seen._day
                      and export.source_system = seen.source_system and export.source_object = seen.source_object),
                     date '9999-12-31')) as until
        from seen"""


def _from_history(job: Job) -> None:
    """Rebuild month ends: each field as last recorded by then, else as before its first change, else as it is."""
    fields = ", ".join(f"'{field}'" for field in TRACKED)
    job.run(f"""
        insert into opportunity_snapshot by name
        with change as (
            select opportunity_id, field, old_value, new_value, source_system,
                   (coalesce(changed_at, changed_date::timestamp), recorded_at, seq) as turn,
                   greatest(changed_date, coalesce(recorded_date, changed_date)) as known
            from opportunity_field_history where changed_date is not null
        ), tracked as (
            select source_system, count(distinct field) filter (field in ({fields})) = {len(TRACKED)} as is_full
            from change group by 1 having bool_or(field = 'stage')
        ), span as (
            select tracked.*, first_day, last_day
            from tracked
            join (select source_system, min(known) as first_day from change group by 1) using (source_system)
            join (select source_system, max(last_full_day) as last_day from load join load_table using (load_id)
                  where table_name = 'opportunity_field_history' group by 1) using (source_system)
        ), month_end as (
            select source_system, is_full, last_day(cast(start as date)) as month_end
            from span,
                 unnest(generate_series(date_trunc('month', first_day), last_day, interval 1 month)) as months(start)
            where last_day(cast(start as date)) <= last_day
              and not exists (from opportunity_snapshot as snapshot
                              where snapshot.source_system = span.source_system
                                and snapshot.snapshot_date between last_day(cast(start as date)) - {FRESH_DAYS}
                                and last_day(cast(start as date)))
        ), alive as (
            select opportunity.*, month_end, is_full from opportunity join month_end using (source_system)
            where coalesce(created_date, date '0001-01-01') <= month_end and not coalesce(is_deleted, false)
              and month_end <= coalesce(last_day(closed_date + interval 1 month), month_end)
        ), past as (
            select opportunity_id, month_end, field, arg_max(new_value, turn) as cell
            from alive join change using (opportunity_id) where known <= month_end group by all
        ), before as (
            select opportunity_id, field, arg_min(old_value, turn) as cell from change group by all
        ), told as (
            select alive.month_end as snapshot_date, alive.opportunity_id, currency, alive.is_full,
                   {_field("stage", "stage_code", "varchar")}, {_field("amount", "amount", "decimal(18,4)")},
                   {_field("expected_close_date", "expected_close_date", "date")},
                   coalesce(p_outcome.cell,
                            case when closed_date <= alive.month_end then outcome else 'open' end) as outcome,
                   alive.source_system, alive.source_object, alive.source_id, alive.load_id, alive.source_line
            from alive {" ".join(_joins(field) for field in (*TRACKED, "outcome"))}
        )
        select * exclude (is_full), case when is_full then 'rebuilt_full' else 'rebuilt_stage_only' end as asof_quality
        from told""")


def _field(field: str, column: str, type_: str) -> str:
    changed = f"p_{field}.opportunity_id is not null"
    older = f"b_{field}.opportunity_id is not null"
    return (
        f"case when {changed} then try_cast(p_{field}.cell as {type_}) "
        f"when {older} then try_cast(b_{field}.cell as {type_}) else alive.{column} end as {column}"
    )


def _joins(field: str) -> str:
    same = "{0}.opportunity_id = alive.opportunity_id and {0}.field = '{1}'"
    past, before = same.format(f"p_{field}", field), same.format(f"b_{field}", field)
    return (
        f"left join past as p_{field} on {past} and p_{field}.month_end = alive.month_end "
        f"left join before as b_{field} on {before}"
    )
