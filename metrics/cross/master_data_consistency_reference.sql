-- Every id by which documents name a customer, product or supplier, and how many of them name it
with named as (
    select 'customer' as entity, 'sales_order' as document, customer_id as id, count(*) as rows,
        min(source_system) as source_system, min(source_object) as source_object, min(source_id) as source_id,
        min(load_id) as load_id, min(source_line) as source_line
    from sales_order
    where coalesce(ordered_date, entered_date, confirmed_date, date '0001-01-01') <= $as_of
    group by customer_id
    union all
    select 'customer' as entity, 'opportunity' as document, customer_id as id, count(*) as rows,
        min(source_system), min(source_object), min(source_id), min(load_id), min(source_line)
    from opportunity
    where coalesce(created_date, closed_date, date '0001-01-01') <= $as_of
    group by customer_id
    union all
    select 'product' as entity, 'order_line' as document, product_id as id, count(*) as rows,
        min(source_system), min(source_object), min(source_id), min(load_id), min(source_line)
    from line_base
    where coalesce(ordered_date, entered_date, date '0001-01-01') <= $as_of and not is_header
    group by product_id
    union all
    select 'product' as entity, 'po_line' as document, po_line.product_id as id, count(*) as rows,
        min(po_line.source_system), min(po_line.source_object), min(po_line.source_id), min(po_line.load_id),
        min(po_line.source_line)
    from po_line
    join purchase_order on purchase_order.po_id = po_line.po_id
    where coalesce(purchase_order.ordered_date, date '0001-01-01') <= $as_of
    group by po_line.product_id
    union all
    select 'supplier' as entity, 'purchase_order' as document, supplier_id as id, count(*) as rows,
        min(source_system), min(source_object), min(source_id), min(load_id), min(source_line)
    from purchase_order
    where coalesce(ordered_date, date '0001-01-01') <= $as_of
    group by supplier_id
),
master as (
    select 'customer' as entity, customer_id as id from customer
    union all
    select 'product' as entity, product_id as id from product
    union all
    select 'supplier' as entity, supplier_id as id from supplier
)
select
    $as_of::date as state_date,
    named.entity,
    named.document,
    named.id,
    named.rows,
    master.id is null as is_orphan,
    named.entity in (select entity from master) as has_master,
    named.source_system as system,
    span.segment as customer_segment,
    null::varchar as pair,
    null::varchar as attribute,
    named.source_system,
    named.source_object,
    named.source_id,
    named.load_id,
    named.source_line
from named
left join master on master.entity = named.entity and master.id = named.id
left join customer_span as span
    on named.entity = 'customer' and span.customer_id = named.id and span.valid_from <= $as_of and span.valid_to > $as_of
where named.id is not null
