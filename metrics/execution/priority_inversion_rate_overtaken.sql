-- One row per line that another of a worse rank overtook: the first day of it, and how long the line still waited
WITH beaten AS (
    SELECT served.product_id, served.site_id, served.shipped_date AS day, max(served.rank) AS rank,
        any_value(stock.left_qty) AS left_qty
    FROM {served} AS served
    JOIN {left} AS stock
        ON stock.product_id = served.product_id AND stock.site_id = served.site_id AND stock.day = served.shipped_date
    WHERE stock.left_qty IS NOT NULL
    GROUP BY ALL
),
kind AS (
    SELECT DISTINCT served.product_id, served.site_id, served.shipped_date AS day, served.rank, served.tier, served.qty
    FROM {served} AS served
),
class AS (
    SELECT DISTINCT product_id, site_id, rank, remaining_qty, partial_allowed FROM {waiting}
),
lost AS (
    SELECT class.*, kind.day, min(kind.tier) AS other_tier
    FROM class
    JOIN beaten
        ON beaten.product_id = class.product_id AND beaten.site_id = class.site_id
        AND beaten.rank > class.rank AND beaten.left_qty < class.remaining_qty
    JOIN kind
        ON kind.product_id = class.product_id AND kind.site_id = class.site_id AND kind.day = beaten.day
        AND kind.rank > class.rank AND (class.partial_allowed OR class.remaining_qty <= kind.qty + 1e-9)
    GROUP BY ALL
),
-- the first such day from the beginning of each wait on
next_day AS (
    SELECT order_line_id, from_day, to_day, tier,
        first_value(lost_day IGNORE NULLS) OVER rest AS day,
        first_value(other_tier IGNORE NULLS) OVER rest AS other_tier
    FROM (
        SELECT product_id, site_id, rank, remaining_qty, partial_allowed, from_day AS at_day, 0 AS turn,
            order_line_id, from_day, to_day, tier, NULL::DATE AS lost_day, NULL::VARCHAR AS other_tier
        FROM {waiting}
        UNION ALL
        SELECT product_id, site_id, rank, remaining_qty, partial_allowed, day, 1, NULL, NULL, NULL, NULL, day, other_tier
        FROM lost
    ) AS told
    WINDOW rest AS (
        PARTITION BY product_id, site_id, rank, remaining_qty, partial_allowed ORDER BY at_day, turn
        ROWS BETWEEN CURRENT ROW AND UNBOUNDED FOLLOWING
    )
),
first_of AS (
    SELECT order_line_id, min(day) AS overtaken_date, arg_min(tier, day) AS tier, arg_min(other_tier, day) AS other_tier
    FROM next_day
    WHERE order_line_id IS NOT NULL AND day < to_day
    GROUP BY order_line_id
),
-- the wait is over with the last goods, or when nothing is wanted any more
done AS (
    SELECT order_line_id, coalesce(min(shipped_date), nullif(max(to_day), DATE '9999-12-31')) AS done_date
    FROM (
        SELECT order_line_id, shipped_date, NULL::DATE AS to_day FROM {shipped} WHERE completes
        UNION ALL
        SELECT order_line_id, NULL::DATE AS shipped_date, to_day FROM {waiting}
    ) AS ended
    GROUP BY order_line_id
)
SELECT
    first_of.order_line_id,
    first_of.overtaken_date,
    done.done_date,
    first_of.tier,
    coalesce(nullif(first_of.tier, ''), 'Unranked') || ' before ' || coalesce(nullif(first_of.other_tier, ''), 'Unranked') AS tier_pair,
    known.order_id,
    known.customer_id,
    known.customer,
    known.product_id,
    known.product,
    known.family,
    coalesce(known.site_id, '') AS site_id,
    known.site,
    known.planner,
    strftime(first_of.overtaken_date, '%G-W%V') AS week,
    known.amount_rc,
    known.net_amount,
    known.source_system,
    known.source_object,
    known.source_id,
    known.load_id,
    known.source_line
FROM first_of
JOIN line_known AS known
    ON known.order_line_id = first_of.order_line_id
    AND known.known_from <= first_of.overtaken_date
    AND (known.known_to IS NULL OR known.known_to > first_of.overtaken_date)
LEFT JOIN done ON done.order_line_id = first_of.order_line_id
