-- What a customer wanted otherwise, one row per line, day on which it was recorded and direction: the changes of a line's
-- quantity on one day are netted, and so are those of its date. Up is more or earlier, down is less or later.
with quantity as (
    select
        change.order_line_id,
        coalesce(change.recorded_date, change.changed_date) as day,
        change.kind,
        case when change.kind = 'qty_up' then 1 else -1 end
            * coalesce(abs(change.delta_qty), case when change.kind = 'cancel' then line.ordered_qty end) as qty,
        change.changed_date,
        change.recorded_date is not null as is_entry_known,
        change.source_system, change.source_object, change.source_id, change.load_id, change.source_line
    from order_line_change as change
    join line_base as line on line.order_line_id = change.order_line_id
    where change.kind in ('qty_up', 'qty_down', 'cancel') and coalesce(change.recorded_date, change.changed_date) is not null
),
quantity_day as (
    select
        order_line_id,
        day,
        arg_max(kind, coalesce(abs(qty), 0)) as kind,
        sum(qty) as qty,
        -- a change without a quantity has its kind's direction
        coalesce(sum(qty), case when bool_or(kind = 'qty_up') then 1 else -1 end) as way,
        min(changed_date) as changed_date,
        bool_and(is_entry_known) as is_entry_known,
        arg_min(source_system, source_id) as source_system, arg_min(source_object, source_id) as source_object,
        min(source_id) as source_id, arg_min(load_id, source_id) as load_id, arg_min(source_line, source_id) as source_line
    from quantity
    group by order_line_id, day
),
promise as (
    select
        *,
        lag(promised_date) over (partition by order_line_id order by promise_seq) as former_date
    from promise_history
),
date_day as (
    select
        promise.order_line_id,
        promise.set_date as day,
        arg_max(promise.promised_date, promise.promise_seq) - arg_min(promise.former_date, promise.promise_seq) as days_later,
        arg_min(promise.source_system, promise.promise_seq) as source_system,
        arg_min(promise.source_object, promise.promise_seq) as source_object,
        arg_min(promise.source_id, promise.promise_seq) as source_id,
        arg_min(promise.load_id, promise.promise_seq) as load_id,
        arg_min(promise.source_line, promise.promise_seq) as source_line
    from promise
    semi join line_base as line on line.order_line_id = promise.order_line_id
    where promise.initiator = 'customer' and promise.former_date is not null and promise.set_date is not null
    group by promise.order_line_id, promise.set_date
),
of_line as (
    select
        order_line_id, day, case when way > 0 then 'up' else 'down' end as direction, kind, abs(qty) as qty, changed_date,
        is_entry_known, source_system, source_object, source_id, load_id, source_line, 1 as place
    from quantity_day
    where way <> 0
    union all by name
    select
        order_line_id, day, case when days_later < 0 then 'up' else 'down' end as direction,
        case when days_later < 0 then 'earlier' else 'later' end as kind, null::decimal(38, 4) as qty, day as changed_date,
        false as is_entry_known, source_system, source_object, source_id, load_id, source_line, 2 as place
    from date_day
    where days_later <> 0
),
-- more of a line and the rest of it earlier is one change upwards
once as (
    select *, row_number() over (partition by order_line_id, day, direction order by place) as rank
    from of_line
),
version as (
    select
        line.*,
        coalesce(line.recorded_date, line.valid_from) as day,
        coalesce(line.qty, 0) - lag(line.qty) over versions as change
    from opportunity_line as line
    window versions as (partition by line.opportunity_line_id order by line.valid_from nulls first)
),
deal as (
    select
        version.opportunity_line_id,
        version.opportunity_id,
        version.product_id,
        version.family,
        version.day,
        sum(version.change) as change,
        min(version.valid_from) as changed_date,
        bool_and(version.recorded_date is not null) as is_entry_known,
        arg_min(version.source_system, version.source_id) as source_system,
        arg_min(version.source_object, version.source_id) as source_object,
        min(version.source_id) as source_id,
        arg_min(version.load_id, version.source_id) as load_id,
        arg_min(version.source_line, version.source_id) as source_line
    from version
    join opportunity on opportunity.opportunity_id = version.opportunity_id
    where version.change is not null and version.day is not null
        and (opportunity.closed_date is null or opportunity.closed_date > version.day)
    group by all
)
select
    'line/' || once.order_line_id || '/' || once.day::varchar || '/' || once.direction as change_key,
    once.day, once.direction, once.kind, once.qty, once.changed_date, once.is_entry_known,
    once.order_line_id, line.order_id, line.customer_id, line.customer, line.product_id, line.product, line.family,
    line.category, line.site, coalesce(line.site_id, '') as site_id, false as is_deal,
    coalesce(line.planner, place.planner) as planner, line.ordered_qty,
    once.source_system, once.source_object, once.source_id, once.load_id, once.source_line
from once
join line_base as line on line.order_line_id = once.order_line_id
left join product_site as place on place.product_id = line.product_id and place.site_id = line.site_id
where once.rank = 1
union all by name
select
    'deal/' || deal.opportunity_line_id || '/' || deal.day::varchar as change_key,
    deal.day, case when deal.change > 0 then 'up' else 'down' end as direction, 'deal' as kind, abs(deal.change) as qty,
    deal.changed_date, deal.is_entry_known, null::varchar as order_line_id, 'deal/' || deal.opportunity_id as order_id,
    opportunity.customer_id, customer.name as customer, deal.product_id, product.name as product,
    coalesce(product.family, deal.family) as family, product.category, null::varchar as site, '' as site_id, true as is_deal,
    null::varchar as planner, null::decimal(18, 4) as ordered_qty,
    deal.source_system, deal.source_object, deal.source_id, deal.load_id, deal.source_line
from deal
join opportunity on opportunity.opportunity_id = deal.opportunity_id
left join customer on customer.customer_id = opportunity.customer_id
left join product on product.product_id = deal.product_id
where deal.change <> 0
