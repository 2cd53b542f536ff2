-- Open purchase lines with the revenue at risk that waits for them, as the newest known state has it.
with waiting as (
    select
        po_line_id,
        sum(value_rc) as value_rc,
        count(*) filter (where value_rc is null) as unpriced,
        count(distinct order_line_id) as order_lines
    from {exceptions.peg}
    where supply_kind = 'po' and policy = 'priority' and is_at_risk
        and state_date = (select max(state_date) from {exceptions.day})
    group by po_line_id
)
select
    (select max(state_date) from {exceptions.day}) as state_day,
    line.po_line_id, line.po_id, line.supplier_id, line.supplier, line.country, line.product_id, line.product, line.family,
    line.category, line.site, line.due_date,
    coalesce(waiting.order_lines, 0) as order_lines,
    case when waiting.unpriced is null or waiting.value_rc is not null then coalesce(waiting.value_rc, 0) end as value_rc,
    line.source_system, line.source_object, line.source_id, line.load_id, line.source_line
from {line} as line
left join waiting on waiting.po_line_id = line.po_line_id
where waiting.po_line_id is not null or (line.wanted_qty > 0 and line.completion_date is null)
