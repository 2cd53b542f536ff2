-- Steps of what is still to come of a product at a site, and the line it is for: ordered and made, less cancelled and
-- received, never below 0 by order. The first quantity is the one before the first change.
with first_change as (
    select
        po_line_id as supply_id,
        arg_min(old_value, (coalesce(recorded_date, changed_date), coalesce(change_id, ''))) filter (where field = 'ordered_qty')
            as ordered_qty,
        bool_or(field = 'cancelled_qty') as is_cancel_told
    from po_line_change
    group by po_line_id
    union all
    select
        production_order_id as supply_id,
        arg_min(old_value, (coalesce(recorded_date, changed_date), coalesce(change_id, ''))) filter (where field = 'qty'),
        false
    from production_order_change
    group by production_order_id
),
step as (
    select
        line.po_line_id as supply_id, line.order_line_id, line.product_id, coalesce(line.site_id, '') as site_id, header.ordered_date as day,
        coalesce(try_cast(first_change.ordered_qty as double), line.ordered_qty)
            - case when coalesce(first_change.is_cancel_told, false) then 0 else coalesce(line.cancelled_qty, 0) end as qty
    from po_line as line
    join purchase_order as header on header.po_id = line.po_id
    left join first_change on first_change.supply_id = line.po_line_id
    union all by name
    select
        change.po_line_id as supply_id, line.order_line_id, line.product_id, coalesce(line.site_id, '') as site_id,
        coalesce(change.recorded_date, change.changed_date) as day,
        (coalesce(try_cast(change.new_value as double), 0) - coalesce(try_cast(change.old_value as double), 0))
            * case when change.field = 'cancelled_qty' then -1 else 1 end as qty
    from po_line_change as change
    join po_line as line on line.po_line_id = change.po_line_id
    where change.field in ('ordered_qty', 'cancelled_qty')
    union all by name
    select
        receipt.po_line_id as supply_id, line.order_line_id, line.product_id, coalesce(line.site_id, '') as site_id, receipt.received_date as day,
        -coalesce(receipt.qty_received, line.ordered_qty)::double as qty
    from po_receipt as receipt
    join po_line as line on line.po_line_id = receipt.po_line_id
    union all by name
    select
        made.production_order_id as supply_id, made.order_line_id, made.product_id, coalesce(made.site_id, '') as site_id, made.created_date as day,
        coalesce(try_cast(first_change.ordered_qty as double), made.qty) as qty
    from production_order as made
    left join first_change on first_change.supply_id = made.production_order_id
    union all by name
    select
        change.production_order_id as supply_id, made.order_line_id, made.product_id, coalesce(made.site_id, '') as site_id,
        coalesce(change.recorded_date, change.changed_date) as day,
        case
            when change.field = 'status' then -1e15
            else coalesce(try_cast(change.new_value as double), 0) - coalesce(try_cast(change.old_value as double), 0)
        end as qty
    from production_order_change as change
    join production_order as made on made.production_order_id = change.production_order_id
    where change.field = 'qty' or (change.field = 'status' and lower(change.new_value) in ('cancelled', 'canceled'))
    union all by name
    -- a finished order brings nothing more, whatever was made
    select made.production_order_id as supply_id, made.order_line_id, made.product_id, coalesce(made.site_id, '') as site_id,
        made.completed_date as day, -1e15 as qty
    from production_order as made
    where made.completed_date is not null
),
by_day as (
    select supply_id, order_line_id, product_id, site_id, day, sum(qty) as qty from step where day is not null group by all
),
running as (
    select *, greatest(0, sum(qty) over (partition by supply_id order by day rows unbounded preceding)) as open_qty
    from by_day
)
select
    order_line_id, product_id, site_id, day,
    open_qty - coalesce(lag(open_qty) over (partition by supply_id order by day), 0) as delta
from running
