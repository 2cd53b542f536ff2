-- One row per line and day on which goods left for it: how much, how much by then, and whether that day completed it
WITH part AS (
    SELECT shipment_line.order_line_id, shipment.shipped_date,
        coalesce(qty_shipped, qty_delivered, CASE WHEN source_qty IS NULL THEN 1000000000 ELSE 0 END)::DOUBLE AS qty
    FROM shipment_line
    JOIN shipment ON shipment.shipment_id = shipment_line.shipment_id
    UNION ALL
    SELECT whole_delivery.order_line_id, shipment.shipped_date, 1e9 AS qty
    FROM whole_delivery
    JOIN shipment ON shipment.shipment_id = whole_delivery.shipment_id
),
daily AS (
    SELECT order_line_id, shipped_date, sum(qty) AS qty
    FROM part
    WHERE shipped_date IS NOT NULL
    GROUP BY ALL
),
running AS (
    SELECT *, sum(qty) OVER (PARTITION BY order_line_id ORDER BY shipped_date) AS up_to FROM daily
),
judged AS (
    SELECT
        running.*,
        (known.ordered_qty - coalesce(known.cancelled_qty, 0))::DOUBLE * (1 - known.tol) - 1e-9 AS needed,
        known.ordered_qty::DOUBLE AS ordered_qty
    FROM running
    JOIN line_known AS known
        ON known.order_line_id = running.order_line_id
        AND known.known_from <= running.shipped_date
        AND (known.known_to IS NULL OR known.known_to > running.shipped_date)
    WHERE known.ordered_qty > 0
)
SELECT
    order_line_id,
    shipped_date,
    least(qty, ordered_qty) AS qty,
    up_to,
    up_to >= needed AND coalesce(lag(up_to < needed) OVER (PARTITION BY order_line_id ORDER BY shipped_date), true) AS completes
FROM judged
