-- Which milestones between commitment and delivery (E entered, R released, S shipped) at least 80 % of the completed lines
-- carry: the largest such set at each day on which it changed, over the whole company, before any filter.
create table milestone_set as
with known as (
    select known_from, known_to, completion_known_date, entered_date, released_date, completion_ship_date from demand_known
),
completed as (
    select
        greatest(known_from, completion_known_date) as from_day,
        known_to as to_day,
        entered_date is not null as e,
        released_date is not null as r,
        completion_ship_date is not null as s
    from known
    where completion_known_date is not null
        and (known_to is null or known_to > greatest(known_from, completion_known_date))
),
counted as (
    select from_day, to_day, e, r, s, count(*) as lines from completed group by all
),
event as (
    select from_day as day, e, r, s, lines from counted
    union all
    select to_day as day, e, r, s, -lines from counted where to_day is not null
),
daily as (
    select
        day,
        sum(lines) as n,
        coalesce(sum(lines) filter (where e), 0) as e,
        coalesce(sum(lines) filter (where r), 0) as r,
        coalesce(sum(lines) filter (where s), 0) as s,
        coalesce(sum(lines) filter (where e and r), 0) as er,
        coalesce(sum(lines) filter (where e and s), 0) as es,
        coalesce(sum(lines) filter (where r and s), 0) as rs,
        coalesce(sum(lines) filter (where e and r and s), 0) as ers
    from event
    group by day
),
share as (
    select
        day,
        sum(n) over run as n,
        unnest([
            {'name': 'ERS', 'lines': sum(ers) over run},
            {'name': 'ES', 'lines': sum(es) over run},
            {'name': 'RS', 'lines': sum(rs) over run},
            {'name': 'ER', 'lines': sum(er) over run},
            {'name': 'S', 'lines': sum(s) over run},
            {'name': 'E', 'lines': sum(e) over run},
            {'name': 'R', 'lines': sum(r) over run},
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
select day, milestones from changed where milestones is distinct from former;
