-- What a customer was, from a day until before another, as every order reads it: the first known value also covers the
-- days before it (attribute_backfilled), for deals and stock as for orders.
create table customer_span as
with stated as (
    select
        customer_id,
        greatest(valid_from, date '1900-01-01') as valid_from,
        least(valid_to, date '2199-12-31') as valid_to,
        greatest(valid_from, least(stated_from, date '2199-12-31'), date '1900-01-01') as stated_from,
        coalesce(segment, '') as segment,
        priority_rank
    from customer_attribute
)
select customer_id, valid_from, least(valid_to, stated_from) as valid_to, segment, priority_rank, true as attribute_backfilled
from stated
where stated_from > valid_from
union all
select customer_id, stated_from as valid_from, valid_to, segment, priority_rank, false as attribute_backfilled
from stated
where stated_from < valid_to;
