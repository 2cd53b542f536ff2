-- One row per record of a resource, shift, family and period, with the days it was what was known (known_from, known_to).
-- What a later record leaves empty stays as the one before it said. A period without an end is a week.
with dated as (
    select
        *,
        coalesce(period_end, period_start + 6) as last_day,
        coalesce(recorded_date, period_end, period_start + 6) as known_from
    from capacity_period
),
filled as (
    select
        dated.* exclude (available_hours, planned_load_hours, actual_hours, downtime_hours, ideal_hours_per_unit,
            total_qty, good_qty),
        last_value(available_hours ignore nulls) over earlier as available_hours,
        last_value(planned_load_hours ignore nulls) over earlier as planned_load_hours,
        last_value(actual_hours ignore nulls) over earlier as actual_hours,
        last_value(downtime_hours ignore nulls) over earlier as downtime_hours,
        last_value(ideal_hours_per_unit ignore nulls) over earlier as ideal_hours_per_unit,
        last_value(total_qty ignore nulls) over earlier as total_qty,
        last_value(good_qty ignore nulls) over earlier as good_qty,
        lead(known_from) over one as known_to
    from dated
    window
        one as (partition by resource_id, shift, family, period_start order by known_from, recorded_at),
        earlier as (
            partition by resource_id, shift, family, period_start order by known_from, recorded_at rows unbounded preceding
        )
),
-- from when on hours of the same resource and period are known by shift, and by family: then a row of all is their sum
split as (
    select
        resource_id,
        period_start,
        min(known_from) filter (where shift is not null) as shift_from,
        min(known_from) filter (where family is not null) as family_from
    from dated
    group by resource_id, period_start
),
exported as (
    select load_id, max(last_full_day) as day from load group by load_id
)
select
    filled.resource_id,
    filled.shift,
    filled.family,
    filled.site_id,
    coalesce(site.name, filled.site_id) as site,
    filled.period_start,
    filled.last_day,
    date_trunc('week', filled.period_start)::date as week,
    filled.recorded_date,
    filled.known_from,
    filled.known_to,
    least(
        case when filled.shift is null then split.shift_from end, case when filled.family is null then split.family_from end
    ) as parts_from,
    coalesce(filled.recorded_date, exported.day, filled.known_from) as planned_from,
    filled.calendar_hours,
    filled.available_hours,
    filled.planned_load_hours,
    filled.actual_hours,
    filled.downtime_hours,
    filled.ideal_hours_per_unit,
    filled.total_qty,
    filled.good_qty,
    filled.source_system,
    filled.source_object,
    filled.source_id,
    filled.load_id,
    filled.source_line
from filled
join split on split.resource_id = filled.resource_id and split.period_start = filled.period_start
left join exported on exported.load_id = filled.load_id
left join site on site.site_id = filled.site_id
