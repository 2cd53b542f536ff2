-- Order lines open at each state day (goods not yet issued), as then known: what they still want, for when, and in which order
-- they are served by each policy
WITH wanted AS (
    SELECT
        day.state_date,
        day.stock_date,
        day.stock_date >= day.state_date - 35 AS is_counted,
        known.*
    FROM line_known AS known
    JOIN {day} AS day
        ON day.state_date >= known.known_from
        AND day.state_date < least(
            coalesce(known.known_to, DATE '9999-12-31'),
            coalesce(known.any_completion_ship_date, known.any_completion_known_date, DATE '9999-12-31')
        )
    WHERE known.uom_missing OR known.ordered_qty > coalesce(known.cancelled_qty, 0)
),
shipped AS (
    SELECT wanted.state_date, wanted.order_line_id, sum(part.qty) AS qty
    FROM wanted
    JOIN (
        SELECT order_line_id, shipment_id,
            coalesce(qty_shipped, qty_delivered, CASE WHEN source_qty IS NULL THEN 1000000000 ELSE 0 END)::DOUBLE AS qty
        FROM shipment_line
        UNION ALL
        SELECT order_line_id, shipment_id, 1e9 AS qty FROM whole_delivery
    ) AS part ON part.order_line_id = wanted.order_line_id
    JOIN shipment ON shipment.shipment_id = part.shipment_id AND shipment.shipped_date <= wanted.state_date
    GROUP BY ALL
),
closed AS (
    SELECT wanted.state_date, wanted.order_line_id, -sum(change.delta_qty)::DOUBLE AS qty
    FROM wanted
    JOIN order_line_change AS change
        ON change.order_line_id = wanted.order_line_id
        AND change.kind = 'short_close'
        AND greatest(change.changed_date, coalesce(change.recorded_date, change.changed_date)) <= wanted.state_date
    GROUP BY ALL
),
only_site AS (
    SELECT state_date, product_id, min(site_id) AS site_id FROM stock_day GROUP BY state_date, product_id HAVING count(*) = 1
),
-- what is held for lines is cut down to the stock there is
kept AS (
    SELECT held.state_date, held.product_id, held.site_id, sum(held.qty) AS held_qty, any_value(state.qty) AS qty
    FROM stock_held AS held
    LEFT JOIN (
        SELECT state_date, product_id, site_id, sum(qty) AS qty FROM stock_state WHERE portion = 'reserved' GROUP BY ALL
    ) AS state
        ON state.state_date = held.state_date AND state.product_id = held.product_id AND state.site_id = held.site_id
    GROUP BY held.state_date, held.product_id, held.site_id
),
held AS (
    SELECT held.state_date, held.order_line_id,
        sum(held.qty::DOUBLE * least(1, coalesce(kept.qty / nullif(kept.held_qty::DOUBLE, 0), 0))) AS qty
    FROM stock_held AS held
    JOIN kept ON kept.state_date = held.state_date AND kept.product_id = held.product_id AND kept.site_id = held.site_id
    GROUP BY ALL
),
hold AS (
    SELECT wanted.state_date, wanted.order_line_id, any_value(hold.reason) AS reason
    FROM wanted
    JOIN order_line_hold AS hold
        ON hold.order_line_id = wanted.order_line_id
        AND hold.valid_from <= wanted.state_date
        AND (hold.valid_to IS NULL OR hold.valid_to > wanted.state_date)
    GROUP BY ALL
),
priced AS (
    SELECT
        wanted.*,
        greatest(
            (wanted.ordered_qty - coalesce(wanted.cancelled_qty, 0))::DOUBLE
                - coalesce(shipped.qty, 0) - coalesce(closed.qty, 0),
            0
        ) AS open_qty,
        coalesce(
            wanted.unit_price * coalesce(wanted.amount_rc / nullif(wanted.net_amount, 0), CASE WHEN wanted.net_amount = 0 THEN 0 END),
            wanted.amount_rc / nullif(wanted.ordered_qty, 0)
        )::DOUBLE AS price_rc,
        wanted.amount_rc IS NULL AND wanted.net_amount IS NOT NULL AS fx_missing,
        coalesce(wanted.first_promised_date, wanted.requested_date) AS promise_date,
        wanted.first_promised_date IS NULL AS is_unpromised,
        coalesce(wanted.current_promised_date, wanted.requested_date) AS serve_date,
        coalesce(wanted.site_id, only_site.site_id, '') AS place_id,
        coalesce(span.segment, '') AS then_segment,
        span.tier AS then_tier,
        coalesce(span.priority_rank, wanted.priority_rank, 1000000000) AS then_rank,
        coalesce(wanted.state_date < span.stated_from, false) AS is_backfilled,
        transit.days AS transit_days,
        coalesce(prepared.pick_pack_days, 0) AS pick_pack_days,
        coalesce(hold.reason, CASE WHEN day.is_now THEN coalesce(line.hold_reason, head.hold_reason) END) AS hold_reason,
        coalesce(head.ship_complete, false) AS ship_complete,
        least(coalesce(held.qty, 0), greatest(wanted.ordered_qty::DOUBLE, 0)) AS held_qty
    FROM wanted
    JOIN {day} AS day ON day.state_date = wanted.state_date
    LEFT JOIN order_line AS line ON line.order_line_id = wanted.order_line_id
    LEFT JOIN sales_order AS head ON head.order_id = wanted.order_id
    LEFT JOIN shipped ON shipped.state_date = wanted.state_date AND shipped.order_line_id = wanted.order_line_id
    LEFT JOIN closed ON closed.state_date = wanted.state_date AND closed.order_line_id = wanted.order_line_id
    LEFT JOIN hold ON hold.state_date = wanted.state_date AND hold.order_line_id = wanted.order_line_id
    LEFT JOIN held ON wanted.is_counted AND held.state_date = wanted.stock_date AND held.order_line_id = wanted.order_line_id
    LEFT JOIN only_site ON only_site.state_date = wanted.stock_date AND only_site.product_id = wanted.product_id
    LEFT JOIN customer_attribute AS span
        ON span.customer_id = wanted.customer_id
        AND span.valid_from <= wanted.state_date
        AND span.valid_to > wanted.state_date
    LEFT JOIN product_site AS prepared
        ON prepared.product_id = wanted.product_id AND prepared.site_id = coalesce(wanted.site_id, only_site.site_id)
    LEFT JOIN {transit} AS transit
        ON transit.state_date = wanted.state_date
        AND transit.site_id = coalesce(wanted.site_id, '')
        AND transit.country = coalesce(wanted.country, '')
),
counted AS (
    SELECT state_date, product_id, site_id, count_date FROM stock_day
)
SELECT
    row_number() OVER (ORDER BY priced.state_date, priced.order_line_id) AS line_no,
    priced.state_date,
    priced.order_line_id,
    priced.order_id,
    priced.order_no,
    priced.customer_id,
    priced.customer,
    priced.then_segment AS segment,
    priced.then_tier AS tier,
    priced.is_backfilled AS attribute_backfilled,
    priced.product_id,
    priced.product,
    priced.family,
    priced.category,
    priced.base_uom,
    priced.place_id AS site_id,
    coalesce(priced.site, priced.place_id) AS site,
    priced.planner,
    priced.open_qty,
    priced.held_qty,
    priced.price_rc,
    priced.uom_missing,
    priced.fx_missing,
    priced.promise_date,
    priced.is_unpromised,
    priced.transit_days IS NULL AS transit_unknown,
    coalesce(priced.transit_days, 0) + priced.pick_pack_days AS ahead_days,
    priced.promise_date - (coalesce(priced.transit_days, 0) + priced.pick_pack_days)::INT AS need_by,
    priced.hold_reason,
    priced.ship_complete,
    coalesce(counted.product_id IS NOT NULL AND (NOT priced.is_counted OR counted.count_date IS NULL), false)
        AS is_count_too_old,
    coalesce(counted.count_date < priced.state_date, false) AS count_carried,
    row_number() OVER (
        ORDER BY priced.then_rank, priced.serve_date NULLS LAST, priced.ordered_date NULLS LAST, priced.order_line_id
    ) AS place_priority,
    row_number() OVER (
        ORDER BY priced.serve_date NULLS LAST, priced.then_rank, priced.ordered_date NULLS LAST, priced.order_line_id
    ) AS place_promise_date,
    priced.source_system,
    priced.source_object,
    priced.source_id,
    priced.load_id,
    priced.source_line
FROM priced
LEFT JOIN counted
    ON counted.state_date = priced.stock_date AND counted.product_id = priced.product_id AND counted.site_id = priced.place_id
WHERE priced.open_qty > 1e-9 OR priced.uom_missing
