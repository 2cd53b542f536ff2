-- the newest stock shared out by each policy
WITH latest AS (
    SELECT max(state_date) AS state_date FROM {stock} WHERE state_date <= $as_of
),
stock AS (
    SELECT stock.* FROM {stock} AS stock JOIN latest ON latest.state_date = stock.state_date
),
shared AS (
    SELECT state.product_id, state.site_id, state.qty
    FROM stock_state AS state
    JOIN latest ON latest.state_date = state.state_date
    WHERE state.portion = 'shared'
),
filled AS (
    SELECT
        product_id,
        site_id,
        segment,
        sum(open_qty) AS open_qty,
        bool_or(attribute_backfilled) AS attribute_backfilled,
        sum(fill_priority_fifo) AS fill_priority_fifo,
        sum(fill_fair_share) AS fill_fair_share
    FROM {open_line}
    GROUP BY ALL
),
quota AS (
    SELECT
        shared.product_id,
        shared.site_id,
        quota.segment,
        quota.rank,
        quota.share,
        quota.min_qty,
        shared.qty AS shared_qty,
        row_number() OVER (
            PARTITION BY shared.product_id, shared.site_id, quota.segment
            ORDER BY quota.product_id NULLS LAST, quota.site_id NULLS LAST, quota.valid_from DESC NULLS LAST
        ) AS place
    FROM shared
    CROSS JOIN latest
    JOIN segment_quota AS quota
        ON (quota.product_id IS NULL OR quota.product_id = shared.product_id)
        AND (quota.site_id IS NULL OR quota.site_id = shared.site_id)
        AND (quota.valid_from IS NULL OR quota.valid_from <= latest.state_date)
        AND (quota.valid_to IS NULL OR quota.valid_to > latest.state_date)
),
claimed AS (
    SELECT
        product_id,
        site_id,
        segment,
        shared_qty,
        coalesce(rank, 1000000000) AS rank,
        greatest(coalesce(min_qty, 0)::DOUBLE, coalesce(share, 0) * shared_qty) AS claim
    FROM quota
    WHERE place = 1
),
granted AS (
    SELECT
        product_id,
        site_id,
        segment,
        greatest(0, least(claim, shared_qty - (sum(claim) OVER (
            PARTITION BY product_id, site_id ORDER BY rank, segment ROWS UNBOUNDED PRECEDING
        ) - claim))) AS fill_quota
    FROM claimed
),
key AS (
    SELECT product_id, site_id, segment FROM stock WHERE portion = 'segment'
    UNION
    SELECT product_id, site_id, segment FROM filled
    UNION
    SELECT product_id, site_id, segment FROM granted WHERE fill_quota > 0
),
own AS (
    SELECT
        state.product_id,
        state.site_id,
        state.segment,
        sum(state.qty) AS qty,
        sum(state.qty) FILTER (WHERE state.portion = 'consigned') AS consigned_qty
    FROM stock_state AS state
    JOIN latest ON latest.state_date = state.state_date
    WHERE state.portion IN ('reserved', 'dedicated', 'consigned')
    GROUP BY ALL
),
claim AS (
    SELECT
        key.product_id,
        key.site_id,
        key.segment,
        coalesce(own.qty, 0) AS own_qty,
        coalesce(own.consigned_qty, 0) AS consigned_qty,
        coalesce(stock.per_day, 0) AS per_day,
        coalesce(stock.lines, 0) AS lines,
        coalesce(stock.backfilled_lines, 0) AS backfilled_lines,
        coalesce(stock.attribute_backfilled, false) OR coalesce(filled.attribute_backfilled, false) AS attribute_backfilled,
        coalesce(stock.alloc_demand_share, 0) AS alloc_demand_share,
        coalesce(stock.by_demand_alone, 0) AS by_demand_alone,
        coalesce(filled.open_qty, 0) AS open_qty,
        coalesce(filled.fill_priority_fifo, 0) AS fill_priority_fifo,
        coalesce(filled.fill_fair_share, 0) AS fill_fair_share,
        coalesce(granted.fill_quota, 0) AS fill_quota
    FROM key
    LEFT JOIN stock
        ON stock.portion = 'segment'
        AND stock.product_id = key.product_id
        AND stock.site_id = key.site_id
        AND stock.segment = key.segment
    LEFT JOIN filled
        ON filled.product_id = key.product_id AND filled.site_id = key.site_id AND filled.segment = key.segment
    LEFT JOIN granted
        ON granted.product_id = key.product_id AND granted.site_id = key.site_id AND granted.segment = key.segment
    LEFT JOIN own ON own.product_id = key.product_id AND own.site_id = key.site_id AND own.segment = key.segment
),
-- what each policy leaves goes by demand, and where nobody asked for the product, to nobody
shareable AS (
    SELECT
        claim.product_id,
        claim.site_id,
        sum(claim.per_day) AS per_day,
        any_value(coalesce(shared.qty, 0)) AS shared_qty,
        any_value(coalesce(shared.qty, 0)) - sum(claim.fill_priority_fifo) AS left_priority_fifo,
        any_value(coalesce(shared.qty, 0)) - sum(claim.fill_fair_share) AS left_fair_share,
        any_value(coalesce(shared.qty, 0)) - sum(claim.fill_quota) AS left_quota
    FROM claim
    LEFT JOIN shared ON shared.product_id = claim.product_id AND shared.site_id = claim.site_id
    GROUP BY ALL
),
allotted AS (
    SELECT
        claim.product_id,
        claim.site_id,
        'segment' AS portion,
        claim.segment,
        claim.alloc_demand_share,
        claim.own_qty + claim.fill_priority_fifo
            + coalesce(shareable.left_priority_fifo * claim.per_day / nullif(shareable.per_day, 0), 0) AS alloc_priority_fifo,
        claim.own_qty + claim.fill_fair_share
            + coalesce(shareable.left_fair_share * claim.per_day / nullif(shareable.per_day, 0), 0) AS alloc_fair_share,
        claim.own_qty + claim.fill_quota
            + coalesce(shareable.left_quota * claim.per_day / nullif(shareable.per_day, 0), 0) AS alloc_quota,
        claim.by_demand_alone,
        claim.consigned_qty,
        claim.per_day,
        claim.lines,
        claim.backfilled_lines,
        claim.attribute_backfilled,
        claim.open_qty
    FROM claim
    JOIN shareable ON shareable.product_id = claim.product_id AND shareable.site_id = claim.site_id
    UNION ALL
    SELECT
        shared.product_id,
        shared.site_id,
        'no_demand' AS portion,
        'No recent demand' AS segment,
        shared.qty AS alloc_demand_share,
        coalesce(shareable.left_priority_fifo, shared.qty) AS alloc_priority_fifo,
        coalesce(shareable.left_fair_share, shared.qty) AS alloc_fair_share,
        coalesce(shareable.left_quota, shared.qty) AS alloc_quota,
        0 AS by_demand_alone,
        0 AS consigned_qty,
        0 AS per_day,
        0 AS lines,
        0 AS backfilled_lines,
        false AS attribute_backfilled,
        0 AS open_qty
    FROM shared
    LEFT JOIN shareable ON shareable.product_id = shared.product_id AND shareable.site_id = shared.site_id
    WHERE coalesce(shareable.per_day, 0) = 0
    UNION ALL
    SELECT product_id, site_id, portion, segment, alloc_demand_share, alloc_demand_share AS alloc_priority_fifo,
        alloc_demand_share AS alloc_fair_share, alloc_demand_share AS alloc_quota, 0, 0, 0, 0, 0, false, 0
    FROM stock
    WHERE portion NOT IN ('segment', 'no_demand')
)
SELECT
    latest.state_date,
    allotted.*,
    over.product_id IS NOT NULL AS is_over_reserved,
    day.count_date,
    day.fx_missing,
    day.unit_cost,
    coalesce(site.name, allotted.site_id) AS site,
    product.name AS product,
    product.family,
    product.category,
    whole.company_days,
    EXISTS (SELECT 1 FROM granted) AS has_quota,
    day.source_system,
    day.source_object,
    day.source_id,
    day.load_id,
    day.source_line
FROM allotted
CROSS JOIN latest
CROSS JOIN (SELECT max(company_days) AS company_days FROM stock) AS whole
JOIN stock_day AS day
    ON day.state_date = latest.state_date AND day.product_id = allotted.product_id AND day.site_id = allotted.site_id
LEFT JOIN stock_over_reserved AS over
    ON over.state_date = latest.state_date
    AND over.product_id = allotted.product_id
    AND over.site_id = allotted.site_id
LEFT JOIN site ON site.site_id = allotted.site_id
LEFT JOIN product ON product.product_id = allotted.product_id
