"""Order line changes: quantities and values that differ between two exports of a line, dated at the later one.

A line that is new in an export is no change: it is dated by its own order. A cancellation is dated by its own day where
the later export tells it. Lines whose changes were loaded keep those alone.
"""

from warehouse.steps.files import all_rows
from warehouse.steps.ids import resolved
from warehouse.steps.job import SOURCES, Job

READ = ("order_line_id", "ordered_qty", "cancelled_qty", "cancelled_at", "cancelled_date", "cancel_initiator",
        "unit_price", "net_amount", "status")  # fmt: skip
TOLD_BY = ", ".join(SOURCES)


def line_changes(job: Job) -> None:
    """Add to order_line_change what successive exports of order lines show."""
    files = job.of("order_line", "ordered_qty", "cancelled_qty", "net_amount", "status")
    if len({(file.load.namespace, file.order) for file in files}) <= len({file.load.namespace for file in files}):
        return
    join, line = resolved(job, "order_line", "row.order_line_id")
    job.run(f"""
        insert into order_line_change by name
        with seen as (
            select {line} as line, row.* exclude (order_line_id),
                   case when lower(status) = 'cancelled' then ordered_qty else coalesce(cancelled_qty, 0) end as gone,
                   coalesce(net_amount, ordered_qty * unit_price) as value
            from ({all_rows(job, job.tables["order_line"], files, READ)}) as row {join}
        ), step as (
            select *, lag(ordered_qty) over same as qty_before, lag(gone) over same as gone_before,
                   lag(value) over same as value_before, lag(_seq) over same as seq_before
            from seen window same as (partition by line, source_object order by _seq)
        ), change as (
            select *, unnest([
                case when ordered_qty > qty_before then {{'kind': 'qty_up', 'qty': ordered_qty - qty_before,
                                                          'value': value - value_before}}
                     when ordered_qty < qty_before then {{'kind': 'qty_down', 'qty': ordered_qty - qty_before,
                                                          'value': value - value_before}}
                     when value <> value_before then {{'kind': 'reprice', 'qty': 0, 'value': value - value_before}} end,
                case when gone <> gone_before then {{
                    'kind': case when gone > gone_before then 'cancel' else 'reopen' end, 'qty': gone_before - gone,
                    'value': cast((gone_before - gone) * value / nullif(ordered_qty, 0) as decimal(18, 4))}} end
            ]) as told
            from step where seq_before is not null
        )
        select line as order_line_id, told.kind as kind,
               case when converted.order_line_id is null then told.qty else told.qty * factor end as delta_qty,
               told.value as delta_value,
               case when told.kind = 'cancel' then cancelled_at end as changed_at,
               case when told.kind = 'cancel' then coalesce(cancelled_date, _day) else _day end as changed_date,
               case when told.kind = 'cancel' then cancel_initiator end as initiator,
               load_id as change_id, {TOLD_BY}
        from change left join line_factor as converted
            on converted.table_name = 'order_line' and converted.order_line_id = line
        where told is not null and not exists (from order_line_change as loaded where loaded.order_line_id = line)""")
