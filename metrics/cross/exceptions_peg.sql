-- one row per open line, supply and policy; what nothing serves is supply_kind none. The parts of a line add up to what it wants
SELECT
    line.state_date,
    taken.policy::VARCHAR AS policy,
    line.order_line_id,
    coalesce(supply.supply_kind, 'none') AS supply_kind,
    supply.supply_no,
    supply.po_line_id,
    supply.production_order_id,
    supply.supplier_id,
    supply.arrival_date,
    taken.qty,
    taken.is_late,
    -- a promise already broken is late, no longer at risk
    taken.is_late AND line.promise_date >= line.state_date AND NOT line.is_count_too_old AS is_at_risk,
    taken.qty * line.price_rc AS value_rc,
    line.line_no,
    line.order_id,
    line.customer_id,
    line.product_id,
    line.site_id,
    line.promise_date,
    line.need_by,
    coalesce(supply.is_overdue, false) AS is_overdue,
    coalesce(supply.is_unconfirmed, false) AS is_unconfirmed,
    line.source_system,
    line.source_object,
    line.source_id,
    line.load_id,
    line.source_line
FROM {taken} AS taken
JOIN {open} AS line ON line.line_no = taken.line_no
LEFT JOIN {supply} AS supply ON supply.supply_no = taken.supply_no
WHERE taken.told = 'peg'
