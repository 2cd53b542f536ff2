-- What is held for customer lines at each stock date, by the segment the customer is in at that date.
create table stock_held as
select
    stock_date.state_date,
    coalesce(reservation.product_id, line.product_id) as product_id,
    coalesce(reservation.site_id, line.site_id, '') as site_id,
    reservation.order_line_id,
    coalesce(span.segment, '') as segment,
    sum(reservation.qty) as qty
from stock_reservation as reservation
join order_line as line on line.order_line_id = reservation.order_line_id
join sales_order on sales_order.order_id = line.order_id
join stock_date
    on (reservation.valid_from is null or reservation.valid_from <= stock_date.state_date)
    and (reservation.valid_to is null or reservation.valid_to > stock_date.state_date)
left join customer_span as span
    on span.customer_id = sales_order.customer_id
    and span.valid_from <= stock_date.state_date
    and span.valid_to > stock_date.state_date
where reservation.qty > 0
group by all;

-- One row per stock date, product, site and kind of stock: every unit counted stands in exactly one of them.
-- common = free for anybody, dedicated = set aside for a segment, the others cannot be sold as they stand.
create table stock_kind as
with judged as (
    select
        snapshot_date as state_date,
        product_id,
        coalesce(site_id, '') as site_id,
        coalesce(stock_type, 'unrestricted') as stock_type,
        coalesce(ownership, 'own') = 'own' as is_own,
        coalesce(expiry_date <= snapshot_date, false) as is_expired,
        segment,
        on_hand_qty,
        reserved_qty,
        blocked_qty
    from inventory_snapshot
    where snapshot_date is not null
),
sorted as (
    select
        *,
        case
            when not is_own then 'not_ours'
            when stock_type = 'unrestricted' and is_expired then 'expired'
            when stock_type in ('unrestricted', 'consignment') and segment is not null then 'dedicated'
            when stock_type = 'unrestricted' then 'common'
            else stock_type
        end as kind
    from judged
)
select
    state_date,
    product_id,
    site_id,
    kind,
    stock_type,
    case when kind = 'dedicated' then segment end as segment,
    sum(on_hand_qty) as qty,
    coalesce(sum(greatest(blocked_qty, 0)), 0) as blocked_qty,
    coalesce(sum(greatest(reserved_qty, 0)), 0) as reserved_qty
from sorted
group by all;

-- One row per product, site and stock date from the first count on, whether or not it is counted that day, with the cost of
-- one unit in the reporting currency: the counted rows' own (weighted by quantity), else the cost list's, else the last known.
create table stock_day as
with counted as (
    select
        stock.snapshot_date as state_date,
        stock.product_id,
        coalesce(stock.site_id, '') as site_id,
        sum(stock.unit_cost * rate.rate * greatest(stock.on_hand_qty, 0))
            / nullif(sum(greatest(stock.on_hand_qty, 0)) filter (where stock.unit_cost * rate.rate is not null), 0) as cost,
        max(stock.unit_cost * rate.rate) as any_cost,
        arg_min(stock.source_system, (stock.load_id, stock.source_line)) as source_system,
        arg_min(stock.source_object, (stock.load_id, stock.source_line)) as source_object,
        arg_min(stock.source_id, (stock.load_id, stock.source_line)) as source_id,
        arg_min(stock.load_id, (stock.load_id, stock.source_line)) as load_id,
        arg_min(stock.source_line, (stock.load_id, stock.source_line)) as source_line
    from inventory_snapshot as stock
    left join (
        select rate_date, from_ccy, rate::double as rate from fx
        union all
        select state_date as rate_date, '' as from_ccy, 1::double as rate from stock_date
    ) as rate on rate.rate_date = stock.snapshot_date and rate.from_ccy = coalesce(stock.currency, '')
    where stock.snapshot_date is not null
    group by all
),
first_count as (
    select product_id, site_id, min(state_date) as state_date from counted group by all
),
listed as (
    select
        day.state_date,
        cost.product_id,
        cost.site_id,
        arg_max(cost.unit_cost * rate.rate, coalesce(cost.valid_from, date '1900-01-01')) as cost
    from stock_date as day
    join product_cost as cost
        on (cost.valid_from is null or cost.valid_from <= day.state_date)
        and (cost.valid_to is null or cost.valid_to > day.state_date)
    join (
        select rate_date, from_ccy, rate::double as rate from fx
        union all
        select state_date as rate_date, '' as from_ccy, 1::double as rate from stock_date
    ) as rate on rate.rate_date = day.state_date and rate.from_ccy = coalesce(cost.currency, '')
    group by all
),
every_day as (
    select
        stock_date.state_date,
        first_count.product_id,
        first_count.site_id,
        coalesce(counted.cost, counted.any_cost, here.cost, anywhere.cost) as cost,
        counted.source_system,
        counted.source_object,
        counted.source_id,
        counted.load_id,
        counted.source_line
    from first_count
    join stock_date on stock_date.state_date >= first_count.state_date
    left join counted
        on counted.product_id = first_count.product_id
        and counted.site_id = first_count.site_id
        and counted.state_date = stock_date.state_date
    left join listed as here
        on here.product_id = first_count.product_id
        and here.site_id = first_count.site_id
        and here.state_date = stock_date.state_date
    left join listed as anywhere
        on anywhere.product_id = first_count.product_id
        and anywhere.site_id is null
        and anywhere.state_date = stock_date.state_date
)
select
    * exclude (cost),
    coalesce(  -- the last known cost, before there is one the first known
        last_value(cost ignore nulls) over (
            partition by product_id, site_id order by state_date rows between unbounded preceding and current row
        ),
        first_value(cost ignore nulls) over (
            partition by product_id, site_id order by state_date rows between current row and unbounded following
        )
    ) as unit_cost
from every_day;
