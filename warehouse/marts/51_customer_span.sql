-- What a customer was, from a day until before another, as every order reads it: the first known value also covers the
-- days before it, for deals and stock as for orders.
create table customer_span as
select
    customer_id,
    greatest(valid_from, date '1900-01-01') as valid_from,
    least(valid_to, date '2199-12-31') as valid_to,
    coalesce(segment, '') as segment,
    priority_rank
from customer_attribute;
