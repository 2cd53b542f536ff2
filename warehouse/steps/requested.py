"""Step 8: the requested date of order lines without their own: the first day of their schedule, else the order's."""

from warehouse.steps.ids import rewrite
from warehouse.steps.job import Job


def requested(job: Job) -> None:
    """Fill order_line.requested_date from schedule_line (least day with a requested quantity), then from the order."""
    stated = job.of("schedule_line", "requested_qty") or job.of("sales_order", "header_requested_date")
    if not stated or not job.run("select 1 from order_line where requested_date is null limit 1"):
        return
    joins = """
        left join (
            select order_line_id, min(scheduled_date) as day from schedule_line where requested_qty > 0 group by 1
        ) as schedule on schedule.order_line_id = row.order_line_id
        left join sales_order on sales_order.order_id = row.order_id"""
    found = "coalesce(row.requested_date, schedule.day, header_requested_date)"
    rewrite(job, "order_line", {"requested_date": found}, joins)
