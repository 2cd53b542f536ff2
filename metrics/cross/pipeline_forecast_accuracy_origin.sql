won_deal AS (
    SELECT opportunity_id, year(closed_date) * 12 + month(closed_date) - 1 AS month
    FROM opportunity
    WHERE outcome = 'won' AND closed_date IS NOT NULL
),
origin AS (
    SELECT DISTINCT month, origin FROM forecast_origin
),
linked AS (
    SELECT origin.month, count(*) AS won_deals, count(first_order.order_id) AS linked_deals
    FROM origin
    JOIN won_deal ON won_deal.month <= origin.month
    LEFT JOIN first_order
        ON first_order.opportunity_id = won_deal.opportunity_id AND first_order.ordered_date <= origin.origin
    GROUP BY origin.month
)
SELECT
    origin.origin,
    origin.month,
    coalesce(linked.won_deals, 0) AS won_deals,
    coalesce(linked.linked_deals, 0) AS linked_deals,
    CASE WHEN linked.linked_deals < 0.7 * linked.won_deals THEN 'closed' ELSE 'linked' END AS kind,
    origin.origin AS known_from,
    NULL::DATE AS known_to,
    NULL::VARCHAR AS source_system,
    NULL::VARCHAR AS source_object,
    NULL::VARCHAR AS source_id,
    NULL::VARCHAR AS load_id,
    NULL::BIGINT AS source_line
FROM origin
LEFT JOIN linked ON linked.month = origin.month
