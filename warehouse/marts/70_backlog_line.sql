-- What left us of a line, part by part; qty null = all of it. A delivery without a day of leaving counts on its own day.
create view backlog_shipped as
select
    part.order_line_id,
    coalesce(shipment.shipped_date, shipment.delivered_date) as day,
    case
        when shipment.shipped_date is not null then shipment.shipped_date
        else greatest(shipment.delivered_date, coalesce(shipment.recorded_date, shipment.delivered_date))
    end as known_date,
    case
        when part.source_qty is not null and part.qty_shipped is null and part.qty_delivered is null then 0
        else coalesce(part.qty_shipped, part.qty_delivered)
    end::decimal(18, 4) as qty,
    part.source_system,
    part.source_object,
    part.source_id,
    part.load_id,
    part.source_line
from shipment_line as part
join shipment on shipment.shipment_id = part.shipment_id
where coalesce(shipment.shipped_date, shipment.delivered_date) is not null
union all
select
    whole.order_line_id,
    coalesce(shipment.shipped_date, shipment.delivered_date, header.header_delivered_date),
    coalesce(shipment.shipped_date, shipment.delivered_date, header.header_delivered_date),
    null::decimal(18, 4),
    shipment.source_system,
    shipment.source_object,
    shipment.source_id,
    shipment.load_id,
    shipment.source_line
from whole_delivery as whole
left join shipment on shipment.shipment_id = whole.shipment_id
left join header_delivery as header on header.order_id = whole.order_id and whole.shipment_id is null
where coalesce(shipment.shipped_date, shipment.delivered_date, header.header_delivered_date) is not null;

-- Snapshots of lines with what changed since the one before; gone_date: the next snapshot of the system lacks the line.
create table backlog_snapshot as
with taken as (
    select *, lead(snapshot_date) over (partition by source_system order by snapshot_date) as next_date
    from (select distinct source_system, snapshot_date from order_line_snapshot) as counted
)
select
    row.order_line_id,
    row.snapshot_date,
    row.ordered_qty,
    coalesce(row.cancelled_qty, 0) as cancelled_qty,
    row.open_qty,
    row.hold_reason,
    row.ordered_qty - lag(row.ordered_qty) over line as moved_qty,
    coalesce(row.cancelled_qty, 0) - lag(coalesce(row.cancelled_qty, 0), 1, 0) over line as gone_qty,
    case
        when lead(row.snapshot_date) over line > taken.next_date or lead(row.snapshot_date) over line is null
            then taken.next_date
    end as gone_date,
    row.source_system,
    row.source_object,
    row.source_id,
    row.load_id,
    row.source_line
from order_line_snapshot as row
join taken on taken.source_system is not distinct from row.source_system and taken.snapshot_date = row.snapshot_date
window line as (partition by row.order_line_id order by row.snapshot_date);

-- Customers whose segment or tier changed, by span; former_* is what they were before it.
create table backlog_moved as
with span as (
    select
        customer_id,
        valid_from,
        valid_to,
        segment,
        tier,
        lag(segment) over customer as former_segment,
        lag(tier) over customer as former_tier,
        lag(valid_from) over customer is not null
            and (segment is distinct from lag(segment) over customer or tier is distinct from lag(tier) over customer)
            as is_move
    from customer_attribute
    window customer as (partition by customer_id order by valid_from)
)
select * from span
where customer_id in (select customer_id from span where is_move);

-- One row per order line of demand with what it was ordered as (new_qty: as told, else today's less all changes since) and
-- its price in the order's currency. is_knotty: more befell it than leaving in one part; backlog_event holds that.
create table backlog_line as
with shipped as (
    select order_line_id, 1 as parts, day, known_date, qty
    from backlog_shipped
    where order_line_id not in (select order_line_id from line_delivered_often)
    union all
    select order_line_id, count(*), min(day), max(known_date), min(qty)
    from backlog_shipped
    where order_line_id in (select order_line_id from line_delivered_often)
    group by order_line_id
),
changed as (
    select
        order_line_id,
        min(coalesce(changed_date, recorded_date)) filter (where kind = 'new') as new_date,
        sum(delta_qty) filter (where kind = 'new') as new_qty,
        coalesce(sum(delta_qty) filter (where kind in ('qty_up', 'qty_down')), 0) as moved_qty,
        coalesce(sum(delta_qty) filter (where kind in ('cancel', 'reopen')), 0) as cancelled_qty,
        bool_or(kind = 'cancel') as is_cancel_told
    from order_line_change
    group by order_line_id
),
seen as (
    select
        order_line_id,
        min(snapshot_date) as first_date,
        coalesce(sum(moved_qty), 0) as moved_qty,
        bool_or(gone_qty > 0) as is_cancel_told
    from backlog_snapshot
    group by order_line_id
),
line as (
    select
        base.order_line_id,
        base.customer_id,
        base.segment,
        base.tier,
        coalesce(
            changed.new_date, case when base.known_from > date '0001-01-01' then base.known_from end, seen.first_date
        ) as new_date,
        base.ordered_qty,
        coalesce(
            changed.new_qty,
            base.ordered_qty - coalesce(changed.moved_qty, case when changed.order_line_id is null then seen.moved_qty end, 0)
        )::decimal(18, 4) as new_qty,
        coalesce(base.net_amount::double / nullif(base.ordered_qty, 0), base.unit_price) as price,
        base.currency,
        base.rate,
        base.has_cancel,
        base.stated_cancel_date,
        base.uom_missing,
        case
            when base.has_cancel then coalesce(base.cancelled_qty, base.ordered_qty)
            else -coalesce(changed.cancelled_qty, 0)
        end::decimal(18, 4) as cancelled_qty,
        coalesce(changed.is_cancel_told, false) as is_cancel_told,
        base.cancel_class = 'unknown_date' and not coalesce(seen.is_cancel_told, false) as is_undated,
        changed.order_line_id is not null as is_changed,
        seen.order_line_id is not null as is_seen,
        shipped.parts,
        shipped.day as ship_day,
        shipped.known_date as ship_known_date,
        case when shipped.parts is not null then coalesce(shipped.qty, base.ordered_qty) end as ship_qty,
        base.load_id
    from line_base as base
    left join shipped on shipped.order_line_id = base.order_line_id
    left join changed on changed.order_line_id = base.order_line_id
    left join seen on seen.order_line_id = base.order_line_id
    where not base.is_header
)
select
    order_line_id,
    customer_id,
    segment,
    tier,
    new_date,
    ordered_qty,
    new_qty,
    price,
    currency,
    rate::double as rate,
    coalesce(rate <> 1, true) as is_foreign,
    cancelled_qty,
    has_cancel,
    stated_cancel_date,
    is_cancel_told,
    is_changed,
    is_seen,
    case when parts is not null then greatest(ship_day, new_date) end as ship_day,
    ship_qty,
    case
        when is_undated then 'cancel_date_unknown'
        when new_date is null then 'order_date_missing'
        when ordered_qty is null and new_qty is null then case when uom_missing then 'uom_missing' else 'qty_missing' end
    end as left_out,
    case when price is null then 'price_missing' when rate is null then 'fx_missing' end as worthless,
    is_changed or is_seen or (has_cancel and stated_cancel_date is not null)
        or coalesce(parts > 1 or ship_qty < 0 or ship_qty > new_qty or ship_known_date > ship_day, false) as is_knotty,
    load_id
from line;
