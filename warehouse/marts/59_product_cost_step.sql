-- The cost list, with the first cost of a product and place carried back to the beginning where no cost of all places
-- holds; carried_until is the day from which it is stated.
create view product_cost_step as
select
    * exclude (valid_from, is_first),
    case when is_first then null else valid_from end as valid_from,
    case when is_first then valid_from end as carried_until
from (
    select
        *,
        valid_from is not null
        and row_number() over (
            partition by product_id, coalesce(site_id, '') order by valid_from nulls first, source_id
        ) = 1
        and (coalesce(site_id, '') = '' or not bool_or(coalesce(site_id, '') = '') over (partition by product_id)) as is_first
    from product_cost
) as listed;
