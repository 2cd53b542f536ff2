-- Receipts, due lines and lead times one under the other, each row with its own date: never joined to each other.
select
    receipt_key as card_key, 'receipt' as kind, day, po_id, supplier_id, supplier, country, product_id, product, family,
    category, site, base_uom, qty_received, qty_rejected, price_rc, contract_rc, null::int as days, null::int as is_complete,
    null::int as is_kept, source_system, source_object, source_id, load_id, source_line
from {receipt}
where qty_received is not null
union all by name
select
    'due/' || po_line_id as card_key, 'due' as kind, due_date as day, po_id, supplier_id, supplier, country, product_id,
    product, family, category, site, base_uom,
    (accepted_by_due >= wanted_qty - 1e-9
        and ($early is null or first_received_date >= due_date - $early::int))::int as is_kept,
    source_system, source_object, source_id, load_id, source_line
from {line}
where due_date <= $as_of and wanted_qty > 0
union all by name
select
    'lead/' || po_line_id as card_key, 'lead' as kind, ordered_date as day, po_id, supplier_id, supplier, country, product_id,
    product, family, category, site, base_uom, coalesce(completion_date, $as_of) - ordered_date as days,
    (completion_date is not null)::int as is_complete,
    source_system, source_object, source_id, load_id, source_line
from {line}
where wanted_qty > 0 and (completion_date >= ordered_date or (completion_date is null and due_date <= $as_of))
