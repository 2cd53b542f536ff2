-- Which part of an open opportunity belongs to which product family at a month end: by its own lines, else as its customer
-- bought in the twelve months before, else as its segment did, else as everybody did. Parts of a state add up to 1.
create table opp_line_share as
with line as (
    select state.state_no, coalesce(product.family, line.family, '') as family, coalesce(line.amount, 0)::double as amount
    from opp_state as state
    join opportunity_line as line
        on line.opportunity_id = state.opportunity_id
        and (line.valid_from is null or line.valid_from <= state.origin)
        and (line.valid_to is null or line.valid_to > state.origin)
        and (line.recorded_date is null or line.recorded_date <= state.origin)
    left join product on product.product_id = line.product_id
),
by_family as (
    select state_no, family, sum(amount) as amount, count(*) as lines from line group by all
),
whole as (
    select state_no, sum(amount) as amount, sum(lines) as lines, min(amount) as least_amount from by_family group by all
)
select
    by_family.state_no,
    by_family.family,
    case
        when whole.amount > 0 and whole.least_amount >= 0 then by_family.amount / nullif(whole.amount, 0)
        else by_family.lines / nullif(whole.lines, 0)::double
    end as share
from by_family
join whole on whole.state_no = by_family.state_no;

-- States without lines, with the numbers of the mixes they may follow: their customer's, their segment's, everybody's.
create table opp_bare as
with bare as (
    select state_no, month, customer_id, segment
    from opp_state
    where state_no not in (select state_no from opp_line_share)
),
customer_number as (
    select customer_id, row_number() over (order by customer_id) as no
    from (select distinct customer_id from bare where customer_id is not null) as named
),
segment_number as (
    select segment, row_number() over (order by segment) as no from (select distinct segment from bare) as named
)
select
    bare.state_no,
    bare.month,
    bare.customer_id,
    customer_number.no as customer_no,
    bare.segment,
    bare.month * 1000000000 + customer_number.no as customer_mix_no,
    -(bare.month * 1000000 + segment_number.no) as segment_mix_no,
    -(bare.month * 1000000) as common_mix_no
from bare
join segment_number on segment_number.segment = bare.segment
left join customer_number on customer_number.customer_id = bare.customer_id;

-- What customers, segments and everybody bought in the twelve months up to a month end, by family.
create table bought_mix as
with buyer as (
    select distinct customer_id, customer_no from opp_bare where customer_no is not null
),
bought as (
    select
        buyer.customer_no,
        year(line.booked_date) * 12 + month(line.booked_date) - 1 as month,
        line.family,
        line.currency,
        sum(line.amount)::double as amount
    from line_booked as line
    join buyer on buyer.customer_id = line.customer_id
    group by all
),
asked as (
    select distinct customer_mix_no, month, customer_no from opp_bare where customer_no is not null
),
asked_segment as (
    select distinct segment_mix_no as mix_no, 'segment' as basis, month, segment from opp_bare
),
asked_common as (
    select distinct common_mix_no as mix_no, 'everybody' as basis, month from opp_bare
),
mix as (
    select asked.customer_mix_no as mix_no, 'customer' as basis, bought.family, sum(bought.amount * rate.rate::double) as amount
    from asked
    join bought on bought.customer_no = asked.customer_no and bought.month between asked.month - 11 and asked.month
    join month_rate as rate on rate.month = asked.month and rate.currency = bought.currency
    group by all
    union all
    select asked.mix_no, asked.basis, demand.family, sum(demand.amount * rate.rate)::double as amount
    from asked_segment as asked
    join demand_month as demand
        on demand.segment = asked.segment and demand.month between asked.month - 11 and asked.month
    join month_rate as rate on rate.month = asked.month and rate.currency = demand.currency
    group by all
    union all
    select asked.mix_no, asked.basis, demand.family, sum(demand.amount * rate.rate)::double as amount
    from asked_common as asked
    join demand_month as demand on demand.month between asked.month - 11 and asked.month
    join month_rate as rate on rate.month = asked.month and rate.currency = demand.currency
    group by all
),
whole as (
    select mix_no, sum(amount) as amount from mix where amount > 0 group by mix_no
)
select mix.mix_no, mix.basis, mix.family, mix.amount / nullif(whole.amount, 0) as share
from mix
join whole on whole.mix_no = mix.mix_no
where mix.amount > 0;

-- Which mix a state without lines follows; 0 where nobody bought anything yet.
create table opp_mix as
with whole as (
    select distinct mix_no from bought_mix
)
select bare.state_no, coalesce(of_customer.mix_no, of_segment.mix_no, of_all.mix_no, 0) as mix_no
from opp_bare as bare
left join whole as of_customer on of_customer.mix_no = bare.customer_mix_no
left join whole as of_segment on of_segment.mix_no = bare.segment_mix_no
left join whole as of_all on of_all.mix_no = bare.common_mix_no;

create view opp_share as
select state_no, family, 'line' as basis, share from opp_line_share
union all
select opp_mix.state_no, bought_mix.family, bought_mix.basis, bought_mix.share
from opp_mix
join bought_mix on bought_mix.mix_no = opp_mix.mix_no
union all
select state_no, '' as family, 'none' as basis, 1 as share from opp_mix where mix_no = 0;
