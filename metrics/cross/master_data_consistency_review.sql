-- Pairs of records that wait for a person's word, from the day both were exported
select
    $as_of::date as state_date,
    pair.entity,
    pair.left_id,
    pair.left_name,
    pair.right_id,
    pair.right_name,
    one.system,
    one.system || ' to ' || other.system as pair,
    greatest(one.first_day, other.first_day) as open_day,
    one.customer_segment,
    null::varchar as attribute,
    one.source_system,
    one.source_object,
    one.source_id,
    one.load_id,
    one.source_line
from match_pair as pair
join {record} as one on one.entity = pair.entity and one.record_id = pair.left_id
join {record} as other on other.entity = pair.entity and other.record_id = pair.right_id
where pair.zone = 'review' and greatest(one.first_day, other.first_day) <= $as_of
