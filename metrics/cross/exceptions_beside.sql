-- Open opportunities and open cases of each customer at each state day, to be read beside what is at risk. Of a past day deals are
-- known by a snapshot of its week alone; without one they are empty
WITH newest AS (
    SELECT day.state_date, coalesce(snapshot.source_system, '') AS source_system, max(snapshot.snapshot_date) AS snapshot_date
    FROM opportunity_snapshot AS snapshot
    JOIN {day} AS day ON snapshot.snapshot_date BETWEEN day.state_date - 7 AND day.state_date
    WHERE NOT day.is_now
    GROUP BY ALL
),
deal AS (
    SELECT day.state_date, opportunity.customer_id, opportunity.amount, coalesce(opportunity.currency, '') AS currency
    FROM opportunity
    JOIN {day} AS day
        ON day.is_now
        AND coalesce(opportunity.created_date, DATE '0001-01-01') <= day.state_date
        AND (opportunity.closed_date IS NULL OR opportunity.closed_date > day.state_date)
    WHERE coalesce(opportunity.outcome, 'open') = 'open' AND NOT coalesce(opportunity.is_deleted, false)
    UNION ALL
    SELECT newest.state_date, opportunity.customer_id, snapshot.amount, coalesce(snapshot.currency, '') AS currency
    FROM newest
    JOIN opportunity_snapshot AS snapshot
        ON snapshot.snapshot_date = newest.snapshot_date AND coalesce(snapshot.source_system, '') = newest.source_system
    JOIN opportunity ON opportunity.opportunity_id = snapshot.opportunity_id
    WHERE coalesce(snapshot.outcome, 'open') = 'open'
),
valued AS (
    SELECT deal.state_date, deal.customer_id, count(*) AS deals,
        sum(deal.amount * CASE WHEN deal.currency = '' THEN 1 ELSE fx.rate END)::DOUBLE AS deal_value
    FROM deal
    LEFT JOIN fx ON fx.rate_date = deal.state_date AND fx.from_ccy = deal.currency
    GROUP BY deal.state_date, deal.customer_id
),
asked AS (
    SELECT day.state_date, customer_id, count(*) AS cases
    FROM case_ticket
    JOIN {day} AS day
        ON case_ticket.opened_date <= day.state_date
        AND (case_ticket.resolved_date IS NULL OR case_ticket.resolved_date > day.state_date)
    GROUP BY ALL
)
SELECT
    coalesce(valued.state_date, asked.state_date) AS state_date,
    coalesce(valued.customer_id, asked.customer_id) AS customer_id,
    valued.deals,
    valued.deal_value,
    asked.cases
FROM valued
FULL JOIN asked ON asked.state_date = valued.state_date AND asked.customer_id = valued.customer_id
