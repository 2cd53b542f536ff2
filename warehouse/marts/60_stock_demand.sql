-- Dates at which stock was counted.
create table stock_date as
select
    snapshot_date as state_date,
    row_number() over (order by snapshot_date) as place
from (select distinct snapshot_date from inventory_snapshot where snapshot_date is not null) as counted;

-- The count of each system and site that holds at a stock date: its newest, for at most 35 days. What a count leaves out
-- is not there; who counts on another day, or not at all that day, keeps what he counted last.
create table stock_count as
with counted as (
    select distinct coalesce(source_system, '') as source_system, coalesce(site_id, '') as site_id, snapshot_date
    from inventory_snapshot
    where snapshot_date is not null
),
lasting as (
    select
        *,
        coalesce(lead(snapshot_date) over (partition by source_system, site_id order by snapshot_date), date '9999-12-31')
            as next_date
    from counted
)
select stock_date.state_date, lasting.source_system, lasting.site_id, lasting.snapshot_date
from lasting
join stock_date
    on stock_date.state_date >= lasting.snapshot_date
    and stock_date.state_date <= lasting.snapshot_date + 35
    and stock_date.state_date < lasting.next_date;

-- Ordered quantity of the 90 days up to each stock date, by the segment the customer is in at that date, as then known:
-- a line counts from its order date for 90 days, each interval of knowledge with its own quantity net of cancellations.
-- backfilled_lines: lines whose customer's segment is the first known one, carried back.
create table stock_demand as
with counted_from as (
    select reach.day, min(stock_date.place) as place
    from (
        select distinct day
        from (
            select unnest([known_from, known_to, coalesce(ordered_date, entered_date) + 90]) as day from line_known
            union all
            select unnest([valid_from, valid_to]) as day from customer_span
        ) as named
        where day is not null
    ) as reach
    join stock_date on stock_date.state_date >= reach.day
    group by reach.day
),
wanted as (
    select
        known.order_line_id,
        known.customer_id,
        known.product_id,
        known.site_id,
        (known.ordered_qty - coalesce(known.cancelled_qty, 0)) as qty,
        known.known_from as first_day,
        least(coalesce(known.known_to, date '2199-12-31'), coalesce(known.ordered_date, known.entered_date) + 90) as end_day
    from line_known as known
    where known.ordered_qty > coalesce(known.cancelled_qty, 0) and coalesce(known.ordered_date, known.entered_date) is not null
),
by_segment as (
    select
        wanted.product_id,
        wanted.site_id,
        coalesce(span.segment, '') as segment,
        coalesce(span.attribute_backfilled, false) as attribute_backfilled,
        wanted.qty,
        greatest(wanted.first_day, coalesce(span.valid_from, wanted.first_day)) as first_day,
        least(wanted.end_day, coalesce(span.valid_to, wanted.end_day)) as end_day
    from wanted
    left join customer_span as span
        on span.customer_id = wanted.customer_id
        and span.valid_from < wanted.end_day
        and span.valid_to > wanted.first_day
),
placed as (
    select
        by_segment.product_id,
        by_segment.site_id,
        by_segment.segment,
        first_count.place as first_place,
        end_count.place as end_place,
        count(*) as lines,
        count(*) filter (where by_segment.attribute_backfilled) as backfilled_lines,
        sum(by_segment.qty) as qty
    from by_segment
    join counted_from as first_count on first_count.day = by_segment.first_day
    left join counted_from as end_count on end_count.day = by_segment.end_day
    where first_count.place < coalesce(end_count.place, 1000000000)
    group by all
),
step as (
    select product_id, site_id, segment, first_place as place, sum(qty) as qty, sum(lines) as lines,
        sum(backfilled_lines) as backfilled_lines
    from placed
    group by all
    union all
    select product_id, site_id, segment, end_place as place, -sum(qty) as qty, -sum(lines) as lines,
        -sum(backfilled_lines) as backfilled_lines
    from placed
    where end_place is not null
    group by all
),
change as (
    select product_id, site_id, segment, place, sum(qty) as qty, sum(lines) as lines,
        sum(backfilled_lines) as backfilled_lines
    from step
    group by all
),
running as (
    select
        product_id,
        site_id,
        segment,
        place,
        lead(place) over (partition by product_id, site_id, segment order by place) as next_place,
        sum(qty) over (partition by product_id, site_id, segment order by place rows unbounded preceding) as qty,
        sum(lines) over (partition by product_id, site_id, segment order by place rows unbounded preceding) as lines,
        sum(backfilled_lines) over (partition by product_id, site_id, segment order by place rows unbounded preceding)
            as backfilled_lines
    from change
)
select
    stock_date.state_date,
    running.product_id,
    running.site_id,
    running.segment,
    running.qty,
    running.lines::bigint as lines,
    running.backfilled_lines::bigint as backfilled_lines
from running
join stock_date
    on stock_date.place >= running.place
    and (running.next_place is null or stock_date.place < running.next_place)
where running.lines > 0;
