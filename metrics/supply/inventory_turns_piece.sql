-- Days on which one count of a product at a site holds, cut at months: until the day before the next, at most 35 days after it.
-- unit_cost: what one unit then cost in the reporting currency; the list's, else the count's, else that of receipts.
with kind_of_stock as (
    select
        product_id,
        coalesce(site_id, '') as site_id,
        snapshot_date,
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
        snapshot_date,
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
lasting as (
    select
        *,
        last_value(cost ignore nulls) over (
            partition by product_id, site_id order by snapshot_date, counted_by rows unbounded preceding
        ) as counted_cost,
        least(
            snapshot_date + 35,
            coalesce(
                lead(snapshot_date) over (partition by product_id, site_id, counted_by order by snapshot_date) - 1,
                date '9999-12-31'
            )
        ) as last_day
    from counted
),
priced as (
    select
        lasting.*,
        coalesce(here.basis, everywhere.basis) as basis,
        coalesce(here.unit_cost, everywhere.unit_cost) as step_cost,
        coalesce(
            case when here.basis is null then everywhere.carried_until else here.carried_until end > lasting.snapshot_date, false
        ) as is_cost_backfilled,
        case when here.basis is null then everywhere.currency else here.currency end as currency,
        coalesce(here.is_own_currency, everywhere.is_own_currency, true) as is_own_currency,
        listed.product_id is not null as is_listed
    from lasting
    left join {cost} as here
        on here.product_id = lasting.product_id
        and here.site_id = lasting.site_id
        and here.site_id <> ''
        and here.valid_from <= lasting.snapshot_date
        and here.valid_to > lasting.snapshot_date
    left join {cost} as everywhere
        on everywhere.product_id = lasting.product_id
        and everywhere.site_id = ''
        and everywhere.valid_from <= lasting.snapshot_date
        and everywhere.valid_to > lasting.snapshot_date
    left join (select distinct product_id from product_cost) as listed on listed.product_id = lasting.product_id
),
valued as (
    select
        priced.*,
        case
            when is_listed and is_own_currency then step_cost
            when is_listed then step_cost * fx.rate::double
            else coalesce(counted_cost, step_cost)
        end as unit_cost,
        unnest(
            range(
                year(snapshot_date) * 12 + month(snapshot_date) - 1, year(priced.last_day) * 12 + month(priced.last_day)
            )
        ) as month_no
    from priced
    left join fx
        on fx.rate_date = priced.snapshot_date and fx.from_ccy = priced.currency and priced.is_listed
        and not priced.is_own_currency
)
select
    product_id,
    site_id,
    counted_by,
    snapshot_date,
    month_no,
    greatest(snapshot_date, make_date(month_no // 12, month_no % 12 + 1, 1)) as from_day,
    least(last_day, last_day(make_date(month_no // 12, month_no % 12 + 1, 1))) as to_day,
    qty,
    is_negative,
    unit_cost,
    counted_cost,
    unit_cost is null and (lacks_rate or step_cost is not null) as fx_missing,
    is_cost_backfilled,
    main['system'] as source_system,
    main['object'] as source_object,
    main['id'] as source_id,
    main['load_id'] as load_id,
    main['line'] as source_line
from valued
