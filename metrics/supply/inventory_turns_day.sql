-- One row per product, site and day on which stock is known, made out of spans while reading, and one per issue.
-- value: worth of the stock of a day; cogs: cost of an issue.
with stock as (
    select
        'stock' as kind,
        piece.product_id,
        piece.site_id,
        piece.counted_by,
        from_day + unnest(range(0, to_day - from_day + 1))::integer as day,
        from_day,
        to_day,
        snapshot_date,
        null::date as known_day,
        qty,
        unit_cost,
        fx_missing,
        is_cost_backfilled,
        is_negative,
        true as is_counted,
        false as is_too_old,
        source_system, source_object, source_id, load_id, source_line
    from {piece} as piece
),
flow as (
    select *, qty * coalesce(unit_cost, case when qty = 0 then 0 end) as value, null::double as cogs from stock
    union all
    select
        kind, product_id, site_id, '' as counted_by, day, day as from_day, day as to_day, null::date as snapshot_date, known_day,
        qty, unit_cost, fx_missing, is_cost_backfilled, false as is_negative, is_counted, is_too_old,
        source_system, source_object, source_id, load_id, source_line,
        null::double as value, qty * unit_cost as cogs
    from {issue}
)
select
    flow.*,
    coalesce(flow.known_day, flow.day) as seen_day,
    coalesce(site.name, nullif(flow.site_id, '')) as site,
    product.name as product,
    product.family,
    product.category,
    product.base_uom,
    product.make_or_buy,
    product.fulfil_model,
    class.abc
from flow
left join product on product.product_id = flow.product_id
left join site on site.site_id = flow.site_id
left join {class} as class
    on class.product_id = flow.product_id and class.month_no = year(flow.day) * 12 + month(flow.day) - 1
