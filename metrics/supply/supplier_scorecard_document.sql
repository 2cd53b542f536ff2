-- Every document a supplier must hold, at each month end and at the as-of date.
with state as (
    select distinct least(last_day(month::date), $as_of) as state_date
    from (
        select unnest(generate_series(date_trunc('month', min(ordered_date)), $as_of::timestamp, interval 1 month)) as month
        from purchase_order
    ) as months
)
select
    state.state_date,
    document.supplier_id,
    document.doc_type,
    coalesce(supplier.name, document.supplier_id) as supplier,
    supplier.country,
    null::varchar as product_id, null::varchar as product, null::varchar as family, null::varchar as category,
    null::varchar as site,
    bool_or(
        (document.valid_from is not null or document.valid_to is not null)
        and coalesce(document.valid_from <= state.state_date, true)
        and coalesce(document.valid_to > state.state_date, true)
    ) as is_valid,
    arg_max(document.source_system, coalesce(document.valid_from, date '0001-01-01')) as source_system,
    arg_max(document.source_object, coalesce(document.valid_from, date '0001-01-01')) as source_object,
    arg_max(document.source_id, coalesce(document.valid_from, date '0001-01-01')) as source_id,
    arg_max(document.load_id, coalesce(document.valid_from, date '0001-01-01')) as load_id,
    arg_max(document.source_line, coalesce(document.valid_from, date '0001-01-01')) as source_line
from supplier_compliance as document
cross join state
left join supplier on supplier.supplier_id = document.supplier_id
where coalesce(document.required, true)
group by state.state_date, document.supplier_id, document.doc_type, supplier.name, supplier.country
