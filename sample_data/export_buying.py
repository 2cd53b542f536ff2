"""What buyers and makers keep beside SAP, in the generic layout: the portal's orders, agreements, changes, returns."""

from pathlib import Path

import numpy as np
import pandas as pd

from sample_data import buying
from sample_data.export_lists import save
from sample_data.settings import thursdays
from sample_data.story import Company
from sample_data.texts import iso_dates

SNAPSHOT_WEEKS = 52
REJECTED_FOR = ("out of tolerance", "damaged", "wrong part")


def line_ids(purchase: pd.DataFrame) -> list[str]:
    """The id of each purchase line, as its system names it."""
    return [f"{number}/{item}" for number, item in zip(purchase["ebeln"], purchase["ebelp"], strict=True)]


def portal(folder: Path, told: Company) -> None:
    """purchase_order, po_line and po_receipt of the portal, with acknowledgements and what was rejected on receipt."""
    row, end = told.purchase[told.purchase["book"] == "portal"], told.calendar.end
    heads = row.drop_duplicates("ebeln")
    columns = {"po_id": heads["ebeln"], "supplier_id": heads["supplier"], "ordered_date": iso_dates(heads["ordered"])}
    columns |= {"acknowledged_date": iso_dates(heads["told"]), "currency": ["EUR"] * len(heads)}
    save(folder, "purchase_order", told, columns)
    known = (row["told"] >= 0).to_numpy()
    columns = {
        "po_line_id": line_ids(row),
        "po_id": row["ebeln"],
        "line_no": row["ebelp"].astype(int),
        "product_id": row["product"],
        "site_id": row["site"],
        "ordered_qty": row["qty"],
        "unit_price": row["price"],
        "net_amount": np.round(row["price"] * row["qty"], 2),
        "requested_date": iso_dates(row["asked"]),
        "first_confirmed_date": iso_dates(np.where(known, row["confirmed"], -1)),
        "current_confirmed_date": iso_dates(np.where(known, row["current"], -1)),
        "status": np.where(row["received"] <= end, "delivered", "open"),
    }
    save(folder, "po_line", told, columns)
    came = row[row["received"] <= end]
    columns = {
        "receipt_id": [f"G{number}" for number in line_ids(came)],
        "po_line_id": line_ids(came),
        "received_date": iso_dates(came["received"]),
        "qty_received": came["qty"] + came["replaced"],
        "qty_accepted": came["qty"] - came["rejected"],
        "qty_rejected": came["rejected"] + came["replaced"],
        "reject_reason": np.where(came["rejected"] + came["replaced"] > 0, REJECTED_FOR[0], ""),
        "doc_ok": np.where(came["qty"] % 23 == 0, "false", "true"),
    }
    save(folder, "po_receipt", told, columns)


def agreements(folder: Path, told: Company) -> None:
    """product_supplier (agreed prices), product_cost (the costing of 2023, which still holds) and supplier_compliance
    (papers, the missing one too)."""
    agreed = buying.contracts(told.goods)
    columns = {
        "product_id": agreed["product"],
        "supplier_id": agreed["supplier"],
        "valid_from": iso_dates(agreed["since"]),
        "valid_to": iso_dates(agreed["until"]),
        "contract_price": agreed["price"],
        "currency": ["EUR"] * len(agreed),
        "lead_time_days": agreed["days"],
        "is_primary": np.where(agreed["main"], "true", "false"),
    }
    save(folder, "product_supplier", told, columns)
    stocked = told.goods.stocked.merge(told.goods.product[["product", "cost"]], on="product")
    columns = {
        "product_id": stocked["product"],
        "site_id": stocked["site"],
        "valid_from": ["2023-01-01"] * len(stocked),
        "unit_cost": stocked["cost"],
        "currency": ["EUR"] * len(stocked),
    }
    save(folder, "product_cost", told, columns)
    paper = buying.compliance(told.goods, told.calendar.end)
    lacking = buying.never_handed_in(told.goods)
    columns = {
        "supplier_id": [*paper["supplier"], lacking],
        "doc_type": [*paper["kind"], "REACH declaration"],
        "required": ["true"] * (len(paper) + 1),
        "valid_from": [*iso_dates(paper["since"]), ""],
        "valid_to": [*iso_dates(paper["until"]), ""],
        "status": [*["on file"] * len(paper), "missing"],
    }
    save(folder, "supplier_compliance", told, columns)


def returns(folder: Path, told: Company) -> None:
    """supplier_return_line: what was received through SAP and sent back as rejected."""
    back = told.purchase[(told.purchase["book"] == "sap") & (told.purchase["returned"] >= 0)]
    columns = {
        "return_id": [f"R{k + 1:05d}" for k in range(len(back))],
        "po_line_id": line_ids(back),
        "returned_date": iso_dates(back["returned"]),
        "qty": back["rejected"],
        "reason": [REJECTED_FOR[k % 3] for k in range(len(back))],
    }
    save(folder, "supplier_return_line", told, columns)


def events(purchase: pd.DataFrame, fields: dict) -> pd.DataFrame:
    """Changes of purchases (id, day, field, old, new): a field holds by purchase a day (-1 none), old and new value."""
    frames = []
    for field, (day, old, new) in fields.items():
        day = np.asarray(day)
        frame = pd.DataFrame({"id": line_ids(purchase), "day": day, "field": field, "old": old, "new": new})
        frames.append(frame[day >= 0])
    return pd.concat(frames, ignore_index=True).sort_values(["day", "id", "field"], kind="stable", ignore_index=True)


def save_events(folder: Path, told: Company, table: str, key: str, found: pd.DataFrame) -> None:
    columns = {
        key: found["id"],
        "changed_date": iso_dates(found["day"]),
        "field": found["field"],
        "old_value": found["old"],
        "new_value": found["new"],
        "change_id": [f"C{k + 1:06d}" for k in found.index],
    }
    save(folder, table, told, columns)


def changes(folder: Path, told: Company) -> None:
    """po_line_change: creation, first confirmation, what was put off, and quantities changed."""
    row = told.purchase[told.purchase["book"] != "own"].reset_index(drop=True)
    confirmed, current = iso_dates(row["confirmed"]), iso_dates(row["current"])
    fields = {
        "created": (row["ordered"], "", row["qty_before"]),
        "first_confirmed_date": (row["told"], "", confirmed),
        "current_confirmed_date": (np.where(row["told"] >= 0, row["moved"], -1), confirmed, current),
        "ordered_qty": (row["changed"], row["qty_before"], row["qty"]),
    }
    save_events(folder, told, "po_line_change", "po_line_id", events(row, fields))


def snapshots(folder: Path, told: Company) -> None:
    """po_line_snapshot: every Thursday of the last year what was still to come, as it stood."""
    row, frames = told.purchase[told.purchase["book"] != "own"].reset_index(drop=True), []
    ids, known = np.array(line_ids(row)), (row["told"] >= 0).to_numpy()
    for day in thursdays(told.calendar)[-SNAPSHOT_WEEKS:]:
        at = ((row["ordered"] <= day) & (row["received"] > day)).to_numpy()
        now = row[at]
        qty = np.where(now["changed"] <= day, now["qty"], now["qty_before"])
        due = np.where((now["moved"] >= 0) & (now["moved"] <= day), now["current"], now["confirmed"])
        frame = {"snapshot_date": day, "id": ids[at], "qty": qty, "asked": now["asked"].to_numpy()}
        frames.append(pd.DataFrame({**frame, "due": np.where(known[at] & (now["told"] <= day), due, -1)}))
    found = pd.concat(frames, ignore_index=True)
    columns = {"snapshot_date": iso_dates(found["snapshot_date"]), "po_line_id": found["id"]}
    columns |= {"ordered_qty": found["qty"], "open_qty": found["qty"], "requested_date": iso_dates(found["asked"])}
    columns |= {"current_confirmed_date": iso_dates(found["due"]), "status": ["open"] * len(found)}
    save(folder, "po_line_snapshot", told, columns)


def making(folder: Path, told: Company) -> None:
    """production_order and production_order_change of what is assembled."""
    row, end = told.purchase[told.purchase["book"] == "own"].reset_index(drop=True), told.calendar.end
    done = (row["received"] <= end).to_numpy()
    columns = {
        "production_order_id": row["ebeln"],
        "product_id": row["product"],
        "site_id": row["site"],
        "resource_id": ["ASM-1"] * len(row),
        "qty": row["qty"],
        "due_date": iso_dates(row["current"]),
        "created_date": iso_dates(row["ordered"]),
        "released_date": iso_dates(np.minimum(row["ordered"] + 2, end)),
        "completed_date": iso_dates(np.where(done, row["received"], -1)),
        "completed_qty": np.where(done, row["qty"] - row["rejected"], 0),
        "status": np.where(done, "completed", "released"),
    }
    save(folder, "production_order", told, columns)
    fields = {
        "created": (row["ordered"], "", row["qty_before"]),
        "due_date": (row["moved"], iso_dates(row["confirmed"]), iso_dates(row["current"])),
        "qty": (row["changed"], row["qty_before"], row["qty"]),
    }
    found = events(row, fields)
    save_events(folder, told, "production_order_change", "production_order_id", found.assign(id=found["id"].str[:-6]))


def export(folder: Path, told: Company) -> None:
    """All lists about supply."""
    for part in (portal, agreements, returns, changes, snapshots, making):
        part(folder, told)
