"""Customer history: what segment, tier, rank and owner each export showed, as rows that hold from one day to the next.

Where several systems know a customer, each attribute follows the ERP as soon as the ERP fills it, else the others.
Customers whose history was loaded keep that history alone.
"""

from warehouse.steps.files import all_rows
from warehouse.steps.job import SOURCES, Job, Parquet

KEPT = ("segment", "tier", "priority_rank", "owner")


def customer_days(job: Job) -> None:
    """Add to customer_history what successive customer exports show; valid_to is the first day a row holds no more."""
    files = job.of("customer", *KEPT)
    if not files:
        return
    kept, sources = ", ".join(KEPT), ", ".join(SOURCES)
    lasting = ", ".join(f"last_value({_told(c, files)} ignore nulls) over exports as {c}" for c in KEPT)
    cells = ", ".join(f"{c}.cell as {c}" for c in KEPT)
    differs = " or ".join(f"{c} is distinct from lag({c}) over exports" for c in KEPT)
    latest = ", ".join(f"arg_max({c}, seq) as {c}" for c in SOURCES)
    states = ", ".join(f"arg_max_null({c}, seq) as {c}" for c in KEPT)
    best = ", ".join(f"arg_min({c}, rank) as {c}" for c in (*KEPT, *SOURCES))
    same = " and ".join(f"{c} is not distinct from lag({c}) over days" for c in KEPT)
    job.run(f"""
        insert into customer_history by name
        with seen as (
            select customer_id, _seq as seq, _day as day, {sources}, {lasting}
            from ({all_rows(job, job.tables["customer"], files, ("customer_id", *KEPT))})
            window exports as (partition by customer_id order by _seq)
        ), known as (
            select customer_id, seq, day, {sources}, {cells} from seen
        ), moved as (
            select * from known window exports as (partition by customer_id order by seq)
            qualify {differs} or lag(seq) over exports is null
        ), member as (
            select coalesce(to_id, customer_id) as customer, customer_id, moved.* exclude (customer_id),
                   (side <> 'erp', coalesce(to_id, customer_id) <> customer_id, customer_id) as rank
            from moved join load using (load_id) left join id_map on target = 'customer' and from_id = customer_id
        ), boundary as (
            select distinct customer, day from member
        ), record as (
            select customer, boundary.day, rank, {states}, {latest}
            from boundary join member using (customer) where member.day <= boundary.day group by all
        ), told as (
            select customer, day, {best} from record group by all
        ), changed as (
            select *, {same} and lag(day) over days is not null as is_same
            from told window days as (partition by customer order by day)
        )
        select customer as customer_id, day as valid_from, {kept}, {sources},
               lead(day) over (partition by customer order by day) as valid_to
        from changed
        where not is_same and customer not in (select customer_id from customer_history)""")


def _told(column: str, files: list[Parquet]) -> str:
    """SQL of a cell that is null where the export has no such column, and a filled struct where it has."""
    orders = ", ".join(str(file.order) for file in files if column in file.columns)
    return f"case when _seq in ({orders}) then {{'cell': {column}}} end" if orders else f"{{'cell': {column}}}"
