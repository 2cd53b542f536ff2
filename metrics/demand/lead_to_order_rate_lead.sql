with credited as (
    select
        lead_id,
        min(order_date) filter (where rule = 'link') as linked_order_date,
        min(order_date) filter (where rule = 'customer') as latest_order_date,
        arg_min(order_id, (order_date, order_id)) filter (where rule = 'link') as linked_order_id,
        arg_min(order_id, (order_date, order_id)) filter (where rule = 'customer') as latest_order_id
    from {credit}
    where lead_id is not null
    group by lead_id
),
told as (
    select opportunity_id, max(greatest(changed_date, coalesce(recorded_date, changed_date))) as known_date
    from opportunity_field_history
    where field = 'outcome' and new_value = 'won'
    group by opportunity_id
),
pair as (
    select lead_id, opportunity_id from lead where opportunity_id is not null
    union
    select lead_id, opportunity_id from opportunity where lead_id is not null
),
won as (
    select
        pair.lead_id,
        min(opportunity.closed_date) as won_date,
        arg_min(greatest(opportunity.closed_date, told.known_date), opportunity.closed_date) as won_known_date
    from pair
    join opportunity on opportunity.opportunity_id = pair.opportunity_id
    left join told on told.opportunity_id = opportunity.opportunity_id
    where opportunity.outcome = 'won'
    group by pair.lead_id
),
first_order as (
    select customer_id, min(order_date) as first_date from {credit} group by customer_id
)
select
    lead.lead_id,
    lead.created_date,
    coalesce(lead.is_valid, true) as is_valid,
    coalesce(lead.segment, span.segment) as segment,
    coalesce(lead.segment is null and lead.created_date < span.stated_from, false) as attribute_backfilled,
    coalesce(lead.region, customer.region) as region,
    lead.channel,
    lead.campaign,
    lead.product_family as family,
    lead.owner,
    lead.lead_type,
    case when first_order.first_date < lead.created_date then 'existing' else 'new' end as customer_kind,
    credited.linked_order_id,
    credited.linked_order_date,
    linked.cancelled_date as linked_cancelled_date,
    credited.latest_order_id,
    credited.latest_order_date,
    latest.cancelled_date as latest_cancelled_date,
    won.won_date,
    won.won_known_date,
    lead.source_system,
    lead.source_object,
    lead.source_id,
    lead.load_id,
    lead.source_line
from lead
left join credited on credited.lead_id = lead.lead_id
left join {credit} as linked on linked.order_id = credited.linked_order_id
left join {credit} as latest on latest.order_id = credited.latest_order_id
left join won on won.lead_id = lead.lead_id
left join customer on customer.customer_id = lead.customer_id
left join first_order on first_order.customer_id = lead.customer_id
left join customer_attribute as span
    on span.customer_id = lead.customer_id and span.valid_from <= lead.created_date and span.valid_to > lead.created_date
