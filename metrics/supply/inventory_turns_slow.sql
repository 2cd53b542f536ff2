-- One row per count date, product and site in stock: how long nothing left it, what is usable, what is wanted of it a day.
-- Stock, its kinds, cost and demand are those of days_of_inventory_by_segment; production counts as demand too.
with only_site as (
    select state_date, product_id, min(site_id) as site_id from stock_day group by state_date, product_id having count(*) = 1
),
ordered as (
    select
        demand.state_date,
        demand.product_id,
        coalesce(demand.site_id, only_site.site_id, '') as site_id,
        sum(demand.qty)::double as qty
    from stock_demand as demand
    left join only_site on only_site.state_date = demand.state_date and only_site.product_id = demand.product_id
    group by all
),
held as (
    select
        state_date,
        product_id,
        site_id,
        sum(qty) filter (where portion in ('shared', 'reserved', 'dedicated')) as usable_qty,
        sum(qty) as qty
    from stock_state
    where portion not in ('negative', 'not_ours', 'consignment', 'consigned')
    group by all
),
started as (
    select
        (select min(known_day) from {issue} where qty > 0) as issues_from,
        (select min(snapshot_date) from inventory_snapshot) as counts_from,
        (select count(*) = 0 from order_line) as has_no_orders
),
known as (
    select product_id, site_id, min(state_date) as first_day from stock_day group by product_id, site_id
),
-- the first count date on or after a day: from then on a state knows of it
next_state as (
    select reach.day, min(stock_date.state_date) as state_date
    from (select distinct unnest([known_day, greatest(known_day, day + 90)]) as day from {issue}) as reach
    join stock_date on stock_date.state_date >= reach.day
    group by reach.day
),
-- where orders are exported they tell the demand of customers, else what was issued to them does
event as (
    select issue.product_id, issue.site_id, next_state.state_date, max(issue.day) as issue_day,
        coalesce(sum(issue.qty) filter (where issue.kind = 'production' or started.has_no_orders), 0) as qty
    from {issue} as issue
    cross join started
    join next_state on next_state.day = issue.known_day
    where issue.kind <> 'return' and issue.qty > 0
    group by all
    union all
    select issue.product_id, issue.site_id, next_state.state_date, null::date as issue_day, -sum(issue.qty) as qty
    from {issue} as issue
    cross join started
    join next_state on next_state.day = greatest(issue.known_day, issue.day + 90)
    where issue.qty > 0 and (issue.kind = 'production' or (started.has_no_orders and issue.kind = 'sale'))
    group by all
    union all
    select product_id, site_id, state_date, null::date as issue_day, 0 as qty from held
),
running as (
    select distinct
        product_id,
        site_id,
        state_date,
        max(issue_day) over earlier as last_issue,
        sum(qty) over earlier as issued_90
    from event
    window earlier as (partition by product_id, site_id order by state_date)
)
select
    held.state_date,
    held.product_id,
    product.name as product,
    held.site_id,
    coalesce(site.name, nullif(held.site_id, '')) as site,
    product.family,
    product.category,
    product.base_uom,
    product.make_or_buy,
    product.fulfil_model,
    class.abc,
    held.qty,
    coalesce(held.usable_qty, 0) as usable_qty,
    (coalesce(ordered.qty, 0) + greatest(running.issued_90, 0)) / 90 as per_day,
    running.last_issue,
    held.state_date - coalesce(
        running.last_issue,
        greatest(
            started.issues_from, product.launch_date, case when known.first_day > started.counts_from then known.first_day end
        )
    ) as idle_days,
    coalesce(held.state_date - product.launch_date < 90, false) as is_new,
    stock_day.count_date,
    stock_day.fx_missing,
    stock_day.unit_cost,
    stock_day.source_system,
    stock_day.source_object,
    stock_day.source_id,
    stock_day.load_id,
    stock_day.source_line
from held
join stock_day
    on stock_day.state_date = held.state_date
    and stock_day.product_id = held.product_id
    and stock_day.site_id = held.site_id
join running
    on running.state_date = held.state_date and running.product_id = held.product_id and running.site_id = held.site_id
join known on known.product_id = held.product_id and known.site_id = held.site_id
cross join started
left join ordered
    on ordered.state_date = held.state_date and ordered.product_id = held.product_id and ordered.site_id = held.site_id
left join product on product.product_id = held.product_id
left join site on site.site_id = held.site_id
left join {class} as class
    on class.product_id = held.product_id
    and class.month_no = year(held.state_date) * 12 + month(held.state_date) - 1
where held.qty > 0
