"""Step 11: what looks wrong in the data, told row by row in dq_issue and counted in the facts. Nothing is removed."""

from warehouse.steps.job import Job

KEPT_PER_RULE = 10_000
BACKWARDS = (
    ("shipment", "picked_date", "shipped_date"),
    ("shipment", "shipped_date", "delivered_date"),
    ("sales_order", "ordered_date", "header_delivered_date"),
    ("opportunity", "created_date", "closed_date"),
    ("lead", "created_date", "converted_date"),
    ("case_ticket", "opened_date", "resolved_date"),
    ("survey_response", "sent_date", "responded_date"),
)


def quality(job: Job) -> None:
    """Write dq_issue (load_id, table_name, row_key, rule_id, severity, detail)."""
    columns = ("load_id", "table_name", "row_key", "rule_id", "severity", "detail")
    job.run(f"create table dq_issue ({', '.join(f'{column} varchar' for column in columns)})")
    job.facts["issues"] = {}
    _orphans(job)
    for table, first, then in BACKWARDS:
        if job.of(table, first) and job.of(table, then):
            told = f"'{first} ' || {first} || ' is after {then} ' || {then}"
            _note(job, table, "negative_duration", f"{then} < {first}", told)
    _note(
        job,
        "inventory_snapshot",
        "negative_stock",
        "on_hand_qty < 0",
        "'on hand ' || on_hand_qty || ' on ' || snapshot_date",
    )
    for table in job.tables.values():
        if "source_qty" in table.columns and job.of(table.name, "source_uom"):
            main = next(c.name for c in table.columns.values() if c.type == "qty" and c.unit == "base_uom")
            _note(job, table.name, "uom_missing", f"source_qty is not null and {main} is null",
                  "'no factor from ' || source_uom || ' to the base unit'")  # fmt: skip
    _count(job, "vanished", "select count(*) from vanished")


def _orphans(job: Job) -> None:
    job.run(f"""
        insert into dq_issue
        select null, table_name, id, 'orphan', 'warning',
               table_name || '.' || column_name || ' names no ' || target || ' (' || rows || ' rows)'
        from orphan order by rows desc, table_name, column_name, id limit {KEPT_PER_RULE}""")
    found = job.run("select table_name || '.' || column_name, count(*), sum(rows) from orphan group by 1 order by 1")
    job.facts["orphans"] = {column: {"ids": ids, "rows": int(rows)} for column, ids, rows in found}


def _note(job: Job, table: str, rule: str, wrong: str, detail: str) -> None:
    if not job.of(table):
        return
    key = job.tables[table].key[0] if len(job.tables[table].key) == 1 else "source_id"
    job.run(f"insert into dq_issue select load_id, '{table}', {key}, '{rule}', 'warning', {detail} from {table} "
            f"where {wrong} order by 3 limit {KEPT_PER_RULE}")  # fmt: skip
    _count(job, f"{rule}:{table}", f"select count(*) from {table} where {wrong}")


def _count(job: Job, rule: str, sql: str) -> None:
    found = job.one(sql)
    if found:
        job.facts["issues"][rule] = job.facts["issues"].get(rule, 0) + found
