-- order lines as the order mix has them, with how many suppliers sold us the product in the 12 months up to the as-of date
with source as (
    select product_id, count(distinct supplier_id) as suppliers
    from {supplier_scorecard.line}
    where not is_cancelled and ordered_date > $as_of::date - 365 and ordered_date <= $as_of
    group by product_id
)
select line.*, coalesce(source.suppliers, 0) as suppliers
from {order_mix.line} as line
left join order_line on order_line.order_line_id = line.order_line_id
left join source on source.product_id = order_line.product_id
