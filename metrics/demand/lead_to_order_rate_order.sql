select
    credit.order_id,
    credit.customer_id,
    credit.order_date,
    credit.lead_id,
    credit.rule,
    span.segment,
    coalesce(credit.order_date < span.stated_from, false) as attribute_backfilled,
    customer.region,
    lead.channel,
    lead.campaign,
    lead.product_family as family,
    coalesce(lead.owner, span.owner) as owner,
    lead.lead_type,
    case when earlier.first_date < credit.order_date then 'existing' else 'new' end as customer_kind,
    credit.source_system,
    credit.source_object,
    credit.source_id,
    credit.load_id,
    credit.source_line
from {credit} as credit
left join lead on lead.lead_id = credit.lead_id
left join customer on customer.customer_id = credit.customer_id
left join (select customer_id, min(order_date) as first_date from {credit} group by customer_id) as earlier
    on earlier.customer_id = credit.customer_id
left join customer_attribute as span
    on span.customer_id = credit.customer_id and span.valid_from <= credit.order_date and span.valid_to > credit.order_date
