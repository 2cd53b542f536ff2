-- by which day a quarter, half and three quarters of a segment's customers order again (Kaplan and Meier over the days
-- between occasions and those since the last one); empty where so many never do
with customer_days as (
    select
        coalesce(segment, '') as segment,
        customer_id,
        list_sort(list_distinct(list_append(
            coalesce(list(order_date) filter (where not is_release), []), min(order_date) filter (where is_release)
        ))) as days
    from {purchase}
    group by coalesce(segment, ''), customer_id
),
occasion as (
    select segment, list_filter(days, lambda day, i: i = 1 or day - days[i - 1] > $merge_days) as days from customer_days
),
spell as (
    select
        segment,
        unnest(list_append(list_transform(days[2:], lambda day, i: day - days[i]), $as_of::date - days[-1])) as wait,
        unnest(list_append(list_transform(days[2:], lambda day: 1), 0)) as event
    from occasion
),
wait_count as (
    select segment, wait, count(*) as spells, sum(event) as events from spell group by segment, wait
),
at_risk as (
    select *, sum(spells) over (partition by segment order by wait desc) as at_risk from wait_count
),
curve as (
    select
        segment,
        wait,
        product(1 - events / at_risk::double) over (partition by segment order by wait) as still_waiting
    from at_risk
)
select
    segment,
    min(wait) filter (where still_waiting <= 0.75 + 1e-9) as p25,
    min(wait) filter (where still_waiting <= 0.5 + 1e-9) as p50,
    min(wait) filter (where still_waiting <= 0.25 + 1e-9) as p75,
    null::varchar as source_system,
    null::varchar as source_object,
    null::varchar as source_id,
    null::varchar as load_id,
    null::bigint as source_line
from curve
group by segment
