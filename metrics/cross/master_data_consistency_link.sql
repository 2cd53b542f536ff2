-- By customer and segment: won deals that came to an order, lines with a promise, deliveries with proof
with linked as (
    select distinct link.opportunity_id
    from opportunity_order_link as link
    join sales_order on sales_order.order_id = link.order_id
    where coalesce(sales_order.ordered_date, sales_order.entered_date, sales_order.confirmed_date) <= $as_of
),
part as (
    select
        'opp_order' as part,
        deal.customer_id,
        span.segment,
        count(*) as den,
        count(linked.opportunity_id) as num,
        min(deal.source_system) as source_system, min(deal.source_object) as source_object,
        min(deal.source_id) as source_id, min(deal.load_id) as load_id, min(deal.source_line) as source_line
    from opportunity as deal
    left join linked on linked.opportunity_id = deal.opportunity_id
    left join customer_span as span
        on span.customer_id = deal.customer_id and span.valid_from <= deal.closed_date and span.valid_to > deal.closed_date
    where deal.outcome = 'won' and deal.closed_date <= $as_of
    group by deal.customer_id, span.segment
    union all
    select
        'promise' as part,
        customer_id,
        segment,
        count(*) as den,
        count(*) filter (where first_promised_date is not null and coalesce(promise_set_date, $as_of) <= $as_of) as num,
        min(source_system), min(source_object), min(source_id), min(load_id), min(source_line)
    from line_known
    where known_from <= $as_of and (known_to is null or known_to > $as_of)
    group by customer_id, segment
    union all
    select
        'pod' as part,
        customer_id,
        segment,
        count(*) as den,
        count(*) filter (where evidence = 'pod') as num,
        min(source_system), min(source_object), min(source_id), min(load_id), min(source_line)
    from demand_known
    where known_from <= $as_of and (known_to is null or known_to > $as_of) and any_first_known_date <= $as_of
    group by customer_id, segment
)
select
    $as_of::date as state_date,
    part.part,
    part.customer_id,
    coalesce(part.segment, '') as customer_segment,
    part.den,
    part.num,
    'customer' as entity,
    part.source_system as system,
    null::varchar as pair,
    null::varchar as attribute,
    part.source_system,
    part.source_object,
    part.source_id,
    part.load_id,
    part.source_line
from part
