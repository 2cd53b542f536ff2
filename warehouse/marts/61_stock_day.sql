-- What is held for customer lines at each stock date, by the segment the customer is in at that date: no more than the line
-- still wants. reserved_qty is what the reservations say.
create table stock_held as
with reserved as (
    select
        stock_date.state_date,
        coalesce(reservation.product_id, line.product_id) as product_id,
        coalesce(reservation.site_id, line.site_id, '') as site_id,
        reservation.order_line_id,
        sales_order.customer_id,
        sum(reservation.qty) as qty
    from stock_reservation as reservation
    join order_line as line on line.order_line_id = reservation.order_line_id
    join sales_order on sales_order.order_id = line.order_id
    join stock_date
        on (reservation.valid_from is null or reservation.valid_from <= stock_date.state_date)
        and (reservation.valid_to is null or reservation.valid_to > stock_date.state_date)
    where reservation.qty > 0
    group by all
),
line as (
    select state_date, order_line_id, sum(qty) as qty from reserved group by all
),
shipped as (
    select line.state_date, line.order_line_id, sum(coalesce(part.qty_shipped, part.qty_delivered)) as qty
    from line
    join shipment_line as part on part.order_line_id = line.order_line_id
    join shipment on shipment.shipment_id = part.shipment_id and shipment.shipped_date <= line.state_date
    group by all
),
wanted as (
    select
        line.state_date,
        line.order_line_id,
        line.qty,
        greatest(0, known.ordered_qty - coalesce(known.cancelled_qty, 0) - coalesce(shipped.qty, 0)) as open_qty
    from line
    join line_known as known
        on known.order_line_id = line.order_line_id
        and known.known_from <= line.state_date
        and (known.known_to is null or known.known_to > line.state_date)
    left join shipped on shipped.state_date = line.state_date and shipped.order_line_id = line.order_line_id
    where known.order_line_id in (select order_line_id from stock_reservation) and known.ordered_qty is not null
)
select
    reserved.state_date,
    reserved.product_id,
    reserved.site_id,
    reserved.order_line_id,
    coalesce(span.segment, '') as segment,
    coalesce(span.attribute_backfilled, false) as attribute_backfilled,
    case
        when wanted.open_qty < wanted.qty then (reserved.qty * wanted.open_qty / nullif(wanted.qty, 0))::decimal(28, 6)
        else reserved.qty
    end as qty,
    reserved.qty as reserved_qty
from reserved
left join wanted on wanted.state_date = reserved.state_date and wanted.order_line_id = reserved.order_line_id
left join customer_span as span
    on span.customer_id = reserved.customer_id
    and span.valid_from <= reserved.state_date
    and span.valid_to > reserved.state_date;

-- The rows of the counts that hold at a stock date.
create view stock_counted as
select stock_count.state_date, stock.*
from stock_count
join inventory_snapshot as stock
    on stock.snapshot_date = stock_count.snapshot_date
    and coalesce(stock.source_system, '') = stock_count.source_system
    and coalesce(stock.site_id, '') = stock_count.site_id;

-- One row per stock date, product, site and kind of stock: every unit counted stands in exactly one of them.
-- common = free for anybody, dedicated = set aside for a segment, the others cannot be sold as they stand.
create table stock_kind as
with judged as (
    select
        state_date,
        product_id,
        coalesce(site_id, '') as site_id,
        coalesce(stock_type, 'unrestricted') as stock_type,
        coalesce(ownership, 'own') = 'own' as is_own,
        coalesce(expiry_date <= state_date, false) as is_expired,
        segment,
        on_hand_qty,
        reserved_qty,
        blocked_qty
    from stock_counted
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

-- What a currency is worth at a stock date; an empty one is the reporting currency.
create view stock_rate as
select rate_date, from_ccy, rate::double as rate from fx
union all
select state_date as rate_date, '' as from_ccy, 1::double as rate from stock_date;

-- One row per product, site and stock date from the first count on, whether or not it is counted that day, with the cost of
-- one unit in the reporting currency: the counted rows' own (weighted by quantity), else the cost list's, else the last known.
-- count_date: the oldest count that holds there, empty where that of any system that counts it does not; fx_missing: costs are known, but no rate for them.
create table stock_day as
with counted as (
    select
        stock.state_date,
        stock.product_id,
        coalesce(stock.site_id, '') as site_id,
        sum(stock.unit_cost * rate.rate * greatest(stock.on_hand_qty, 0))
            / nullif(sum(greatest(stock.on_hand_qty, 0)) filter (where stock.unit_cost * rate.rate is not null), 0) as cost,
        max(stock.unit_cost * rate.rate) as any_cost,
        bool_or(stock.unit_cost is not null and rate.rate is null) as lacks_rate,
        arg_min(stock.source_system, (stock.load_id, stock.source_line)) as source_system,
        arg_min(stock.source_object, (stock.load_id, stock.source_line)) as source_object,
        arg_min(stock.source_id, (stock.load_id, stock.source_line)) as source_id,
        arg_min(stock.load_id, (stock.load_id, stock.source_line)) as load_id,
        arg_min(stock.source_line, (stock.load_id, stock.source_line)) as source_line
    from stock_counted as stock
    left join stock_rate as rate on rate.rate_date = stock.snapshot_date and rate.from_ccy = coalesce(stock.currency, '')
    group by all
),
counted_by as (
    select product_id, coalesce(site_id, '') as site_id, coalesce(source_system, '') as source_system,
        min(snapshot_date) as first_date
    from inventory_snapshot
    where snapshot_date is not null
    group by all
),
holding as (
    select
        counted_by.product_id,
        counted_by.site_id,
        stock_date.state_date,
        case when bool_and(stock_count.snapshot_date is not null) then min(stock_count.snapshot_date) end as count_date
    from counted_by
    join stock_date on stock_date.state_date >= counted_by.first_date
    left join stock_count
        on stock_count.source_system = counted_by.source_system
        and stock_count.site_id = counted_by.site_id
        and stock_count.state_date = stock_date.state_date
    group by counted_by.product_id, counted_by.site_id, stock_date.state_date
),
first_count as (
    select product_id, site_id, min(state_date) as state_date from counted group by all
),
listed as (
    select
        day.state_date,
        cost.product_id,
        cost.site_id,
        arg_max(cost.unit_cost * rate.rate, coalesce(cost.valid_from, date '1900-01-01')) as cost,
        bool_or(cost.unit_cost is not null and rate.rate is null) as lacks_rate
    from stock_date as day
    join product_cost_step as cost
        on (cost.valid_from is null or cost.valid_from <= day.state_date)
        and (cost.valid_to is null or cost.valid_to > day.state_date)
    left join stock_rate as rate on rate.rate_date = day.state_date and rate.from_ccy = coalesce(cost.currency, '')
    group by all
),
every_day as (
    select
        stock_date.state_date,
        first_count.product_id,
        first_count.site_id,
        holding.count_date,
        coalesce(counted.cost, counted.any_cost, here.cost, anywhere.cost) as cost,
        coalesce(counted.lacks_rate, false) or coalesce(here.lacks_rate, false) or coalesce(anywhere.lacks_rate, false)
            as lacks_rate,
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
    left join holding
        on holding.product_id = first_count.product_id
        and holding.site_id = first_count.site_id
        and holding.state_date = stock_date.state_date
    left join listed as here
        on here.product_id = first_count.product_id
        and here.site_id = first_count.site_id
        and here.state_date = stock_date.state_date
    left join listed as anywhere
        on anywhere.product_id = first_count.product_id
        and anywhere.site_id is null
        and anywhere.state_date = stock_date.state_date
),
priced as (
    select
        * exclude (cost, lacks_rate),
        bool_or(lacks_rate) over lasting as lacks_rate,
        -- the last known cost, before there is one the first known; never another where this day's lacks a rate alone
        case
            when cost is not null or not lacks_rate then coalesce(
                last_value(cost ignore nulls) over lasting,
                first_value(cost ignore nulls) over (
                    partition by product_id, site_id order by state_date rows between current row and unbounded following
                )
            )
        end as unit_cost
    from every_day
    window lasting as (partition by product_id, site_id order by state_date rows unbounded preceding)
)
select * exclude (lacks_rate), unit_cost is null and lacks_rate as fx_missing
from priced;
