-- The newest list of each kind of record that each system had exported by the as-of date
select
    $as_of::date as state_date,
    part.table_name as entity,
    load.source_system as system,
    max(load.last_full_day) filter (where load.last_full_day <= $as_of) as newest_day,
    null::varchar as customer_segment,
    null::varchar as pair,
    null::varchar as attribute,
    load.source_system,
    arg_max(load.object, (load.last_full_day, load.load_id)) as source_object,
    null::varchar as source_id,
    arg_max(load.load_id, (load.last_full_day, load.load_id)) as load_id,
    null::bigint as source_line
from load
join load_table as part on part.load_id = load.load_id
where part.table_name in ('customer', 'product', 'supplier') and load.last_full_day is not null
group by load.source_system, part.table_name
