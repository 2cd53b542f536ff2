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
    last_value(cost ignore nulls) over (
        partition by product_id, site_id order by state_date rows between unbounded preceding and current row
    ) as unit_cost
from every_day;

-- One row per stock date, product, site, portion and segment; quantities of a product at a site add up to all that is counted.
-- shared = what is left for everybody; reserved = held for customer lines, cut down to what there is; dedicated = set aside
-- for the segment; the others stand apart.
create table stock_state as
with usable as (
    select
        state_date,
        product_id,
        site_id,
        kind,
        stock_type,
        segment,
        greatest(qty, 0) as qty,
        least(blocked_qty, greatest(qty, 0)) as blocked_qty,
        reserved_qty
    from stock_kind
    where kind in ('common', 'dedicated')
),
held as (
    select state_date, product_id, site_id, sum(qty) as qty from stock_held group by all
),
free as (
    select
        usable.state_date,
        usable.product_id,
        usable.site_id,
        usable.qty - usable.blocked_qty as qty,
        least(
            greatest(usable.reserved_qty - coalesce(held.qty, 0), 0), usable.qty - usable.blocked_qty
        ) as elsewhere_qty,
        coalesce(held.qty, 0) as held_qty
    from usable
    left join held
        on held.state_date = usable.state_date and held.product_id = usable.product_id and held.site_id = usable.site_id
    where usable.kind = 'common'
),
cut as (
    select *, least(held_qty, qty - elsewhere_qty) as kept_qty from free
),
reserved as (
    select
        cut.state_date,
        cut.product_id,
        cut.site_id,
        stock_held.segment,
        sum(stock_held.qty::double * cut.kept_qty::double / nullif(cut.held_qty::double, 0)) as qty,
        bool_or(cut.held_qty > cut.kept_qty) as is_over_reserved
    from cut
    join stock_held
        on stock_held.state_date = cut.state_date
        and stock_held.product_id = cut.product_id
        and stock_held.site_id = cut.site_id
    group by all
),
portion as (
    select state_date, product_id, site_id, 'shared' as portion, '' as segment,
        (qty - elsewhere_qty - kept_qty)::double as qty, false as is_over_reserved
    from cut
    union all
    select state_date, product_id, site_id, 'reserved' as portion, segment, qty, is_over_reserved from reserved
    union all
    select state_date, product_id, site_id, 'reserved_elsewhere' as portion, '' as segment, elsewhere_qty::double as qty, false
    from cut
    union all
    select state_date, product_id, site_id,
        case when stock_type = 'consignment' then 'consigned' else 'dedicated' end as portion,
        segment, (qty - blocked_qty)::double as qty, false
    from usable
    where kind = 'dedicated'
    union all
    select state_date, product_id, site_id, 'blocked' as portion, '' as segment, blocked_qty::double as qty, false from usable
    union all
    select state_date, product_id, site_id, kind as portion, '' as segment, greatest(qty, 0)::double as qty, false
    from stock_kind
    where kind not in ('common', 'dedicated', 'not_ours')
    union all
    select state_date, product_id, site_id, 'negative' as portion, '' as segment, least(qty, 0)::double as qty, false
    from stock_kind
    where kind <> 'not_ours'
    union all
    select state_date, product_id, site_id, 'not_ours' as portion, '' as segment, qty::double as qty, false
    from stock_kind
    where kind = 'not_ours'
)
select state_date, product_id, site_id, portion, segment, sum(qty) as qty, bool_or(is_over_reserved) as is_over_reserved
from portion
where qty <> 0
group by all;
