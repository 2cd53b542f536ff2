-- All that befell the lines on which more happened than leaving in one part. net_step: change of what is owed; closed 1 =
-- the rest was closed by a flag, 0 = opened again; observed rows tell what stood open (open_seen, or by how much the line as
-- exported differs from what its changes add up to).
create table backlog_event as
with line as (
    select * from backlog_line where is_knotty and left_out is null
),
reach as (
    select min(day) as day
    from (
        select part.table_name, max(load.last_full_day) as day
        from load
        join load_table as part on part.load_id = load.load_id
        where part.table_name in ('sales_order', 'order_line', 'order_line_change', 'shipment', 'shipment_line')
        group by part.table_name
    ) as newest
),
told as (
    select
        line.order_line_id,
        coalesce(change.changed_date, change.recorded_date, line.stated_cancel_date, line.new_date) as day,
        coalesce(change.recorded_date, change.changed_date) as known_date,
        change.kind,
        change.delta_qty,
        change.delta_value,
        change.change_id = change.load_id as is_derived,
        change.source_system,
        change.source_object,
        change.source_id,
        change.load_id,
        change.source_line
    from order_line_change as change
    join line on line.order_line_id = change.order_line_id
    where change.kind not in ('new', 'fx')
    union all
    select
        order_line_id, stated_cancel_date, stated_cancel_date, 'cancel', -cancelled_qty, null, false, null, null, null,
        null, null
    from line
    where has_cancel and stated_cancel_date is not null and not is_cancel_told
    union all
    select
        seen.order_line_id, seen.snapshot_date, seen.snapshot_date,
        case when step.place = 2 then case when seen.gone_qty > 0 then 'cancel' else 'reopen' end
            when seen.moved_qty > 0 then 'qty_up' else 'qty_down' end,
        case when step.place = 2 then -seen.gone_qty else seen.moved_qty end, null, false,
        seen.source_system, seen.source_object, seen.source_id, seen.load_id, seen.source_line
    from backlog_snapshot as seen
    join line on line.order_line_id = seen.order_line_id and not line.is_changed
    cross join (select unnest([1, 2]) as place) as step
    where case when step.place = 2 then seen.gone_qty <> 0 and line.stated_cancel_date is null else seen.moved_qty <> 0 end
),
owed as (
    select line.order_line_id, line.new_qty + coalesce(sum(told.delta_qty), 0) as qty
    from line
    left join told on told.order_line_id = line.order_line_id and told.kind in ('qty_up', 'qty_down', 'cancel', 'reopen')
    group by line.order_line_id, line.new_qty
),
event as (
    select
        line.order_line_id, line.new_date as day, line.new_date as known_date, 0 as place, 'new' as leg,
        line.new_qty as net_step, 0 as ship, null::int as closed, null::decimal(18, 4) as open_seen,
        null::decimal(18, 4) as differs, null::double as delta_value, false as is_derived, null::varchar as source_system,
        null::varchar as source_object, null::varchar as source_id, null::varchar as load_id, null::bigint as source_line
    from line
    union all
    select
        order_line_id, day, known_date,
        case kind when 'reprice' then 1 when 'qty_up' then 2 when 'reopen' then 3 when 'qty_down' then 4 when 'cancel' then 5
            else 7 end,
        case kind when 'qty_up' then 'increases' when 'qty_down' then 'decreases' when 'cancel' then 'cancelled'
            when 'reopen' then 'reopened' when 'short_close' then 'short_closed' else 'reprice' end,
        case when kind <> 'reprice' then coalesce(delta_qty, 0) else 0 end, 0,
        case when kind = 'reopen' then 0 when kind = 'short_close' then 1 end,
        null, null, delta_value::double, coalesce(is_derived, false),
        source_system, source_object, source_id, load_id, source_line
    from told
    union all
    select
        part.order_line_id, part.day, part.known_date, 6, 'shipped', 0, coalesce(part.qty, line.ordered_qty), null, null,
        null, null, false, part.source_system, part.source_object, part.source_id, part.load_id, part.source_line
    from backlog_shipped as part
    join line on line.order_line_id = part.order_line_id
    union all
    select
        line.order_line_id, least(load.last_full_day, reach.day), least(load.last_full_day, reach.day), 8, 'unexplained', 0,
        0, null, null, line.ordered_qty - line.cancelled_qty - owed.qty, null, false, null, null, null, null, null
    from line
    join owed on owed.order_line_id = line.order_line_id
    join load on load.load_id = line.load_id
    cross join reach
    where not line.is_seen and load.last_full_day is not null
    union all
    select
        seen.order_line_id, seen.snapshot_date, seen.snapshot_date, 8, 'unexplained', 0, 0, null, seen.open_qty,
        case when seen.open_qty is null then 0 end, null, false,
        seen.source_system, seen.source_object, seen.source_id, seen.load_id, seen.source_line
    from backlog_snapshot as seen
    join line on line.order_line_id = seen.order_line_id
    union all
    select
        seen.order_line_id, seen.gone_date, seen.gone_date, 8, 'unexplained', 0, 0, null, 0, null, null, false,
        seen.source_system, seen.source_object, seen.source_id, seen.load_id, seen.source_line
    from backlog_snapshot as seen
    join line on line.order_line_id = seen.order_line_id
    where seen.gone_date is not null
)
select
    event.* replace (
        greatest(event.day, line.new_date) as day,
        greatest(event.known_date, event.day, line.new_date) as known_date,
        -- a short close that names no quantity closes all of the rest
        case when event.leg = 'short_closed' and event.net_step <> 0 then null else event.closed end as closed
    ),
    row_number() over (order by event.order_line_id, event.day, event.place, event.source_id, event.ship) as event_no
from event
join line on line.order_line_id = event.order_line_id;

-- Those lines event by event, for each state of knowledge (a later record opens a new one): open_qty as the events add up,
-- state_qty as the lines themselves say.
create table backlog_path as
with epoch as (
    select order_line_id, day as known_from, lead(day) over (partition by order_line_id order by day) as known_to
    from (
        select order_line_id, new_date as day from backlog_line where is_knotty and left_out is null
        union
        select order_line_id, known_date from backlog_event where known_date > day
    ) as named
),
seen as (
    select epoch.known_from, epoch.known_to, event.*
    from epoch
    join backlog_event as event
        on event.order_line_id = epoch.order_line_id
        and (event.known_date = event.day or event.known_date <= epoch.known_from)
),
flagged as (
    select
        * replace (
            case
                when leg = 'reopened'
                    and last_value(closed ignore nulls) over (run rows between unbounded preceding and 1 preceding) = 1
                    then 0
                else net_step
            end as net_step
        )
    from seen
    window run as (partition by order_line_id, known_from order by day, place, event_no)
),
added as (
    select
        *,
        sum(net_step) over run as net,
        sum(ship) over run as shipped,
        coalesce(last_value(closed ignore nulls) over run, 0) = 1 as is_closed
    from flagged
    window run as (partition by order_line_id, known_from order by day, place, event_no rows unbounded preceding)
),
compared as (
    select
        *,
        case when is_closed then 0 else greatest(0, net - shipped) end as open_qty,
        last_value(case when open_seen is not null then open_seen - (net - shipped) else differs end ignore nulls) over run
            as gap
    from added
    window run as (partition by order_line_id, known_from order by day, place, event_no rows unbounded preceding)
),
stated as (
    select *, case when is_closed then 0 else greatest(0, net + coalesce(gap, 0) - shipped) end as state_qty
    from compared
),
priced as (
    select
        *,
        case
            when leg = 'reprice' then delta_value / nullif(case when is_derived then net else state_qty end, 0)::double
        end as price_step
    from stated
),
-- the price of today holds after the last change that anybody knows of
summed as (
    select order_line_id, coalesce(sum(price_step), 0) as price_steps
    from priced
    where known_to is null
    group by order_line_id
)
select
    priced.* exclude (net_step, closed, open_seen, differs, is_derived, net, shipped, is_closed, gap, delta_value),
    priced.open_qty - lag(priced.open_qty, 1, 0) over run as open_step,
    priced.state_qty - priced.open_qty - lag(priced.state_qty - priced.open_qty, 1, 0) over run as other_step,
    line.price - summed.price_steps
        + coalesce(sum(priced.price_step) over (run rows unbounded preceding), 0) as price
from priced
join summed on summed.order_line_id = priced.order_line_id
join backlog_line as line on line.order_line_id = priced.order_line_id
window run as (partition by priced.order_line_id, priced.known_from order by priced.day, priced.place, priced.event_no);

-- From which day to which (excluded) how much of a line is open, by the line itself and as its movements add up, and what
-- one unit of it is worth in the order's currency.
create table backlog_span as
with plain as (
    select order_line_id, new_date as from_day, ship_day as to_day, new_qty as qty, new_qty as moved_qty, price
    from backlog_line
    where not is_knotty and left_out is null
    union all
    select order_line_id, ship_day, null, new_qty - ship_qty, new_qty - ship_qty, price
    from backlog_line
    where not is_knotty and left_out is null and ship_day is not null
),
daily as (
    select order_line_id, known_from, known_to, day, state_qty, open_qty, price
    from backlog_path
    qualify row_number() over (
        partition by order_line_id, known_from, day order by place desc, event_no desc
    ) = 1
),
knotty as (
    select
        order_line_id, known_from, known_to, day as from_day,
        lead(day) over (partition by order_line_id, known_from order by day) as to_day, state_qty as qty,
        open_qty as moved_qty, price
    from daily
)
select order_line_id, date '0001-01-01' as known_from, null::date as known_to, from_day, to_day, qty, moved_qty,
    price
from plain
where qty > 0 and (to_day is null or to_day > from_day)
union all
select order_line_id, known_from, known_to, from_day, to_day, qty, moved_qty, price
from knotty
where qty > 0 or moved_qty > 0;

-- When a line entered the backlog and when nothing of it was open for the first time.
create table backlog_stay as
select
    order_line_id, date '0001-01-01' as known_from, null::date as known_to, new_date as entered_date,
    case when ship_qty >= new_qty then ship_day end as left_date
from backlog_line
where not is_knotty and left_out is null and new_qty > 0
union all
select order_line_id, known_from, known_to, min(day), min(day) filter (where state_qty = 0)
from backlog_path
group by order_line_id, known_from, known_to
having max(state_qty) > 0;

-- What is open in another currency, valued anew at each month end and on each day on which something befell the line.
create table backlog_revalued as
with span as (
    select span.*, line.currency
    from backlog_span as span
    join backlog_line as line on line.order_line_id = span.order_line_id and line.is_foreign and line.worthless is null
),
point as (
    select *, from_day as day from span
    union all
    select *, to_day from span where to_day is not null
    union all
    select span.*, month_end.last_day
    from span
    join month_end
        on month_end.last_day > span.from_day
        and month_end.last_day < coalesce(span.to_day, date '2199-12-31')
),
rated as (
    select
        point.*,
        fx.rate::double as rate,
        lag(fx.rate::double) over (
            partition by point.order_line_id, point.known_from, point.from_day order by point.day
        ) as former_rate
    from point
    join fx on fx.from_ccy = point.currency and fx.rate_date = point.day
)
select
    order_line_id, known_from, known_to, day, qty::double * price * (rate - former_rate) as value_rc
from rated
where rate <> former_rate;

-- Open lines of a customer whose segment or tier changes leave the one and enter the other, at what they stood for.
create table backlog_transfer as
with crossed as (
    select
        span.order_line_id, span.known_from, span.known_to, moved.valid_from as day, span.qty, span.price,
        line.currency, line.is_foreign,
        greatest(span.from_day, date_trunc('month', moved.valid_from)::date - 1) as valued_date
    from backlog_moved as moved
    join backlog_line as line on line.customer_id = moved.customer_id
    join backlog_span as span
        on span.order_line_id = line.order_line_id
        and span.from_day < moved.valid_from
        and (span.to_day is null or span.to_day >= moved.valid_from)
    where moved.is_move and span.qty > 0
),
valued as (
    select crossed.*, case when crossed.is_foreign then fx.rate::double else 1 end as rate
    from crossed
    left join fx on crossed.is_foreign and fx.from_ccy = crossed.currency and fx.rate_date = crossed.valued_date
)
select
    order_line_id, known_from, known_to, day, side.leg, (side.sign * qty)::decimal(18, 4) as qty,
    side.sign * qty::double * price * rate as value_rc
from valued
cross join (select 'transfer_out' as leg, -1 as sign union all select 'transfer_in', 1) as side;

-- Every movement: qty in the base unit, value_rc in the reporting currency at the rate of its day, by the segment and tier
-- of that day (transfer_out: of the day before). over_shipped is outside the backlog.
create table backlog_leg as
with plain as (
    select
        order_line_id, new_date as day, 'new' as leg, case when left_out is null then new_qty end as qty, price, currency,
        is_foreign, customer_id, segment, tier
    from backlog_line
    where not is_knotty or left_out is not null
    union all
    select order_line_id, ship_day, 'shipped', -ship_qty, price, currency, is_foreign, customer_id, segment, tier
    from backlog_line
    where not is_knotty and left_out is null and ship_qty > 0
),
part as (
    select
        *,
        unnest([
            {'leg': leg, 'qty': case when leg not in ('reprice', 'unexplained') then open_step else 0 end},
            {'leg': 'unexplained', 'qty': other_step},
            {'leg': 'over_shipped', 'qty': case when leg = 'shipped' then ship + open_step else 0 end}
        ]) as step
    from backlog_path
),
knotty as (
    select
        order_line_id, known_from, known_to, day, event_no, step.leg as leg, step.qty as qty,
        step.qty::double * price as value, null::double as value_rc, source_system, source_object, source_id, load_id,
        source_line
    from part
    where step.qty <> 0
    union all
    select
        order_line_id, known_from, known_to, day, event_no, 'reprice', 0, state_qty::double * price_step, null,
        source_system, source_object, source_id, load_id, source_line
    from backlog_path
    where leg = 'reprice' and state_qty * price_step <> 0
    union all by name
    select order_line_id, known_from, known_to, day, 0 as event_no, 'fx' as leg, 0 as qty, value_rc from backlog_revalued
    union all by name
    select order_line_id, known_from, known_to, day, 0 as event_no, leg, qty, value_rc from backlog_transfer
),
moved as (
    select
        order_line_id, date '0001-01-01' as known_from, null::date as known_to, day, 0 as event_no, leg, qty,
        qty::double * price as value, null::double as value_rc, null::varchar as source_system,
        null::varchar as source_object, null::varchar as source_id, null::varchar as load_id, null::bigint as source_line,
        currency, is_foreign, customer_id, segment, tier
    from plain
    union all by name
    select knotty.*, line.currency, line.is_foreign, line.customer_id, line.segment, line.tier
    from knotty
    join backlog_line as line on line.order_line_id = knotty.order_line_id
)
select
    moved.* exclude (value, currency, is_foreign, customer_id) replace (
        coalesce(moved.value_rc, moved.value * case when moved.is_foreign then fx.rate::double else 1 end) as value_rc,
        case when span.customer_id is null then moved.segment else span.segment end as segment,
        case when span.customer_id is null then moved.tier else span.tier end as tier
    )
from moved
left join fx on moved.is_foreign and fx.from_ccy = moved.currency and fx.rate_date = moved.day
left join backlog_moved as span
    on span.customer_id = moved.customer_id
    and span.valid_from <= moved.day - (moved.leg = 'transfer_out')::int
    and span.valid_to > moved.day - (moved.leg = 'transfer_out')::int;
