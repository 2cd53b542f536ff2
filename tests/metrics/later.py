"""A ledger in which everything after a day went otherwise: the same up to it, and nothing the same from then on.

A row that first happened after the day is, by its document's key, deleted, dated later, given other quantities and
amounts, or followed by a copy of it under another key. What an older row became after the day (closed, answered,
delivered, cancelled, promised anew) is dated later, otherwise or not at all. Masters, rates, costs and links are
timeless and stay, and so does a mutable column that no dated row tells of.
"""

import json
import os
import shutil
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import duckdb

from metrics.materialise import materialise
from warehouse.build import build
from warehouse.home import Home
from warehouse.loads import Load, active_loads, write_manifest

DELETED, MOVED, RESIZED, COPIED = range(4)
ORDER = "split_part(order_line_id, '/', 1)"
LATE_ORDER = "select order_id from sales_order where ordered_date > $day"
NOT_LEFT = "select shipment_id from shipment where shipped_date is null or shipped_date > $day"
LATE_PURCHASE = "select po_id from purchase_order where ordered_date > $day"


@dataclass(frozen=True)
class Event:
    """`tree` is the document a row of a table belongs to, `after` whether it first happened after $day, `ids` what a
    copy of it cannot share with it. `when` tells that something later befell an older row, which then `becomes` that.
    """

    tree: str
    ids: tuple[str, ...]
    after: str
    when: str = "false"
    becomes: tuple[tuple[str, str], ...] = ()


EVENTS = {
    "lead": Event(
        "lead_id",
        ("lead_id",),
        "created_date > $day",
        "converted_date > $day",
        (("converted_date", "converted_date + 9"), ("opportunity_id", "null"), ("customer_id", "null")),
    ),
    "opportunity": Event(
        "opportunity_id",
        ("opportunity_id",),
        "created_date > $day",
        "$exported > $day",
        (
            ("amount", "amount * 3 + 1"),
            ("stage_code", "case when closed_date <= $day then stage_code else 'Needs Analysis' end"),
            ("probability", "0.5"),
            ("forecast_category", "'Omitted'"),
            ("expected_close_date", "expected_close_date + 40"),
            ("closed_date", "case when closed_date > $day then closed_date + 3 else closed_date end"),
            ("outcome", "case when closed_date > $day then 'lost' else outcome end"),
        ),
    ),
    "opportunity_field_history": Event("opportunity_id", ("change_id",), "changed_date > $day"),
    "opportunity_line": Event("opportunity_id", ("opportunity_line_id",), "valid_from > $day"),
    "customer_history": Event("customer_id", ("customer_id",), "valid_from > $day"),
    "case_ticket": Event(
        "case_id",
        ("case_id",),
        "opened_date > $day",
        "resolved_date > $day",
        (("resolved_at", "null"), ("resolved_date", "null")),
    ),
    "survey_response": Event(
        "response_id",
        ("response_id",),
        "sent_date > $day",
        "responded_date > $day",
        (("score", "scale_max"), ("responded_at", "null"), ("responded_date", "responded_date + 1")),
    ),
    "customer_notification": Event("notification_id", ("notification_id",), "sent_date > $day"),
    "sales_order": Event(
        "order_id",
        ("order_id",),
        "ordered_date > $day",
        "released_date > $day",
        (("released_date", "released_date + 9"), ("status", "null")),
    ),
    "order_line": Event(
        "order_id",
        ("order_id", "order_line_id"),
        f"order_id in ({LATE_ORDER})",
        "cancelled_date > $day",
        (
            ("cancelled_qty", "case when way < 2 then null else cancelled_qty end"),
            ("status", "case when way < 2 then null else status end"),
            ("cancelled_date", "case when way < 2 then null else cancelled_date + 1 end"),
            ("cancel_initiator", "case when way = 3 then 'us' end"),
        ),
    ),
    # what was ordered first follows from today's quantity and price less all their changes, so those only come later
    "order_line_change": Event(
        ORDER,
        ("change_id",),
        "changed_date > $day and kind in ('cancel', 'reopen', 'short_close')",
        "changed_date > $day",
        (("changed_date", "changed_date + 7"), ("recorded_date", "recorded_date + 7"), ("initiator", "'us'")),
    ),
    "order_line_hold": Event(
        ORDER, ("reason",), "valid_from > $day", "valid_to > $day", (("valid_to", "valid_to + 9"),)
    ),
    # the first schedule seen of an order dates its first promise back to the order, so only what is seen again moves
    "schedule_line": Event(
        ORDER,
        ("order_line_id",),
        f"{ORDER} in ({LATE_ORDER})",
        "$exported > $day and order_line_id in (select order_line_id from seen) and requested_qty = 0",
        (("scheduled_date", "scheduled_date + 6"),),
    ),
    "shipment": Event(
        "shipment_id",
        ("shipment_id",),
        f"shipment_id in ({NOT_LEFT})",
        "delivered_date > $day",
        (("delivered_date", "delivered_date + 9"),),
    ),
    "shipment_line": Event("shipment_id", ("shipment_id",), f"shipment_id in ({NOT_LEFT})"),
    "return_line": Event("return_id", ("return_id",), "returned_date > $day"),
    "inventory_snapshot": Event("product_id", ("location",), "snapshot_date > $day"),
    "stock_reservation": Event(
        "reservation_id", ("reservation_id",), "valid_from > $day", "valid_to > $day", (("valid_to", "valid_to + 9"),)
    ),
    "promise_history": Event("order_line_id", ("promise_seq",), "set_date > $day"),
    "purchase_order": Event("po_id", ("po_id",), "ordered_date > $day"),
    "po_line": Event("po_id", ("po_id", "po_line_id"), f"po_id in ({LATE_PURCHASE})"),
    "po_schedule_line": Event(
        "split_part(po_line_id, '/', 1)", ("po_line_id",), f"split_part(po_line_id, '/', 1) in ({LATE_PURCHASE})"
    ),
    "po_receipt": Event("receipt_id", ("receipt_id",), "received_date > $day"),
    # what a line or order was at first follows from what it is and its changes, so those only come later
    "po_line_change": Event(
        "po_line_id", ("change_id",), "false", "changed_date > $day", (("changed_date", "changed_date + 7"),)
    ),
    "production_order_change": Event(
        "production_order_id", ("change_id",), "false", "changed_date > $day", (("changed_date", "changed_date + 7"),)
    ),
    "production_order": Event(
        "production_order_id",
        ("production_order_id",),
        "created_date > $day",
        "completed_date > $day",
        (("completed_date", "completed_date + 9"),),
    ),
    "po_line_snapshot": Event("po_line_id", ("po_line_id",), "snapshot_date > $day"),
    "supplier_return_line": Event("return_id", ("return_id",), "returned_date > $day"),
    "capacity_period": Event(
        "concat(resource_id, period_start)",
        ("resource_id",),
        "coalesce(recorded_date, period_end, period_start + 6) > $day",
    ),
    "inventory_movement": Event("movement_id", ("movement_id",), "moved_date > $day"),
}
TIMELESS = {"customer", "product", "product_cost", "product_site", "supplier", "site", "entity_alias"}
TIMELESS |= {"opportunity_order_link", "business_calendar", "supplier_compliance", "product_supplier"}


def altered(home: Home, source: Home, day: date) -> int:
    """Fill `home` with the loads of `source`, everything after `day` altered; build it. Returns the rows altered."""
    home.path.mkdir(parents=True, exist_ok=True)
    shutil.copyfile(source.state, home.state)
    con = duckdb.connect()
    loads = active_loads(source)
    _collect(con, loads, day)
    count = 0
    for load in loads:
        target = home.loads / load.load_id
        if load.local_date("UTC") <= day:
            shutil.copytree(load.folder, target, copy_function=os.link)
            continue
        target.mkdir(parents=True)
        manifest = json.loads((load.folder / "manifest.json").read_text("utf-8"))
        for path in load.folder.glob("*.parquet"):
            count += _alter(con, load, path, target / path.name, day)
            _recount(con, manifest, target / path.name)
        write_manifest(target, manifest)
    build(home, materialise=materialise)
    return count


def _collect(con, loads: list[Load], day: date) -> None:
    """The documents that date others' rows, and the lines that some export up to the day has shown."""
    wanted = {"sales_order": "order_id, ordered_date", "shipment": "shipment_id, shipped_date"}
    wanted["purchase_order"] = "po_id, ordered_date"
    for table, columns in wanted.items():
        paths = [str(path) for load in loads for path in load.folder.glob(f"{table}.parquet")]
        con.execute(f"create table {table} as select {columns} from read_parquet({paths})").fetchall()
    before = [
        str(path)
        for load in loads
        if load.local_date("UTC") <= day
        for path in load.folder.glob("schedule_line.parquet")
    ]
    con.execute(f"create table seen as select distinct order_line_id from read_parquet({before})").fetchall()


def _alter(con, load: Load, source: Path, target: Path, day: date) -> int:
    table = source.stem
    if table in TIMELESS:
        os.link(source, target)
        return 0
    event = EVENTS[table]
    columns = con.execute(f"describe select * from '{source}'").fetchall()
    stated = f"select *, hash({event.tree}) % 4 as way, {event.after} as is_after, {event.when} as is_later"
    kept = ", ".join(f"{_cell(event, name, type_)} as {name}" for name, type_, *_ in columns)
    again = ", ".join(f"{_copy(event, name, type_)} as {name}" for name, type_, *_ in columns)
    names = ", ".join(name for name, *_ in columns)
    sql = f"""
        create or replace temp table made as
        with row as ({stated} from '{source}')
        select {kept}, is_after or is_later as is_touched from row where not (is_after and way = {DELETED})
        union all
        select {again}, true from row where is_after and way = {COPIED}"""
    texts = {"$day": f"date '{day}'", "$exported": f"date '{load.local_date('UTC')}'"}
    for place, text in texts.items():
        sql = sql.replace(place, text)
    con.execute(sql).fetchall()
    con.execute(f"copy (select {names} from made) to '{target}' (format parquet)").fetchall()
    return con.execute("select count(*) from made where is_touched").fetchone()[0]


def _cell(event: Event, name: str, type_: str) -> str:
    """What a kept row holds in a column."""
    text = name
    if type_ in ("DATE", "TIMESTAMP"):
        text = f"case when is_after and way = {MOVED} then ({name} + interval 5 day)::{type_} else {name} end"
    elif type_.startswith("DECIMAL") or name in ("amount", "score"):
        text = f"case when is_after and way = {RESIZED} then {name} * 3 else {name} end"
    become = dict(event.becomes).get(name)
    return f"case when is_later and not is_after then ({become})::{type_} else {text} end" if become else text


def _copy(event: Event, name: str, type_: str) -> str:
    """What the copy of a row holds: its document has another id."""
    if name not in (*event.ids, "source_id"):
        return name
    return f"'again-' || {name}" if type_ == "VARCHAR" else f"{name} + 1000"


def _recount(con, manifest: dict, path: Path) -> None:
    rows = con.execute(f"select count(*) from '{path}'").fetchone()[0]
    for entry in manifest["tables"]:
        if entry["table"] == path.stem:
            entry["loaded"], rows = rows, 0
