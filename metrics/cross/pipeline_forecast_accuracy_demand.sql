shipped AS (
    SELECT
        year(shipment.shipped_date) * 12 + month(shipment.shipped_date) - 1 AS month,
        coalesce(line.segment, '') AS segment,
        coalesce(line.family, '') AS family,
        coalesce(line.currency, '') AS currency,
        bool_or(coalesce(line.attribute_backfilled, false)) AS attribute_backfilled,
        sum(coalesce(line.unit_price, line.net_amount / nullif(line.ordered_qty, 0)) * part.qty_shipped) AS amount
    FROM line_known AS line
    JOIN shipment_line AS part ON part.order_line_id = line.order_line_id
    JOIN shipment ON shipment.shipment_id = part.shipment_id
    WHERE $target = 'shipments' AND line.known_from <= line.ordered_date AND shipment.shipped_date IS NOT NULL
    GROUP BY ALL
)
SELECT
    month,
    segment,
    family,
    currency,
    attribute_backfilled,
    amount::DECIMAL(38, 6) AS amount,
    NULL::VARCHAR AS source_system,
    NULL::VARCHAR AS source_object,
    NULL::VARCHAR AS source_id,
    NULL::VARCHAR AS load_id,
    NULL::BIGINT AS source_line
FROM (
    SELECT month, segment, family, currency, attribute_backfilled, amount FROM demand_month WHERE $target = 'orders'
    UNION ALL
    SELECT month, segment, family, currency, attribute_backfilled, amount FROM shipped
) AS counted
