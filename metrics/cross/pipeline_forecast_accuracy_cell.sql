origin AS (
    SELECT month, origin FROM {origin}
),
demand AS (
    SELECT month, segment, family, currency, attribute_backfilled, amount FROM {demand}
),
demand_reach AS (
    SELECT min(month) AS first_month FROM demand
),
-- booked value as an origin sees it: every month at the rate of the origin
past AS (
    SELECT
        origin.month,
        demand.month AS target_month,
        demand.segment,
        demand.family,
        sum(demand.amount * rate.rate) AS amount,
        count(*) FILTER (WHERE rate.rate IS NULL) AS unconverted,
        bool_or(demand.attribute_backfilled) AS attribute_backfilled
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
        sum(unconverted) FILTER (WHERE target_month <= month) AS unconverted,
        bool_or(attribute_backfilled) FILTER (WHERE target_month <= month) AS attribute_backfilled
    FROM past
    GROUP BY ALL
),
-- a group is known from its first order or its first open deal on
seen AS (
    SELECT segment, family, min(month) AS known_month, min(first_target) AS first_target
    FROM (
        SELECT segment, family, month, month AS first_target FROM demand
        UNION ALL
        SELECT segment, family, month, month + 1 AS first_target FROM {pipe}
    ) AS evidence
    GROUP BY ALL
),
base_count AS (
    SELECT DISTINCT month, horizon, base_months AS months FROM {base}
),
crm_origin AS (
    SELECT DISTINCT month FROM {pipe} WHERE f_crm IS NOT NULL
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
    SELECT
        seen.segment,
        seen.family,
        month_end.month AS target_month,
        coalesce(sum(demand.amount * rate.rate), 0)::DOUBLE AS amount
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
        CASE
            WHEN grid.target_month - 12 >= demand_reach.first_month THEN coalesce(year_ago.amount, 0)::DOUBLE
        END AS f_seasonal_naive,
        CASE WHEN grid.month - 2 >= demand_reach.first_month THEN coalesce(recent.f_ma3, 0) END AS f_ma3,
        CASE WHEN grid.month >= demand_reach.first_month THEN coalesce(recent.f_naive, 0) END AS f_naive,
        CASE WHEN crm_origin.month IS NOT NULL THEN coalesce(pipe.f_crm, 0) END AS f_crm,
        coalesce(base_count.months, 0) AS base_months,
        coalesce(pipe.open_deals, 0) AS open_deals,
        coalesce(pipe.squared, 0) AS squared,
        in_sample.changes AS in_sample,
        grid.demand_from,
        coalesce(pipe.unconverted, 0) + coalesce(recent.unconverted, 0) AS unconverted_before,
        coalesce(actual.unconverted, 0) AS unconverted_after,
        coalesce(pipe.attribute_backfilled, false) OR coalesce(recent.attribute_backfilled, false) AS backfilled_before,
        coalesce(actual.attribute_backfilled, false) AS backfilled_after,
        grid.seen_from
    FROM grid
    CROSS JOIN demand_reach
    LEFT JOIN usable ON usable.month = grid.month AND usable.horizon = grid.horizon
    LEFT JOIN base_count ON base_count.month = grid.month AND base_count.horizon = grid.horizon
    LEFT JOIN crm_origin ON crm_origin.month = grid.month
    LEFT JOIN {pipe} AS pipe
        ON pipe.month = grid.month
        AND pipe.horizon = grid.horizon
        AND pipe.segment = grid.segment
        AND pipe.family = grid.family
    LEFT JOIN {base} AS base
        ON base.month = grid.month
        AND base.horizon = grid.horizon
        AND base.segment = grid.segment
        AND base.family = grid.family
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
    SELECT forecast.* REPLACE (
        NULL::DOUBLE AS y, NULL::DOUBLE AS squared, 0 AS unconverted_after, false AS backfilled_after
    ),
        seen_from AS known_from, target_date AS known_to
    FROM forecast
    WHERE seen_from < target_date
    UNION ALL
    SELECT forecast.*, greatest(seen_from, target_date) AS known_from, NULL::DATE AS known_to FROM forecast
)
SELECT
    told.* EXCLUDE (unconverted_before, unconverted_after, backfilled_before, backfilled_after, seen_from),
    unconverted_before + unconverted_after AS unconverted,
    backfilled_before OR backfilled_after AS attribute_backfilled,
    NULL::VARCHAR AS source_system,
    NULL::VARCHAR AS source_object,
    NULL::VARCHAR AS source_id,
    NULL::VARCHAR AS load_id,
    NULL::BIGINT AS source_line
FROM told
