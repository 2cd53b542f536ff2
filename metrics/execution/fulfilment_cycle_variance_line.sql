-- Lines with the number of each milestone's day, so that days are differences of numbers.
select
    order_line_id, order_id, order_no, customer_id, customer, segment, tier, region, country, owner, product_id, product,
    family, category, site, site_id, carrier, fulfil_model, planner, channel, order_type, known_from, known_to,
    coalesce(entered_date, ordered_date) as entry_date, entered_date is null as is_entry_ordered,
    released_date, picked_date, completion_ship_date, completion_date, completion_known_date,
    any_completion_date, any_completion_known_date, any_first_known_date, evidence, requested_date, sales_lead_time_days,
    uom_missing, cancel_class, cancelled_date, attribute_backfilled,
    (coalesce(entered_date, ordered_date) - date '1970-01-01')::int as entry_no,
    (released_date - date '1970-01-01')::int as release_no,
    (picked_date - date '1970-01-01')::int as pick_no,
    (completion_ship_date - date '1970-01-01')::int as ship_no,
    (completion_date - date '1970-01-01')::int as done_no,
    (requested_date - sales_lead_time_days::int - date '1970-01-01')::int as wish_no,
    (select string_agg(day::varchar || ' ' || milestones, ', ' order by day) from {milestones}) as milestone_sets,
    source_system, source_object, source_id, load_id, source_line
from line_known
