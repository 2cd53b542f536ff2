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
