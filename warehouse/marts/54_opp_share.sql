-- Which part of an open opportunity belongs to which product family at a month end: by its own lines, else as its customer
-- bought in the twelve months before, else as its segment did, else as everybody did. Shares of an opportunity add up to 1.
create table opp_share as
with line as (
    select
        state.month,
        state.opportunity_id,
        coalesce(product.family, line.family, '') as family,
        coalesce(line.amount, 0)::double as amount
    from opp_state as state
    join opportunity_line as line
        on line.opportunity_id = state.opportunity_id
        and (line.valid_from is null or line.valid_from <= state.origin)
        and (line.valid_to is null or line.valid_to > state.origin)
        and (line.recorded_date is null or line.recorded_date <= state.origin)
    left join product on product.product_id = line.product_id
),
by_family as (
    select month, opportunity_id, family, sum(amount) as amount, count(*) as lines
    from line
    group by all
),
whole as (
    select month, opportunity_id, sum(amount) as amount, sum(lines) as lines, min(amount) as least_amount
    from by_family
    group by all
),
own as (
    select
        by_family.month,
        by_family.opportunity_id,
        by_family.family,
        case
            when whole.amount > 0 and whole.least_amount >= 0 then by_family.amount / nullif(whole.amount, 0)
            else by_family.lines / nullif(whole.lines, 0)::double
        end as share
    from by_family
    join whole on whole.month = by_family.month and whole.opportunity_id = by_family.opportunity_id
),
bare as (
    select state.month, state.opportunity_id, coalesce(state.customer_id, '') as customer_id, state.segment
    from opp_state as state
    left join whole on whole.month = state.month and whole.opportunity_id = state.opportunity_id
    where whole.opportunity_id is null
),
bare_customer as (
    select distinct month, customer_id from bare
),
bought as (
    select
        customer_id,
        year(booked_date) * 12 + month(booked_date) - 1 as month,
        family,
        currency,
        sum(amount) as amount
    from line_booked
    where customer_id in (select customer_id from bare_customer)
    group by all
),
mix as (
    select 'customer' as basis, bare_customer.month, bought.customer_id as member, bought.family,
        sum(bought.amount * rate.rate)::double as amount
    from bare_customer
    join bought
        on bought.customer_id = bare_customer.customer_id
        and bought.month between bare_customer.month - 11 and bare_customer.month
    join month_rate as rate on rate.month = bare_customer.month and rate.currency = bought.currency
    group by all
    union all
    select 'segment' as basis, origin.month, demand.segment as member, demand.family,
        sum(demand.amount * rate.rate)::double as amount
    from (select distinct month from bare) as origin
    join demand_month as demand on demand.month between origin.month - 11 and origin.month
    join month_rate as rate on rate.month = origin.month and rate.currency = demand.currency
    group by all
    union all
    select 'everybody' as basis, origin.month, '' as member, demand.family,
        sum(demand.amount * rate.rate)::double as amount
    from (select distinct month from bare) as origin
    join demand_month as demand on demand.month between origin.month - 11 and origin.month
    join month_rate as rate on rate.month = origin.month and rate.currency = demand.currency
    group by all
),
mix_total as (
    select basis, month, member, sum(amount) as amount from mix where amount > 0 group by all
),
chosen as (
    select
        bare.month,
        bare.opportunity_id,
        case
            when customer_total.amount > 0 then 'customer'
            when segment_total.amount > 0 then 'segment'
            else 'everybody'
        end as basis,
        case
            when customer_total.amount > 0 then bare.customer_id
            when segment_total.amount > 0 then bare.segment
            else ''
        end as member
    from bare
    left join mix_total as customer_total
        on customer_total.basis = 'customer'
        and customer_total.month = bare.month
        and customer_total.member = bare.customer_id
    left join mix_total as segment_total
        on segment_total.basis = 'segment'
        and segment_total.month = bare.month
        and segment_total.member = bare.segment
)
select month, opportunity_id, family, 'line' as basis, share from own
union all
select
    chosen.month,
    chosen.opportunity_id,
    coalesce(mix.family, '') as family,
    case when mix.family is null then 'none' else chosen.basis end as basis,
    coalesce(mix.amount / nullif(mix_total.amount, 0), 1) as share
from chosen
left join mix_total
    on mix_total.basis = chosen.basis and mix_total.month = chosen.month and mix_total.member = chosen.member
left join mix
    on mix.basis = chosen.basis and mix.month = chosen.month and mix.member = chosen.member
    and mix.amount > 0 and mix_total.amount > 0;
