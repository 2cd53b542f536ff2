-- The days whose state is known: the last stock count of each month, and the day up to which all exports reach (is_now). A day
-- before that is known only if purchases and production of that day are: by a snapshot of its week, by dated changes, or
-- because there were none yet.
WITH reach AS (
    SELECT min(newest.day) AS day
    FROM (
        SELECT max(load.last_full_day) AS day
        FROM load
        JOIN load_table AS part ON part.load_id = load.load_id
        WHERE load.last_full_day IS NOT NULL AND part.table_name IN ('READS')
        GROUP BY load.source_system, load.object, part.table_name
    ) AS newest
),
candidate AS (
    SELECT max(stock_date.state_date) AS state_date, false AS is_now
    FROM stock_date
    CROSS JOIN reach
    WHERE stock_date.state_date < reach.day AND stock_date.state_date >= reach.day - 760
    GROUP BY date_trunc('month', stock_date.state_date)
    UNION ALL
    SELECT day AS state_date, true AS is_now FROM reach WHERE day IS NOT NULL
),
purchase AS (
    SELECT
        (
            SELECT min(coalesce(head.ordered_date, DATE '0001-01-01'))
            FROM po_line
            LEFT JOIN purchase_order AS head ON head.po_id = po_line.po_id
        ) AS first_day,
        (SELECT min(greatest(changed_date, coalesce(recorded_date, changed_date))) FROM po_line_change) AS told_from
),
production AS (
    SELECT
        (SELECT min(coalesce(created_date, released_date, DATE '0001-01-01')) FROM production_order) AS first_day,
        (
            SELECT min(greatest(changed_date, coalesce(recorded_date, changed_date))) FROM production_order_change
        ) AS told_from
),
told AS (
    SELECT
        candidate.state_date,
        candidate.is_now,
        (
            SELECT max(snapshot_date) FROM po_line_snapshot
            WHERE snapshot_date BETWEEN candidate.state_date - 7 AND candidate.state_date
        ) AS po_snapshot_date
    FROM candidate
)
SELECT
    row_number() OVER (ORDER BY told.state_date) AS place,
    told.state_date,
    told.is_now,
    told.po_snapshot_date,
    (
        SELECT max(stock_date.state_date) FROM stock_date WHERE stock_date.state_date <= told.state_date
    ) AS stock_date
FROM told
CROSS JOIN purchase
CROSS JOIN production
WHERE told.is_now
    OR (
        (
            told.po_snapshot_date IS NOT NULL
            OR purchase.told_from <= told.state_date
            OR coalesce(purchase.first_day > told.state_date, true)
        )
        AND (
            production.told_from <= told.state_date
            OR coalesce(production.first_day > told.state_date, true)
        )
    )
