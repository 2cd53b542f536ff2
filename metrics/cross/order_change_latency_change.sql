-- Every change with the first supply change on or after its day that answers it: of its own line where the supply is for a
-- line, else of the same product, site and direction. Found by one pass over both in order of days, latest first.
with answer_key as (
    -- supply for a line answers that line alone, and any deal for the product; other supply answers whoever waits
    select
        unnest([
            case when order_line_id is not null then 'line/' || order_line_id else 'free/' || product_id || '/' || site_id end,
            'deal/' || product_id
        ]) || '/' || direction as key,
        day, kind, is_compared, order_line_id is not null as is_own
    from {supply}
),
wanted_key as (
    select
        change_key, day,
        unnest(case
            when is_deal then ['deal/' || product_id]
            else ['line/' || order_line_id, 'free/' || product_id || '/' || site_id]
        end) || '/' || direction as key
    from {demand}
),
placed as (
    select key, day, null as change_key, case when kind = 'plan' then day end as plan_day,
        case when kind = 'po' then day end as po_day, case when is_compared then day end as compared_day,
        case when is_own then day end as own_day
    from answer_key
    where key is not null
    union all
    select key, day, change_key, null, null, null, null from wanted_key where key is not null
),
next_answer as (
    select
        change_key,
        min(plan_day) over later as plan_day,
        min(po_day) over later as po_day,
        min(compared_day) over later as compared_day,
        min(own_day) over later as own_day
    from placed
    window later as (partition by key order by day range between current row and unbounded following)
),
answered as (
    select change_key, min(plan_day) as plan_day, min(po_day) as po_day, min(compared_day) as compared_day, min(own_day) as own_day
    from next_answer
    where change_key is not null
    group by change_key
),
-- what was free to use at each count, and what was still to come
usable as (
    select
        day.product_id, day.site_id, day.state_date as day, day.count_date,
        greatest(0, coalesce(sum(kind.qty - kind.blocked_qty - kind.reserved_qty), 0))::double as qty
    from stock_day as day
    left join stock_kind as kind
        on kind.product_id = day.product_id and kind.site_id = day.site_id and kind.state_date = day.state_date
        and kind.kind = 'common'
    group by all
),
coming as (
    select product_id, site_id, day, sum(delta) filter (where delta > 0) as more, sum(delta) filter (where delta < 0) as less
    from {open}
    where order_line_id is null
    group by all
),
-- what is bought or made for the line itself; that of another line is not there to be cut
own as (
    select demand.change_key, sum(coming.delta) as open_qty
    from {demand} as demand
    join {open} as coming on coming.order_line_id = demand.order_line_id
    where coming.day < demand.day or (coming.day = demand.day and coming.delta > 0)
    group by demand.change_key
),
buyer as (
    select product_id, site_id, day, max(supplier_id) as supplier_id
    from {supply}
    where supplier_id is not null and field = 'created'
    group by all
),
-- on one day: counts and new supply before the change, what falls away after it
mixed as (
    select product_id, site_id, day, 1 as place, null as change_key, {'qty': qty, 'day': count_date} as stock,
        null::double as delta, null as supplier_id
    from usable
    union all
    select product_id, site_id, day, 1, null, null, more, null from coming where more > 0
    union all
    select product_id, site_id, day, 3, null, null, less, null from coming where less < 0
    union all
    select product_id, site_id, day, 1, null, null, null, supplier_id from buyer
    union all
    select product_id, site_id, day, 2, change_key, null, null, null from {demand} where not is_deal
),
around as (
    select
        change_key,
        last_value(stock ignore nulls) over so_far as stock,
        coalesce(sum(delta) over so_far, 0) as open_qty,
        last_value(supplier_id ignore nulls) over so_far as supplier_id
    from mixed
    window so_far as (partition by product_id, site_id order by day, place range between unbounded preceding and current row)
),
known as (
    select change_key, stock, open_qty, supplier_id from around where change_key is not null
),
since as (
    select min(day) filter (where kind = 'plan') as plan_since, min(day) filter (where kind = 'po') as po_since from {supply}
)
select
    demand.*,
    nullif(span.segment, '') as segment,
    coalesce(span.attribute_backfilled, false) as attribute_backfilled,
    coalesce(supplier.name, known.supplier_id) as supplier,
    answered.plan_day,
    answered.po_day,
    least(answered.plan_day, answered.po_day) as first_day,
    coalesce(answered.compared_day = least(answered.plan_day, answered.po_day), false) as is_compared,
    coalesce(answered.own_day = least(answered.plan_day, answered.po_day), false) as is_own,
    since.plan_since,
    since.po_since,
    case when known.stock['day'] >= demand.day - 35 then known.stock['qty'] end as usable_qty,
    coalesce(known.open_qty, 0) + coalesce(own.open_qty, 0) as open_qty,
    case
        when demand.is_deal then false
        when demand.direction = 'up' then coalesce(
            case when known.stock['day'] >= demand.day - 35 then known.stock['qty'] end
                >= coalesce(demand.qty, demand.ordered_qty)::double - 1e-9, false)
        else coalesce(known.open_qty, 0) + coalesce(own.open_qty, 0) < 1e-9
    end as needs_no_answer
from {demand} as demand
left join answered on answered.change_key = demand.change_key
left join known on known.change_key = demand.change_key
left join own on own.change_key = demand.change_key
left join supplier on supplier.supplier_id = known.supplier_id
left join customer_span as span
    on span.customer_id = demand.customer_id and span.valid_from <= demand.day and span.valid_to > demand.day
cross join since
