-- What there is and what comes, at each state day: stock (also blocked, which serves nobody yet), purchases, production, with the
-- day it arrives and the days it would at the supplier's usual lateness
WITH only_site AS (
    SELECT state_date, product_id, min(site_id) AS site_id FROM stock_day GROUP BY state_date, product_id HAVING count(*) = 1
),
bought AS (
    SELECT
        inbound.*,
        coalesce(inbound.site_id, only_site.site_id, '') AS place_id,
        product.category,
        coalesce(inbound.confirmed_date, inbound.requested_date) AS told_date
    FROM {inbound} AS inbound
    JOIN {day} AS day ON day.state_date = inbound.state_date
    LEFT JOIN only_site ON only_site.state_date = day.stock_date AND only_site.product_id = inbound.product_id
    LEFT JOIN product ON product.product_id = inbound.product_id
    WHERE inbound.qty > 0 AND coalesce(inbound.confirmed_date, inbound.requested_date) IS NOT NULL
),
size AS (
    SELECT state_date, pool_kind, pool, max(total) AS n FROM {lateness} GROUP BY ALL
),
pooled AS (
    SELECT
        bought.*,
        CASE WHEN own.n >= 10 THEN 'supplier' WHEN kin.n >= 10 THEN 'category' ELSE 'all' END AS pool_kind,
        CASE WHEN own.n >= 10 THEN bought.supplier_id WHEN kin.n >= 10 THEN bought.category ELSE '' END AS pool
    FROM bought
    LEFT JOIN size AS own
        ON own.state_date = bought.state_date AND own.pool_kind = 'supplier' AND own.pool = bought.supplier_id
    LEFT JOIN size AS kin
        ON kin.state_date = bought.state_date AND kin.pool_kind = 'category' AND kin.pool = bought.category
),
late AS (
    SELECT
        state_date,
        pool_kind,
        pool,
        min(days) FILTER (WHERE up_to >= .50 * total) AS p50,
        min(days) FILTER (WHERE up_to >= .80 * total) AS p80,
        min(days) FILTER (WHERE up_to >= .95 * total) AS p95
    FROM {lateness}
    GROUP BY ALL
),
expected AS (
    SELECT
        pooled.*,
        coalesce(late.p50, 0) AS p50,
        coalesce(late.p80, 0) AS p80,
        coalesce(late.p95, 0) AS p95,
        pooled.told_date + CASE WHEN pooled.confirmed_date IS NULL THEN greatest(coalesce(late.p50, 0), 0) ELSE 0 END
            AS expected_date
    FROM pooled
    LEFT JOIN late
        ON late.state_date = pooled.state_date AND late.pool_kind = pooled.pool_kind AND late.pool = pooled.pool
),
-- of receipts that came later still than this one already is: the middle one
waited AS (
    SELECT overdue.state_date, overdue.pool_kind, overdue.pool, overdue.told_date, lateness.days,
        sum(lateness.n) OVER (
            PARTITION BY overdue.state_date, overdue.pool_kind, overdue.pool, overdue.told_date ORDER BY lateness.days
        ) AS up_to,
        sum(lateness.n) OVER (
            PARTITION BY overdue.state_date, overdue.pool_kind, overdue.pool, overdue.told_date
        ) AS total
    FROM (
        SELECT DISTINCT state_date, pool_kind, pool, told_date FROM expected WHERE expected_date < state_date
    ) AS overdue
    JOIN {lateness} AS lateness
        ON lateness.state_date = overdue.state_date
        AND lateness.pool_kind = overdue.pool_kind
        AND lateness.pool = overdue.pool
        AND lateness.days > overdue.state_date - overdue.told_date
),
remaining AS (
    SELECT state_date, pool_kind, pool, told_date, min(days) FILTER (WHERE 2 * up_to >= total) AS days
    FROM waited
    GROUP BY ALL
),
purchase AS (
    SELECT
        expected.*,
        expected.expected_date < expected.state_date AS is_overdue,
        CASE
            WHEN expected.expected_date < expected.state_date
                THEN greatest(coalesce(expected.told_date + remaining.days, expected.state_date), expected.state_date + 1)
            ELSE expected.expected_date
        END AS arrival_date
    FROM expected
    LEFT JOIN remaining
        ON remaining.state_date = expected.state_date
        AND remaining.pool_kind = expected.pool_kind
        AND remaining.pool = expected.pool
        AND remaining.told_date = expected.told_date
),
made_told AS (
    SELECT day.state_date, change.production_order_id, change.field,
        coalesce(
            arg_max(change.new_value, (change.changed_date, change.changed_at, change.change_id))
                FILTER (WHERE greatest(change.changed_date, coalesce(change.recorded_date, change.changed_date)) <= day.state_date),
            arg_min(change.old_value, (change.changed_date, change.changed_at, change.change_id))
                FILTER (WHERE greatest(change.changed_date, coalesce(change.recorded_date, change.changed_date)) > day.state_date)
        ) AS value
    FROM production_order_change AS change
    CROSS JOIN {day} AS day
    WHERE NOT day.is_now
    GROUP BY ALL
),
made_field AS (
    SELECT
        state_date,
        production_order_id,
        max(value) FILTER (WHERE field = 'qty') AS qty,
        max(value) FILTER (WHERE field = 'due_date') AS due_date,
        max(value) FILTER (WHERE field = 'status') AS status,
        bool_or(field = 'status') AS has_status
    FROM made_told
    GROUP BY ALL
),
-- what was made of an order by a past day is not told: all of it still comes until it is finished
made AS (
    SELECT
        day.state_date,
        production.*,
        coalesce(try_cast(field.qty AS DECIMAL(18, 4)), production.qty)
            - CASE WHEN day.is_now THEN coalesce(production.completed_qty, 0) ELSE 0 END AS open_qty,
        coalesce(try_cast(field.due_date AS DATE), production.due_date) AS told_date,
        CASE WHEN field.has_status THEN field.status ELSE production.status END AS told_status,
        coalesce(production.site_id, only_site.site_id, '') AS place_id
    FROM production_order AS production
    JOIN {day} AS day
        ON coalesce(production.created_date, production.released_date, DATE '0001-01-01') <= day.state_date
        AND (production.completed_date IS NULL OR production.completed_date > day.state_date)
    LEFT JOIN made_field AS field
        ON field.state_date = day.state_date AND field.production_order_id = production.production_order_id
    LEFT JOIN only_site ON only_site.state_date = day.stock_date AND only_site.product_id = production.product_id
),
-- what is held for lines is counted with them; its stock stands here with what is free beside it
stock AS (
    SELECT
        day.state_date,
        state.product_id,
        state.site_id,
        CASE WHEN state.portion IN ('blocked', 'quality') THEN 'blocked' ELSE 'stock' END AS supply_kind,
        CASE WHEN state.portion = 'dedicated' THEN state.segment ELSE '' END AS segment,
        sum(CASE WHEN state.portion = 'reserved' THEN 0 ELSE state.qty END) AS qty
    FROM stock_state AS state
    JOIN {day} AS day ON day.stock_date = state.state_date AND day.stock_date >= day.state_date - 35
    WHERE state.portion IN ('shared', 'reserved', 'dedicated', 'blocked', 'quality') AND state.qty > 0
    GROUP BY ALL
),
event AS (
    SELECT state_date, product_id, place_id AS site_id, 'po' AS supply_kind, '' AS segment, po_line_id,
        NULL::VARCHAR AS production_order_id, supplier_id, order_line_id, qty::DOUBLE AS qty, arrival_date,
        -- what is overdue comes no earlier than it is expected to
        greatest(told_date + p50, CASE WHEN is_overdue THEN arrival_date ELSE state_date END) AS arrival_p50,
        greatest(told_date + p80, CASE WHEN is_overdue THEN arrival_date ELSE state_date END) AS arrival_p80,
        greatest(told_date + p95, CASE WHEN is_overdue THEN arrival_date ELSE state_date END) AS arrival_p95,
        is_overdue, confirmed_date IS NULL AS is_unconfirmed, pool_kind, pool, told_date, schedule_no,
        source_system, source_object, source_id, load_id, source_line
    FROM purchase
    UNION ALL
    SELECT state_date, product_id, place_id, 'production', '', NULL, production_order_id, NULL, order_line_id,
        open_qty::DOUBLE,
        CASE WHEN told_date < state_date THEN state_date + 1 ELSE told_date END AS due,
        due, due, due, told_date < state_date, false, NULL, NULL, told_date, 0,
        source_system, source_object, source_id, load_id, source_line
    FROM made
    WHERE open_qty > 0 AND told_date IS NOT NULL AND coalesce(lower(told_status), '') NOT IN (ENDED)
    UNION ALL
    SELECT stock.state_date, stock.product_id, stock.site_id, stock.supply_kind, stock.segment, NULL, NULL, NULL, NULL,
        stock.qty, stock.state_date, stock.state_date, stock.state_date, stock.state_date, false, false, NULL, NULL, NULL, 0,
        held.source_system, held.source_object, held.source_id, held.load_id, held.source_line
    FROM stock
    JOIN {day} AS day ON day.state_date = stock.state_date
    LEFT JOIN stock_day AS held
        ON held.state_date = day.stock_date AND held.product_id = stock.product_id AND held.site_id = stock.site_id
)
SELECT
    row_number() OVER (
        ORDER BY state_date, product_id, site_id, supply_kind, segment, po_line_id, schedule_no, production_order_id
    ) AS supply_no,
    *
FROM event
