-- Every line of demand as it was known, with its value before and after cancellations in the order's own currency
with known as (
    select
        base.* exclude (net_amount),
        base.net_amount as gross_amount,
        coalesce(base.ordered_qty, 0) as gross_qty
    from line_base as base
    where not base.is_general and not base.is_header
    union all
    -- the value stands for the quantity the export tells; what it told before is worth its part of that
    select
        general.* exclude (net_amount),
        (case
            when general.ordered_qty <> line.ordered_qty
                then general.net_amount * (general.ordered_qty / nullif(line.ordered_qty, 0))
            else general.net_amount
        end)::decimal(18, 4) as gross_amount,
        coalesce(general.ordered_qty, 0) as gross_qty
    from line_general as general
    join order_line as line on line.order_line_id = general.order_line_id
    where not general.is_header
),
valued as (
    select
        known.*,
        case
            when cancel_class in ('excusable', 'failure') then 1
            when cancel_class = 'unknown_date' then null
            else least(coalesce(cancelled_qty, 0) / nullif(ordered_qty, 0), 1)
        end::double as cancelled_share
    from known
),
parent as (
    select
        customer.customer_id,
        customer.parent_customer_id,
        coalesce(above.name, customer.parent_customer_id) as parent
    from customer
    left join customer as above on above.customer_id = customer.parent_customer_id
    where customer.parent_customer_id is not null
)
select
    order_line_id,
    order_id,
    order_no,
    known_from,
    known_to,
    coalesce(ordered_date, entered_date) as order_date,
    valued.customer_id,
    customer,
    coalesce(parent.parent_customer_id, valued.customer_id) as parent_id,
    coalesce(parent.parent, customer, valued.customer_id) as parent,
    segment,
    region,
    product,
    family,
    category,
    base_uom,
    currency,
    rate,
    gross_amount,
    (gross_amount * (1 - coalesce(cancelled_share, 0)))::decimal(18, 4) as net_amount,
    gross_qty,
    (gross_qty * (1 - coalesce(cancelled_share, 0)))::decimal(18, 4) as net_qty,
    uom_missing,
    coalesce(cancelled_share, 0) as cancelled_share,
    cancel_class = 'unknown_date' as is_cancel_day_unknown,
    attribute_backfilled,
    source_system,
    source_object,
    source_id,
    load_id,
    source_line
from valued
left join parent on parent.customer_id = valued.customer_id
