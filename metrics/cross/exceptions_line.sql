-- one row per line open at a state day and policy: whether it is at risk, why, and what stands behind it
WITH served AS (
    SELECT
        line_no,
        policy,
        sum(qty) FILTER (WHERE is_late) AS own_short_qty,
        sum(qty) FILTER (WHERE supply_kind = 'none') AS unserved_qty,
        max(arrival_date) AS last_date,
        arg_max(supply_no, (arrival_date, supply_no)) FILTER (WHERE is_late) AS late_supply_no,
        arg_max(supply_no, (arrival_date, supply_no)) FILTER (WHERE supply_kind = 'po') AS last_po_no,
        bool_or(is_unconfirmed) AS is_unconfirmed
    FROM {peg}
    GROUP BY ALL
),
told AS (
    SELECT
        line_no,
        policy::VARCHAR AS policy,
        sum(qty) FILTER (WHERE told = 'confirmed') AS short_qty,
        sum(qty) FILTER (WHERE told = 'P50') AS short_p50,
        sum(qty) FILTER (WHERE told = 'P80') AS short_p80,
        sum(qty) FILTER (WHERE told = 'P95') AS short_p95,
        sum(qty) FILTER (WHERE told = 'blocked') AS blocked_qty
    FROM {taken}
    WHERE told <> 'peg'
    GROUP BY ALL
),
judged AS (
    SELECT
        line.*,
        way.policy,
        coalesce(told.short_qty, 0) AS short_qty,
        coalesce(told.short_p50, 0) AS short_p50,
        coalesce(told.short_p80, 0) AS short_p80,
        coalesce(told.short_p95, 0) AS short_p95,
        coalesce(told.short_qty, 0) > 0 AS is_short,
        CASE WHEN served.unserved_qty > 0 THEN NULL ELSE served.last_date END AS own_ready_date,
        served.late_supply_no,
        served.last_po_no,
        coalesce(served.is_unconfirmed, false) AS is_unconfirmed,
        CASE
            WHEN coalesce(served.own_short_qty, 0) <= 0 THEN 'In time'
            WHEN line.hold_reason IS NOT NULL THEN 'Hold'
            WHEN told.blocked_qty >= served.own_short_qty - 1e-9 THEN 'Blocked stock'
            WHEN served.unserved_qty > 0 THEN 'No supply'
            WHEN supply.supply_kind = 'production' THEN 'Capacity'
            ELSE 'Late purchase'
        END AS own_reason
    FROM {open} AS line
    CROSS JOIN (VALUES ('priority'), ('promise_date')) AS way (policy)
    LEFT JOIN served ON served.line_no = line.line_no AND served.policy = way.policy
    LEFT JOIN told ON told.line_no = line.line_no AND told.policy = way.policy
    LEFT JOIN {supply} AS supply ON supply.supply_no = served.late_supply_no
),
-- an order that ships complete waits for its worst line
whole AS (
    SELECT
        *,
        CASE
            WHEN NOT ship_complete THEN own_ready_date
            WHEN bool_or(own_ready_date IS NULL) OVER worst THEN NULL
            ELSE max(own_ready_date) OVER worst
        END AS ready_date,
        CASE WHEN is_short AND own_reason = 'In time' THEN first_value(own_reason) OVER worst ELSE own_reason END AS reason,
        CASE
            WHEN is_short AND own_reason = 'In time' THEN first_value(late_supply_no) OVER worst ELSE late_supply_no
        END AS binding_supply_no
    FROM judged
    WINDOW worst AS (
        PARTITION BY state_date, policy, order_id ORDER BY own_ready_date DESC NULLS FIRST, line_no
        ROWS BETWEEN UNBOUNDED PRECEDING AND UNBOUNDED FOLLOWING
    )
),
-- the share of the supplier's receipts that came too late for the line, had it waited for its last purchase
chance AS (
    SELECT whole.line_no, whole.policy,
        sum(lateness.n) FILTER (WHERE lateness.days > whole.need_by - supply.told_date) / max(lateness.total) AS late_chance
    FROM whole
    JOIN {supply} AS supply ON supply.supply_no = whole.last_po_no
    JOIN {lateness} AS lateness
        ON lateness.state_date = supply.state_date
        AND lateness.pool_kind = supply.pool_kind
        AND lateness.pool = supply.pool
    GROUP BY ALL
)
SELECT
    whole.state_date,
    whole.order_line_id,
    whole.policy,
    whole.order_id,
    whole.order_no,
    whole.customer_id,
    whole.customer,
    whole.segment,
    whole.tier,
    whole.attribute_backfilled,
    whole.product_id,
    whole.product,
    whole.family,
    whole.category,
    whole.site_id,
    whole.site,
    whole.planner,
    strftime(whole.promise_date, '%G-W%V') AS week,
    whole.promise_date,
    whole.need_by,
    whole.ready_date,
    whole.ready_date + whole.ahead_days::INT AS projected_date,
    whole.promise_date < whole.state_date AS is_late,
    whole.state_date - whole.promise_date AS days_late,
    whole.is_short AND whole.promise_date >= whole.state_date AS at_risk,
    CASE WHEN whole.is_short THEN whole.reason ELSE 'In time' END AS reason,
    binding.supply_kind AS binding_kind,
    binding.po_line_id,
    binding.production_order_id,
    binding.supplier_id,
    coalesce(supplier.name, binding.supplier_id) AS supplier,
    chance.late_chance,
    whole.open_qty,
    whole.short_qty,
    whole.price_rc,
    whole.open_qty * whole.price_rc AS open_value,
    whole.short_qty * whole.price_rc AS short_value,
    whole.short_p50 * whole.price_rc AS short_value_p50,
    whole.short_p80 * whole.price_rc AS short_value_p80,
    whole.short_p95 * whole.price_rc AS short_value_p95,
    whole.uom_missing,
    whole.fx_missing,
    whole.is_count_too_old,
    whole.count_carried,
    whole.is_unpromised,
    whole.transit_unknown,
    whole.is_unconfirmed,
    EXISTS (SELECT 1 FROM {lateness} AS known WHERE known.state_date = whole.state_date) AS has_lateness,
    beside.deals AS open_opportunities,
    beside.deal_value AS open_opportunity_value,
    beside.cases AS open_cases,
    whole.source_system,
    whole.source_object,
    whole.source_id,
    whole.load_id,
    whole.source_line
FROM whole
LEFT JOIN {supply} AS binding ON whole.is_short AND binding.supply_no = whole.binding_supply_no
LEFT JOIN supplier ON supplier.supplier_id = binding.supplier_id
LEFT JOIN chance ON chance.line_no = whole.line_no AND chance.policy = whole.policy
LEFT JOIN {beside} AS beside ON beside.state_date = whole.state_date AND beside.customer_id = whole.customer_id
