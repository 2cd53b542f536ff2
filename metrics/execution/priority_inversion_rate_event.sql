-- One row per line whose last goods left and tier that stood against it that day: how many lines there could have had the goods.
-- Lines alike in rank, remaining quantity and promise are counted together, on days on which stock ran short of them alone
WITH served AS (
    SELECT served.*, stock.left_qty
    FROM {served} AS served
    LEFT JOIN {left} AS stock
        ON stock.product_id = served.product_id AND stock.site_id = served.site_id AND stock.day = served.shipped_date
),
short_day AS (
    SELECT DISTINCT product_id, site_id, shipped_date AS day, left_qty FROM served WHERE left_qty IS NOT NULL
),
class AS (
    SELECT day.product_id, day.site_id, day.day, waiting.rank, waiting.tier, waiting.remaining_qty, waiting.partial_allowed,
        waiting.promise_date, count(*) AS lines
    FROM short_day AS day
    JOIN {waiting} AS waiting
        ON waiting.product_id = day.product_id
        AND waiting.site_id = day.site_id
        AND waiting.from_day <= day.day
        AND waiting.to_day > day.day
        AND waiting.remaining_qty > day.left_qty
    GROUP BY ALL
),
kind AS (
    SELECT DISTINCT product_id, site_id, shipped_date AS day, rank, qty, promise_date, left_qty FROM served
),
met AS (
    SELECT kind.product_id, kind.site_id, kind.day, kind.rank, kind.qty, kind.promise_date, class.rank AS other_rank,
        class.tier AS other_tier,
        sum(class.lines) AS comparable,
        sum(class.lines) FILTER (WHERE class.rank < kind.rank AND (class.partial_allowed OR class.remaining_qty <= kind.qty + 1e-9))
            AS inverted,
        sum(class.lines) FILTER (WHERE CASE WHEN class.rank < kind.rank THEN class.promise_date <= kind.promise_date
            ELSE kind.promise_date <= class.promise_date END) AS comparable_promise,
        sum(class.lines) FILTER (
            WHERE class.rank < kind.rank AND (class.partial_allowed OR class.remaining_qty <= kind.qty + 1e-9)
                AND class.promise_date <= kind.promise_date
        ) AS inverted_promise
    FROM kind
    JOIN class
        ON class.product_id = kind.product_id AND class.site_id = kind.site_id AND class.day = kind.day
        AND class.rank <> kind.rank
    GROUP BY ALL
),
-- both left that day: no inversion; counted with the one of the worse rank, where stock would not have served it again
together AS (
    SELECT worse.product_id, worse.site_id, worse.day, worse.rank, worse.qty, worse.promise_date, better.rank AS other_rank,
        better.tier AS other_tier, sum(better.lines) AS comparable, 0 AS inverted,
        sum(better.lines) FILTER (WHERE better.promise_date <= worse.promise_date) AS comparable_promise, 0 AS inverted_promise
    FROM kind AS worse
    JOIN (
        SELECT product_id, site_id, shipped_date AS day, rank, tier, promise_date, count(*) AS lines FROM served GROUP BY ALL
    ) AS better
        ON better.product_id = worse.product_id AND better.site_id = worse.site_id AND better.day = worse.day
        AND better.rank < worse.rank
    WHERE worse.left_qty < worse.qty
    GROUP BY ALL
),
counted AS (
    SELECT product_id, site_id, day, rank, qty, promise_date, other_rank, other_tier,
        sum(comparable) AS comparable, sum(inverted) AS inverted, sum(comparable_promise) AS comparable_promise,
        sum(inverted_promise) AS inverted_promise
    FROM (FROM met UNION ALL FROM together) AS both_ways
    GROUP BY ALL
)
SELECT
    served.order_line_id,
    served.shipped_date,
    coalesce(counted.other_rank, 0) AS other_rank,
    coalesce(counted.other_tier, '') AS other_tier,
    CASE
        WHEN counted.other_rank < served.rank
            THEN coalesce(nullif(counted.other_tier, ''), 'Unranked') || ' before ' || coalesce(nullif(served.tier, ''), 'Unranked')
        ELSE coalesce(nullif(served.tier, ''), 'Unranked') || ' before ' || coalesce(nullif(counted.other_tier, ''), 'Unranked')
    END AS tier_pair,
    served.* EXCLUDE (order_line_id, shipped_date, source_system, source_object, source_id, load_id, source_line),
    strftime(served.shipped_date, '%G-W%V') AS week,
    served.left_qty IS NULL AS stock_unknown,
    coalesce(counted.comparable, 0)::BIGINT AS comparable,
    coalesce(counted.inverted, 0)::BIGINT AS inverted,
    coalesce(counted.comparable_promise, 0)::BIGINT AS comparable_promise,
    coalesce(counted.inverted_promise, 0)::BIGINT AS inverted_promise,
    CASE WHEN served.is_approved THEN coalesce(counted.inverted, 0) ELSE 0 END::BIGINT AS approved,
    served.source_system,
    served.source_object,
    served.source_id,
    served.load_id,
    served.source_line
FROM served
LEFT JOIN counted
    ON counted.product_id = served.product_id
    AND counted.site_id = served.site_id
    AND counted.day = served.shipped_date
    AND counted.rank = served.rank
    AND counted.qty = served.qty
    AND counted.promise_date IS NOT DISTINCT FROM served.promise_date
WHERE counted.comparable > 0 OR served.left_qty IS NULL
