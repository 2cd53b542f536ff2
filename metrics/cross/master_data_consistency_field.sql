-- Every record with every attribute that its system fills for any of them
with listed as (
    select
        entity,
        record_id,
        system,
        unnest([
            {'attribute': 'name', 'text': name},
            {'attribute': 'tax_id', 'text': tax_id},
            {'attribute': 'country', 'text': country},
            {'attribute': 'currency', 'text': currency},
            {'attribute': 'segment', 'text': segment},
            {'attribute': 'payment_terms', 'text': payment_terms},
            {'attribute': 'base_uom', 'text': base_uom},
            {'attribute': 'family', 'text': family}
        ]) as cell
    from {record}
),
told as (
    select entity, record_id, system, cell.attribute as attribute, cell.text as text from listed
),
exported as (
    select entity, system, attribute from told where text is not null group by all
)
select
    record.* exclude (attribute, source_system, source_object, source_id, load_id, source_line),
    told.attribute,
    told.text,
    told.text is not null as is_filled,
    case
        when told.text is null then null
        when told.attribute = 'country' then length(told.text) = 2 and regexp_full_match(told.text, '[A-Z]+')
        when told.attribute = 'currency' then length(told.text) = 3 and regexp_full_match(told.text, '[A-Z]+')
        when told.attribute = 'tax_id' 
            then length(told.text) between 5 and 20 and regexp_full_match(told.text, '[A-Z0-9]+') and regexp_matches(told.text, '[0-9].*[0-9]')
    end as is_valid,
    record.source_system,
    record.source_object,
    record.source_id,
    record.load_id,
    record.source_line
from {record} as record
join told on told.entity = record.entity and told.record_id = record.record_id
join exported
    on exported.entity = record.entity and exported.system = record.system and exported.attribute = told.attribute
