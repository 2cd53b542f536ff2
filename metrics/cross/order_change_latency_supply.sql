-- What we changed of our own supply, with the day the system said so: production orders (plan) and purchase order lines (po).
-- A supplier's own confirmation is none of ours. Without any change of purchase lines, their snapshots are compared.
with told as (
    select
        'plan' as kind, change.production_order_id as supply_id, change.field,
        coalesce(change.recorded_date, change.changed_date) as day, change.old_value, change.new_value, false as is_compared
    from production_order_change as change
    union all by name
    select
        'po' as kind, change.po_line_id as supply_id, change.field,
        coalesce(change.recorded_date, change.changed_date) as day, change.old_value, change.new_value, false as is_compared
    from po_line_change as change
),
snapshot as (
    select
        po_line_id, snapshot_date, ordered_qty, requested_date,
        lag(snapshot_date) over line as former_day,
        lag(ordered_qty) over line as former_qty,
        lag(requested_date) over line as former_date,
        min(snapshot_date) over () as first_day
    from po_line_snapshot
    where not exists (from po_line_change where coalesce(recorded_date, changed_date) <= $as_of)
    window line as (partition by po_line_id order by snapshot_date)
),
compared as (
    select
        'po' as kind, po_line_id as supply_id, unnest(['created', 'ordered_qty', 'requested_date']) as field,
        snapshot_date as day,
        unnest([null, former_qty::varchar, former_date::varchar]) as old_value,
        unnest([
            case when former_day is null and snapshot_date > first_day then 'yes' end,
            case when former_qty <> ordered_qty then ordered_qty::varchar end,
            case when former_date <> requested_date then requested_date::varchar end
        ]) as new_value,
        true as is_compared
    from snapshot
),
created as (
    select 'plan' as kind, production_order_id as supply_id, 'created' as field, created_date as day
    from production_order
    where created_date is not null
    union all by name
    select 'po' as kind, line.po_line_id as supply_id, 'created' as field, header.ordered_date as day
    from po_line as line
    join purchase_order as header on header.po_id = line.po_id
    where header.ordered_date is not null
),
every_change as (
    select * from told
    union all by name
    select * from compared where new_value is not null and field <> 'created'
    union all by name
    select *, null::varchar as old_value, null::varchar as new_value, false as is_compared
    from created
    where (kind, supply_id) not in (select (kind, supply_id) from told where field = 'created')
    union all by name
    select * from compared
    where field = 'created' and new_value is not null and supply_id not in (select supply_id from created where kind = 'po')
),
judged as (
    select
        *,
        case
            when field = 'created' then 1
            when field in ('qty', 'ordered_qty')
                then sign(try_cast(new_value as double) - coalesce(try_cast(old_value as double), 0))
            when field = 'cancelled_qty'
                then sign(coalesce(try_cast(old_value as double), 0) - coalesce(try_cast(new_value as double), 0))
            when field in ('requested_date', 'due_date') then sign(try_cast(old_value as date) - try_cast(new_value as date))
            when kind = 'plan' and field = 'status' and lower(new_value) in ('cancelled', 'canceled') then -1
        end as way
    from every_change
    where day is not null
)
select
    judged.kind, judged.supply_id, judged.field, judged.day, case when judged.way > 0 then 'up' else 'down' end as direction,
    judged.is_compared,
    coalesce(made.order_line_id, line.order_line_id) as order_line_id,
    coalesce(made.product_id, line.product_id) as product_id,
    coalesce(made.site_id, line.site_id, '') as site_id,
    header.supplier_id,
    coalesce(made.source_system, line.source_system) as source_system,
    coalesce(made.source_object, line.source_object) as source_object,
    coalesce(made.source_id, line.source_id) as source_id,
    coalesce(made.load_id, line.load_id) as load_id,
    coalesce(made.source_line, line.source_line) as source_line
from judged
left join production_order as made on judged.kind = 'plan' and made.production_order_id = judged.supply_id
left join po_line as line on judged.kind = 'po' and line.po_line_id = judged.supply_id
left join purchase_order as header on header.po_id = line.po_id
where judged.way <> 0
