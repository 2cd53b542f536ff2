-- What a customer was, from a day until before another: the earliest row also covers all days before it.
create table customer_span as
with dated as (
    select
        customer_id,
        segment,
        priority_rank,
        valid_from,
        valid_to,
        row_number() over (partition by customer_id order by valid_from) as place,
        lead(valid_from) over (partition by customer_id order by valid_from) as next_from
    from customer_history
),
undated as (
    select customer_id, segment, priority_rank
    from customer
    where customer_id not in (select customer_id from customer_history where customer_id is not null)
)
select
    customer_id,
    case when place = 1 then date '1900-01-01' else valid_from end as valid_from,
    least(coalesce(valid_to, date '2199-12-31'), coalesce(next_from, date '2199-12-31')) as valid_to,
    coalesce(segment, '') as segment,
    priority_rank
from dated
union all
select
    customer_id,
    date '1900-01-01' as valid_from,
    date '2199-12-31' as valid_to,
    coalesce(segment, '') as segment,
    priority_rank
from undated;
