"""Why rows differ between two versions: their canonical records in both, and the loads those come from.

From the differing rows the search goes to records by the columns that name the row, from there up to what those refer
to (a line of a delivery to its delivery). Records alike in both versions say nothing, even where a newer export
repeats them. Masters are asked only of rows whose documents are alike.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping

import pandas as pd

from metrics.known import needed_tables
from metrics.registry import Metric
from warehouse.schema import Table, tables
from warehouse.versions import Version

GOLDEN = {"customer", "product", "supplier"}
DATED = ("transaction", "history")
Owners = dict[str, dict[str, set]]


def owners_of(rows: pd.DataFrame) -> Owners:
    """For each id column of differing rows: value -> the places of the rows that carry it."""
    found: Owners = {}
    for name in (name for name in rows.columns if name.endswith("_id")):
        held = rows[name].dropna()
        if len(held):
            by_value = held.astype(str).groupby(held.astype(str)).groups
            found[name] = {value: set(places) for value, places in by_value.items()}
    return found


def differing_records(before: Version, after: Version, metric: Metric, relation: str, rows: pd.DataFrame) -> list[dict]:
    """Records behind differing rows that the versions do not tell alike.

    {table, kind: added|removed|changed, load_before, load_after, columns, ids, owners}; owners are places of rows."""
    owners, needed = owners_of(rows), needed_tables(metric, relation)
    key = [name for name in metric.relations[relation].key if name in owners]
    down = [*key, *metric.relations[relation].trace.values()] or list(owners)
    dated = [tables()[name] for name in tables() if name in needed and tables()[name].kind in DATED]
    found = _searched(before, after, dated, owners, down)
    silent = set(rows.index) - {place for record in found for place in record["owners"]}
    if silent:
        masters = [tables()[name] for name in tables() if name in needed and tables()[name].kind not in DATED]
        left = {column: {v: p & silent for v, p in values.items() if p & silent} for column, values in owners.items()}
        found += _searched(before, after, masters, left, key)
    return found


def _searched(before, after, wanted: list[Table], owners: Owners, down: Iterable[str]) -> list[dict]:
    found, waiting = [], list(wanted)
    for _ in range(3):
        met = [(table, by) for table in waiting if (by := _link(table, owners, down))]
        for table, by in met:
            sides = [_fetched(version, table, by, owners[by]) for version in (before, after)]
            found += _compared(table, sides, by, owners[by])
            _upward(table, sides, by, owners)
        waiting = [table for table in waiting if table not in [one for one, _ in met]]
    return found


def _link(table: Table, owners: Owners, down: Iterable[str]) -> str | None:
    """The column by which a table's records are found: its own single key, else one that names the row."""
    if len(table.key) == 1 and table.key[0] in owners:
        return table.key[0]
    return next((name for name in down if name in table.columns and name in owners), None)


def _fetched(version: Version, table: Table, by: str, wanted: Mapping) -> pd.DataFrame:
    columns = ", ".join([*(f"{name}::VARCHAR AS {name}" for name in table.columns), "load_id"])
    content = f"hash({', '.join(table.columns)})::VARCHAR AS content"
    sql = f"SELECT {columns}, {content} FROM {table.name} WHERE {by} IN (SELECT unnest($wanted::VARCHAR[]))"
    frame = version.cursor().execute(sql, {"wanted": list(wanted)}).df().astype(object)
    frame = frame.where(frame.notna(), None)
    named = [name for name in table.key if name in frame.columns] or list(table.columns)
    frame.index = ["/".join(map(str, cells)) for cells in frame[named].itertuples(index=False)]
    return frame[~frame.index.duplicated()]


def _compared(table: Table, sides: list[pd.DataFrame], by: str, owners: Mapping) -> list[dict]:
    alike = sides[0]["content"].reindex(sides[1].index) == sides[1]["content"]
    same = alike.index[alike]
    old, new = (side.drop(same).to_dict("index") for side in sides)
    found = []
    for key in {**old, **new}:
        was, now = old.get(key), new.get(key)
        differ = [name for name in table.columns if was and now and was[name] != now[name]]
        if was and now and not differ:
            continue
        ids = {name: ((was or {}).get(name), (now or {}).get(name)) for name in table.columns if name.endswith("_id")}
        places = set().union(*(owners.get(str(row[by]), set()) for row in (was, now) if row))
        loads = {"load_before": was and was["load_id"], "load_after": now and now["load_id"]}
        kind = "changed" if was and now else "removed" if was else "added"
        named = {"table": table.name, "kind": kind, "columns": differ, "ids": ids, "owners": places}
        found.append({**named, **loads})
    return found


def _upward(table: Table, sides: list[pd.DataFrame], by: str, owners: Owners) -> None:
    """Let the ids that found records refer to be searched too, for the rows that own the records."""
    for name, column in table.columns.items():
        if column.ref is None or name in owners or column.ref in GOLDEN:
            continue
        made = defaultdict(set)
        for side in sides:
            for value, own in zip(side[name], side[by], strict=True):
                if value is not None:
                    made[value] |= owners[by].get(str(own), set())
        if made:
            owners[name] = dict(made)
