-- Lines whose quantity or cancellation is told by dated changes.
create table line_changed as
select order_line_id, bool_or(kind = 'cancel') as is_cancel_told
from order_line_change
where kind in ('qty_up', 'qty_down', 'cancel', 'reopen')
group by order_line_id;

-- One row per line of demand (and per order without lines, is_header) with all that one promise, one delivery and no
-- change make of it. is_moving marks the lines for whose deliveries that is not enough, is_general those and the lines
-- with several promises; line_general holds them.
create table line_base as
with line as (
    select
        order_line_id, order_id, line_no, product_id, site_id, ordered_qty, source_qty, unit_price, net_amount,
        requested_date, requested_ship_date, released_date, planner, cancelled_qty, cancelled_date, cancel_initiator,
        coalesce(lower(status) in ('cancelled', 'canceled'), false) as is_cancelled, false as is_header,
        source_system, source_object, source_id, load_id, source_line
    from order_line
    union all
    select
        'order:' || header.order_id as order_line_id, header.order_id, null, null, null, null, null, null, null,
        null, null, null, null, null, null, null, false, true,
        header.source_system, header.source_object, header.source_id, header.load_id, header.source_line
    from order_header as header
    semi join order_without_lines on order_without_lines.order_id = header.order_id
),
told as (
    select
        line.order_line_id, line.is_header, line.order_id, header.order_no, line.line_no, header.customer_id,
        customer.name as customer, span.segment, span.tier, span.priority_rank, customer.region,
        coalesce(header.ship_to_country, customer.country) as country, span.owner,
        header.attribute_backfilled, line.product_id, product.name as product, product.family, product.category, product.base_uom,
        coalesce(site.name, line.site_id) as site, line.site_id, product.fulfil_model,
        coalesce(line.planner, product_site.planner) as planner, product_site.sales_lead_time_days, header.channel,
        header.order_type, header.ordered_date,
        header.entered_date, header.confirmed_date, coalesce(line.released_date, header.released_date) as released_date,
        coalesce(line.requested_date, header.header_requested_date) as requested_date, line.requested_ship_date,
        coalesce(header.ordered_date, header.entered_date, header.confirmed_date, date '0001-01-01') as known_from,
        coalesce(promise.promised_date, header.header_promised_date) as promised_date,
        coalesce(promise.set_date, header.confirmed_date, header.entered_date, header.ordered_date) as promise_set_date,
        coalesce(promise.promises, 0) as promises, coalesce(delivery.deliveries, 0) as deliveries,
        line.ordered_qty, line.ordered_qty is null and line.source_qty is not null as uom_missing, line.unit_price,
        coalesce(line.net_amount, line.unit_price * line.ordered_qty)::decimal(18, 4) as net_amount,
        header.currency, header.rate, header.tol, header.grace_days,
        coalesce(line.cancelled_qty > 0, false) or line.is_cancelled or line.cancelled_date is not null
            or header.is_cancelled as has_cancel,
        case when coalesce(line.cancelled_qty, 0) > 0 and not line.is_cancelled and not header.is_cancelled
            then line.cancelled_qty else line.ordered_qty end as cancelled_qty,
        coalesce(line.cancelled_date, header.cancelled_date) as cancelled_date,
        coalesce(line.cancel_initiator, header.cancel_initiator) as cancel_initiator,
        changed.order_line_id is not null as is_changed,
        coalesce(changed.is_cancel_told, false) as is_cancel_told,
        delivery.evidence, delivery.qty as one_qty, delivery.event_date, delivery.known_date, delivery.shipped_date,
        delivery.picked_date, delivery.carrier, delivery.is_proof, delivery.issue_date,
        delivery.is_handover or proof_since.day is null as is_issue_proof,
        coalesce(delivery.is_handed_over_first, false) as is_handed_over_first,
        delivery.condition_known_date, delivery.damaged_date, delivery.damaged_qty,
        delivery.papers_known_date, delivery.papers_wrong_date,
        coalesce(delivery.has_unproved and not delivery.is_handover and delivery.issue_date < proof_since.day, false)
            as proof_lapses,
        line.source_system, line.source_object, line.source_id, line.load_id, line.source_line
    from line
    join order_header as header on header.order_id = line.order_id
    left join customer on customer.customer_id = header.customer_id
    left join customer_attribute as span on span.span_no = header.span_no
    cross join proof_since
    left join line_promise as promise on promise.order_line_id = line.order_line_id
    left join line_delivery as delivery on delivery.order_line_id = line.order_line_id
    left join line_changed as changed on changed.order_line_id = line.order_line_id
    left join product on product.product_id = line.product_id
    left join site on site.site_id = line.site_id
    left join product_site on product_site.product_id = line.product_id and product_site.site_id = line.site_id
),
judged as (
    select
        *,
        case when is_proof then event_date when is_issue_proof then issue_date end as proof_date,
        case when is_proof then known_date when is_issue_proof then issue_date end as proof_known_date,
        deliveries > 0 and coalesce(one_qty is null or one_qty >= ordered_qty * (1 - tol) - 1e-9, false) as is_enough,
        deliveries > 1 or is_changed or (has_cancel and cancelled_date is not null) or proof_lapses or is_handed_over_first
            or coalesce(one_qty < 0, false) as is_moving
    from told
)
select
    order_line_id, is_header, order_id, order_no, line_no, customer_id, customer, segment, tier, priority_rank, region,
    country, owner, attribute_backfilled, product_id, product, family, category, base_uom, site, site_id, fulfil_model, planner,
    sales_lead_time_days, carrier, channel, order_type,
    known_from, null::date as known_to, ordered_date, entered_date, confirmed_date, released_date,
    requested_date, requested_ship_date,
    promised_date as first_promised_date,
    promised_date as current_promised_date,
    case when promised_date is not null then promise_set_date end as promise_set_date,
    (promised_date is not null)::int as promise_count, 0 as repromise_count, 0 as notified_count,
    ordered_qty, uom_missing,
    case when has_cancel then cancelled_qty else 0 end::decimal(18, 4) as cancelled_qty,
    case when has_cancel and cancelled_date is null and not is_cancel_told then 'unknown_date' else 'none' end as cancel_class,
    null::date as cancelled_date,
    ordered_qty as net_qty, tol, grace_days, unit_price, net_amount, currency,
    (net_amount * rate)::decimal(18, 4) as amount_rc,
    proof_date as first_delivery_date, proof_known_date as first_known_date,
    case when is_enough then proof_date end as completion_date,
    case when is_enough then proof_known_date end as completion_known_date,
    case when is_enough and proof_date is not null then shipped_date end as completion_ship_date,
    case when is_enough and proof_date is not null then picked_date end as picked_date,
    event_date as any_first_delivery_date, known_date as any_first_known_date,
    case when is_enough then event_date end as any_completion_date,
    case when is_enough then known_date end as any_completion_known_date,
    case when is_enough then shipped_date end as any_completion_ship_date,
    coalesce(evidence, 'none') as evidence,
    event_date is not null and proof_date is null as shipped_unproved,
    case when proof_date is not null then coalesce(one_qty, ordered_qty::double) else 0 end as delivered_qty,
    case when event_date is not null then coalesce(one_qty, ordered_qty::double) else 0 end as any_delivered_qty,
    null::varchar as deliveries,
    damaged_qty, coalesce(damaged_qty > 0, false) as is_damaged, damaged_date, condition_known_date,
    papers_known_date, papers_wrong_date,
    source_system, source_object, source_id, load_id, source_line,
    is_moving or promises > 1 as is_general, is_moving, has_cancel, promise_set_date as first_set_date, cancelled_date as stated_cancel_date,
    cancel_initiator, rate
from judged;
