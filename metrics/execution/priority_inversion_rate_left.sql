-- Usable stock at the end of each day on which a product left a site: the last count and what moved since; where it was never
-- counted, all that ever moved. Where movements are not exported, shipments, receipts and finished production are the moves,
-- and a count holds for 35 days
WITH told AS (
    SELECT count(*) > 0 AS has_moves FROM inventory_movement WHERE qty IS NOT NULL AND moved_date <= $as_of
),
move AS (
    SELECT product_id, coalesce(site_id, '') AS site_id, moved_date AS day, qty::DOUBLE AS qty
    FROM inventory_movement
    WHERE moved_date IS NOT NULL
    UNION ALL
    SELECT line.product_id, coalesce(line.site_id, '') AS site_id, shipped.shipped_date AS day, -shipped.qty AS qty
    FROM {shipped} AS shipped
    JOIN order_line AS line ON line.order_line_id = shipped.order_line_id
    JOIN told ON NOT told.has_moves
    UNION ALL
    SELECT line.product_id, coalesce(line.site_id, '') AS site_id, receipt.received_date AS day,
        coalesce(receipt.qty_accepted, receipt.qty_received)::DOUBLE AS qty
    FROM po_receipt AS receipt
    JOIN po_line AS line ON line.po_line_id = receipt.po_line_id
    JOIN told ON NOT told.has_moves
    UNION ALL
    SELECT product_id, coalesce(site_id, '') AS site_id, completed_date AS day,
        coalesce(completed_qty, qty)::DOUBLE AS qty
    FROM production_order
    JOIN told ON NOT told.has_moves
    WHERE completed_date IS NOT NULL
),
usable AS (
    SELECT day.product_id, day.site_id, day.state_date AS day, coalesce(sum(state.qty), 0)::DOUBLE AS counted
    FROM stock_day AS day
    LEFT JOIN stock_state AS state
        ON state.state_date = day.state_date
        AND state.product_id = day.product_id
        AND state.site_id = day.site_id
        AND state.portion IN ('shared', 'reserved', 'dedicated')
    WHERE day.count_date = day.state_date
    GROUP BY ALL
),
asked AS (
    SELECT DISTINCT product_id, site_id, shipped_date AS day FROM {served}
),
daily AS (
    SELECT product_id, site_id, day, sum(qty) AS moved, max(counted) AS counted, bool_or(is_asked) AS is_asked
    FROM (
        SELECT product_id, site_id, day, qty, NULL::DOUBLE AS counted, false AS is_asked FROM move
        UNION ALL
        SELECT product_id, site_id, day, 0, counted, false FROM usable
        UNION ALL
        SELECT product_id, site_id, day, 0, NULL, true FROM asked
    ) AS named
    GROUP BY ALL
),
running AS (
    SELECT *, sum(moved) OVER run AS moved_up_to FROM daily WINDOW run AS (PARTITION BY product_id, site_id ORDER BY day)
),
based AS (
    SELECT
        *,
        last_value(CASE WHEN counted IS NOT NULL THEN counted - moved_up_to END IGNORE NULLS) OVER run AS base,
        last_value(CASE WHEN counted IS NOT NULL THEN day END IGNORE NULLS) OVER run AS count_day,
        bool_or(counted IS NOT NULL) OVER (PARTITION BY product_id, site_id) AS is_counted
    FROM running
    WINDOW run AS (PARTITION BY product_id, site_id ORDER BY day ROWS UNBOUNDED PRECEDING)
)
SELECT
    based.product_id,
    based.site_id,
    based.day,
    CASE
        WHEN based.count_day IS NOT NULL AND (told.has_moves OR based.count_day >= based.day - 35)
            THEN greatest(based.base + based.moved_up_to, 0)
        WHEN told.has_moves AND NOT based.is_counted THEN greatest(based.moved_up_to, 0)
    END AS left_qty
FROM based
CROSS JOIN told
WHERE based.is_asked
