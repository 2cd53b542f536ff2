origin AS (
    SELECT month, origin, kind FROM {origin}
),
demand AS (
    SELECT month, segment, family, currency, amount FROM {demand}
),
demand_reach AS (
    SELECT min(month) AS first_month FROM demand
),
-- open amounts at each origin by what decides their chance and what they are counted under
exposure AS (
    SELECT
        state.month,
        state.stage_code,
        coalesce(state.close_bucket::VARCHAR, '') AS close_bucket_key,
        state.segment,
        share.family,
        win.lag,
        sum(share.share) AS deals,
        sum(state.amount_rc * share.share) AS amount,
        count(*) FILTER (WHERE state.amount_rc IS NULL) AS unconverted
    FROM opp_state AS state
    JOIN origin ON origin.month = state.month
    JOIN opp_share AS share ON share.month = state.month AND share.opportunity_id = state.opportunity_id
    LEFT JOIN {win} AS win
        ON win.kind = origin.kind AND win.month = state.month AND win.opportunity_id = state.opportunity_id
    GROUP BY ALL
),
pipe AS (
    SELECT
        exposure.month,
        chance.horizon,
        exposure.segment,
        exposure.family,
        sum(exposure.amount * chance.pi * chance.value_ratio) AS f_pipe,
        sum(exposure.deals) AS open_deals,
        sum(exposure.deals * CASE WHEN exposure.lag = chance.horizon THEN (1 - chance.pi) * (1 - chance.pi) ELSE chance.pi * chance.pi END) AS squared,
        sum(exposure.unconverted) AS unconverted
    FROM exposure
    JOIN {probability} AS chance
        ON chance.month = exposure.month
        AND chance.stage_code = exposure.stage_code
        AND chance.close_bucket_key = exposure.close_bucket_key
    GROUP BY ALL
),
-- the CRM's own number: its probability of the deals it expects in the target month
crm AS (
    SELECT
        state.month,
        state.close_lag AS horizon,
        state.segment,
        share.family,
        sum(state.amount_rc * share.share * state.crm_probability) AS f_crm
    FROM opp_state AS state
    JOIN opp_share AS share ON share.month = state.month AND share.opportunity_id = state.opportunity_id
    WHERE state.close_lag BETWEEN 1 AND (SELECT max(horizon) FROM horizon)
    GROUP BY ALL
),
crm_origin AS (
    SELECT DISTINCT month FROM opp_state WHERE crm_probability IS NOT NULL
),
-- first orders of deals that stood open in the state h months before; without order links, the deals' own amounts
visible AS (
    SELECT 'linked' AS kind, seen.month, seen.horizon, worth.segment, worth.family, worth.currency, sum(worth.amount) AS amount
    FROM (SELECT DISTINCT order_id, month + lag AS month, lag AS horizon FROM {win} WHERE kind = 'linked') AS seen
    JOIN {first_value} AS worth ON worth.order_id = seen.order_id AND worth.month = seen.month
    GROUP BY ALL
    UNION ALL
    SELECT 'closed' AS kind, win.month + win.lag AS month, win.lag AS horizon, state.segment, share.family, state.currency,
        sum(state.amount * share.share) AS amount
    FROM {win} AS win
    JOIN opp_state AS state ON state.month = win.month AND state.opportunity_id = win.opportunity_id
    JOIN opp_share AS share ON share.month = win.month AND share.opportunity_id = win.opportunity_id
    WHERE win.kind = 'closed'
    GROUP BY ALL
),
base_month AS (
    SELECT origin.month, origin.kind, horizon.horizon, target.month AS target_month
    FROM origin
    CROSS JOIN fixed
    CROSS JOIN horizon
    CROSS JOIN demand_reach
    JOIN month_end AS target
        ON target.month BETWEEN origin.month - fixed.base_months + 1 AND origin.month
        AND target.month >= demand_reach.first_month
    JOIN origin AS before ON before.month = target.month - horizon.horizon
),
base_count AS (
    SELECT month, horizon, count(*) AS months FROM base_month GROUP BY ALL
),
unseen AS (
    SELECT base.month, base.kind, base.horizon, base.target_month, demand.segment, demand.family, sum(demand.amount * rate.rate)::DOUBLE AS amount
    FROM base_month AS base
    JOIN demand ON demand.month = base.target_month
    JOIN month_rate AS rate ON rate.month = base.month AND rate.currency = demand.currency
    GROUP BY ALL
    UNION ALL
    SELECT base.month, base.kind, base.horizon, base.target_month, visible.segment, visible.family, -sum(visible.amount * rate.rate)::DOUBLE AS amount
    FROM base_month AS base
    JOIN visible
        ON visible.kind = base.kind AND visible.month = base.target_month AND visible.horizon = base.horizon
    JOIN month_rate AS rate ON rate.month = base.month AND rate.currency = visible.currency
    GROUP BY ALL
),
unseen_month AS (
    SELECT month, horizon, target_month, segment, family,
        CASE WHEN kind = 'closed' THEN greatest(0, sum(amount)) ELSE sum(amount) END AS amount
    FROM unseen
    GROUP BY month, kind, horizon, target_month, segment, family
),
base AS (
    SELECT unseen_month.month, unseen_month.horizon, unseen_month.segment, unseen_month.family, sum(unseen_month.amount) / max(base_count.months) AS f_base
    FROM unseen_month
    JOIN base_count ON base_count.month = unseen_month.month AND base_count.horizon = unseen_month.horizon
    GROUP BY ALL
),
-- booked value as an origin sees it: every month at the rate of the origin
past AS (
    SELECT
        origin.month,
        demand.month AS target_month,
        demand.segment,
        demand.family,
        sum(demand.amount * rate.rate) AS amount,
        count(*) FILTER (WHERE rate.rate IS NULL) AS unconverted
    FROM origin
    JOIN demand ON demand.month BETWEEN origin.month - 12 AND origin.month + (SELECT max(horizon) FROM horizon)
    LEFT JOIN month_rate AS rate ON rate.month = origin.month AND rate.currency = demand.currency
    GROUP BY ALL
),
recent AS (
    SELECT
        month,
        segment,
        family,
        sum(amount) FILTER (WHERE target_month BETWEEN month - 2 AND month)::DOUBLE / 3 AS f_ma3,
        sum(amount) FILTER (WHERE target_month = month)::DOUBLE AS f_naive,
        sum(unconverted) FILTER (WHERE target_month <= month) AS unconverted
    FROM past
    GROUP BY ALL
),
-- a group is known from its first order or its first open deal on
seen AS (
    SELECT segment, family, min(month) AS known_month, min(first_target) AS first_target
    FROM (
        SELECT segment, family, month, month AS first_target FROM demand
        UNION ALL
        SELECT segment, family, month, month + 1 AS first_target FROM exposure
    ) AS evidence
    GROUP BY ALL
),
usable AS (
    SELECT base_count.month, base_count.horizon, base_count.months
    FROM base_count
    CROSS JOIN fixed
    JOIN (SELECT DISTINCT month, horizon FROM {probability}) AS trained
        ON trained.month = base_count.month AND trained.horizon = base_count.horizon
    WHERE base_count.months >= fixed.least_base_months
),
-- the months before the first forecast: how much the groups moved then is the measure of MASE and RMSSE
before_first AS (
    SELECT
        min(usable.month) AS month,
        min(demand_reach.first_month) AS first_month,
        CASE WHEN min(usable.month) - min(demand_reach.first_month) + 1 >= 24 THEN 12 ELSE 1 END AS step
    FROM usable
    CROSS JOIN demand_reach
),
early AS (
    SELECT seen.segment, seen.family, month_end.month AS target_month, coalesce(sum(demand.amount * rate.rate), 0)::DOUBLE AS amount
    FROM before_first
    JOIN month_end ON month_end.month BETWEEN before_first.first_month AND before_first.month
    CROSS JOIN seen
    LEFT JOIN demand
        ON demand.month = month_end.month AND demand.segment = seen.segment AND demand.family = seen.family
    LEFT JOIN month_rate AS rate ON rate.month = before_first.month AND rate.currency = demand.currency
    GROUP BY ALL
),
in_sample AS (
    SELECT later.segment, later.family,
        string_agg((later.amount - earlier.amount)::VARCHAR, ',' ORDER BY later.target_month) AS changes
    FROM early AS later
    CROSS JOIN before_first
    JOIN early AS earlier
        ON earlier.segment = later.segment
        AND earlier.family = later.family
        AND earlier.target_month = later.target_month - before_first.step
    GROUP BY ALL
),
grid AS (
    SELECT
        origin.origin,
        origin.month,
        horizon.horizon,
        target.month AS target_month,
        target.last_day AS target_date,
        seen.segment,
        seen.family,
        greatest(origin.origin, appeared.last_day) AS seen_from,
        first_demand.first_day AS demand_from
    FROM origin
    CROSS JOIN horizon
    CROSS JOIN seen
    CROSS JOIN demand_reach
    JOIN month_end AS target ON target.month = origin.month + horizon.horizon AND target.month >= seen.first_target
    JOIN month_end AS appeared ON appeared.month = seen.known_month
    JOIN month_end AS first_demand ON first_demand.month = demand_reach.first_month
),
forecast AS (
    SELECT
        grid.origin,
        grid.horizon,
        grid.target_date,
        grid.segment,
        grid.family,
        grid.segment || ' / ' || grid.family AS cell,
        'all' AS whole,
        coalesce(actual.amount, 0)::DOUBLE AS y,
        CASE WHEN usable.months IS NOT NULL THEN coalesce(pipe.f_pipe, 0) + coalesce(base.f_base, 0) END AS f_pipeline,
        coalesce(pipe.f_pipe, 0) AS f_pipe,
        coalesce(base.f_base, 0) AS f_base,
        CASE WHEN grid.target_month - 12 >= demand_reach.first_month THEN coalesce(year_ago.amount, 0)::DOUBLE END AS f_seasonal_naive,
        CASE WHEN grid.month - 2 >= demand_reach.first_month THEN coalesce(recent.f_ma3, 0) END AS f_ma3,
        CASE WHEN grid.month >= demand_reach.first_month THEN coalesce(recent.f_naive, 0) END AS f_naive,
        CASE WHEN crm_origin.month IS NOT NULL THEN coalesce(crm.f_crm, 0) END AS f_crm,
        coalesce(base_count.months, 0) AS base_months,
        coalesce(pipe.open_deals, 0) AS open_deals,
        coalesce(pipe.squared, 0) AS squared,
        in_sample.changes AS in_sample,
        grid.demand_from,
        coalesce(pipe.unconverted, 0) + coalesce(recent.unconverted, 0) AS unconverted_before,
        coalesce(actual.unconverted, 0) AS unconverted_after,
        grid.seen_from
    FROM grid
    CROSS JOIN demand_reach
    LEFT JOIN usable ON usable.month = grid.month AND usable.horizon = grid.horizon
    LEFT JOIN base_count ON base_count.month = grid.month AND base_count.horizon = grid.horizon
    LEFT JOIN crm_origin ON crm_origin.month = grid.month
    LEFT JOIN pipe
        ON pipe.month = grid.month AND pipe.horizon = grid.horizon AND pipe.segment = grid.segment AND pipe.family = grid.family
    LEFT JOIN base
        ON base.month = grid.month AND base.horizon = grid.horizon AND base.segment = grid.segment AND base.family = grid.family
    LEFT JOIN crm
        ON crm.month = grid.month AND crm.horizon = grid.horizon AND crm.segment = grid.segment AND crm.family = grid.family
    LEFT JOIN recent ON recent.month = grid.month AND recent.segment = grid.segment AND recent.family = grid.family
    LEFT JOIN past AS year_ago
        ON year_ago.month = grid.month AND year_ago.target_month = grid.target_month - 12
        AND year_ago.segment = grid.segment AND year_ago.family = grid.family
    LEFT JOIN past AS actual
        ON actual.month = grid.month AND actual.target_month = grid.target_month
        AND actual.segment = grid.segment AND actual.family = grid.family
    LEFT JOIN in_sample ON in_sample.segment = grid.segment AND in_sample.family = grid.family
),
-- until the target month is over a row is a forecast alone; from then on another row holds what came of it
told AS (
    SELECT forecast.* REPLACE (NULL::DOUBLE AS y, NULL::DOUBLE AS squared, 0 AS unconverted_after),
        seen_from AS known_from, target_date AS known_to
    FROM forecast
    WHERE seen_from < target_date
    UNION ALL
    SELECT forecast.*, greatest(seen_from, target_date) AS known_from, NULL::DATE AS known_to FROM forecast
)
SELECT
    told.* EXCLUDE (unconverted_before, unconverted_after, seen_from),
    unconverted_before + unconverted_after AS unconverted,
    NULL::VARCHAR AS source_system,
    NULL::VARCHAR AS source_object,
    NULL::VARCHAR AS source_id,
    NULL::VARCHAR AS load_id,
    NULL::BIGINT AS source_line
FROM told
