-- What left a product's stock for customers or production, and what customers sent back (negative), with its cost that day.
-- Sales are what shipped; where a company exports no shipments, its movements. Transfers are no issues.
-- is_counted: stock was counted there before; is_too_old: its newest count was more than 35 days old.
with shipping as (
    select count(*) > 0 as is_told from shipment where shipped_date is not null or delivered_date is not null
),
first_count as (
    select product_id, coalesce(site_id, '') as site_id, min(snapshot_date) as day from inventory_snapshot group by all
),
-- where stock is counted without its site, or at one site only until then, that is the place of what names none
place as (
    select product_id, arg_min(site_id, (day, site_id)) as site_id, list_sort(list(day))[2] as other_day
    from first_count
    where day is not null
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
            when told.day >= place.other_day then coalesce(told.site_id, '')
            when place.site_id = '' then ''
            else coalesce(told.site_id, place.site_id, '')
        end as site_id
    from told
    left join place on place.product_id = told.product_id
    where told.day is not null and told.product_id is not null
),
-- at most one count's cost a day and place, whoever counts
holding as (
    select product_id, site_id, month_no, from_day, min(to_day) as to_day, max(counted_cost) as counted_cost
    from (
        select
            product_id,
            site_id,
            month_no,
            from_day,
            least(to_day, coalesce(lead(from_day) over place - 1, date '9999-12-31')) as to_day,
            counted_cost
        from {piece}
        window place as (partition by product_id, site_id, month_no order by from_day)
    ) as held
    where to_day >= from_day
    group by all
),
priced as (
    select
        placed.*,
        first_count.day <= placed.day as is_counted,
        holding.from_day is not null as is_held,
        holding.counted_cost,
        coalesce(here.unit_cost, everywhere.unit_cost) as step_cost,
        coalesce(
            case when here.basis is null then everywhere.carried_until else here.carried_until end > placed.day, false
        ) as is_cost_backfilled,
        case when here.basis is null then everywhere.currency else here.currency end as currency,
        coalesce(here.is_own_currency, everywhere.is_own_currency, true) as is_own_currency,
        listed.product_id is not null as is_listed
    from placed
    left join first_count on first_count.product_id = placed.product_id and first_count.site_id = placed.site_id
    left join holding
        on holding.product_id = placed.product_id
        and holding.site_id = placed.site_id
        and holding.month_no = year(placed.day) * 12 + month(placed.day) - 1
        and holding.from_day <= placed.day
        and holding.to_day >= placed.day
    left join {cost} as here
        on here.product_id = placed.product_id
        and here.site_id = placed.site_id
        and here.site_id <> ''
        and here.valid_from <= placed.day
        and here.valid_to > placed.day
    left join {cost} as everywhere
        on everywhere.product_id = placed.product_id
        and everywhere.site_id = ''
        and everywhere.valid_from <= placed.day
        and everywhere.valid_to > placed.day
    left join (select distinct product_id from product_cost) as listed on listed.product_id = placed.product_id
)
select
    kind,
    product_id,
    site_id,
    day,
    known_day,
    qty,
    coalesce(is_counted, false) as is_counted,
    coalesce(is_counted, false) and not is_held as is_too_old,
    case
        when is_listed and is_own_currency then step_cost
        when is_listed then step_cost * fx.rate::double
        else coalesce(counted_cost, step_cost)
    end as unit_cost,
    is_listed and not is_own_currency and fx.rate is null as fx_missing,
    is_cost_backfilled,
    priced.source_system,
    priced.source_object,
    priced.source_id,
    priced.load_id,
    priced.source_line
from priced
left join fx
    on fx.rate_date = priced.day and fx.from_ccy = priced.currency and priced.is_listed and not priced.is_own_currency
