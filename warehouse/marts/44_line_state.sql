-- What each interval knows of the promise: of the latest epoch, its first and its last promise and our re-promises.
create table state_promise as
with by_epoch as (
    select
        span.order_line_id,
        span.known_from,
        promise.epoch,
        count(*) as promises,
        arg_min(promise.promised_date, promise.place) as first_date,
        arg_min(promise.known_date, promise.place) as set_date,
        arg_max(promise.promised_date, promise.place) as last_date,
        bool_or(promise.initiator = 'customer' and promise.place > 1) as is_customer_change,
        count(*) filter (where promise.is_repromise) as repromises,
        count(*) filter (where promise.is_repromise and promise.told_date <= span.known_from) as told
    from general_interval as span
    join general_promise as promise
        on promise.order_line_id = span.order_line_id
        and (promise.known_date <= span.known_from or promise.place = 1)
    group by all
)
select
    order_line_id,
    known_from,
    sum(promises)::int as promise_count,
    arg_max(first_date, epoch) as first_promised_date,
    arg_max(set_date, epoch) as promise_set_date,
    arg_max(last_date, epoch) as current_promised_date,
    arg_max(case when is_customer_change then first_date else date '9999-12-31' end, epoch) as customer_date,
    arg_max(repromises, epoch)::int as repromise_count,
    arg_max(told, epoch)::int as notified_count
from by_epoch
group by order_line_id, known_from;

-- Quantity delivered by each delivery day, as each interval knows it. A taken-back delivery lowers the days before it.
create table state_delivery as
with seen as (
    select
        span.order_line_id,
        span.known_from,
        delivery.* exclude (order_line_id, event_date),
        delivery.is_handed_over_first and span.known_from < delivery.known_date as is_handover_only,
        case when is_handover_only then delivery.issue_date else delivery.event_date end as event_date,
        case
            when delivery.is_proof and not is_handover_only then delivery.event_date
            when delivery.is_handover or proof_since.day is null or span.known_from < proof_since.day then delivery.issue_date
        end as proof_date
    from general_interval as span
    cross join proof_since
    join general_delivery as delivery
        on delivery.order_line_id = span.order_line_id
        and (not delivery.is_gated or delivery.known_date <= span.known_from)
),
added as (
    select
        *,
        sum(case when proof_date is not null then qty else 0 end) over run as proof_sum,
        sum(qty) over run as any_sum,
        bool_or(qty < 0) over (partition by order_line_id, known_from) as is_reversed
    from seen
    window run as (partition by order_line_id, known_from order by coalesce(proof_date, event_date))
)
select
    * exclude (proof_sum, any_sum),
    case when is_reversed then min(proof_sum) over rest else proof_sum end as proof_qty,
    case when is_reversed then min(any_sum) over rest else any_sum end as any_qty
from added
window rest as (
    partition by order_line_id, known_from order by coalesce(proof_date, event_date)
    range between current row and unbounded following
);

-- Ordered and excusably cancelled quantity of each interval (G5): a customer may cancel until the promised day is over.
create table state_quantity as
with span as (
    select
        general_interval.order_line_id,
        general_interval.known_from,
        base.ordered_qty::double as ordered_qty,
        base.tol,
        coalesce(promise.first_promised_date, base.requested_date) as due_date
    from general_interval
    join line_base as base on base.order_line_id = general_interval.order_line_id and base.is_moving
    left join state_promise as promise
        on promise.order_line_id = general_interval.order_line_id and promise.known_from = general_interval.known_from
),
sized as (
    select
        span.order_line_id,
        span.known_from,
        any_value(span.ordered_qty)
            - coalesce(sum(change.delta_qty) filter (where not change.is_cancel and change.known_date > span.known_from), 0)
            as ordered_qty,
        any_value(span.tol) as tol,
        any_value(span.due_date) as due_date
    from span
    left join general_change as change on change.order_line_id = span.order_line_id
    group by span.order_line_id, span.known_from
),
filled as (
    select
        sized.order_line_id,
        sized.known_from,
        min(delivery.proof_date) as day
    from sized
    semi join general_change as change on change.order_line_id = sized.order_line_id and change.is_cancel
    join state_delivery as delivery
        on delivery.order_line_id = sized.order_line_id and delivery.known_from = sized.known_from
    where delivery.proof_qty >= coalesce(sized.ordered_qty * (1 - sized.tol), 1e12) - 1e-9
    group by sized.order_line_id, sized.known_from
),
cancelled as (
    select
        sized.order_line_id,
        sized.known_from,
        -sum(change.delta_qty) as cancelled_qty,
        -- what is reopened is owed again: no more is excused than is still cancelled
        greatest(0, least(
            -sum(change.delta_qty),
            coalesce(-sum(change.delta_qty) filter (
                where change.delta_qty < 0
                    and coalesce(change.initiator, 'customer') = 'customer'
                    and (sized.due_date is null or change.event_date <= sized.due_date)
            ), 0)
        )) as excused_qty,
        max(change.event_date) as cancelled_date
    from sized
    join general_change as change
        on change.order_line_id = sized.order_line_id and change.is_cancel and change.known_date <= sized.known_from
    left join filled on filled.order_line_id = sized.order_line_id and filled.known_from = sized.known_from
    where filled.day is null or filled.day > change.event_date
    group by sized.order_line_id, sized.known_from
)
select
    sized.order_line_id,
    sized.known_from,
    sized.ordered_qty,
    coalesce(cancelled.cancelled_qty, 0) as cancelled_qty,
    cancelled.cancelled_date,
    case
        when coalesce(cancelled.cancelled_qty, 0) < coalesce(sized.ordered_qty, 1) - 1e-9 then 'none'
        when coalesce(cancelled.excused_qty, 0) >= coalesce(sized.ordered_qty, 1) - 1e-9 then 'excusable'
        else 'failure'
    end as cancel_class,
    sized.ordered_qty - coalesce(cancelled.excused_qty, 0) as net_qty
from sized
left join cancelled on cancelled.order_line_id = sized.order_line_id and cancelled.known_from = sized.known_from;
