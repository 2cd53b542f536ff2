-- open amounts at each origin by what decides their chance and what they are counted under
exposure AS (
    SELECT
        state.month,
        state.origin,
        state.stage_code,
        coalesce(state.close_bucket::VARCHAR, '') AS close_bucket_key,
        state.close_lag,
        state.segment,
        share.family,
        win.lag,
        bool_or(state.attribute_backfilled) AS attribute_backfilled,
        sum(share.share) AS deals,
        sum(state.amount_rc * share.share) AS amount,
        sum(state.amount_rc * share.share * state.crm_probability) AS crm_amount,
        count(*) FILTER (WHERE state.amount_rc IS NULL) AS unconverted
    FROM opp_state AS state
    JOIN {origin} AS origin ON origin.month = state.month
    JOIN opp_share AS share ON share.state_no = state.state_no
    LEFT JOIN {win} AS win ON win.kind = origin.kind AND win.state_no = state.state_no
    GROUP BY ALL
),
-- the CRM's own number: its probability of the deals it expects in the target month
crm AS (
    SELECT month, close_lag AS horizon, segment, family, sum(crm_amount) AS f_crm
    FROM exposure
    WHERE close_lag BETWEEN 1 AND (SELECT max(horizon) FROM horizon)
    GROUP BY ALL
),
crm_origin AS (
    SELECT DISTINCT month FROM opp_state WHERE crm_probability IS NOT NULL
),
expected AS (
    SELECT
        exposure.month,
        exposure.origin,
        horizon.horizon,
        exposure.segment,
        exposure.family,
        sum(exposure.amount * chance.pi * chance.value_ratio) AS f_pipe,
        sum(exposure.deals) AS open_deals,
        sum(
            exposure.deals * CASE
                WHEN exposure.lag = horizon.horizon THEN (1 - chance.pi) * (1 - chance.pi)
                ELSE chance.pi * chance.pi
            END
        ) AS squared,
        sum(exposure.unconverted) AS unconverted,
        bool_or(exposure.attribute_backfilled) AS attribute_backfilled
    FROM exposure
    CROSS JOIN horizon
    LEFT JOIN {probability} AS chance
        ON chance.month = exposure.month
        AND chance.horizon = horizon.horizon
        AND chance.stage_code = exposure.stage_code
        AND chance.close_bucket_key = exposure.close_bucket_key
    GROUP BY ALL
)
SELECT
    expected.*,
    CASE WHEN crm_origin.month IS NOT NULL THEN coalesce(crm.f_crm, 0) END AS f_crm,
    expected.origin AS known_from,
    NULL::DATE AS known_to,
    NULL::VARCHAR AS source_system,
    NULL::VARCHAR AS source_object,
    NULL::VARCHAR AS source_id,
    NULL::VARCHAR AS load_id,
    NULL::BIGINT AS source_line
FROM expected
LEFT JOIN crm_origin ON crm_origin.month = expected.month
LEFT JOIN crm
    ON crm.month = expected.month
    AND crm.horizon = expected.horizon
    AND crm.segment = expected.segment
    AND crm.family = expected.family
