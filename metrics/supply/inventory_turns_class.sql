-- A, B or C of each product and month: by the cost of what left in the twelve months before, A until 80 % of all, B until 95 %.
with issued as (
    select
        product_id,
        year(known_day) * 12 + month(known_day) - 1 as month_no,
        sum(qty * unit_cost) as cost
    from {issue}
    group by all
),
counted_in as (
    select product_id, month_no + unnest(range(1, 13)) as month_no, cost from issued
),
year_before as (
    select product_id, month_no, greatest(0, sum(cost)) as cost from counted_in where cost is not null group by all
),
ranked as (
    select
        *,
        sum(cost) over (partition by month_no) as total,
        sum(cost) over (partition by month_no order by cost desc, product_id rows unbounded preceding) - cost as above
    from year_before
)
select
    product_id,
    month_no,
    case when above < 0.8 * total then 'A' when above < 0.95 * total then 'B' else 'C' end as abc
from ranked
where total > 0
