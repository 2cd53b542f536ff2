-- a line without a site counts where its product lies, if it lies at one site only
WITH only_site AS (
    SELECT state_date, product_id, min(site_id) AS site_id
    FROM stock_day
    GROUP BY state_date, product_id
    HAVING count(*) = 1
),
demand AS (
    SELECT
        demand.state_date,
        demand.product_id,
        coalesce(demand.site_id, only_site.site_id, '') AS site_id,
        demand.segment,
        sum(demand.qty)::DOUBLE / 90 AS per_day,
        sum(demand.lines) AS lines,
        sum(demand.backfilled_lines) AS backfilled_lines
    FROM stock_demand AS demand
    LEFT JOIN only_site ON only_site.state_date = demand.state_date AND only_site.product_id = demand.product_id
    GROUP BY ALL
),
-- one row per product, site, date and segment that wants or holds any of it
member AS (
    SELECT state_date, product_id, site_id, segment, sum(per_day) AS per_day, sum(lines) AS lines,
        sum(backfilled_lines) AS backfilled_lines, sum(own_qty) AS own_qty, sum(consigned_qty) AS consigned_qty
    FROM (
        SELECT state_date, product_id, site_id, segment, per_day, lines, backfilled_lines, 0 AS own_qty, 0 AS consigned_qty
        FROM demand
        UNION ALL
        SELECT state_date, product_id, site_id, segment, 0 AS per_day, 0 AS lines, 0 AS backfilled_lines, qty AS own_qty,
            CASE WHEN portion = 'consigned' THEN qty ELSE 0 END AS consigned_qty
        FROM stock_state
        WHERE portion IN ('reserved', 'dedicated', 'consigned')
    ) AS named
    GROUP BY ALL
),
held_backfilled AS (
    SELECT DISTINCT state_date, product_id, site_id, segment FROM stock_held WHERE attribute_backfilled
),
wanted AS (
    SELECT state_date, product_id, site_id, sum(per_day) AS per_day, sum(own_qty) AS own_qty FROM member GROUP BY ALL
),
place AS (
    SELECT
        wanted.state_date,
        wanted.product_id,
        wanted.site_id,
        nullif(wanted.per_day, 0) AS per_day,
        wanted.own_qty,
        coalesce(state.qty, 0) AS shared_qty
    FROM wanted
    LEFT JOIN stock_state AS state
        ON state.portion = 'shared'
        AND state.state_date = wanted.state_date
        AND state.product_id = wanted.product_id
        AND state.site_id = wanted.site_id
),
divided AS (
    SELECT
        member.*,
        member.backfilled_lines > 0 OR held_backfilled.segment IS NOT NULL AS attribute_backfilled,
        member.own_qty + coalesce(place.shared_qty * member.per_day / place.per_day, 0) AS alloc_demand_share,
        coalesce((place.shared_qty + place.own_qty) * member.per_day / place.per_day, 0) AS by_demand_alone
    FROM member
    JOIN place
        ON place.state_date = member.state_date AND place.product_id = member.product_id AND place.site_id = member.site_id
    LEFT JOIN held_backfilled
        ON held_backfilled.state_date = member.state_date
        AND held_backfilled.product_id = member.product_id
        AND held_backfilled.site_id = member.site_id
        AND held_backfilled.segment = member.segment
),
portion AS (
    SELECT state_date, product_id, site_id, 'segment' AS portion, segment, alloc_demand_share, by_demand_alone, consigned_qty,
        per_day, lines, backfilled_lines, attribute_backfilled
    FROM divided
    UNION ALL
    SELECT
        state.state_date,
        state.product_id,
        state.site_id,
        CASE WHEN state.portion = 'shared' THEN 'no_demand' ELSE state.portion END AS portion,
        CASE WHEN state.portion = 'shared' THEN 'No recent demand' ELSE 'Not allocated' END AS segment,
        state.qty AS alloc_demand_share,
        0 AS by_demand_alone,
        0 AS consigned_qty,
        0 AS per_day,
        0 AS lines,
        0 AS backfilled_lines,
        false AS attribute_backfilled
    FROM stock_state AS state
    LEFT JOIN wanted
        ON wanted.state_date = state.state_date AND wanted.product_id = state.product_id AND wanted.site_id = state.site_id
    WHERE state.portion NOT IN ('reserved', 'dedicated', 'consigned')
        AND (state.portion <> 'shared' OR coalesce(wanted.per_day, 0) = 0)
),
valued AS (
    SELECT
        portion.*,
        over.product_id IS NOT NULL AS is_over_reserved,
        day.count_date,
        day.fx_missing,
        day.unit_cost,
        day.source_system,
        day.source_object,
        day.source_id,
        day.load_id,
        day.source_line
    FROM portion
    LEFT JOIN stock_over_reserved AS over
        ON over.state_date = portion.state_date
        AND over.product_id = portion.product_id
        AND over.site_id = portion.site_id
    JOIN stock_day AS day
        ON day.state_date = portion.state_date AND day.product_id = portion.product_id AND day.site_id = portion.site_id
),
company AS (
    SELECT state_date, sum(alloc_demand_share * unit_cost) / nullif(sum(per_day * unit_cost), 0) AS company_days
    FROM valued
    WHERE portion = 'segment' AND count_date IS NOT NULL
    GROUP BY state_date
)
SELECT
    valued.* EXCLUDE (source_system, source_object, source_id, load_id, source_line),
    coalesce(site.name, valued.site_id) AS site,
    product.name AS product,
    product.family,
    product.category,
    company.company_days,
    valued.source_system,
    valued.source_object,
    valued.source_id,
    valued.load_id,
    valued.source_line
FROM valued
LEFT JOIN site ON site.site_id = valued.site_id
LEFT JOIN product ON product.product_id = valued.product_id
LEFT JOIN company ON company.state_date = valued.state_date
