-- Steps of the cost list in its own currency: at most one of them holds at a day for a product and site ('' = all sites).
select
    product_id,
    coalesce(site_id, '') as site_id,
    unit_cost::double as unit_cost,
    coalesce(product_cost.currency, '') as currency,
    coalesce(product_cost.currency = company_setting.reporting_currency, true) as is_own_currency,
    coalesce(valid_from, date '0001-01-01') as valid_from,
    least(
        coalesce(valid_to, date '9999-12-31'),
        coalesce(
            lead(valid_from) over (partition by product_id, coalesce(site_id, '') order by valid_from nulls first),
            date '9999-12-31'
        )
    ) as valid_to
from product_cost
cross join company_setting
