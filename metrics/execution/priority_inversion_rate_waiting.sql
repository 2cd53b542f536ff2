-- One row per line and time in which it could have been served and was not: released, inside its ship window, not on hold, of one
-- rank and one remaining quantity. to_day is the first day on which that no longer holds
WITH gone AS (
    SELECT order_line_id, day, sum(qty) AS qty
    FROM (
        SELECT order_line_id, shipped_date AS day, qty FROM {shipped}
        UNION ALL
        -- the rest of a line closed short is wanted no more
        SELECT order_line_id, greatest(changed_date, coalesce(recorded_date, changed_date)) AS day, -delta_qty::DOUBLE AS qty
        FROM order_line_change
        WHERE kind = 'short_close' AND changed_date IS NOT NULL
    ) AS left_or_closed
    GROUP BY ALL
),
step AS (
    SELECT order_line_id, day AS from_day,
        sum(qty) OVER (PARTITION BY order_line_id ORDER BY day) AS up_to,
        coalesce(lead(day) OVER (PARTITION BY order_line_id ORDER BY day), DATE '9999-12-31') AS to_day
    FROM gone
    UNION ALL
    SELECT line_known.order_line_id, DATE '0001-01-01' AS from_day, 0 AS up_to,
        coalesce(min(gone.day), DATE '9999-12-31') AS to_day
    FROM (SELECT DISTINCT order_line_id FROM line_known) AS line_known
    LEFT JOIN gone ON gone.order_line_id = line_known.order_line_id
    GROUP BY line_known.order_line_id
),
-- a line of an order that must leave as a whole may wait for the others
whole AS (
    SELECT sales_order.order_id
    FROM sales_order
    JOIN order_line ON order_line.order_id = sales_order.order_id
    WHERE sales_order.ship_complete
    GROUP BY sales_order.order_id
    HAVING count(*) > 1
),
open AS (
    SELECT
        known.order_line_id,
        known.customer_id,
        known.product_id,
        coalesce(known.site_id, '') AS site_id,
        known.first_promised_date AS promise_date,
        coalesce(line.partial_allowed, false) AS partial_allowed,
        (known.ordered_qty - coalesce(known.cancelled_qty, 0))::DOUBLE - step.up_to AS remaining_qty,
        known.released_date IS NULL AS release_unknown,
        greatest(
            known.known_from, step.from_day, coalesce(known.released_date, known.entered_date, known.ordered_date, known.known_from),
            coalesce(known.requested_ship_date, known.known_from)
        ) AS from_day,
        least(
            coalesce(known.known_to, DATE '9999-12-31'), step.to_day,
            CASE WHEN known.cancel_class IN ('excusable', 'failure') THEN known.cancelled_date ELSE DATE '9999-12-31' END
        ) AS to_day
    FROM line_known AS known
    JOIN step ON step.order_line_id = known.order_line_id
    JOIN order_line AS line ON line.order_line_id = known.order_line_id
    ANTI JOIN whole ON whole.order_id = known.order_id
    WHERE known.product_id IS NOT NULL
        AND known.cancel_class <> 'unknown_date'
        AND (known.ordered_qty - coalesce(known.cancelled_qty, 0))::DOUBLE * (1 - known.tol) - 1e-9 > step.up_to
),
-- holds cut the time: what is left begins where a hold ends
cut AS (
    SELECT open.order_line_id, open.from_day, hold.valid_from, coalesce(hold.valid_to, DATE '9999-12-31') AS valid_to
    FROM open
    JOIN order_line_hold AS hold
        ON hold.order_line_id = open.order_line_id
        AND hold.valid_from < open.to_day
        AND coalesce(hold.valid_to, DATE '9999-12-31') > open.from_day
),
begin_at AS (
    SELECT order_line_id, from_day, from_day AS begins FROM open
    UNION
    SELECT order_line_id, from_day, valid_to AS begins FROM cut
),
free AS (
    SELECT
        open.* REPLACE (
            begin_at.begins AS from_day,
            least(open.to_day, coalesce(
                (SELECT min(cut.valid_from) FROM cut
                 WHERE cut.order_line_id = open.order_line_id AND cut.from_day = open.from_day
                    AND cut.valid_from >= begin_at.begins),
                DATE '9999-12-31'
            )) AS to_day
        )
    FROM open
    JOIN begin_at ON begin_at.order_line_id = open.order_line_id AND begin_at.from_day = open.from_day
    WHERE NOT EXISTS (
        SELECT 1 FROM cut
        WHERE cut.order_line_id = open.order_line_id AND cut.from_day = open.from_day
            AND cut.valid_from <= begin_at.begins AND cut.valid_to > begin_at.begins
    )
)
SELECT
    free.* REPLACE (
        greatest(free.from_day, coalesce(span.valid_from, free.from_day)) AS from_day,
        least(free.to_day, coalesce(span.valid_to, free.to_day)) AS to_day
    ),
    coalesce(span.priority_rank, 1000000000) AS rank,
    coalesce(span.tier, span.priority_rank::VARCHAR, '') AS tier
FROM free
LEFT JOIN customer_attribute AS span
    ON span.customer_id = free.customer_id AND span.valid_from < free.to_day AND span.valid_to > free.from_day
WHERE greatest(free.from_day, coalesce(span.valid_from, free.from_day)) < least(free.to_day, coalesce(span.valid_to, free.to_day))
