-- Every movement with the line it belongs to; its segment and tier are those of its day.
select
    leg.order_line_id || '/' || leg.leg || '/' || leg.day::varchar || '/' || leg.event_no::varchar as movement_id,
    leg.order_line_id, base.order_id, base.order_no, leg.day as event_date, leg.leg, leg.known_from, leg.known_to,
    leg.qty::double as qty, leg.value_rc::double as value, line.left_out, line.worthless,
    base.customer_id, base.customer, leg.segment, leg.tier, base.region, base.country, base.product_id, base.product,
    base.family, base.category, base.site, base.fulfil_model, base.planner, base.channel, base.order_type,
    'All movements' as hold_reason, 'All movements' as promise_status, base.attribute_backfilled,
    coalesce(leg.source_system, base.source_system) as source_system,
    coalesce(leg.source_object, base.source_object) as source_object,
    coalesce(leg.source_id, base.source_id) as source_id,
    coalesce(leg.load_id, base.load_id) as load_id,
    coalesce(leg.source_line, base.source_line) as source_line
from backlog_leg as leg
join backlog_line as line on line.order_line_id = leg.order_line_id
join line_base as base on base.order_line_id = leg.order_line_id
