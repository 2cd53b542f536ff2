newest AS (
    SELECT max(month) AS month FROM {origin} WHERE origin <= $as_of
)
SELECT
    state.origin,
    chance.horizon,
    target.last_day AS target_date,
    state.opportunity_id,
    state.customer_id,
    state.segment,
    state.attribute_backfilled,
    share.family,
    state.snapshot_date,
    state.asof_quality,
    state.stage_code,
    state.close_bucket,
    state.amount_rc::DOUBLE AS amount,
    share.share,
    share.basis AS share_basis,
    chance.pi,
    chance.value_ratio,
    state.amount_rc::DOUBLE * share.share * chance.pi * chance.value_ratio AS contribution,
    state.source_system,
    state.source_object,
    state.source_id,
    state.load_id,
    state.source_line
FROM newest
JOIN opp_state AS state ON state.month = newest.month
JOIN opp_share AS share ON share.state_no = state.state_no
JOIN {probability} AS chance
    ON chance.month = state.month
    AND chance.stage_code = state.stage_code
    AND chance.close_bucket_key = coalesce(state.close_bucket::VARCHAR, '')
JOIN month_end AS target ON target.month = state.month + chance.horizon
