-- One row per line and the day on which its last goods left, with what its customer was then
SELECT
    shipped.order_line_id,
    shipped.shipped_date,
    shipped.qty,
    known.order_id,
    known.customer_id,
    known.customer,
    known.product_id,
    known.product,
    known.family,
    coalesce(known.site_id, '') AS site_id,
    known.site,
    known.planner,
    known.first_promised_date AS promise_date,
    line.expedite_reason IS NOT NULL AS is_approved,
    coalesce(span.priority_rank, 1000000000) AS rank,
    coalesce(span.tier, span.priority_rank::VARCHAR, '') AS tier,
    span.priority_rank IS NULL AS rank_missing,
    coalesce(shipped.shipped_date < span.stated_from, false) AS attribute_backfilled,
    known.source_system,
    known.source_object,
    known.source_id,
    known.load_id,
    known.source_line
FROM {shipped} AS shipped
JOIN line_known AS known
    ON known.order_line_id = shipped.order_line_id
    AND known.known_from <= shipped.shipped_date
    AND (known.known_to IS NULL OR known.known_to > shipped.shipped_date)
JOIN order_line AS line ON line.order_line_id = shipped.order_line_id
LEFT JOIN customer_attribute AS span
    ON span.customer_id = known.customer_id
    AND span.valid_from <= shipped.shipped_date
    AND span.valid_to > shipped.shipped_date
WHERE shipped.completes AND known.product_id IS NOT NULL
