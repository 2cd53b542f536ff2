-- Lines from the day they entered the backlog to the first day on which nothing of them was open.
select
    stay.order_line_id, base.order_id, base.order_no, stay.known_from, stay.known_to, stay.entered_date, stay.left_date,
    base.customer_id, base.customer, base.segment, base.tier, base.region, base.country, base.product_id, base.product,
    base.family, base.category, base.site, base.fulfil_model, base.planner, base.channel, base.order_type,
    'All movements' as hold_reason, 'All movements' as promise_status, base.attribute_backfilled,
    base.source_system, base.source_object, base.source_id, base.load_id, base.source_line
from backlog_stay as stay
join line_base as base on base.order_line_id = stay.order_line_id
