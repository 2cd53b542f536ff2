first_value AS (
    SELECT order_id, min(month) AS month FROM {first_value} GROUP BY order_id
),
won AS (
    SELECT 'linked' AS kind, first_order.opportunity_id, first_order.order_id, first_value.month
    FROM first_order
    JOIN first_value ON first_value.order_id = first_order.order_id
    UNION ALL
    SELECT 'closed' AS kind, opportunity_id, NULL AS order_id, year(closed_date) * 12 + month(closed_date) - 1 AS month
    FROM opportunity
    WHERE outcome = 'won' AND closed_date IS NOT NULL
)
SELECT
    won.kind,
    state.origin,
    state.month,
    state.state_no,
    state.opportunity_id,
    won.order_id,
    won.month - state.month AS lag,
    month_end.last_day AS known_from,
    NULL::DATE AS known_to,
    state.source_system,
    state.source_object,
    state.source_id,
    state.load_id,
    state.source_line
FROM won
JOIN opp_state AS state ON state.opportunity_id = won.opportunity_id
JOIN month_end ON month_end.month = won.month
WHERE won.kind IN (SELECT kind FROM {origin}) AND won.month - state.month BETWEEN 1 AND (SELECT max(horizon) FROM horizon)
