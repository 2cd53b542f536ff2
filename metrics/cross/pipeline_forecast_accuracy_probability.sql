kind AS (
    SELECT DISTINCT kind FROM {origin}
),
order_worth AS (
    SELECT order_id, month, currency, sum(amount) AS amount FROM {first_value} GROUP BY ALL
),
deal_cell AS (
    SELECT kind.kind, state.month, state.stage_code, state.close_bucket, win.lag, count(*) AS deals
    FROM opp_state AS state
    CROSS JOIN kind
    LEFT JOIN {win} AS win ON win.kind = kind.kind AND win.state_no = state.state_no
    GROUP BY ALL
),
-- what won deals came to against the amount they stood at, both at the rate of the day they stood there
worth AS (
    SELECT
        win.kind,
        win.month,
        win.lag,
        win.opportunity_id,
        state.amount_rc::DOUBLE AS stood_at,
        CASE WHEN win.kind = 'closed' THEN state.amount_rc ELSE sum(order_worth.amount * rate.rate) END::DOUBLE AS came_to
    FROM {win} AS win
    JOIN opp_state AS state ON state.state_no = win.state_no
    LEFT JOIN order_worth ON order_worth.order_id = win.order_id AND order_worth.month = win.month + win.lag
    LEFT JOIN month_rate AS rate ON rate.month = win.month AND rate.currency = order_worth.currency
    GROUP BY win.kind, win.month, win.lag, win.opportunity_id, state.amount_rc
),
won_cell AS (
    SELECT kind, month + lag AS won_month, sum(stood_at) AS stood_at, sum(came_to) AS came_to FROM worth GROUP BY ALL
),
won_month AS (
    SELECT kind, month + lag AS month, count(DISTINCT opportunity_id) AS deals FROM {win} GROUP BY ALL
),
won_before AS (
    SELECT kind_at.month, sum(won_month.deals) AS deals
    FROM {origin} AS kind_at
    JOIN won_month ON won_month.kind = kind_at.kind AND won_month.month <= kind_at.month
    GROUP BY kind_at.month
),
ratio AS (
    SELECT
        kind_at.month,
        CASE
            WHEN max(coalesce(won_before.deals, 0)) < max(fixed.ratio_wins) THEN 1
            ELSE coalesce(least(1.5, greatest(0.5, sum(won_cell.came_to) / nullif(sum(won_cell.stood_at), 0))), 1)
        END::DOUBLE AS ratio
    FROM {origin} AS kind_at
    CROSS JOIN fixed
    LEFT JOIN won_before ON won_before.month = kind_at.month
    LEFT JOIN won_cell ON won_cell.kind = kind_at.kind AND won_cell.won_month <= kind_at.month
    GROUP BY kind_at.month
),
-- training for (origin, horizon): every deal open at an earlier origin whose target month is over by this one
training AS (
    SELECT
        kind_at.month,
        horizon.horizon,
        deal_cell.stage_code,
        deal_cell.close_bucket,
        sum(deal_cell.deals) AS n,
        coalesce(sum(deal_cell.deals) FILTER (WHERE deal_cell.lag = horizon.horizon), 0) AS won
    FROM {origin} AS kind_at
    CROSS JOIN horizon
    JOIN deal_cell ON deal_cell.kind = kind_at.kind AND deal_cell.month <= kind_at.month - horizon.horizon
    GROUP BY ALL
),
pooled AS (
    SELECT month, horizon, sum(n) AS n, sum(won) AS won, sum(won) / sum(n)::DOUBLE AS pi
    FROM training
    GROUP BY ALL
),
by_stage AS (
    SELECT
        training.month,
        training.horizon,
        training.stage_code,
        (sum(training.won) + max(fixed.kappa * pooled.pi)) / nullif(sum(training.n) + max(fixed.kappa), 0) AS pi
    FROM training
    CROSS JOIN fixed
    JOIN pooled ON pooled.month = training.month AND pooled.horizon = training.horizon
    GROUP BY ALL
),
by_bucket AS (
    SELECT
        training.month,
        training.horizon,
        training.stage_code,
        training.close_bucket,
        training.n,
        training.won,
        (training.won + fixed.kappa * by_stage.pi) / nullif(training.n + fixed.kappa, 0) AS pi
    FROM training
    CROSS JOIN fixed
    JOIN by_stage
        ON by_stage.month = training.month
        AND by_stage.horizon = training.horizon
        AND by_stage.stage_code = training.stage_code
    WHERE training.close_bucket IS NOT NULL
),
open_cell AS (
    SELECT month, origin, stage_code, close_bucket, count(*) AS open_deals FROM opp_state GROUP BY ALL
)
SELECT
    open_cell.origin,
    open_cell.month,
    horizon.horizon,
    open_cell.stage_code,
    open_cell.close_bucket,
    coalesce(open_cell.close_bucket::VARCHAR, '') AS close_bucket_key,
    open_cell.open_deals,
    kind_at.kind AS win_kind,
    pooled.n AS training_deals,
    pooled.won AS training_won,
    coalesce(by_bucket.n, 0) AS cell_deals,
    coalesce(by_bucket.won, 0) AS cell_won,
    pooled.n < fixed.training_deals OR pooled.won < fixed.training_wins AS low_training,
    CASE
        WHEN pooled.n < fixed.training_deals OR pooled.won < fixed.training_wins THEN pooled.pi
        ELSE coalesce(by_bucket.pi, by_stage.pi, pooled.pi)
    END AS pi,
    ratio.ratio AS value_ratio,
    open_cell.origin AS known_from,
    NULL::DATE AS known_to,
    NULL::VARCHAR AS source_system,
    NULL::VARCHAR AS source_object,
    NULL::VARCHAR AS source_id,
    NULL::VARCHAR AS load_id,
    NULL::BIGINT AS source_line
FROM open_cell
CROSS JOIN fixed
CROSS JOIN horizon
JOIN {origin} AS kind_at ON kind_at.month = open_cell.month
JOIN ratio ON ratio.month = open_cell.month
JOIN pooled ON pooled.month = open_cell.month AND pooled.horizon = horizon.horizon
LEFT JOIN by_stage
    ON by_stage.month = open_cell.month
    AND by_stage.horizon = horizon.horizon
    AND by_stage.stage_code = open_cell.stage_code
LEFT JOIN by_bucket
    ON by_bucket.month = open_cell.month
    AND by_bucket.horizon = horizon.horizon
    AND by_bucket.stage_code = open_cell.stage_code
    AND by_bucket.close_bucket = open_cell.close_bucket
