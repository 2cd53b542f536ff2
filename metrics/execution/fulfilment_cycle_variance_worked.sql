-- The lines by the business days of their site. The way to the customer is no business of that calendar: no done_no.
select
    line.* replace (
        entry.no as entry_no,
        release.no as release_no,
        pick.no as pick_no,
        ship.no as ship_no,
        null::int as done_no,
        wish.no as wish_no
    )
from {line} as line
left join {workday} as entry on entry.site_id = line.site_id and entry.day = line.entry_date
left join {workday} as release on release.site_id = line.site_id and release.day = line.released_date
left join {workday} as pick on pick.site_id = line.site_id and pick.day = line.picked_date
left join {workday} as ship on ship.site_id = line.site_id and ship.day = line.completion_ship_date
left join {workday} as wish
    on wish.site_id = line.site_id and wish.day = line.requested_date - line.sales_lead_time_days::int
