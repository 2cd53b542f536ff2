-- every stage that a deal has been seen in by the as-of date, and whether it was ever seen in a later one or won
with stage as (
    select distinct source_system, opportunity_id, source_stage
    from (
        select source_system, opportunity_id, new_value as source_stage
        from opportunity_field_history
        where field = 'stage' and greatest(changed_date, coalesce(recorded_date, changed_date)) <= $as_of
        union all
        select source_system, opportunity_id, old_value
        from opportunity_field_history
        where field = 'stage' and greatest(changed_date, coalesce(recorded_date, changed_date)) <= $as_of
        union all
        select source_system, opportunity_id, stage_code
        from opportunity_snapshot
        where coalesce(asof_quality, 'snapshot') = 'snapshot' and snapshot_date <= $as_of
    ) as sighting
    where source_stage is not null and source_stage <> ''
),
mapped as (
    select
        stage.opportunity_id,
        coalesce(map.stage_code, map.source_stage) as stage_code,
        map.stage_order,
        coalesce(map.outcome, 'open') as outcome
    from stage
    join opportunity on opportunity.opportunity_id = stage.opportunity_id
    join stage_map as map
        on map.source_stage = stage.source_stage
        and (map.system is null or lower(map.system) = lower(stage.source_system))
        and (map.pipeline is null or map.pipeline = opportunity.pipeline)
    where map.stage_order is not null
    qualify row_number() over (
        partition by stage.opportunity_id, stage.source_stage
        order by map.pipeline nulls last, map.system nulls last
    ) = 1
),
entered as (
    select opportunity_id, stage_code, min(stage_order) as stage_order
    from mapped
    where outcome = 'open'
    group by opportunity_id, stage_code
),
furthest as (
    select opportunity_id, max(stage_order) as stage_order from mapped where outcome <> 'lost' group by opportunity_id
)
select
    entered.stage_code,
    entered.stage_order,
    deal.outcome = 'won' or furthest.stage_order > entered.stage_order as is_passed,
    deal.*
from entered
join furthest on furthest.opportunity_id = entered.opportunity_id
join {deal} as deal on deal.opportunity_id = entered.opportunity_id
