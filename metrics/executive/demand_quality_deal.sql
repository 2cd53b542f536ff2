-- deals as the sales cycle has them, the open ones with what the newest export (or loaded snapshot) said of their close
with newest as (
    select opportunity.source_system, max(snapshot.snapshot_date) as day
    from opportunity_snapshot as snapshot
    join opportunity on opportunity.opportunity_id = snapshot.opportunity_id
    where snapshot.snapshot_date <= $as_of and coalesce(snapshot.asof_quality, 'snapshot') in ('snapshot', 'rebuilt_full')
    group by opportunity.source_system
),
told as (
    select
        snapshot.opportunity_id,
        snapshot.expected_close_date,
        snapshot.outcome,
        (snapshot.amount * case
            when snapshot.currency is null or snapshot.currency = company_setting.reporting_currency then 1 else fx.rate
        end)::double as open_value,
        snapshot.amount is not null as has_amount
    from opportunity_snapshot as snapshot
    join opportunity on opportunity.opportunity_id = snapshot.opportunity_id
    join newest
        on newest.source_system is not distinct from opportunity.source_system and newest.day = snapshot.snapshot_date
    cross join company_setting
    left join fx on fx.from_ccy = snapshot.currency and fx.rate_date = snapshot.snapshot_date
)
select
    deal.*,
    told.expected_close_date,
    told.open_value,
    coalesce(told.has_amount, false) as has_amount,
    deal.outcome = 'open' and coalesce(told.outcome, 'open') = 'open' as is_waiting
from {sales_cycle_days.deal} as deal
left join told on told.opportunity_id = deal.opportunity_id
