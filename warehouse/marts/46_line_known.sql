-- What deliveries make of each interval of a general line, once its quantity is known. `deliveries` lists the days with
-- the quantity delivered by then, proved and by any evidence: 2026-01-05 4 4, 2026-01-08 10 10.
create table state_completion as
with measured as (
    select
        quantity.order_line_id,
        quantity.known_from,
        delivery.* exclude (order_line_id, known_from),
        case
            when quantity.cancel_class = 'excusable' then 1e15
            else coalesce(quantity.net_qty * (1 - base.tol), 1e12) - 1e-9
        end as needed
    from state_quantity as quantity
    join line_base as base on base.order_line_id = quantity.order_line_id
    join state_delivery as delivery
        on delivery.order_line_id = quantity.order_line_id and delivery.known_from = quantity.known_from
)
select
    order_line_id,
    known_from,
    min(proof_date) as first_delivery_date,
    min(proof_date) filter (where proof_qty >= needed) as completion_date,
    -- of deliveries that arrive on one day the first to leave is told, whatever the order of the rows
    arg_min(shipped_date, (proof_date, shipped_date)) filter (where proof_qty >= needed and proof_date is not null)
        as completion_ship_date,
    arg_min(picked_date, (proof_date, shipped_date, picked_date))
        filter (where proof_qty >= needed and proof_date is not null) as picked_date,
    min(event_date) as any_first_delivery_date,
    min(event_date) filter (where any_qty >= needed) as any_completion_date,
    arg_min(shipped_date, (event_date, shipped_date)) filter (where any_qty >= needed and event_date is not null)
        as any_completion_ship_date,
    arg_min_null(carrier, (event_date, shipped_date, carrier)) as carrier,
    sum(qty) filter (where proof_date is not null) as delivered_qty,
    sum(qty) as any_delivered_qty,
    string_agg(
        coalesce(proof_date, event_date)::varchar || ' ' || proof_qty::varchar || ' ' || any_qty::varchar,
        ', ' order by coalesce(proof_date, event_date), any_qty
    ) as deliveries
from measured
group by order_line_id, known_from;

create table line_general as
select
    base.* replace (
        span.known_from as known_from,
        span.known_to as known_to,
        case
            when promise.customer_date < date '9999-12-31' then promise.customer_date else base.requested_date
        end as requested_date,
        promise.first_promised_date as first_promised_date,
        promise.current_promised_date as current_promised_date,
        promise.promise_set_date as promise_set_date,
        coalesce(promise.promise_count, 0) as promise_count,
        coalesce(promise.repromise_count, 0) as repromise_count,
        coalesce(promise.notified_count, 0) as notified_count,
        case when base.is_moving then quantity.ordered_qty::decimal(18, 4) else base.ordered_qty end as ordered_qty,
        (case
            when base.is_moving and base.cancel_class <> 'unknown_date' then quantity.cancelled_qty
            else base.cancelled_qty
        end)::decimal(18, 4) as cancelled_qty,
        case
            when base.is_moving and base.cancel_class <> 'unknown_date' then quantity.cancel_class
            else base.cancel_class
        end as cancel_class,
        quantity.cancelled_date as cancelled_date,
        case when base.is_moving then quantity.net_qty::decimal(18, 4) else base.net_qty end as net_qty,
        case when base.is_moving then delivery.carrier else base.carrier end as carrier,
        case when base.is_moving then delivery.first_delivery_date else base.first_delivery_date end as first_delivery_date,
        case when base.is_moving then delivery.first_delivery_date else base.first_known_date end as first_known_date,
        case when base.is_moving then delivery.completion_date else base.completion_date end as completion_date,
        case when base.is_moving then delivery.completion_date else base.completion_known_date end as completion_known_date,
        case when base.is_moving then delivery.completion_ship_date else base.completion_ship_date end as completion_ship_date,
        case when base.is_moving then delivery.picked_date else base.picked_date end as picked_date,
        case when base.is_moving then delivery.any_first_delivery_date else base.any_first_delivery_date end as any_first_delivery_date,
        case when base.is_moving then delivery.any_first_delivery_date else base.any_first_known_date end as any_first_known_date,
        case when base.is_moving then delivery.any_completion_date else base.any_completion_date end as any_completion_date,
        case when base.is_moving then delivery.any_completion_date else base.any_completion_known_date end as any_completion_known_date,
        case when base.is_moving then delivery.any_completion_ship_date else base.any_completion_ship_date end as any_completion_ship_date,
        case
            when base.is_moving then delivery.any_first_delivery_date is not null and delivery.first_delivery_date is null
            else base.shipped_unproved
        end as shipped_unproved,
        case when base.is_moving then coalesce(delivery.delivered_qty, 0) else base.delivered_qty end as delivered_qty,
        case when base.is_moving then coalesce(delivery.any_delivered_qty, 0) else base.any_delivered_qty end
            as any_delivered_qty,
        delivery.deliveries as deliveries
    )
from general_interval as span
join line_base as base on base.order_line_id = span.order_line_id
left join state_quantity as quantity
    on quantity.order_line_id = span.order_line_id and quantity.known_from = span.known_from
left join state_promise as promise on promise.order_line_id = span.order_line_id and promise.known_from = span.known_from
left join state_completion as delivery
    on delivery.order_line_id = span.order_line_id and delivery.known_from = span.known_from;

-- One row per line of demand, or order exported without lines (is_header, by its header, order_line_id reads
-- order:<order_id>), and interval in which the same was known of it; known_to null = still so.
create view demand_known as
select * exclude (is_general, is_moving, has_cancel, first_set_date, stated_cancel_date, cancel_initiator, rate)
from line_base
where not is_general
union all
select * exclude (is_general, is_moving, has_cancel, first_set_date, stated_cancel_date, cancel_initiator, rate)
from line_general;

create view line_known as
select * exclude (is_header) from demand_known where not is_header;

create view order_known as
select * exclude (is_header) from demand_known where is_header;

drop table state_completion;
drop table state_quantity;
drop table state_delivery;
drop table state_promise;
drop table general_interval;
drop table general_delivery;
drop table general_change;
drop table general_promise;
drop table line_changed;
