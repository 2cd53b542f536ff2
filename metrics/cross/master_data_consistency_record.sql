-- Every record of a master in its own system, with what was ordered by, of or from the one it stands for
with moved as (
    select 'customer' as entity, customer_id as golden_id, max(coalesce(ordered_date, entered_date, confirmed_date)) as day
    from sales_order
    where coalesce(ordered_date, entered_date, confirmed_date) <= $as_of
    group by all
    union all
    select 'customer' as entity, customer_id as golden_id, max(coalesce(created_date, closed_date)) as day
    from opportunity
    where coalesce(created_date, closed_date) <= $as_of
    group by all
    union all
    select 'product' as entity, product_id as golden_id, max(coalesce(ordered_date, entered_date)) as day
    from line_base
    where coalesce(ordered_date, entered_date) <= $as_of
    group by all
    union all
    select 'product' as entity, po_line.product_id as golden_id, max(purchase_order.ordered_date) as day
    from po_line
    join purchase_order on purchase_order.po_id = po_line.po_id
    where purchase_order.ordered_date <= $as_of
    group by all
    union all
    select 'supplier' as entity, supplier_id as golden_id, max(ordered_date) as day
    from purchase_order
    where ordered_date <= $as_of
    group by all
),
last as (
    select entity, golden_id, max(day) as last_date from moved where golden_id is not null group by all
),
-- what an order line was worth on its day
amount as (
    select 'customer' as entity, customer_id as golden_id, sum(amount_rc) as value,
        bool_or(net_amount is not null and amount_rc is null) as lacks_rate
    from line_base
    where coalesce(ordered_date, entered_date) <= $as_of
    group by all
    union all
    select 'product' as entity, product_id as golden_id, sum(amount_rc) as value,
        bool_or(net_amount is not null and amount_rc is null) as lacks_rate
    from line_base
    where coalesce(ordered_date, entered_date) <= $as_of
    group by all
    union all
    select
        'supplier' as entity,
        purchase_order.supplier_id as golden_id,
        sum(coalesce(po_line.net_amount, po_line.unit_price * po_line.ordered_qty) * case
            when purchase_order.currency is null or purchase_order.currency = company_setting.reporting_currency then 1
            else fx.rate
        end)::decimal(38, 4) as value,
        bool_or(
            coalesce(po_line.net_amount, po_line.unit_price) is not null and fx.rate is null
            and purchase_order.currency <> company_setting.reporting_currency
        ) as lacks_rate
    from po_line
    join purchase_order on purchase_order.po_id = po_line.po_id
    cross join company_setting
    left join fx on fx.from_ccy = purchase_order.currency and fx.rate_date = purchase_order.ordered_date
    where purchase_order.ordered_date <= $as_of
    group by all
),
placed as (
    select
        *,
        row_number() over (
            partition by entity, system, golden_id order by record_id <> golden_id, record_id
        ) as place
    from entity_record
)
select
    $as_of::date as state_date,
    placed.* exclude (source_system, source_object, source_id, load_id, source_line),
    placed.place > 1 as is_duplicate,
    span.segment as customer_segment,
    last.last_date,
    -- where no transaction names any record of an entity, none can be called inactive
    coalesce(last.last_date > $as_of - interval 24 month, false)
        or placed.entity not in (select entity from last) as is_active,
    case when placed.place = 1 then coalesce(amount.value, 0) else 0 end::decimal(38, 4) as value,
    coalesce(amount.lacks_rate, false) as lacks_rate,
    coalesce(span.attribute_backfilled, false) as attribute_backfilled,
    null::varchar as pair,
    null::varchar as attribute,
    placed.source_system,
    placed.source_object,
    placed.source_id,
    placed.load_id,
    placed.source_line
from placed
left join last on last.entity = placed.entity and last.golden_id = placed.golden_id
left join amount on amount.entity = placed.entity and amount.golden_id = placed.golden_id
left join customer_span as span
    on placed.entity = 'customer' and span.customer_id = placed.golden_id
    and span.valid_from <= $as_of and span.valid_to > $as_of
