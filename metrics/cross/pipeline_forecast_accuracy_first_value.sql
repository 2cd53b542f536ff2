shipped AS (
    SELECT
        line.order_id,
        year(shipment.shipped_date) * 12 + month(shipment.shipped_date) - 1 AS month,
        coalesce(line.segment, '') AS segment,
        coalesce(line.family, '') AS family,
        coalesce(line.currency, '') AS currency,
        sum(coalesce(line.unit_price, line.net_amount / nullif(line.ordered_qty, 0)) * part.qty_shipped) AS amount
    FROM line_known AS line
    JOIN shipment_line AS part ON part.order_line_id = line.order_line_id
    JOIN shipment ON shipment.shipment_id = part.shipment_id
    WHERE $target = 'shipments'
        AND line.known_from <= line.ordered_date
        AND shipment.shipped_date IS NOT NULL
        AND line.order_id IN (SELECT order_id FROM first_order)
    GROUP BY ALL
),
first_month AS (
    SELECT order_id, min(month) AS month FROM shipped GROUP BY order_id
)
SELECT
    order_id,
    month,
    segment,
    family,
    currency,
    amount::DECIMAL(38, 6) AS amount,
    NULL::VARCHAR AS source_system,
    NULL::VARCHAR AS source_object,
    NULL::VARCHAR AS source_id,
    NULL::VARCHAR AS load_id,
    NULL::BIGINT AS source_line
FROM (
    SELECT order_id, month, segment, family, currency, amount FROM first_order_value WHERE $target = 'orders'
    UNION ALL
    SELECT shipped.order_id, shipped.month, shipped.segment, shipped.family, shipped.currency, shipped.amount
    FROM shipped
    JOIN first_month ON first_month.order_id = shipped.order_id AND first_month.month = shipped.month
) AS counted
