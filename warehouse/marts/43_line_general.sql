-- Lines with several promises or deliveries, changes, dated cancellations: one row per line and interval of knowledge.
-- A fact that becomes known later than it happened (or is taken back) opens an interval; others are dated within it, and
-- so is the first promise (promise_set_date).

-- Promises in the order they were given. An epoch begins with each change the customer wanted: its first promise counts.
create table general_promise as
with given as (
    select
        base.order_line_id,
        greatest(coalesce(promise.set_date, base.first_set_date, base.known_from), base.known_from) as known_date,
        promise.promise_seq,
        promise.promised_date,
        promise.initiator,
        promise.notified_date
    from promise_history as promise
    join line_base as base on base.order_line_id = promise.order_line_id and base.is_general
    union all
    select order_line_id, greatest(coalesce(first_set_date, known_from), known_from), 1, first_promised_date, null, null
    from line_base
    where is_general and first_promised_date is not null
        and order_line_id not in (select order_line_id from promise_history where order_line_id is not null)
),
ordered as (
    select
        *,
        row_number() over line as place,
        lag(promised_date) over line as former_date
    from given
    window line as (partition by order_line_id order by known_date, promise_seq)
)
select
    *,
    sum((coalesce(initiator, 'us') = 'customer')::int) over (partition by order_line_id order by place) as epoch,
    coalesce(initiator, 'us') <> 'customer' and promised_date <> former_date as is_repromise,
    case when notified_date < former_date then greatest(notified_date, known_date) end as told_date
from ordered;

-- Dated changes of quantity, and cancellations (reopened quantity counts back).
create table general_change as
select
    base.order_line_id,
    change.kind in ('cancel', 'reopen') as is_cancel,
    greatest(
        coalesce(change.changed_date, change.recorded_date, base.known_from),
        coalesce(change.recorded_date, change.changed_date, base.known_from),
        base.known_from
    ) as known_date,
    coalesce(change.changed_date, base.stated_cancel_date, change.recorded_date) as event_date,
    change.delta_qty::double as delta_qty,
    coalesce(change.initiator, base.cancel_initiator) as initiator
from order_line_change as change
join line_base as base on base.order_line_id = change.order_line_id and base.is_moving
where change.kind in ('qty_up', 'qty_down', 'cancel', 'reopen')
union all
select
    order_line_id, true, greatest(stated_cancel_date, known_from), stated_cancel_date,
    -coalesce(cancelled_qty, 1)::double, cancel_initiator
from line_base
where is_moving and has_cancel and stated_cancel_date is not null
    and order_line_id not in (
        select order_line_id from order_line_change where kind = 'cancel' and order_line_id is not null
    );

-- Deliveries; a late or taken-back one is gated: it counts only in intervals that know it. One that was handed over before it
-- was proved counts from the handover on, in intervals that do not know the proof by the day of the handover.
create table general_delivery as
select
    base.order_line_id,
    event.event_date,
    event.known_date,
    event.issue_date,
    event.is_proof,
    event.is_handover,
    event.is_handed_over_first,
    coalesce(event.qty, base.ordered_qty::double, 1e12) as qty,
    (event.known_date > event.event_date and not event.is_handed_over_first) or event.qty < 0 as is_gated,
    event.shipped_date,
    event.picked_date,
    event.carrier
from delivery_event as event
join line_base as base on base.order_line_id = event.order_line_id and base.is_moving;

create table general_interval as
with boundary as (
    select order_line_id, known_from as day from line_base where is_general
    union
    select order_line_id, known_date from general_promise where place > 1
    union
    select order_line_id, told_date from general_promise where is_repromise and told_date is not null
    union
    select order_line_id, known_date from general_change
    union
    select base.order_line_id, greatest(delivery.known_date, base.known_from)
    from general_delivery as delivery
    join line_base as base on base.order_line_id = delivery.order_line_id
    where delivery.is_gated or delivery.is_handed_over_first
    union
    select base.order_line_id, greatest(proof_since.day, base.known_from)
    from general_delivery as delivery
    cross join proof_since
    join line_base as base on base.order_line_id = delivery.order_line_id
    where not delivery.is_proof and not delivery.is_handover and delivery.issue_date < proof_since.day
)
select order_line_id, day as known_from, lead(day) over (partition by order_line_id order by day) as known_to
from boundary;
