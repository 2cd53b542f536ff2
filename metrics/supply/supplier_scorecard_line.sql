-- One row per purchase order line as it is known at the as-of date; what a later change said is not yet true.
with change as (
    select
        po_line_id,
        field,
        coalesce(recorded_date, changed_date) as day,
        row(changed_date, coalesce(changed_at::varchar, ''), coalesce(change_id, '')) as place,
        old_value,
        new_value
    from po_line_change
    where coalesce(recorded_date, changed_date) is not null
),
told as (
    select
        po_line_id,
        field,
        coalesce(
            arg_max(new_value, place) filter (where day <= $as_of),
            arg_min(old_value, place) filter (where day > $as_of)
        ) as value
    from change
    group by po_line_id, field
),
-- the first confirmation that the changes show, and the day from which it was known; one that already stood was known before
confirmed as (
    select
        po_line_id,
        coalesce(arg_min(nullif(old_value, ''), place), arg_min(new_value, place)) as value,
        case when arg_min(coalesce(old_value, ''), place) = '' then min(day) end as day
    from change
    where field in ('first_confirmed_date', 'current_confirmed_date')
    group by po_line_id
),
of_line as (
    select
        po_line_id,
        max(value) filter (where field = 'ordered_qty') as ordered_qty,
        max(value) filter (where field = 'cancelled_qty') as cancelled_qty,
        max(value) filter (where field = 'requested_date') as requested_date,
        max(value) filter (where field = 'status') as status
    from told
    group by po_line_id
),
-- a line whose parts have days of their own is due with the last of them
scheduled as (
    select po_line_id, max(requested_date) as requested_date
    from po_schedule_line
    where coalesce(ordered_qty, 1) > 0
    group by po_line_id
),
bought as (
    select
        line.po_line_id, line.po_id, header.supplier_id, coalesce(supplier.name, header.supplier_id) as supplier,
        supplier.country, line.product_id, product.name as product, product.family, product.category, product.base_uom,
        coalesce(site.name, line.site_id) as site, line.site_id, header.ordered_date,
        case when header.acknowledged_date <= $as_of then header.acknowledged_date end as acknowledged_date,
        coalesce(try_cast(of_line.requested_date as date), line.requested_date, scheduled.requested_date) as requested_date,
        case
            when coalesce(confirmed.day, case when confirmed.value is null then header.acknowledged_date end, header.ordered_date)
                <= $as_of
            then coalesce(line.first_confirmed_date, try_cast(confirmed.value as date))
        end as first_confirmed_date,
        coalesce(try_cast(of_line.ordered_qty as decimal(18, 4)), line.ordered_qty) as ordered_qty,
        case
            when lower(coalesce(of_line.status, line.status, header.status, '')) in ('cancelled', 'canceled')
                or lower(coalesce(header.status, '')) in ('cancelled', 'canceled')
            then 'all'
            else coalesce(of_line.cancelled_qty, line.cancelled_qty::varchar)
        end as cancelled,
        line.ordered_qty is null and line.source_qty is not null as uom_missing,
        coalesce(line.unit_price, line.net_amount / nullif(line.ordered_qty, 0)) as unit_price,
        case when header.currency is null then 1 else fx.rate::double end as rate,
        coalesce(header.currency, '') as currency,
        line.source_system, line.source_object, line.source_id, line.load_id, line.source_line
    from po_line as line
    join purchase_order as header on header.po_id = line.po_id
    left join supplier on supplier.supplier_id = header.supplier_id
    left join product on product.product_id = line.product_id
    left join site on site.site_id = line.site_id
    left join of_line on of_line.po_line_id = line.po_line_id
    left join confirmed on confirmed.po_line_id = line.po_line_id
    left join scheduled on scheduled.po_line_id = line.po_line_id
    left join fx on fx.rate_date = header.ordered_date and fx.from_ccy = upper(trim(header.currency))
    where header.ordered_date <= $as_of
),
wanted as (
    select
        * exclude (cancelled),
        coalesce(first_confirmed_date, requested_date) as due_date,
        case
            when cancelled = 'all' then 0
            else greatest(ordered_qty - coalesce(try_cast(cancelled as decimal(18, 4)), 0), 0)
        end as wanted_qty
    from bought
),
-- a receipt without a quantity brings all of the line
came as (
    select
        wanted.po_line_id,
        receipt.received_date as day,
        sum(coalesce(receipt.qty_received, wanted.wanted_qty)) as received,
        sum(coalesce(receipt.qty_accepted, coalesce(receipt.qty_received, wanted.wanted_qty) - coalesce(receipt.qty_rejected, 0)))
            as accepted,
        coalesce(bool_or(receipt.qty_rejected > 0 or receipt.qty_accepted < receipt.qty_received), false) as is_hurt,
        bool_and(receipt.qty_rejected is null and receipt.qty_accepted is null) as is_uncounted,
        coalesce(bool_or(not receipt.doc_ok), false) as has_wrong_papers,
        bool_and(receipt.doc_ok is null) as has_no_papers
    from wanted
    join po_receipt as receipt on receipt.po_line_id = wanted.po_line_id and receipt.received_date <= $as_of
    group by wanted.po_line_id, receipt.received_date
),
running as (
    select
        *,
        sum(received) over so_far as received_so_far,
        sum(accepted) over so_far as accepted_so_far
    from came
    window so_far as (partition by po_line_id order by day rows unbounded preceding)
),
arrived as (
    select
        running.po_line_id,
        min(running.day) as first_received_date,
        min(running.day) filter (where running.received_so_far >= wanted.wanted_qty - 1e-9) as completion_date,
        arg_max(running.received_so_far, running.day) filter (where running.day <= wanted.due_date) as received_by_due,
        arg_max(running.accepted_so_far, running.day) filter (where running.day <= wanted.due_date) as accepted_by_due,
        bool_or(running.is_hurt) as is_hurt,
        bool_and(running.is_uncounted) as is_uncounted,
        bool_or(running.has_wrong_papers) as has_wrong_papers,
        bool_and(running.has_no_papers) as has_no_papers
    from running
    join wanted on wanted.po_line_id = running.po_line_id
    group by running.po_line_id
),
returned as (
    select po_line_id, min(returned_date) as returned_date
    from supplier_return_line
    where returned_date <= $as_of and qty > 0
    group by po_line_id
),
recorded as (
    select
        min(received_date) filter (where doc_ok is not null) as papers_since,
        min(received_date) filter (where qty_rejected is not null or qty_accepted is not null) as condition_since
    from po_receipt
)
select
    wanted.*,
    wanted.wanted_qty * wanted.unit_price * wanted.rate as amount_rc,
    wanted.first_confirmed_date is null as is_unconfirmed,
    coalesce(wanted.wanted_qty = 0, false) as is_cancelled,
    arrived.first_received_date,
    arrived.completion_date,
    coalesce(arrived.received_by_due, 0) as received_by_due,
    coalesce(arrived.accepted_by_due, 0) as accepted_by_due,
    coalesce(arrived.has_wrong_papers, false) as has_wrong_papers,
    coalesce(arrived.has_no_papers, true) as has_no_papers,
    coalesce(arrived.is_hurt, false) or returned.returned_date is not null as is_hurt,
    coalesce(arrived.is_uncounted, true) as is_uncounted,
    coalesce(recorded.papers_since <= $as_of, false) as has_papers,
    coalesce(recorded.condition_since <= $as_of, false) as has_condition,
    -- one supplier alone in the year up to the order, of lines that were not cancelled
    min(case when wanted.wanted_qty > 0 then wanted.supplier_id end) over past
        is not distinct from max(case when wanted.wanted_qty > 0 then wanted.supplier_id end) over past as is_single_source
from wanted
left join arrived on arrived.po_line_id = wanted.po_line_id
left join returned on returned.po_line_id = wanted.po_line_id
cross join recorded
window past as (
    partition by wanted.product_id order by wanted.ordered_date
    range between interval 365 day preceding and current row
)
