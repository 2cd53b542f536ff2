-- How late receipts known by each state day had come, by supplier, by category of what was bought, and all of them: n receipts
-- of so many days, up_to that many days, total. Late against the day first confirmed, else the day asked for.
WITH scheduled AS (
    SELECT po_line_id, min(requested_date) AS requested_date, min(scheduled_date) AS scheduled_date
    FROM po_schedule_line
    GROUP BY po_line_id
),
receipt AS (
    SELECT
        head.supplier_id,
        product.category,
        po_receipt.received_date,
        po_receipt.received_date - coalesce(
            line.first_confirmed_date, line.current_confirmed_date, line.requested_date,
            scheduled.requested_date, scheduled.scheduled_date
        ) AS days
    FROM po_receipt
    JOIN po_line AS line ON line.po_line_id = po_receipt.po_line_id
    LEFT JOIN purchase_order AS head ON head.po_id = line.po_id
    LEFT JOIN product ON product.product_id = line.product_id
    LEFT JOIN scheduled ON scheduled.po_line_id = line.po_line_id
    WHERE po_receipt.qty_received > 0
),
known AS (
    SELECT dated.received_date, min(day.place) AS place
    FROM (SELECT DISTINCT received_date FROM receipt) AS dated
    JOIN {day} AS day ON day.state_date >= dated.received_date
    GROUP BY dated.received_date
),
pooled AS (
    SELECT 'supplier' AS pool_kind, supplier_id AS pool, days, received_date FROM receipt WHERE supplier_id IS NOT NULL
    UNION ALL
    SELECT 'category' AS pool_kind, category AS pool, days, received_date FROM receipt WHERE category IS NOT NULL
    UNION ALL
    SELECT 'all' AS pool_kind, '' AS pool, days, received_date FROM receipt
),
counted AS (
    SELECT pooled.pool_kind, pooled.pool, pooled.days::INT AS days, known.place, count(*) AS n
    FROM pooled
    JOIN known ON known.received_date = pooled.received_date
    WHERE pooled.days IS NOT NULL
    GROUP BY ALL
),
grown AS (
    SELECT day.state_date, counted.pool_kind, counted.pool, counted.days, sum(counted.n) AS n
    FROM counted
    JOIN {day} AS day ON day.place >= counted.place
    GROUP BY ALL
)
SELECT
    *,
    sum(n) OVER (PARTITION BY state_date, pool_kind, pool ORDER BY days) AS up_to,
    sum(n) OVER (PARTITION BY state_date, pool_kind, pool) AS total
FROM grown
