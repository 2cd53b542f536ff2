"""Step 6: local dates of instants that follow another calendar than the company's: the site's or the ship-to's."""

from warehouse.schema import Table
from warehouse.steps.files import local_date
from warehouse.steps.ids import rewrite
from warehouse.steps.job import Job


def times(job: Job) -> None:
    """Set the *_date beside every *_at of a site or a ship-to whose zone differs from the company's."""
    known = "(select name from pg_timezone_names())"
    other = f"<> '{job.settings.tz}'"
    job.run(f"create temp table site_zone as select site_id, tz from site where tz {other} and tz in {known}")
    job.run(f"create temp table order_zone as select order_id, ship_to_tz as tz from sales_order "
            f"where ship_to_tz {other} and ship_to_tz in {known}")  # fmt: skip
    for table in job.tables.values():
        for zone, source, joins in (
            ("site", "site_zone", _to_site(table)),
            ("ship_to", "order_zone", _to_order(table)),
        ):
            columns = [c.name for c in table.columns.values() if c.zone == zone]
            if columns and joins and job.of(table.name, *columns) and job.one(f"select count(*) from {source}"):
                rewrite(job, table.name, {_date(name): _cell(name) for name in columns}, joins)


def _date(instant: str) -> str:
    return instant.removesuffix("_at") + "_date"


def _cell(instant: str) -> str:
    local = local_date(f"row.{instant}", "zone.tz")
    return f"case when zone.tz is not null and row.{instant} is not null then {local} else row.{_date(instant)} end"


def _to_site(table: Table) -> str | None:
    if "site_id" in table.columns:
        return "left join site_zone as zone on zone.site_id = row.site_id"
    for parent in ("order_line", "po_line"):
        if f"{parent}_id" in table.columns:
            line = f"left join {parent} as parent on parent.{parent}_id = row.{parent}_id"
            return f"{line} left join site_zone as zone on zone.site_id = parent.site_id"
    return None


def _to_order(table: Table) -> str | None:
    if table.name != "shipment":
        return None
    # a shipment that serves orders of two zones follows the first of them
    return """left join (
        select shipment_id, min(tz) as tz from (
            select shipment_id, order_id from shipment where order_id is not null
            union select shipment_id, order_line.order_id from shipment_line join order_line using (order_line_id)
        ) join order_zone using (order_id) group by shipment_id
    ) as zone on zone.shipment_id = row.shipment_id"""
