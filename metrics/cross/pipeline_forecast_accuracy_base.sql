origin AS (
    SELECT month, origin, kind FROM {origin}
),
demand_reach AS (
    SELECT min(month) AS first_month FROM {demand}
),
-- first orders of deals that stood open in the state h months before; without order links, the deals' own amounts
visible AS (
    SELECT 'linked' AS kind, seen.month, seen.horizon, worth.segment, worth.family, worth.currency,
        sum(worth.amount) AS amount
    FROM (SELECT DISTINCT order_id, month + lag AS month, lag AS horizon FROM {win} WHERE kind = 'linked') AS seen
    JOIN {first_value} AS worth ON worth.order_id = seen.order_id AND worth.month = seen.month
    GROUP BY ALL
    UNION ALL
    SELECT 'closed' AS kind, win.month + win.lag AS month, win.lag AS horizon, state.segment, share.family, state.currency,
        sum(state.amount * share.share) AS amount
    FROM {win} AS win
    JOIN opp_state AS state ON state.state_no = win.state_no
    JOIN opp_share AS share ON share.state_no = win.state_no
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
    SELECT base.month, base.kind, base.horizon, base.target_month, demand.segment, demand.family,
        sum(demand.amount * rate.rate)::DOUBLE AS amount
    FROM base_month AS base
    JOIN {demand} AS demand ON demand.month = base.target_month
    JOIN month_rate AS rate ON rate.month = base.month AND rate.currency = demand.currency
    GROUP BY ALL
    UNION ALL
    SELECT base.month, base.kind, base.horizon, base.target_month, visible.segment, visible.family,
        -sum(visible.amount * rate.rate)::DOUBLE AS amount
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
)
SELECT
    origin.origin,
    base_count.month,
    base_count.horizon,
    coalesce(unseen_month.segment, '') AS segment,
    coalesce(unseen_month.family, '') AS family,
    base_count.months AS base_months,
    coalesce(sum(unseen_month.amount), 0) / base_count.months AS f_base,
    origin.origin AS known_from,
    NULL::DATE AS known_to,
    NULL::VARCHAR AS source_system,
    NULL::VARCHAR AS source_object,
    NULL::VARCHAR AS source_id,
    NULL::VARCHAR AS load_id,
    NULL::BIGINT AS source_line
FROM base_count
JOIN origin ON origin.month = base_count.month
LEFT JOIN unseen_month ON unseen_month.month = base_count.month AND unseen_month.horizon = base_count.horizon
GROUP BY
    origin.origin, base_count.month, base_count.horizon, unseen_month.segment, unseen_month.family, base_count.months
