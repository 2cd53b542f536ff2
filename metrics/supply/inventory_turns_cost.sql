-- Steps of cost: of the cost list in its own currency, and for products that it lacks the mean price of all receipts up to a
-- day. At most one step holds at a day for a product and site ('' = all sites).
with listed as (
    select
        product_id,
        coalesce(site_id, '') as site_id,
        unit_cost::double as unit_cost,
        coalesce(listed_cost.currency, '') as currency,
        coalesce(listed_cost.currency = company_setting.reporting_currency, true) as is_own_currency,
        coalesce(valid_from, date '0001-01-01') as valid_from,
        valid_to as ends,
        carried_until
    from product_cost_step as listed_cost
    cross join company_setting
),
received as (
    select product_id, coalesce(site_id, '') as site_id, moved_date as day, qty::double as qty, unit_cost::double as price
    from inventory_movement
    where kind in ('receipt_po', 'receipt_prod') and unit_cost is not null
    union all
    select
        line.product_id,
        coalesce(line.site_id, '') as site_id,
        receipt.received_date as day,
        receipt.qty_received::double as qty,
        line.unit_price::double
            * case when coalesce(purchase.currency = company_setting.reporting_currency, true) then 1 else fx.rate::double end
            as price
    from po_receipt as receipt
    join po_line as line on line.po_line_id = receipt.po_line_id
    join purchase_order as purchase on purchase.po_id = line.po_id
    cross join company_setting
    left join fx on fx.rate_date = receipt.received_date and fx.from_ccy = purchase.currency
),
bought as (
    select received.product_id, received.site_id, received.day, sum(received.qty) as qty, sum(received.qty * received.price) as paid
    from received
    anti join product_cost on product_cost.product_id = received.product_id
    where received.day is not null and received.qty is not null and received.price is not null
    group by all
),
step as (
    select 'list' as basis, * from listed
    union all
    select
        'receipts' as basis,
        product_id,
        site_id,
        sum(paid) over so_far / nullif(sum(qty) over so_far, 0) as unit_cost,
        '' as currency,
        true as is_own_currency,
        day as valid_from,
        null::date as ends,
        null::date as carried_until
    from bought
    window so_far as (partition by product_id, site_id order by day)
)
select
    step.* exclude (ends),
    least(
        coalesce(ends, date '9999-12-31'),
        coalesce(lead(valid_from) over (partition by product_id, site_id order by valid_from), date '9999-12-31')
    ) as valid_to
from step
