-- Shipments exported without lines: each delivers all of its order.
create table order_shipment as
with named as (
    select shipment_id, order_id from shipment where order_id is not null
),
lined as (
    select distinct shipment_line.shipment_id
    from shipment_line
    semi join named on named.shipment_id = shipment_line.shipment_id
)
select shipment_id, order_id from named anti join lined on lined.shipment_id = named.shipment_id;

-- Orders that have a delivery day at their header and no shipment at all: that day delivers all of them.
create table header_delivery as
with told as (
    select order_id, header_delivered_date, header_delivery_basis from order_header where header_delivered_date is not null
),
shipped as (
    select order_line.order_id
    from order_line
    semi join told on told.order_id = order_line.order_id
    semi join shipment_line on shipment_line.order_line_id = order_line.order_line_id
    union all
    select order_id from order_shipment
)
select * from told anti join shipped on shipped.order_id = told.order_id;

-- Lines that such a whole delivery brings: all lines of the order, or the order itself where it has none.
create table whole_delivery as
with brought as (
    select order_id, shipment_id from order_shipment
    union all
    select order_id, null::varchar as shipment_id from header_delivery
),
line as (
    select order_id, order_line_id from order_line semi join brought on brought.order_id = order_line.order_id
    union all
    select order_id, 'order:' || order_id as order_line_id from order_without_lines
)
select line.order_line_id, brought.order_id, brought.shipment_id from brought join line on line.order_id = brought.order_id;

-- One row per line and delivery. Evidence pod, carrier and unstated (a day given without saying how) is proof; a shipment
-- whose delivery would be told by pod or carrier and has no day has not arrived, unless its handover is the delivery; any
-- other that left us proves only that. Where proof comes after such a handover, the handover holds until then.
-- qty null = all of the line. issue_date = the day it left, which is proof where the handover is the delivery.
create view delivery_event as
with part as (
    select
        order_line_id,
        shipment_id,
        case
            when source_qty is not null and qty_shipped is null and qty_delivered is null then 0
            else coalesce(qty_delivered, qty_shipped)
        end::double as qty,
        qty_damaged,
        doc_ok
    from shipment_line
    union all
    select order_line_id, shipment_id, null::double, null::decimal(18, 4), null::boolean
    from whole_delivery
    where shipment_id is not null
),
told as (
    select
        part.order_line_id,
        part.qty,
        part.qty_damaged,
        part.doc_ok,
        shipment.carrier,
        shipment.picked_date,
        shipment.shipped_date,
        shipment.delivered_date,
        shipment.recorded_date,
        coalesce(left(upper(trim(shipment.incoterm)), 3) in ('EXW', 'FCA'), false) as is_handover,
        case
            when shipment.delivered_date is null and (shipment.delivery_basis = 'estimated' or is_handover)
                then 'goods_issue'
            when shipment.delivered_date is null then coalesce(shipment.delivery_basis, 'goods_issue')
            else coalesce(shipment.delivery_basis, 'unstated')
        end as evidence
    from part
    join shipment on shipment.shipment_id = part.shipment_id
    union all
    select
        whole.order_line_id,
        null::double as qty,
        null::decimal(18, 4) as qty_damaged,
        null::boolean as doc_ok,
        null::varchar as carrier,
        null::date as picked_date,
        null::date as shipped_date,
        header.header_delivered_date as delivered_date,
        null::date as recorded_date,
        false as is_handover,
        coalesce(header.header_delivery_basis, 'unstated') as evidence
    from whole_delivery as whole
    join header_delivery as header on header.order_id = whole.order_id
    where whole.shipment_id is null
)
select
    order_line_id,
    qty,
    qty_damaged,
    doc_ok,
    carrier,
    picked_date,
    shipped_date,
    evidence,
    evidence in ('pod', 'carrier', 'unstated') as is_proof,
    is_handover,
    coalesce(delivered_date, shipped_date) as event_date,
    greatest(coalesce(delivered_date, shipped_date), case when delivered_date is not null then recorded_date end) as known_date,
    coalesce(shipped_date, case when evidence = 'goods_issue' then delivered_date end) as issue_date,
    coalesce(is_handover and is_proof and issue_date < known_date, false) as is_handed_over_first
from told
where delivered_date is not null or (evidence = 'goods_issue' and shipped_date is not null);

-- From which day on the company exports proof of delivery; before it, and where it never does, a goods issue is proof.
create table proof_since as
select min(day) as day
from (
    select greatest(delivered_date, coalesce(recorded_date, delivered_date)) as day
    from shipment
    where delivered_date is not null and coalesce(delivery_basis, 'unstated') in ('pod', 'carrier', 'unstated')
    union all
    select header_delivered_date as day
    from header_delivery
    where coalesce(header_delivery_basis, 'unstated') in ('pod', 'carrier', 'unstated')
) as proved;

-- Lines that may have been delivered more than once.
create table line_delivered_often as
select order_line_id
from (select order_line_id from shipment_line union all select order_line_id from whole_delivery) as part
group by order_line_id
having count(*) > 1;

-- Deliveries by line. Columns without a word on several deliveries hold for lines with one (deliveries = 1); only lines
-- with several are added up.
create view line_delivery as
select
    order_line_id,
    1 as deliveries,
    evidence,
    is_proof,
    is_handover,
    is_handed_over_first,
    not is_proof as has_unproved,
    qty,
    event_date,
    known_date,
    issue_date,
    shipped_date,
    picked_date,
    carrier,
    case when qty_damaged is not null then known_date end as condition_known_date,
    case when qty_damaged > 0 then known_date end as damaged_date,
    qty_damaged as damaged_qty,
    case when doc_ok is not null then known_date end as papers_known_date,
    case when not doc_ok then known_date end as papers_wrong_date
from delivery_event as event
anti join line_delivered_often as often on often.order_line_id = event.order_line_id
union all
select
    order_line_id,
    count(*) as deliveries,
    any_value(evidence) as evidence,
    bool_or(is_proof) as is_proof,
    bool_or(is_handover) as is_handover,
    bool_or(is_handed_over_first) as is_handed_over_first,
    bool_or(not is_proof) as has_unproved,
    min(qty) as qty,
    min(event_date) as event_date,
    min(known_date) as known_date,
    min(issue_date) as issue_date,
    min(shipped_date) as shipped_date,
    min(picked_date) as picked_date,
    any_value(carrier) as carrier,
    min(known_date) filter (where qty_damaged is not null) as condition_known_date,
    min(known_date) filter (where qty_damaged > 0) as damaged_date,
    sum(qty_damaged) as damaged_qty,
    min(known_date) filter (where doc_ok is not null) as papers_known_date,
    min(known_date) filter (where not doc_ok) as papers_wrong_date
from delivery_event as event
semi join line_delivered_often as often on often.order_line_id = event.order_line_id
group by order_line_id;

-- What came back through our fault and what was invoiced wrongly, by line.
create table line_complaint as
with told as (
    select order_line_id, returned_date, qty, null::date as invoiced_date, null::boolean as is_accurate
    from return_line
    where fault = 'ours'
    union all
    select order_line_id, null::date, null::decimal(18, 4), invoiced_date, is_accurate
    from invoice_line
    where is_accurate is not null
)
select
    order_line_id,
    min(returned_date) as returned_bad_date,
    sum(qty) as returned_bad_qty,
    min(invoiced_date) as invoice_known_date,
    min(invoiced_date) filter (where not is_accurate) as invoice_wrong_date
from told
group by order_line_id;

-- The first day on which the company knew anything about papers, and about the condition of what arrived.
create table component_since as
with shipped as (
    select
        min(known_date) filter (where doc_ok is not null) as papers_since,
        min(known_date) filter (where qty_damaged is not null) as condition_since
    from delivery_event
),
invoiced as (
    select min(invoiced_date) as papers_since from invoice_line where is_accurate is not null
),
returned as (
    select min(returned_date) as returns_since from return_line where fault is not null
)
select
    least(shipped.papers_since, invoiced.papers_since) as papers_since,
    least(shipped.condition_since, returned.returns_since) as condition_since,
    returned.returns_since
from shipped
cross join invoiced
cross join returned;
