"""Step 7: every quantity in the base unit of its product.

`source_qty` and `source_uom` keep what the export said. Where no factor leads from one unit to the other the row stays,
with an empty quantity: metrics count it as excluded.uom_missing.
"""

from warehouse.schema import Table
from warehouse.steps.ids import rewrite
from warehouse.steps.job import Job


def units(job: Job) -> None:
    """Convert the quantities and unit prices of rows that count in another unit.

    `line_factor` keeps the factors of order lines and their schedule for the history that is read from the files.
    """
    job.run("create temp table uom_factor (product_id varchar, from_uom varchar, factor double)")
    job.run("create temp table line_factor (table_name varchar, order_line_id varchar, factor double)")
    tables = [table for table in job.tables.values() if "source_uom" in table.columns]
    tables = [table for table in tables if job.of(table.name, "source_uom", "source_qty")]
    if tables:
        _factors(job)
    for table in tables:
        if job.run(f"select 1 from {table.name} as row {_joins(table)} where {_differs(table)} limit 1"):
            if table.name in ("order_line", "schedule_line"):
                job.run(f"insert into line_factor select '{table.name}', row.order_line_id, any_value(factor) "
                        f"from {table.name} as row {_joins(table)} where not {IS_BASE} group by all")  # fmt: skip
            rewrite(job, table.name, _cells(table), _joins(table))


def _factors(job: Job) -> None:
    """Factors to the base unit, a product's own before those for all products, stated ones before reversed ones."""
    job.run("""
        insert into uom_factor
        with stated as (
            select product_id, upper(trim(from_uom)) as from_uom, upper(trim(to_uom)) as to_uom,
                   factor::double / coalesce(nullif(per, 0), 1)::double as factor
            from uom_conversion
        ), base as (
            select product_id, upper(trim(base_uom)) as base_uom from product where base_uom is not null
        ), found as (
            select base.product_id, stated.from_uom, stated.factor,
                   case when stated.product_id is null then 2 else 0 end as rank
            from base join stated on coalesce(stated.product_id, base.product_id) = base.product_id
            where coalesce(stated.to_uom, base.base_uom) = base.base_uom
            union all
            select base.product_id, stated.to_uom, 1 / nullif(stated.factor, 0),
                   case when stated.product_id is null then 3 else 1 end
            from base join stated on coalesce(stated.product_id, base.product_id) = base.product_id
            where stated.from_uom = base.base_uom and stated.to_uom is not null
        )
        select product_id, from_uom, arg_min(factor, (rank, factor)) from found
        where factor is not null group by all""")


def _joins(table: Table) -> str:
    product, joins = "row.product_id", ""
    if "product_id" not in table.columns:
        parent = "order_line" if "order_line_id" in table.columns else "po_line"
        product, joins = "parent.product_id", f"left join {parent} as parent on parent.{parent}_id = row.{parent}_id"
    return (
        f"{joins} left join product on product.product_id = {product} left join uom_factor "
        f"on uom_factor.product_id = {product} and uom_factor.from_uom = upper(trim(row.source_uom))"
    )


IS_BASE = "coalesce(upper(trim(row.source_uom)) = upper(trim(product.base_uom)), true)"


def _differs(table: Table) -> str:
    unfilled = (
        f"or (row.source_qty is not null and row.{_main(table)} is null)" if "source_qty" in table.columns else ""
    )
    return f"not {IS_BASE} {unfilled}"


def _cells(table: Table) -> dict[str, str]:
    factor = f"case when {IS_BASE} then 1 else uom_factor.factor end"
    cells = {}
    for column in table.columns.values():
        if column.type == "qty" and column.unit == "base_uom":
            given = f"row.{column.name}"
            if "source_qty" in table.columns and column.name == _main(table):
                given = f"coalesce({given}, row.source_qty)"
            cells[column.name] = _exact(given, f"{given} * ({factor})", column.sql_type)
        if column.type == "price" and column.unit == "currency per base_uom":
            cells[column.name] = _exact(
                f"row.{column.name}", f"row.{column.name} / nullif({factor}, 0)", column.sql_type
            )
    if "source_qty" in table.columns:
        cells["source_qty"] = f"coalesce(row.source_qty, row.{_main(table)})"
    return cells


def _exact(same: str, converted: str, type_: str) -> str:
    # a row in its base unit keeps its exact decimals; only converted ones pass through a double
    return f"case when {IS_BASE} then {same} else cast({converted} as {type_}) end"


def _main(table: Table) -> str:
    """The quantity that source_qty is the original of: the first of the table."""
    return next(c.name for c in table.columns.values() if c.type == "qty" and c.unit == "base_uom")
