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
-- the reason as exported holds from its export on; that of the order for its lines that have none
exported as (
    select named.order_line_id, min(named.hold_reason) as hold_reason, min(load.last_full_day) as day
    from (
        select order_line_id, hold_reason, load_id from order_line where hold_reason is not null
        union all
        select row.order_line_id, header.hold_reason, header.load_id
        from sales_order as header
        join order_line as row on row.order_id = header.order_id and row.hold_reason is null
        where header.hold_reason is not null
    ) as named
    join load on load.load_id = named.load_id
    group by named.order_line_id
),
-- promises of lines with several, as known on the day
promised as (
    select
        stood.state_date, stood.order_line_id, general.first_promised_date, general.promise_set_date
    from line_general as general
    join stood
        on stood.order_line_id = general.order_line_id
        and stood.state_date >= general.known_from
        and (general.known_to is null or stood.state_date < general.known_to)
),
described as (
    select
        stood.*, line.new_date, line.left_out, line.worthless, line.is_foreign, line.currency, base.order_id, base.order_no,
        base.customer_id, base.customer, base.segment, base.tier, base.region, base.country, base.product_id, base.product,
        base.family, base.category, base.site, base.fulfil_model, base.planner, base.channel, base.order_type,
        base.attribute_backfilled, base.source_system, base.source_object, base.source_id, base.load_id, base.source_line,
        case when base.is_general then promised.first_promised_date else base.first_promised_date end as promised_date,
        case when base.is_general then promised.promise_set_date else base.promise_set_date end as set_date
    from stood
    join backlog_line as line on line.order_line_id = stood.order_line_id
    join line_base as base on base.order_line_id = stood.order_line_id
    left join promised on promised.state_date = stood.state_date and promised.order_line_id = stood.order_line_id
),
told as (
    select
        *,
        case when coalesce(set_date, state_date) <= state_date then promised_date end as first_promised_date
    from described
)
select
    told.state_date, told.order_line_id, told.order_id, told.order_no, told.qty::double as qty,
    told.qty::double * told.price * case when told.is_foreign then fx.rate::double else 1 end as value,
    (told.qty - told.moved_qty)::double * told.price * case when told.is_foreign then fx.rate::double else 1 end
        as unexplained,
    told.new_date as ordered_date, told.first_promised_date, told.left_out, told.worthless,
    told.customer_id, told.customer,
    case when moved.customer_id is null then told.segment else moved.segment end as segment,
    case when moved.customer_id is null then told.tier else moved.tier end as tier,
    told.region, told.country, told.product_id, told.product, told.family, told.category, told.site, told.fulfil_model,
    told.planner, told.channel, told.order_type,
    coalesce(held.hold_reason, nullif(seen.hold_reason, ''),
        case when exported.day <= told.state_date then exported.hold_reason end) as hold_reason,
    case
        when told.first_promised_date is null then 'Unpromised'
        when told.first_promised_date < told.state_date then 'Past due'
        else 'Not due'
    end as promise_status,
    told.attribute_backfilled, told.source_system, told.source_object, told.source_id, told.load_id, told.source_line
from told
left join held on held.state_date = told.state_date and held.order_line_id = told.order_line_id
left join seen on seen.state_date = told.state_date and seen.order_line_id = told.order_line_id
left join exported on exported.order_line_id = told.order_line_id
left join fx on told.is_foreign and fx.from_ccy = told.currency and fx.rate_date = told.valued_date
left join backlog_moved as moved
    on moved.customer_id = told.customer_id
    and moved.valid_from <= told.state_date
    and moved.valid_to > told.state_date
union all by name
select day as state_date from grid
