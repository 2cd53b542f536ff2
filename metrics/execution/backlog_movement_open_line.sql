-- Lines open at the end of each month up to the as-of date, of each week of the last half year, and of that date itself;
-- one row without a line a date, so that a date without backlog is a state too. unexplained: what the line itself says is
-- open less what its movements add up to; such a line stands here even where nothing of it is open.
with reach as (
    select min(from_day) as first_day from backlog_span where from_day <= $as_of
),
grid as (
    select day, row_number() over (order by day) as place
    from (
        select last_day as day from month_end where last_day <= $as_of
        union
        select $as_of::date - step as day
        from (select unnest(range(0, 182))::int as step) as steps
        where step = 0 or isodow($as_of::date - step) = 7
    ) as dated
    where day >= (select first_day from reach)
),
-- by day the first date of the grid that is not before it
placed as (
    select days.day::date as day, min(grid.place) as place
    from reach
    cross join lateral (
        select unnest(generate_series(reach.first_day, $as_of::date, interval 1 day)) as day
    ) as days
    join grid on grid.day >= days.day and grid.day < days.day + interval 32 day
    group by days.day
),
open as (
    select
        span.order_line_id, span.from_day, span.qty, span.moved_qty, span.price,
        unnest(range(first_place.place, coalesce(end_place.place, (select max(place) + 1 from grid)))) as place
    from backlog_span as span
    join placed as first_place on first_place.day = span.from_day
    left join placed as end_place on end_place.day = span.to_day
    where span.known_from <= $as_of and (span.known_to is null or span.known_to > $as_of)
),
stood as (
    select
        grid.day as state_date, open.order_line_id, open.qty, open.moved_qty, open.price,
        greatest(open.from_day, (date_trunc('month', grid.day + 1) - interval 1 day)::date) as valued_date
    from open
    join grid on grid.place = open.place
),
held as (
    select stood.state_date, stood.order_line_id, min(hold.reason) as hold_reason
    from stood
    join order_line_hold as hold
        on hold.order_line_id = stood.order_line_id
        and hold.valid_from <= stood.state_date
        and (hold.valid_to is null or hold.valid_to > stood.state_date)
    group by stood.state_date, stood.order_line_id
),
seen as (
    select stood.state_date, stood.order_line_id, arg_max(coalesce(row.hold_reason, ''), row.snapshot_date) as hold_reason
    from stood
    join order_line_snapshot as row
        on row.order_line_id = stood.order_line_id and row.snapshot_date <= stood.state_date
    group by stood.state_date, stood.order_line_id
),
-- the reason as exported holds from its export on
exported as (
    select row.order_line_id, coalesce(row.hold_reason, header.hold_reason) as hold_reason, load.last_full_day as day
    from order_line as row
    left join sales_order as header on header.order_id = row.order_id
    join load on load.load_id = row.load_id
    where coalesce(row.hold_reason, header.hold_reason) is not null
),
promised as (
    select
        stood.state_date, stood.order_line_id,
        case when coalesce(known.promise_set_date, stood.state_date) <= stood.state_date then known.first_promised_date end
            as first_promised_date
    from stood
    join line_known as known
        on known.order_line_id = stood.order_line_id
        and known.known_from <= stood.state_date
        and (known.known_to is null or known.known_to > stood.state_date)
)
select
    stood.state_date, stood.order_line_id, base.order_id, base.order_no, stood.qty::double as qty,
    stood.qty::double * stood.price * case when line.is_foreign then fx.rate::double else 1 end as value,
    (stood.qty - stood.moved_qty)::double * stood.price * case when line.is_foreign then fx.rate::double else 1 end
        as unexplained,
    line.new_date as ordered_date, promised.first_promised_date, line.left_out, line.worthless,
    base.customer_id, base.customer,
    case when moved.customer_id is null then line.segment else moved.segment end as segment,
    case when moved.customer_id is null then line.tier else moved.tier end as tier,
    base.region, base.country, base.product_id, base.product, base.family, base.category, base.site, base.fulfil_model,
    base.planner, base.channel, base.order_type,
    coalesce(held.hold_reason, nullif(seen.hold_reason, ''),
        case when exported.day <= stood.state_date then exported.hold_reason end) as hold_reason,
    case
        when promised.first_promised_date is null then 'Unpromised'
        when promised.first_promised_date < stood.state_date then 'Past due'
        else 'Not due'
    end as promise_status,
    base.attribute_backfilled, base.source_system, base.source_object, base.source_id, base.load_id, base.source_line
from stood
join backlog_line as line on line.order_line_id = stood.order_line_id
join line_base as base on base.order_line_id = stood.order_line_id
left join promised on promised.state_date = stood.state_date and promised.order_line_id = stood.order_line_id
left join held on held.state_date = stood.state_date and held.order_line_id = stood.order_line_id
left join seen on seen.state_date = stood.state_date and seen.order_line_id = stood.order_line_id
left join exported on exported.order_line_id = stood.order_line_id
left join fx on line.is_foreign and fx.from_ccy = line.currency and fx.rate_date = stood.valued_date
left join backlog_moved as moved
    on moved.customer_id = line.customer_id
    and moved.valid_from <= stood.state_date
    and moved.valid_to > stood.state_date
union all by name
select day as state_date from grid
