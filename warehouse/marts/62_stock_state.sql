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
    select state_date, product_id, site_id, sum(qty) as qty, sum(reserved_qty) as reserved_qty from stock_held group by all
),
free as (
    select
        usable.state_date,
        usable.product_id,
        usable.site_id,
        usable.qty - usable.blocked_qty as qty,
        least(
            greatest(usable.reserved_qty - coalesce(held.reserved_qty, 0), 0), usable.qty - usable.blocked_qty
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
        sum(stock_held.qty::double * cut.kept_qty::double / nullif(cut.held_qty::double, 0)) as qty
    from cut
    join stock_held
        on stock_held.state_date = cut.state_date
        and stock_held.product_id = cut.product_id
        and stock_held.site_id = cut.site_id
    group by all
),
portion as (
    select state_date, product_id, site_id, 'shared' as portion, '' as segment,
        (qty - elsewhere_qty - kept_qty)::double as qty
    from cut
    union all
    select state_date, product_id, site_id, 'reserved' as portion, segment, qty from reserved
    union all
    select state_date, product_id, site_id, 'reserved_elsewhere' as portion, '' as segment, elsewhere_qty::double as qty
    from cut
    union all
    select state_date, product_id, site_id,
        case when stock_type = 'consignment' then 'consigned' else 'dedicated' end as portion,
        segment, (qty - blocked_qty)::double as qty
    from usable
    where kind = 'dedicated'
    union all
    select state_date, product_id, site_id, 'blocked' as portion, '' as segment, blocked_qty::double as qty from usable
    union all
    select state_date, product_id, site_id, kind as portion, '' as segment, greatest(qty, 0)::double as qty
    from stock_kind
    where kind not in ('common', 'dedicated', 'not_ours')
    union all
    select state_date, product_id, site_id, 'negative' as portion, '' as segment, least(qty, 0)::double as qty
    from stock_kind
    where kind <> 'not_ours'
    union all
    select state_date, product_id, site_id, 'not_ours' as portion, '' as segment, qty::double as qty
    from stock_kind
    where kind = 'not_ours'
)
select state_date, product_id, site_id, portion, segment, sum(qty) as qty
from portion
where qty <> 0
group by all;

-- Products and places at a stock date where more is held for lines than there is, or than those lines still want.
create table stock_over_reserved as
with held as (
    select state_date, product_id, site_id, sum(qty)::double as qty, sum(reserved_qty)::double as reserved_qty
    from stock_held
    group by all
),
kept as (
    select state_date, product_id, site_id, sum(qty) as qty from stock_state where portion = 'reserved' group by all
)
select held.state_date, held.product_id, held.site_id
from held
left join kept
    on kept.state_date = held.state_date and kept.product_id = held.product_id and kept.site_id = held.site_id
where held.reserved_qty > coalesce(kept.qty, 0) + 1e-6;
