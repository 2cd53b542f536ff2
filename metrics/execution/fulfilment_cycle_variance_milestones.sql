-- Which milestones between entry and delivery (R released, P picked, S shipped) at least 80 % of the completed lines carry:
-- the largest such set at each day on which it changed, over the whole company, before any filter.
with completed as (
    select
        greatest(known_from, completion_known_date) as from_day,
        known_to as to_day,
        (released_date is not null)::int as r,
        (picked_date is not null)::int as p,
        (completion_ship_date is not null)::int as s
    from line_known
    where completion_known_date is not null
        and (known_to is null or known_to > greatest(known_from, completion_known_date))
),
counted as (
    select from_day, to_day, r, p, s, count(*) as lines from completed group by all
),
event as (
    select from_day as day, r, p, s, lines from counted
    union all
    select to_day as day, r, p, s, -lines as lines from counted where to_day is not null
),
daily as (
    select
        day,
        sum(lines) as n,
        sum(lines * r) as r,
        sum(lines * p) as p,
        sum(lines * s) as s,
        sum(lines * r * p) as rp,
        sum(lines * r * s) as rs,
        sum(lines * p * s) as ps,
        sum(lines * r * p * s) as rps
    from event
    group by day
),
share as (
    select
        day,
        sum(n) over run as n,
        unnest([
            {'name': 'RPS', 'lines': sum(rps) over run},
            {'name': 'RP', 'lines': sum(rp) over run},
            {'name': 'RS', 'lines': sum(rs) over run},
            {'name': 'PS', 'lines': sum(ps) over run},
            {'name': 'S', 'lines': sum(s) over run},
            {'name': 'R', 'lines': sum(r) over run},
            {'name': 'P', 'lines': sum(p) over run},
            {'name': '', 'lines': sum(n) over run}
        ]) as held
    from daily
    window run as (order by day)
),
chosen as (
    select day, arg_max(held.name, (length(held.name), held.lines, held.name)) as milestones
    from share
    where n > 0 and held.lines >= 0.8 * n
    group by day
),
changed as (
    select day, milestones, lag(milestones) over (order by day) as former from chosen
)
select day, milestones from changed where milestones is distinct from former
