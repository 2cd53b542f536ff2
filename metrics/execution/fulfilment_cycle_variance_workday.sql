-- The number of each day in the calendar of a site's business days; days off have the number of the day before them.
select
    site.site_id,
    calendar.d as day,
    (sum(calendar.is_business_day::int) over (partition by site.site_id order by calendar.d))::int as no
from site
join business_calendar as calendar on calendar.calendar_id = site.calendar_id
