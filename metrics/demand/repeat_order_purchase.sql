-- every order of demand by product family, without what was wholly cancelled by the as-of date
with kept as (
    select
        order_id,
        coalesce(family, '') as family,
        min(order_line_id) as order_line_id,
        min(coalesce(ordered_date, entered_date)) as order_date,
        any_value(customer_id) as customer_id,
        any_value(customer) as customer,
        any_value(segment) as segment,
        any_value(tier) as tier,
        any_value(region) as region,
        any_value(order_type) as order_type,
        bool_or(coalesce(attribute_backfilled, false)) as attribute_backfilled
    from demand_known
    where known_from <= $as_of
        and (known_to is null or known_to > $as_of)
        and coalesce(ordered_date, entered_date) <= $as_of
        and customer_id is not null
        and not (cancel_class <> 'none' and coalesce(cancelled_qty >= ordered_qty, true))
    group by order_id, coalesce(family, '')
)
select
    kept.*,
    kept.order_type = 'contract_release' as is_release,
    header.source_system,
    header.source_object,
    header.source_id,
    header.load_id,
    header.source_line
from kept
join order_header as header on header.order_id = kept.order_id
