-- every deal created by the as-of date, as it was then known
with outcome_of_stage as (
    select source_stage, min(outcome) as outcome from stage_map group by source_stage having count(distinct outcome) = 1
),
-- where no history of outcomes is kept, the one of stages tells them
turned as (
    select history.* replace ('outcome' as field, before.outcome as old_value, after.outcome as new_value)
    from opportunity_field_history as history
    join outcome_of_stage as after on after.source_stage = history.new_value
    left join outcome_of_stage as before on before.source_stage = history.old_value
    where history.field = 'stage' and before.outcome is distinct from after.outcome
        and history.opportunity_id not in (select opportunity_id from opportunity_field_history where field = 'outcome')
),
change as (
    select
        opportunity_id,
        field,
        old_value,
        new_value,
        changed_date,
        greatest(changed_date, coalesce(recorded_date, changed_date)) as known_date,
        (coalesce(changed_at, changed_date::timestamp), recorded_at, seq) as turn
    from (from opportunity_field_history union all by name from turned)
    where changed_date is not null
),
told as (
    select
        opportunity_id,
        arg_max(new_value, turn) filter (where field = 'outcome' and known_date <= $as_of) as outcome,
        arg_max(changed_date, turn) filter (where field = 'outcome' and known_date <= $as_of) as outcome_date,
        arg_max(known_date, turn) filter (where field = 'outcome') as last_outcome_date,
        arg_max(new_value, turn) filter (where field = 'outcome') as last_outcome,
        arg_max(new_value, turn) filter (where field = 'amount' and known_date <= $as_of) as amount,
        arg_min(old_value, turn) filter (where field = 'amount') as first_amount,
        count(*) filter (where field = 'amount' and known_date <= $as_of) > 0 as is_amount_told,
        count(*) filter (where field = 'amount') > 0 as is_amount_tracked,
        arg_max(new_value, turn) filter (where field = 'owner' and known_date <= $as_of) as owner,
        arg_min(old_value, turn) filter (where field = 'owner') as first_owner,
        min(changed_date) filter (where field = 'stage') as first_stage_date
    from change
    group by opportunity_id
),
export as (
    select opportunity_id, snapshot_date, outcome, amount
    from opportunity_snapshot
    where coalesce(asof_quality, 'snapshot') = 'snapshot' and snapshot_date <= $as_of
),
seen as (
    select
        opportunity_id,
        arg_max(outcome, snapshot_date) as outcome,
        arg_max(amount, snapshot_date) as amount,
        max(snapshot_date) filter (where outcome = 'open') as open_date
    from export
    group by opportunity_id
),
-- a close that only successive exports show is dated at the first that shows it
seen_closed as (
    select export.opportunity_id, min(export.snapshot_date) as closed_date
    from export
    join seen on seen.opportunity_id = export.opportunity_id and seen.open_date < export.snapshot_date
    where export.outcome in ('won', 'lost')
    group by export.opportunity_id
),
latest_load as (
    select load_id, last_full_day from load
),
stated as (
    select
        opportunity.opportunity_id,
        opportunity.customer_id,
        coalesce(opportunity.created_date, told.first_stage_date) as created_date,
        case
            when opportunity.outcome in ('won', 'lost')
                and coalesce(opportunity.closed_date, seen_closed.closed_date, told.outcome_date, latest_load.last_full_day) <= $as_of
                and (told.last_outcome is distinct from opportunity.outcome or told.last_outcome_date <= $as_of)
                then 'final'
            when told.outcome in ('won', 'lost') and coalesce(seen.open_date <= told.outcome_date, true) then 'told'
            when seen.outcome in ('won', 'lost')
                and (told.outcome is null or (turned.opportunity_id is not null and told.outcome_date <= seen_closed.closed_date))
                then 'seen'
            else 'open'
        end as known_by,
        opportunity.outcome as final_outcome,
        opportunity.closed_date as final_date,
        told.outcome as told_outcome,
        told.outcome_date,
        seen.outcome as seen_outcome,
        seen_closed.closed_date as seen_date,
        case
            when told.is_amount_told then try_cast(told.amount as decimal(18, 4))
            when told.is_amount_tracked then try_cast(told.first_amount as decimal(18, 4))
            when seen.opportunity_id is not null then seen.amount
            when latest_load.last_full_day <= $as_of then opportunity.amount
        end as amount,
        opportunity.currency,
        opportunity.opp_type,
        coalesce(told.owner, told.first_owner, opportunity.owner) as owner,
        opportunity.source_system,
        opportunity.source_object,
        opportunity.source_id,
        opportunity.load_id,
        opportunity.source_line
    from opportunity
    left join told on told.opportunity_id = opportunity.opportunity_id
    left join seen on seen.opportunity_id = opportunity.opportunity_id
    left join seen_closed on seen_closed.opportunity_id = opportunity.opportunity_id
    left join (select distinct opportunity_id from turned) as turned on turned.opportunity_id = opportunity.opportunity_id
    left join latest_load on latest_load.load_id = opportunity.load_id
    where not coalesce(opportunity.is_deleted, false)
        and coalesce(opportunity.created_date, told.first_stage_date) <= $as_of
),
dated as (
    select
        *,
        case known_by when 'final' then final_outcome when 'told' then told_outcome when 'seen' then seen_outcome else 'open' end
            as outcome,
        case known_by
            when 'final' then coalesce(final_date, outcome_date, seen_date)
            when 'told' then outcome_date
            when 'seen' then seen_date
        end as closed_date
    from stated
),
-- more than a fifth of a month's losses, and at least five, closed on one day by one person
lost_day as (
    select closed_date, owner, count(*) as losses
    from dated
    where outcome = 'lost' and closed_date is not null
    group by closed_date, owner
),
bulk as (
    select closed_date, owner
    from lost_day
    qualify losses >= 5 and losses > 0.2 * sum(losses) over (partition by date_trunc('month', closed_date))
),
-- a deal with products of several families goes to the one with the greatest value, then with the most lines
line as (
    select
        line.opportunity_id,
        coalesce(product.family, line.family) as family,
        sum(line.amount) as amount,
        count(*) as lines
    from opportunity_line as line
    left join product on product.product_id = line.product_id
    where coalesce(product.family, line.family) is not null
        and coalesce(line.valid_from, date '0001-01-01') <= $as_of
        and coalesce(line.valid_to, date '9999-12-31') > $as_of
        and coalesce(line.recorded_date, date '0001-01-01') <= $as_of
    group by all
),
main_family as (
    select opportunity_id, arg_max(family, (coalesce(amount, 0), lines, family)) as family from line group by opportunity_id
)
select
    dated.opportunity_id,
    dated.created_date,
    dated.closed_date,
    dated.outcome,
    case when dated.outcome = 'open' then $as_of::date else dated.closed_date end - dated.created_date as days,
    dated.outcome = 'lost' and bulk.closed_date is not null as is_bulk_close,
    span.segment,
    coalesce(dated.created_date < span.stated_from, false) as attribute_backfilled,
    dated.opp_type,
    main_family.family,
    customer.region,
    dated.owner,
    dated.amount,
    dated.currency,
    (dated.amount * case
        when dated.currency is null or dated.currency = company_setting.reporting_currency then 1 else fx.rate
    end::decimal(38, 8))::decimal(28, 6) as amount_rc,
    dated.source_system,
    dated.source_object,
    dated.source_id,
    dated.load_id,
    dated.source_line
from dated
cross join company_setting
left join bulk on bulk.closed_date = dated.closed_date and bulk.owner is not distinct from dated.owner
left join customer on customer.customer_id = dated.customer_id
left join customer_attribute as span
    on span.customer_id = dated.customer_id and span.valid_from <= dated.created_date and span.valid_to > dated.created_date
left join main_family on main_family.opportunity_id = dated.opportunity_id
left join fx
    on fx.from_ccy = dated.currency
    and fx.rate_date = coalesce(dated.closed_date, dated.created_date)
    and dated.currency <> company_setting.reporting_currency
