-- One row per order with a priority in the ERP, beside the rank its customer had that day; both by their place among those in use
SELECT
    sales_order.order_id,
    sales_order.order_no,
    header.customer_id,
    customer.name AS customer,
    header.ordered_date,
    span.tier,
    sales_order.erp_priority,
    span.priority_rank,
    dense_rank() OVER (ORDER BY sales_order.erp_priority) AS erp_place,
    dense_rank() OVER (ORDER BY span.priority_rank) AS rank_place,
    NULL::VARCHAR AS product_id,
    NULL::VARCHAR AS product,
    NULL::VARCHAR AS family,
    NULL::VARCHAR AS site,
    NULL::VARCHAR AS planner,
    NULL::VARCHAR AS tier_pair,
    strftime(header.ordered_date, '%G-W%V') AS week,
    header.source_system,
    header.source_object,
    header.source_id,
    header.load_id,
    header.source_line
FROM order_header AS header
JOIN sales_order ON sales_order.order_id = header.order_id
LEFT JOIN customer ON customer.customer_id = header.customer_id
JOIN customer_attribute AS span ON span.span_no = header.span_no
WHERE sales_order.erp_priority IS NOT NULL AND span.priority_rank IS NOT NULL AND header.ordered_date <= $as_of
