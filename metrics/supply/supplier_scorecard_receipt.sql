-- One row per receipt and per return to a supplier, with the agreed price and what the category's rejects were. A return
-- stands in the month of the receipt before it, with no quantity received of its own.
with agreed as (
    select
        line.po_line_id,
        arg_max(agreement.contract_price, coalesce(agreement.valid_from, date '0001-01-01')) as contract_price,
        arg_max(coalesce(agreement.currency, line.currency), coalesce(agreement.valid_from, date '0001-01-01')) as currency
    from {line} as line
    join product_supplier as agreement
        on agreement.product_id = line.product_id
        and agreement.supplier_id = line.supplier_id
        and (agreement.valid_from is null or agreement.valid_from <= line.ordered_date)
        and (agreement.valid_to is null or agreement.valid_to > line.ordered_date)
    where agreement.contract_price > 0
    group by line.po_line_id
),
received as (
    select
        'receipt/' || receipt.receipt_id as receipt_key,
        receipt.po_line_id,
        coalesce(receipt.received_date, line.ordered_date) as day,
        receipt.received_date is null as is_undated,
        false as is_return,
        coalesce(receipt.qty_received, line.wanted_qty) as qty_received,
        coalesce(receipt.qty_rejected, receipt.qty_received - receipt.qty_accepted) as qty_rejected,
        receipt.source_system, receipt.source_object, receipt.source_id, receipt.load_id, receipt.source_line
    from po_receipt as receipt
    join {line} as line on line.po_line_id = receipt.po_line_id
    where coalesce(receipt.received_date, line.ordered_date) <= $as_of
),
returned as (
    select
        'return/' || back.return_id || '/' || back.po_line_id as receipt_key,
        back.po_line_id,
        coalesce(max(received.day), any_value(back.returned_date)) as day,
        false as is_undated,
        true as is_return,
        0::decimal(18, 4) as qty_received,
        back.qty as qty_rejected,
        back.source_system, back.source_object, back.source_id, back.load_id, back.source_line
    from supplier_return_line as back
    left join received on received.po_line_id = back.po_line_id and received.day <= back.returned_date
    where back.returned_date <= $as_of
    group by all
),
-- a reversal or a return says nothing of rejects where the goods themselves were never counted
moved as (
    select
        *,
        bool_or(qty_rejected is not null and not is_return) over (partition by po_line_id) as has_count
    from (select * from received union all by name select * from returned) as both_kinds
),
judged as (
    select
        moved.* exclude (has_count, qty_rejected),
        case
            when moved.is_return and moved.has_count then moved.qty_rejected
            when not moved.is_return then coalesce(moved.qty_rejected, case when moved.qty_received < 0 and moved.has_count then 0 end)
        end as qty_rejected,
        line.po_id, line.supplier_id, line.supplier, line.country, line.product_id, line.product, line.family,
        line.category, line.base_uom, line.site, line.ordered_date, line.uom_missing,
        line.unit_price * line.rate as price_rc,
        agreed.contract_price
            * case when agreed.currency = line.currency then line.rate else fx.rate::double end as contract_rc,
        agreed.contract_price is not null as has_contract,
        line.unit_price is not null as has_price
    from moved
    join {line} as line on line.po_line_id = moved.po_line_id
    left join agreed on agreed.po_line_id = moved.po_line_id
    left join fx on fx.rate_date = line.ordered_date and fx.from_ccy = upper(trim(agreed.currency))
),
-- all suppliers of the category over the twelve months up to the as-of date
pool as (
    select category, base_uom, sum(qty_rejected) * 1e6 / nullif(sum(qty_received), 0) as category_ppm
    from judged
    where day > $as_of - 365 and qty_rejected is not null and qty_received is not null
    group by category, base_uom
)
select judged.*, pool.category_ppm
from judged
left join pool on pool.category is not distinct from judged.category and pool.base_uom is not distinct from judged.base_uom
