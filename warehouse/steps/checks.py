"""Step 14: what must hold before a version may be published. Each failure names the table and the numbers."""

from warehouse.steps.files import key_hash
from warehouse.steps.job import BuildError, Job

DEMAND = ("standard", "contract_release", "rush")
UNIQUE = ("customer", "product", "supplier", "promise_history", "opportunity_snapshot", "customer_history",
          "opportunity_order_link")  # fmt: skip


def checks(job: Job) -> None:
    """Raises BuildError when rows were lost or doubled on their way from the Parquets to the marts."""
    job.facts["rows"] = {name: job.one(f"select count(*) from {name}") for name in job.tables}
    matches: dict = {}
    for entity, stated, count in job.run(
        "select entity_type, status, count(*) from entity_xref group by all order by all"
    ):
        matches.setdefault(entity, {})[stated] = count
    job.facts["matches"] = matches
    for name in job.tables:
        _rows_add_up(job, name)
    for name in UNIQUE:
        _is_unique(job, name)
    _demand_is_whole(job)


def _rows_add_up(job: Job, name: str) -> None:
    told = job.facts["tables"].get(name, {})
    systems = [counts for counts in told.values() if isinstance(counts, dict)]
    wanted = sum(counts["used"] for counts in systems) + told.get("derived", 0) - told.get("joined", 0)
    there = job.facts["rows"][name]
    if there != wanted:
        raise BuildError(f"{name}: {wanted} rows should have come out of the loads, {there} are there")


def _is_unique(job: Job, name: str) -> None:
    rows, keys = job.run(f"select count(*), count(distinct {key_hash(job.tables[name])}) from {name}")[0]
    if rows != keys:
        found = job.run(
            f"select {', '.join(job.tables[name].key)} from {name} group by all having count(*) > 1 limit 1"
        )
        if found:
            raise BuildError(f"{name}: {rows} rows but {keys} keys, {found[0]} is there more than once")


def _demand_is_whole(job: Job) -> None:
    """Every line of a demand order is in line_known once per moment: exactly one row of it holds today."""
    if not job.run("select 1 from information_schema.tables where table_name = 'line_known'"):
        return
    kinds = ", ".join(f"'{kind}'" for kind in DEMAND)
    told = "count(*), coalesce(sum(hash(order_line_id)::hugeint), 0)"  # the sum of hashes: the very same lines
    wanted = job.run(
        f"select {told} from order_line join sales_order using (order_id) "
        f"where coalesce(order_type, 'standard') in ({kinds})"
    )[0]
    there = job.run(f"select {told} from line_known where known_to is null")[0]
    if there != wanted:
        raise BuildError(
            f"line_known: {wanted[0]} demand lines, but {there[0]} rows that hold today, not all of them theirs"
        )
