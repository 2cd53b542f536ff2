-- One row per span of a customer's attributes (span_no); the first known value of each also covers the days before it.
-- stated_from: the day from which the segment is told and not carried back.
create table customer_attribute as
with dated as (
    select
        customer_id,
        valid_from,
        valid_to,
        segment,
        tier,
        priority_rank,
        owner,
        row_number() over run as place,
        lead(valid_from) over run as next_from,
        count(segment) over run as segments,
        count(tier) over run as tiers,
        count(priority_rank) over run as ranks,
        count(owner) over run as owners
    from customer_history
    window run as (partition by customer_id order by valid_from)
),
earliest as (
    select
        customer_id,
        arg_min(segment, valid_from) filter (where segment is not null) as segment,
        min(valid_from) filter (where segment is not null) as segment_from,
        arg_min(tier, valid_from) filter (where tier is not null) as tier,
        arg_min(priority_rank, valid_from) filter (where priority_rank is not null) as priority_rank,
        arg_min(owner, valid_from) filter (where owner is not null) as owner
    from customer_history
    group by customer_id
),
span as (
    select
        dated.customer_id,
        case when dated.place = 1 then date '0001-01-01' else dated.valid_from end as valid_from,
        least(coalesce(dated.valid_to, date '9999-12-31'), coalesce(dated.next_from, date '9999-12-31')) as valid_to,
        greatest(dated.valid_from, earliest.segment_from) as stated_from,
        case when dated.segments = 0 then earliest.segment else dated.segment end as segment,
        case when dated.tiers = 0 then earliest.tier else dated.tier end as tier,
        case when dated.ranks = 0 then earliest.priority_rank else dated.priority_rank end as priority_rank,
        case when dated.owners = 0 then earliest.owner else dated.owner end as owner
    from dated
    join earliest on earliest.customer_id = dated.customer_id
    union all
    select
        customer_id,
        date '0001-01-01' as valid_from,
        date '9999-12-31' as valid_to,
        date '9999-12-31' as stated_from,
        segment,
        tier,
        priority_rank,
        owner
    from customer
    where customer_id not in (select customer_id from customer_history where customer_id is not null)
)
select row_number() over (order by customer_id, valid_from) as span_no, * from span;

-- The opportunity an order came out of, and its win where the order is the first within 30 days of it.
create table order_origin as
with linked as (
    select
        link.order_id,
        link.opportunity_id,
        coalesce(link.confidence, 1) as confidence,
        opportunity.created_date,
        case when opportunity.outcome = 'won' then opportunity.closed_date end as won_date
    from opportunity_order_link as link
    left join opportunity on opportunity.opportunity_id = link.opportunity_id
),
chosen as (
    select * from linked
    qualify row_number() over (
        partition by order_id order by confidence desc, created_date nulls last, opportunity_id
    ) = 1
),
told as (
    select opportunity_id, max(greatest(changed_date, coalesce(recorded_date, changed_date))) as known_date
    from opportunity_field_history
    where field = 'outcome' and new_value = 'won'
    group by opportunity_id
)
select
    chosen.order_id,
    chosen.opportunity_id,
    chosen.won_date,
    greatest(chosen.won_date, told.known_date) as won_known_date,
    row_number() over (partition by chosen.opportunity_id order by demand.day, chosen.order_id) = 1
        and demand.day <= chosen.won_date + 30 as is_first_of_win
from chosen
join (
    select order_id, order_type, coalesce(ordered_date, entered_date, confirmed_date) as day from sales_order
) as demand on demand.order_id = chosen.order_id
left join told on told.opportunity_id = chosen.opportunity_id
where coalesce(demand.order_type, 'standard') in ('standard', 'contract_release', 'rush');

-- One row per order that is customer demand, with what was agreed on the day it was ordered; what its customer was then
-- stands in customer_attribute at span_no.
create table order_header as
with term as (
    select
        customer_id,
        coalesce(valid_from, date '0001-01-01') as valid_from,
        coalesce(lead(valid_from) over (partition by customer_id order by valid_from nulls first), date '9999-12-31')
            as valid_to,
        tol,
        grace_days,
        early_days
    from customer_setting
),
demand as (
    select *, coalesce(ordered_date, entered_date, confirmed_date) as day
    from sales_order
    where coalesce(order_type, 'standard') in ('standard', 'contract_release', 'rush')
)
select
    demand.order_id,
    demand.order_no,
    demand.customer_id,
    span.span_no,
    coalesce(demand.day < span.stated_from, false) as attribute_backfilled,
    demand.ship_to_country,
    demand.channel,
    coalesce(demand.order_type, 'standard') as order_type,
    demand.currency,
    case
        when demand.currency is null or demand.currency = company_setting.reporting_currency then 1
        else fx.rate
    end::decimal(38, 8) as rate,
    demand.ordered_date,
    demand.entered_date,
    demand.confirmed_date,
    demand.released_date,
    demand.header_requested_date,
    demand.header_promised_date,
    demand.header_delivered_date,
    demand.header_delivery_basis,
    coalesce(lower(demand.status) in ('cancelled', 'canceled'), false) or demand.cancelled_date is not null as is_cancelled,
    demand.cancelled_date,
    demand.cancel_initiator,
    coalesce(term.tol, 0) as tol,
    coalesce(term.grace_days, 0) as grace_days,
    demand.source_system,
    demand.source_object,
    demand.source_id,
    demand.load_id,
    demand.source_line
from demand
cross join company_setting
left join customer_attribute as span
    on span.customer_id = demand.customer_id and span.valid_from <= demand.day and span.valid_to > demand.day
left join term
    on term.customer_id = demand.customer_id and term.valid_from <= demand.day and term.valid_to > demand.day
left join fx
    on fx.from_ccy = demand.currency and fx.rate_date = demand.day and demand.currency <> company_setting.reporting_currency;

-- Orders exported without lines; their header stands for the one line they would have.
create table order_without_lines as
select order_id from order_header anti join order_line on order_line.order_id = order_header.order_id;
