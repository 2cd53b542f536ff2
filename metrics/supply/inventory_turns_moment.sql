-- Counts of a product at a site and issues from it, each with the cost of one unit that then held in the reporting currency
-- and the newest count up to it. One basis for stock and issues: the cost list, else what counts value it at, else the mean
-- price of all receipts up to the day.
with kind_of_stock as (
    select
        product_id,
        coalesce(site_id, '') as site_id,
        snapshot_date as day,
        coalesce(source_system, '') as counted_by,
        sum(on_hand_qty) filter (where coalesce(ownership, 'own') = 'own' and coalesce(stock_type, '') <> 'consignment')
            ::double as qty,
        sum(on_hand_qty * unit_cost * rate.rate) filter (where on_hand_qty > 0)
            / nullif(sum(on_hand_qty) filter (where on_hand_qty > 0 and unit_cost * rate.rate is not null), 0) as cost,
        max(unit_cost * rate.rate) as any_cost,
        bool_or(unit_cost is not null and rate.rate is null) as lacks_rate,
        min({'load_id': load_id, 'line': source_line, 'system': source_system, 'object': source_object, 'id': source_id})
            as main
    from inventory_snapshot as stock
    left join stock_rate as rate on rate.rate_date = stock.snapshot_date and rate.from_ccy = coalesce(stock.currency, '')
    where snapshot_date is not null
    group by product_id, site_id, snapshot_date, source_system, coalesce(stock_type, 'unrestricted')
),
-- below zero counts as nothing, kind by kind
counted as (
    select
        product_id,
        site_id,
        day,
        counted_by,
        sum(greatest(coalesce(qty, 0), 0)) as qty,
        bool_or(coalesce(qty, 0) < 0) as is_negative,
        coalesce(sum(cost * greatest(qty, 0)) / nullif(sum(greatest(qty, 0)) filter (where cost is not null), 0), max(any_cost))
            as cost,
        bool_or(lacks_rate) as lacks_rate,
        min(main) as main
    from kind_of_stock
    group by all
),
received as (
    select product_id, site_id, moved_date as day, qty::double as qty, unit_cost::double as price
    from inventory_movement
    where kind in ('receipt_po', 'receipt_prod') and unit_cost is not null and qty is not null
    union all
    select
        line.product_id, line.site_id, receipt.received_date as day, receipt.qty_received::double as qty,
        line.unit_price::double
            * case when coalesce(purchase.currency = company_setting.reporting_currency, true) then 1 else fx.rate::double end
            as price
    from po_receipt as receipt
    join po_line as line on line.po_line_id = receipt.po_line_id
    join purchase_order as purchase on purchase.po_id = line.po_id
    cross join company_setting
    left join fx on fx.rate_date = receipt.received_date and fx.from_ccy = purchase.currency
    where line.unit_price is not null and receipt.qty_received is not null
),
unlisted as (
    select product_id from counted
    except
    select product_id from {cost}
),
event as (
    select 'count' as kind, 0 as place, product_id, site_id, day, day as known_day, counted_by, qty, is_negative, cost,
        lacks_rate, null::double as bought, null::double as paid, false as uom_missing, 1 as lines, main
    from counted
    union all
    select kind, 1, product_id, site_id, day, known_day, '', qty, false, null, false, null, null, uom_missing, lines,
        {'load_id': load_id, 'line': source_line, 'system': source_system, 'object': source_object, 'id': source_id}
    from {issue}
    union all
    select 'receipt', 0, product_id, coalesce(site_id, ''), day, day, '', null, false, null, false, qty, qty * price, false, 1,
        null
    from received
    semi join unlisted on unlisted.product_id = received.product_id
    where day is not null
),
dated as (
    select
        event.* exclude (cost, bought, paid),
        max(case when kind = 'count' then day end) over earlier as count_date,
        last_value(cost ignore nulls) over earlier as counted_cost,
        sum(paid) over earlier / nullif(sum(bought) over earlier, 0) as received_cost
    from event
    window earlier as (
        partition by product_id, site_id order by day, place, counted_by, known_day, kind rows unbounded preceding
    )
),
priced as (
    select
        dated.*,
        case when here.unit_cost is not null then here.unit_cost else everywhere.unit_cost end as listed,
        case when here.unit_cost is not null then here.currency else everywhere.currency end as currency,
        case when here.unit_cost is not null then here.is_own_currency else everywhere.is_own_currency end as is_own_currency,
        unlisted.product_id is null as is_listed
    from dated
    left join unlisted on unlisted.product_id = dated.product_id
    left join {cost} as here
        on here.product_id = dated.product_id
        and here.site_id = dated.site_id
        and here.site_id <> ''
        and here.valid_from <= dated.day
        and here.valid_to > dated.day
    left join {cost} as everywhere
        on everywhere.product_id = dated.product_id
        and everywhere.site_id = ''
        and everywhere.valid_from <= dated.day
        and everywhere.valid_to > dated.day
    where dated.kind <> 'receipt'
)
select
    priced.kind,
    priced.product_id,
    priced.site_id,
    priced.counted_by,
    priced.day,
    priced.known_day,
    priced.lines,
    priced.qty,
    priced.is_negative,
    priced.uom_missing,
    priced.count_date,
    case when priced.is_listed then priced.listed * case when priced.is_own_currency then 1 else fx.rate::double end
        else coalesce(priced.counted_cost, priced.received_cost) end as unit_cost,
    case when priced.is_listed then priced.listed is not null and not priced.is_own_currency and fx.rate is null
        else priced.lacks_rate and coalesce(priced.counted_cost, priced.received_cost) is null end as fx_missing,
    case when priced.is_listed then 'list' when priced.counted_cost is not null then 'count' else 'receipts' end as basis,
    main['system'] as source_system,
    main['object'] as source_object,
    main['id'] as source_id,
    main['load_id'] as load_id,
    main['line'] as source_line
from priced
left join fx on fx.rate_date = priced.day and fx.from_ccy = priced.currency and not priced.is_own_currency
