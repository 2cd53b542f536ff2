-- Days on which one count holds, cut at months: until the day before the next, at most 35 days after it.
with lasting as (
    select
        *,
        least(
            day + 35,
            coalesce(lead(day) over (partition by product_id, site_id, counted_by order by day) - 1, date '9999-12-31')
        ) as to_day
    from {moment}
    where kind = 'count'
),
cut as (
    select
        *,
        unnest(range(year(day) * 12 + month(day) - 1, year(to_day) * 12 + month(to_day))) as month_no
    from lasting
),
bounded as (
    select
        cut.* exclude (day, to_day, known_day),
        cut.day as snapshot_date,
        greatest(day, make_date(month_no // 12, month_no % 12 + 1, 1)) as from_day,
        least(to_day, last_day(make_date(month_no // 12, month_no % 12 + 1, 1))) as to_day
    from cut
)
select bounded.*, class.abc
from bounded
left join {class} as class on class.product_id = bounded.product_id and class.month_no = bounded.month_no
