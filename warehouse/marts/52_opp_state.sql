-- Month ends at which the pipeline is known: each system's newest state of the seven days up to them. A state rebuilt
-- from stages alone, or from today's values, is none: it would show later edits.
create table forecast_origin as
with known as (
    select distinct coalesce(source_system, '') as source_system, snapshot_date
    from opportunity_snapshot
    where coalesce(asof_quality, 'snapshot') in ('snapshot', 'rebuilt_full')
)
select
    month_end.month,
    month_end.last_day as origin,
    known.source_system,
    max(known.snapshot_date) as snapshot_date
from month_end
join known on known.snapshot_date between month_end.last_day - 7 and month_end.last_day
group by all;

-- One row (state_no) per open opportunity and month end, as it then stood. close_bucket: months until the expected close, overdue
-- as -1, three and more as 3, empty without one. amount_rc: reporting currency at the origin's rate, empty without a rate.
create table opp_state as
with outcome_of_stage as (
    select source_stage, min(outcome) as outcome from stage_map group by source_stage having count(distinct outcome) = 1
),
stated as (
    select
        forecast_origin.month,
        forecast_origin.origin,
        snapshot.*,
        year(snapshot.expected_close_date) * 12 + month(snapshot.expected_close_date) - 1
            - forecast_origin.month as close_lag
    from forecast_origin
    join opportunity_snapshot as snapshot
        on snapshot.snapshot_date = forecast_origin.snapshot_date
        and coalesce(snapshot.source_system, '') = forecast_origin.source_system
    left join outcome_of_stage on outcome_of_stage.source_stage = snapshot.stage_code
    where coalesce(snapshot.asof_quality, 'snapshot') in ('snapshot', 'rebuilt_full')
        and coalesce(snapshot.outcome, outcome_of_stage.outcome, 'open') = 'open'
)
select
    row_number() over () as state_no,
    stated.month,
    stated.origin,
    stated.snapshot_date,
    stated.opportunity_id,
    opportunity.customer_id,
    coalesce(span.segment, '') as segment,
    coalesce(span.attribute_backfilled, false) as attribute_backfilled,
    coalesce(stated.stage_code, '') as stage_code,
    case when stated.close_lag is not null then greatest(-1, least(stated.close_lag, 3)) end as close_bucket,
    stated.close_lag,
    stated.amount,
    coalesce(stated.currency, '') as currency,
    (coalesce(stated.amount, 0) * rate.rate)::decimal(28, 6) as amount_rc,
    stated.crm_probability,
    coalesce(stated.asof_quality, 'snapshot') as asof_quality,
    stated.source_system,
    stated.source_object,
    stated.source_id,
    stated.load_id,
    stated.source_line
from stated
left join opportunity on opportunity.opportunity_id = stated.opportunity_id
left join customer_span as span
    on span.customer_id = opportunity.customer_id
    and span.valid_from <= stated.origin
    and span.valid_to > stated.origin
left join month_rate as rate on rate.month = stated.month and rate.currency = coalesce(stated.currency, '');
