-- Every line of demand as it was first known: later changes and cancellations leave its booked value alone.
create view line_booked as
with first_known as (
    select
        order_line_id,
        order_id,
        customer_id,
        coalesce(segment, '') as segment,
        coalesce(family, '') as family,
        coalesce(currency, '') as currency,
        coalesce(attribute_backfilled, false) as attribute_backfilled,
        coalesce(ordered_date, entered_date) as booked_date,
        known_to,
        ordered_qty,
        net_amount
    from line_known
    where known_from <= coalesce(ordered_date, entered_date)
),
changed as (
    select first_known.* replace (
        (first_known.net_amount * (first_known.ordered_qty / nullif(line.ordered_qty, 0)))::decimal(18, 4) as net_amount
    )
    from first_known
    join order_line as line on line.order_line_id = first_known.order_line_id
    where first_known.known_to is not null and first_known.ordered_qty <> line.ordered_qty and line.ordered_qty <> 0
)
select order_line_id, order_id, customer_id, segment, family, currency, attribute_backfilled, booked_date, net_amount as amount
from first_known
where known_to is null
union all
select order_line_id, order_id, customer_id, segment, family, currency, attribute_backfilled, booked_date, net_amount as amount
from first_known
where known_to is not null and order_line_id not in (select order_line_id from changed)
union all
select order_line_id, order_id, customer_id, segment, family, currency, attribute_backfilled, booked_date, net_amount as amount
from changed;

-- Booked value by month of order. attribute_backfilled: the segment of some of it is the first known one, carried back.
create table demand_month as
select
    year(booked_date) * 12 + month(booked_date) - 1 as month,
    segment,
    family,
    currency,
    bool_or(attribute_backfilled) as attribute_backfilled,
    count(*) as lines,
    sum(amount) as amount
from line_booked
group by all;

-- The first order that came out of an opportunity, by the links alone: what an order names itself became one at the load.
create table first_order as
with linked as (
    select distinct opportunity_id, order_id from opportunity_order_link
),
dated as (
    select order_id, min(booked_date) as ordered_date
    from line_booked
    where order_id in (select order_id from linked)
    group by order_id
)
select
    linked.opportunity_id,
    arg_min(dated.order_id, (dated.ordered_date, dated.order_id)) as order_id,
    min(dated.ordered_date) as ordered_date
from linked
join dated on dated.order_id = linked.order_id
group by linked.opportunity_id;

-- What a first order was worth, by what it is counted under.
create table first_order_value as
select
    order_id,
    year(booked_date) * 12 + month(booked_date) - 1 as month,
    segment,
    family,
    currency,
    sum(amount) as amount
from line_booked
where order_id in (select order_id from first_order)
group by all;
