-- the deals again, with the day before which no export or history tells their system's amounts
with tracked as (
    select distinct source_system from opportunity_field_history where field = 'amount'
),
exported as (
    select opportunity.source_system, min(snapshot.snapshot_date) as first_day
    from opportunity_snapshot as snapshot
    join opportunity on opportunity.opportunity_id = snapshot.opportunity_id
    where coalesce(snapshot.asof_quality, 'snapshot') = 'snapshot'
    group by opportunity.source_system
)
select
    deal.*,
    case
        when tracked.source_system is null
            then case when exported.first_day >= deal.created_date then exported.first_day
                when exported.first_day is null then load.last_full_day end
    end as state_from
from {deal} as deal
join load on load.load_id = deal.load_id
left join tracked on tracked.source_system = deal.source_system
left join exported on exported.source_system = deal.source_system
