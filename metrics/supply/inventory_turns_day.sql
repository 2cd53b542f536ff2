-- One row per product, site and day that stock is known, and one per day of issues. value: worth of the stock that day.
with held as (
    select
        'stock' as kind, product_id, site_id, counted_by, from_day, to_day, null::date as known_day,
        qty, is_negative, uom_missing, snapshot_date as count_date, snapshot_date, unit_cost, fx_missing, basis, abc,
        source_system, source_object, source_id, load_id, source_line
    from {piece}
    union all
    select
        moment.kind, moment.product_id, moment.site_id, moment.counted_by, moment.day, moment.day, moment.known_day,
        moment.qty, moment.is_negative, moment.uom_missing, moment.count_date, null::date,
        moment.unit_cost, moment.fx_missing, moment.basis, class.abc,
        moment.source_system, moment.source_object, moment.source_id, moment.load_id, moment.source_line
    from {moment} as moment
    left join {class} as class
        on class.product_id = moment.product_id and class.month_no = year(moment.day) * 12 + month(moment.day) - 1
    where moment.kind <> 'count'
),
described as (
    select
        held.*,
        coalesce(site.name, nullif(held.site_id, '')) as site,
        product.name as product,
        product.family,
        product.category,
        product.base_uom,
        product.make_or_buy,
        product.fulfil_model
    from held
    left join product on product.product_id = held.product_id
    left join site on site.site_id = held.site_id
),
daily as (
    select *, unnest(range(0, to_day - from_day + 1))::integer as step from described
)
select
    * exclude (step),
    from_day + step as day,
    coalesce(known_day, from_day + step) as seen_day,
    case when kind = 'stock' then qty * coalesce(unit_cost, case when qty = 0 then 0 end) end as value,
    case when kind <> 'stock' then qty * unit_cost end as cogs
from daily
