"""Step 3b: what each system said of its customers, products and suppliers, before the records of one become one row.

Afterwards the masters hold one row per golden id; only here are two systems' words about the same account still apart.
"""

from warehouse import likeness
from warehouse.steps.files import all_rows
from warehouse.steps.job import GOLDEN, Job

# attribute, its column (the first that the table has) and how it is brought to one form
ATTRIBUTES = (
    ("tax_id", likeness.tax_id),
    ("country", likeness.country),
    ("currency", lambda column: _plain(column)),
    ("segment", lambda column: _plain(column)),
    ("payment_terms", lambda column: _plain(column)),
    ("base_uom", lambda column: _plain(column)),
    ("family", lambda column: _plain(column)),
)
# what people call the account that stands for all who buy once
ONE_TIME = r"\b(one[ -]?time|walk[ -]?in|cash (sales?|customer)|cpd|conto pro diverse|einmalkund|laufkund|barverkauf)"


def records(job: Job) -> None:
    """Write entity_record: one row per record of a master in its own system, with its golden id, its attributes in
    comparable form, and the day of the first export that had it.
    """
    columns = ", ".join(f"{name} varchar" for name, _ in ATTRIBUTES)
    job.run(
        "create table entity_record (entity varchar, record_id varchar, golden_id varchar, system varchar, "
        f"side varchar, name varchar, {columns}, is_one_time boolean, first_day date, source_system varchar, "
        "source_object varchar, source_id varchar, load_id varchar, source_line bigint)"
    )
    for entity in GOLDEN:
        if job.of(entity):
            _add(job, entity)


def _plain(column: str) -> str:
    return f"nullif(upper(trim({column})), '')"


def _add(job: Job, entity: str) -> None:
    table = job.tables[entity]
    cells = ", ".join(form(f"row.{name}") if name in table.columns else "null" for name, form in ATTRIBUTES)
    job.run(f"""
        insert into entity_record
        with seen as (
            select {entity}_id as record_id, min(_day) as first_day
            from ({all_rows(job, table, job.of(entity), table.key)}) group by 1
        )
        select '{entity}', row.{entity}_id, coalesce(xref.golden_id, row.{entity}_id), row.source_system, load.side,
               row.name, {cells}, coalesce(regexp_matches(lower(row.name), '{ONE_TIME}'), false), seen.first_day,
               row.source_system, row.source_object, row.source_id, row.load_id, row.source_line
        from {entity} as row
        join load using (load_id)
        left join seen on seen.record_id = row.{entity}_id
        left join entity_xref as xref
            on xref.entity_type = '{entity}' and xref.source_system || '/' || xref.source_id = row.{entity}_id
        order by 2""")
