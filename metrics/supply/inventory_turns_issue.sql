-- What left a product's stock for customers or production, and what customers sent back (negative), by day and the day it was
-- known. Sales are what shipped; where a company exports no shipments, its movements. Transfers are no issues.
with shipping as (
    select count(*) > 0 as is_told from shipment where shipped_date is not null or delivered_date is not null
),
-- where stock is counted without its site, or at one site only until then, that is the place of what names none
place as (
    select product_id, min(site_id) as site_id, min(first_day) as first_day, max(other_day) as other_day
    from (
        select
            product_id,
            first_value(site_id) over (partition by product_id order by first_day, site_id) as site_id,
            first_day,
            case when row_number() over (partition by product_id order by first_day, site_id) = 2 then first_day end as other_day
        from (
            select product_id, coalesce(site_id, '') as site_id, min(snapshot_date) as first_day
            from inventory_snapshot
            group by all
        ) as counted
    ) as ordered
    group by product_id
),
brought as (
    select order_line_id, shipment_id, coalesce(qty_shipped, qty_delivered) as qty,
        source_system, source_object, source_id, load_id, source_line
    from shipment_line
    union all
    select whole.order_line_id, whole.shipment_id, line.ordered_qty as qty,
        shipment.source_system, shipment.source_object, shipment.source_id, shipment.load_id, shipment.source_line
    from whole_delivery as whole
    join order_line as line on line.order_line_id = whole.order_line_id
    join shipment on shipment.shipment_id = whole.shipment_id
),
told as (
    select
        'sale' as kind,
        line.product_id,
        coalesce(shipment.site_id, line.site_id) as site_id,
        coalesce(shipment.shipped_date, shipment.delivered_date) as day,
        case when shipment.shipped_date is null then greatest(shipment.delivered_date, shipment.recorded_date)
            else shipment.shipped_date end as known_day,
        brought.qty::double as qty,
        brought.source_system, brought.source_object, brought.source_id, brought.load_id, brought.source_line
    from brought
    join shipment on shipment.shipment_id = brought.shipment_id
    join order_line as line on line.order_line_id = brought.order_line_id
    semi join order_header on order_header.order_id = line.order_id
    union all
    select
        'return' as kind, line.product_id, line.site_id, back.returned_date as day, back.returned_date as known_day,
        -back.qty::double as qty,
        back.source_system, back.source_object, back.source_id, back.load_id, back.source_line
    from return_line as back
    join order_line as line on line.order_line_id = back.order_line_id
    semi join order_header on order_header.order_id = line.order_id
    cross join shipping
    where shipping.is_told
    union all
    select
        case moved.kind when 'issue_prod' then 'production' when 'issue_sale' then 'sale' else 'return' end as kind,
        moved.product_id, moved.site_id, moved.moved_date as day, moved.moved_date as known_day, -moved.qty::double as qty,
        moved.source_system, moved.source_object, moved.source_id, moved.load_id, moved.source_line
    from inventory_movement as moved
    cross join shipping
    where moved.kind = 'issue_prod' or (moved.kind in ('issue_sale', 'return') and not shipping.is_told)
),
placed as (
    select
        told.* exclude (site_id),
        case
            when place.site_id = '' and (place.other_day is null or told.day < place.other_day) then ''
            when told.site_id is null and (place.other_day is null or told.day < place.other_day) then place.site_id
            else told.site_id
        end as site_id
    from told
    left join place on place.product_id = told.product_id
    where told.day is not null and told.product_id is not null
),
added as (
    select
        kind,
        product_id,
        coalesce(site_id, '') as site_id,
        day,
        known_day,
        qty is null as uom_missing,
        sum(qty) as qty,
        count(*) as lines,
        min({'load_id': load_id, 'line': source_line, 'system': source_system, 'object': source_object, 'id': source_id})
            as main
    from placed
    group by all
)
select
    added.* exclude (main),
    main['system'] as source_system,
    main['object'] as source_object,
    main['id'] as source_id,
    main['load_id'] as load_id,
    main['line'] as source_line
from added
