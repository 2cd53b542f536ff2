exposure AS (
    SELECT
        state.month,
        state.origin,
        state.stage_code,
        coalesce(state.close_bucket::VARCHAR, '') AS close_bucket_key,
        state.segment,
        share.family,
        win.lag,
        sum(share.share) AS deals
    FROM opp_state AS state
    JOIN {origin} AS origin ON origin.month = state.month
    JOIN opp_share AS share ON share.state_no = state.state_no
    LEFT JOIN {win} AS win ON win.kind = origin.kind AND win.state_no = state.state_no
    GROUP BY ALL
),
judged AS (
    SELECT DISTINCT origin, horizon, segment, family FROM {cell} WHERE f_pipeline IS NOT NULL AND y IS NOT NULL
)
SELECT
    exposure.origin,
    chance.horizon,
    exposure.stage_code,
    exposure.close_bucket_key,
    exposure.segment,
    exposure.family,
    target.last_day AS target_date,
    chance.pi,
    sum(exposure.deals) AS open_deals,
    bool_or(judged.origin IS NOT NULL) AS has_forecast,
    coalesce(sum(exposure.deals) FILTER (WHERE exposure.lag = chance.horizon), 0) AS won_deals,
    target.last_day AS known_from,
    NULL::DATE AS known_to,
    NULL::VARCHAR AS source_system,
    NULL::VARCHAR AS source_object,
    NULL::VARCHAR AS source_id,
    NULL::VARCHAR AS load_id,
    NULL::BIGINT AS source_line
FROM exposure
JOIN {probability} AS chance
    ON chance.month = exposure.month
    AND chance.stage_code = exposure.stage_code
    AND chance.close_bucket_key = exposure.close_bucket_key
JOIN month_end AS target ON target.month = exposure.month + chance.horizon
LEFT JOIN judged
    ON judged.origin = exposure.origin
    AND judged.horizon = chance.horizon
    AND judged.segment = exposure.segment
    AND judged.family = exposure.family
WHERE chance.pi IS NOT NULL
GROUP BY ALL
