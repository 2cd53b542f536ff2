-- Every record beside every other system that keeps the same kind of record, found there or not
with system as (
    select distinct entity, system, side from {record}
),
present as (
    select distinct entity, system, golden_id from {record}
)
select
    record.* exclude (pair, source_system, source_object, source_id, load_id, source_line),
    record.system || ' to ' || other.system as pair,
    other.system as other_system,
    other.side as other_side,
    present.golden_id is not null as is_matched,
    record.source_system,
    record.source_object,
    record.source_id,
    record.load_id,
    record.source_line
from {record} as record
join system as other on other.entity = record.entity and other.system <> record.system
left join present
    on present.entity = record.entity and present.system = other.system and present.golden_id = record.golden_id
