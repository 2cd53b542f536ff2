-- Records of two systems that are one, attribute by attribute; each couple once, the systems in the order of their names
select
    one.* exclude (pair, text, is_filled, is_valid, source_system, source_object, source_id, load_id, source_line),
    one.system || ' to ' || other.system as pair,
    other.record_id as other_id,
    one.text as own_text,
    other.text as other_text,
    coalesce(one.text = other.text, false) as is_agreed,
    one.text is null and other.text is null as is_both_missing,
    (one.text is null) <> (other.text is null) as is_one_missing,
    one.source_system,
    one.source_object,
    one.source_id,
    one.load_id,
    one.source_line
from {field} as one
join {field} as other
    on other.entity = one.entity and other.golden_id = one.golden_id and other.attribute = one.attribute
    and other.system > one.system and other.place = 1
where one.place = 1 and one.attribute <> 'name'
