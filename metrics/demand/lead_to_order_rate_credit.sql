with valid as (
    select
        lead.lead_id,
        lead.created_date,
        lead.opportunity_id,
        coalesce(lead.customer_id, opportunity.customer_id) as customer_id
    from lead
    left join opportunity on opportunity.opportunity_id = lead.opportunity_id
    where coalesce(lead.is_valid, true)
),
-- the deal names its lead, or the lead its deal
deal as (
    select
        opportunity.opportunity_id,
        opportunity.created_date,
        coalesce(named.lead_id, min(naming.lead_id)) as lead_id
    from opportunity
    left join valid as named on named.lead_id = opportunity.lead_id
    left join valid as naming on naming.opportunity_id = opportunity.opportunity_id
    where named.lead_id is not null or naming.lead_id is not null
    group by opportunity.opportunity_id, opportunity.created_date, named.lead_id
),
-- an order is cancelled on the day its header says, or when its last line was
line as (
    select
        order_id,
        max(cancelled_date) as cancelled_date,
        bool_and(cancelled_date is not null and (coalesce(cancelled_qty, ordered_qty) >= ordered_qty or ordered_qty is null))
            as is_cancelled
    from order_line
    group by order_id
),
demand as (
    select
        sales_order.order_id,
        sales_order.customer_id,
        coalesce(sales_order.ordered_date, sales_order.entered_date) as order_date,
        coalesce(sales_order.cancelled_date, case when line.is_cancelled then line.cancelled_date end) as cancelled_date,
        sales_order.source_system,
        sales_order.source_object,
        sales_order.source_id,
        sales_order.load_id,
        sales_order.source_line
    from sales_order
    left join line on line.order_id = sales_order.order_id
    where coalesce(sales_order.order_type, 'standard') in ('standard', 'contract_release', 'rush')
        and coalesce(sales_order.ordered_date, sales_order.entered_date) is not null
),
linked as (
    select demand.order_id, deal.lead_id
    from demand
    join opportunity_order_link as link on link.order_id = demand.order_id
    join deal on deal.opportunity_id = link.opportunity_id
    qualify row_number() over (
        partition by demand.order_id
        order by coalesce(link.confidence, 1) desc, deal.created_date nulls last, deal.opportunity_id
    ) = 1
),
latest as (
    select demand.order_id, valid.lead_id
    from demand
    anti join linked on linked.order_id = demand.order_id
    join valid on valid.customer_id = demand.customer_id and valid.created_date <= demand.order_date
    qualify row_number() over (partition by demand.order_id order by valid.created_date desc, valid.lead_id desc) = 1
)
select demand.*, coalesce(linked.lead_id, latest.lead_id) as lead_id,
    case when linked.lead_id is not null then 'link' when latest.lead_id is not null then 'customer' end as rule
from demand
left join linked on linked.order_id = demand.order_id
left join latest on latest.order_id = demand.order_id
