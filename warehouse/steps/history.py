"""Step 9: the past, from successive exports: promises, order line changes, opportunity states, customer attributes."""

from warehouse.steps.customer_days import customer_days
from warehouse.steps.job import SOURCES, Job
from warehouse.steps.line_changes import line_changes
from warehouse.steps.opportunity_days import opportunity_days
from warehouse.steps.promises import promises


def history(job: Job) -> None:
    """Fill the history tables with what the exports show; what a file told itself is never overwritten."""
    for name, fill in FILLED.items():
        before = job.one(f"select count(*) from {name}")
        fill(job)
        job.facts["tables"].setdefault(name, {})["derived"] = job.one(f"select count(*) from {name}") - before


def _order_links(job: Job) -> None:
    """An order that names its opportunity is a link, unless the pair was loaded already."""
    job.run(f"""
        insert into opportunity_order_link by name
        select opportunity_id, order_id, case side when 'crm' then 'crm_field' else 'erp_field' end as link_method,
               {", ".join(f"sales_order.{source}" for source in SOURCES)}
        from sales_order join load using (load_id)
        where opportunity_id is not null and not exists (
            from opportunity_order_link as loaded
            where loaded.opportunity_id = sales_order.opportunity_id and loaded.order_id = sales_order.order_id)""")


FILLED = {
    "promise_history": promises,
    "order_line_change": line_changes,
    "opportunity_snapshot": opportunity_days,
    "customer_history": customer_days,
    "opportunity_order_link": _order_links,
}
