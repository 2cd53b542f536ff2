-- The same records for what was planned: one without a date of its own is known as it was exported, and not before.
select
    * exclude (known_from),
    coalesce(recorded_date, date '0001-01-01') as known_from,
    case when recorded_date is null then planned_from end as state_from
from {week}
