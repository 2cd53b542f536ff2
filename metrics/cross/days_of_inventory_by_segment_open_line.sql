-- open lines due within 30 days of the newest stock, first priority first, and what the shared stock gives each
WITH latest AS (
    SELECT max(state_date) AS state_date FROM {stock} WHERE state_date <= $as_of
),
shared AS (
    SELECT state.product_id, state.site_id, state.qty
    FROM stock_state AS state
    JOIN latest ON latest.state_date = state.state_date
    WHERE state.portion = 'shared'
),
only_site AS (
    SELECT day.product_id, min(day.site_id) AS site_id
    FROM stock_day AS day
    JOIN latest ON latest.state_date = day.state_date
    GROUP BY day.product_id
    HAVING count(*) = 1
),
due AS (
    SELECT
        known.order_line_id,
        known.customer_id,
        known.product_id,
        coalesce(known.site_id, only_site.site_id, '') AS site_id,
        known.priority_rank,
        coalesce(known.ordered_date, known.entered_date) AS ordered_date,
        coalesce(known.current_promised_date, known.requested_date) AS due_date,
        (known.ordered_qty - coalesce(known.cancelled_qty, 0))::DOUBLE AS qty,
        latest.state_date,
        known.source_system,
        known.source_object,
        known.source_id,
        known.load_id,
        known.source_line
    FROM line_known AS known
    JOIN latest
        ON known.known_from <= latest.state_date AND (known.known_to IS NULL OR known.known_to > latest.state_date)
    LEFT JOIN only_site ON only_site.product_id = known.product_id
    WHERE coalesce(known.current_promised_date, known.requested_date) <= latest.state_date + 30
        AND (known.any_completion_ship_date IS NULL OR known.any_completion_ship_date > latest.state_date)
        AND known.ordered_qty > coalesce(known.cancelled_qty, 0)
),
shipped AS (
    SELECT part.order_line_id, sum(coalesce(part.qty_shipped, part.qty_delivered))::DOUBLE AS qty
    FROM shipment_line AS part
    JOIN shipment ON shipment.shipment_id = part.shipment_id
    CROSS JOIN latest
    WHERE part.order_line_id IN (SELECT order_line_id FROM due) AND shipment.shipped_date <= latest.state_date
    GROUP BY part.order_line_id
),
held AS (
    SELECT held.order_line_id, sum(held.qty)::DOUBLE AS qty
    FROM stock_held AS held
    JOIN latest ON latest.state_date = held.state_date
    GROUP BY held.order_line_id
),
line AS (
    SELECT
        due.state_date,
        due.order_line_id,
        due.product_id,
        due.site_id,
        coalesce(span.segment, '') AS segment,
        coalesce(span.attribute_backfilled, false) AS attribute_backfilled,
        coalesce(span.priority_rank, due.priority_rank) AS priority_rank,
        due.due_date,
        due.ordered_date,
        due.qty - coalesce(shipped.qty, 0) AS open_qty,
        greatest(due.qty - coalesce(shipped.qty, 0) - coalesce(held.qty, 0), 0) AS wanted_qty,
        due.source_system,
        due.source_object,
        due.source_id,
        due.load_id,
        due.source_line
    FROM due
    LEFT JOIN shipped ON shipped.order_line_id = due.order_line_id
    LEFT JOIN held ON held.order_line_id = due.order_line_id
    LEFT JOIN customer_span AS span
        ON span.customer_id = due.customer_id AND span.valid_from <= due.state_date AND span.valid_to > due.state_date
    WHERE due.qty > coalesce(shipped.qty, 0)
),
queue AS (
    SELECT
        line.*,
        coalesce(shared.qty, 0) AS shared_qty,
        sum(line.wanted_qty) OVER (
            PARTITION BY line.product_id, line.site_id
            ORDER BY coalesce(line.priority_rank, 1000000000), line.due_date, line.ordered_date, line.order_line_id
            ROWS UNBOUNDED PRECEDING
        ) - line.wanted_qty AS before_qty,
        sum(line.wanted_qty) OVER (PARTITION BY line.product_id, line.site_id) AS all_wanted_qty
    FROM line
    LEFT JOIN shared ON shared.product_id = line.product_id AND shared.site_id = line.site_id
)
SELECT
    queue.* EXCLUDE (source_system, source_object, source_id, load_id, source_line),
    greatest(0, least(wanted_qty, shared_qty - before_qty)) AS fill_priority_fifo,
    wanted_qty * least(1, coalesce(shared_qty / nullif(all_wanted_qty, 0), 0)) AS fill_fair_share,
    source_system,
    source_object,
    source_id,
    load_id,
    source_line
FROM queue
