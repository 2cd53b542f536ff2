-- What purchases still bring at each state day: the part of a purchase line not yet received, with the day confirmed and the
-- day asked for, as they stood that day
WITH told_day AS (
    SELECT change.*, greatest(change.changed_date, coalesce(change.recorded_date, change.changed_date)) AS told_date
    FROM po_line_change AS change
),
replayed AS (
    SELECT day.state_date, change.po_line_id, change.field,
        coalesce(
            arg_max(change.new_value, (change.told_date, change.changed_at, change.change_id))
                FILTER (WHERE change.told_date <= day.state_date),
            arg_min(change.old_value, (change.told_date, change.changed_at, change.change_id))
                FILTER (WHERE change.told_date > day.state_date)
        ) AS value
    FROM told_day AS change
    CROSS JOIN {day} AS day
    WHERE NOT day.is_now AND day.po_snapshot_date IS NULL
    GROUP BY ALL
),
field AS (
    SELECT
        state_date,
        po_line_id,
        max(value) FILTER (WHERE field = 'ordered_qty') AS ordered_qty,
        max(value) FILTER (WHERE field = 'cancelled_qty') AS cancelled_qty,
        max(value) FILTER (WHERE field = 'requested_date') AS requested_date,
        max(value) FILTER (WHERE field = 'current_confirmed_date') AS confirmed_date,
        max(value) FILTER (WHERE field = 'status') AS status,
        bool_or(field = 'ordered_qty') AS has_ordered,
        bool_or(field = 'cancelled_qty') AS has_cancelled,
        bool_or(field = 'requested_date') AS has_requested,
        bool_or(field = 'current_confirmed_date') AS has_confirmed,
        bool_or(field = 'status') AS has_status
    FROM replayed
    GROUP BY ALL
),
-- a field that never changed stood then as it stands now
stood AS (
    SELECT
        day.state_date,
        day.state_date AS counted_date,
        line.po_line_id,
        (CASE WHEN field.has_ordered THEN try_cast(field.ordered_qty AS DECIMAL(18, 4)) ELSE line.ordered_qty END)
            - coalesce(
                CASE WHEN field.has_cancelled THEN try_cast(field.cancelled_qty AS DECIMAL(18, 4)) ELSE line.cancelled_qty END,
                0
            ) AS qty,
        NULL::DECIMAL(18, 4) AS open_qty,
        CASE WHEN field.has_requested THEN try_cast(field.requested_date AS DATE) ELSE line.requested_date END
            AS requested_date,
        CASE WHEN field.has_confirmed THEN try_cast(field.confirmed_date AS DATE) ELSE line.current_confirmed_date END
            AS confirmed_date,
        CASE WHEN field.has_status THEN field.status ELSE line.status END AS status
    FROM {day} AS day
    CROSS JOIN po_line AS line
    LEFT JOIN field ON field.state_date = day.state_date AND field.po_line_id = line.po_line_id
    WHERE day.is_now OR day.po_snapshot_date IS NULL
    UNION ALL
    SELECT
        day.state_date,
        day.po_snapshot_date AS counted_date,
        snapshot.po_line_id,
        snapshot.ordered_qty AS qty,
        snapshot.open_qty,
        snapshot.requested_date,
        snapshot.current_confirmed_date AS confirmed_date,
        snapshot.status
    FROM {day} AS day
    JOIN po_line_snapshot AS snapshot ON snapshot.snapshot_date = day.po_snapshot_date
    WHERE NOT day.is_now
),
alive AS (
    SELECT stood.*, line.po_id, line.product_id, line.site_id, line.order_line_id, head.supplier_id,
        line.source_system, line.source_object, line.source_id, line.load_id, line.source_line
    FROM stood
    JOIN po_line AS line ON line.po_line_id = stood.po_line_id
    LEFT JOIN purchase_order AS head ON head.po_id = line.po_id
    WHERE coalesce(head.ordered_date, DATE '0001-01-01') <= stood.state_date
        AND coalesce(lower(stood.status), '') NOT IN (ENDED)
        AND coalesce(lower(head.status), '') NOT IN ('cancelled', 'canceled')
        AND coalesce(stood.open_qty, stood.qty) > 0
),
-- receipts up to the day; those up to a snapshot are in its open quantity already
received AS (
    SELECT alive.state_date, alive.po_line_id, sum(receipt.qty_received) AS qty
    FROM alive
    JOIN po_receipt AS receipt
        ON receipt.po_line_id = alive.po_line_id
        AND receipt.received_date <= alive.state_date
        AND (alive.open_qty IS NULL OR receipt.received_date > alive.counted_date)
    GROUP BY ALL
),
part AS (
    SELECT
        day.state_date,
        schedule.po_line_id,
        schedule.schedule_no,
        schedule.scheduled_date,
        schedule.requested_date,
        sum(schedule.ordered_qty) OVER run - schedule.ordered_qty AS from_qty,
        sum(schedule.ordered_qty) OVER run AS to_qty
    FROM po_schedule_line AS schedule
    JOIN {day} AS day ON day.is_now
    WHERE schedule.ordered_qty > 0
    WINDOW run AS (
        PARTITION BY schedule.po_line_id ORDER BY schedule.scheduled_date NULLS LAST, schedule.schedule_no
        ROWS UNBOUNDED PRECEDING
    )
)
SELECT
    alive.state_date,
    alive.po_line_id,
    coalesce(part.schedule_no, 0) AS schedule_no,
    alive.product_id,
    alive.site_id,
    alive.supplier_id,
    alive.order_line_id,
    coalesce(alive.confirmed_date, part.scheduled_date) AS confirmed_date,
    coalesce(part.requested_date, alive.requested_date) AS requested_date,
    CASE
        WHEN part.po_line_id IS NULL THEN coalesce(alive.open_qty, alive.qty) - coalesce(received.qty, 0)
        ELSE least(part.to_qty, alive.qty) - greatest(part.from_qty, coalesce(received.qty, 0))
    END AS qty,
    alive.source_system,
    alive.source_object,
    alive.source_id,
    alive.load_id,
    alive.source_line
FROM alive
LEFT JOIN part
    ON part.po_line_id = alive.po_line_id AND part.state_date = alive.state_date AND alive.confirmed_date IS NULL
LEFT JOIN received ON received.po_line_id = alive.po_line_id AND received.state_date = alive.state_date
