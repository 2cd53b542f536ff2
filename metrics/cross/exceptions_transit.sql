-- Days on the way by state day and lane (site, country the goods go to): the least number of days in which at least half of
-- the proved deliveries known by then had come
WITH trip AS (
    SELECT
        shipment.shipment_id,
        any_value(coalesce(shipment.site_id, line.site_id, '')) AS site_id,
        any_value(coalesce(sales_order.ship_to_country, customer.country, '')) AS country,
        any_value(shipment.delivered_date - shipment.shipped_date)::INT AS days,
        any_value(greatest(shipment.delivered_date, coalesce(shipment.recorded_date, shipment.delivered_date))) AS known_date
    FROM shipment
    JOIN shipment_line AS part ON part.shipment_id = shipment.shipment_id
    JOIN order_line AS line ON line.order_line_id = part.order_line_id
    JOIN sales_order ON sales_order.order_id = line.order_id
    LEFT JOIN customer ON customer.customer_id = sales_order.customer_id
    WHERE shipment.delivered_date >= shipment.shipped_date
        AND coalesce(shipment.delivery_basis, 'unstated') IN ('pod', 'carrier', 'unstated')
    GROUP BY shipment.shipment_id
),
known AS (
    SELECT dated.known_date, min(day.place) AS place
    FROM (SELECT DISTINCT known_date FROM trip) AS dated
    JOIN {day} AS day ON day.state_date >= dated.known_date
    GROUP BY dated.known_date
),
counted AS (
    SELECT trip.site_id, trip.country, trip.days, known.place, count(*) AS n
    FROM trip
    JOIN known ON known.known_date = trip.known_date
    GROUP BY ALL
),
grown AS (
    SELECT day.state_date, counted.site_id, counted.country, counted.days, sum(counted.n) AS n
    FROM counted
    JOIN {day} AS day ON day.place >= counted.place
    GROUP BY ALL
),
summed AS (
    SELECT
        *,
        sum(n) OVER (PARTITION BY state_date, site_id, country ORDER BY days) AS up_to,
        sum(n) OVER (PARTITION BY state_date, site_id, country) AS total
    FROM grown
)
SELECT state_date, site_id, country, min(days) FILTER (WHERE 2 * up_to >= total) AS days
FROM summed
GROUP BY ALL
