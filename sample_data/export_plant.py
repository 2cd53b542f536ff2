"""More lists of the plants in the generic layout: changes and holds of orders, stock movements, lines, working days."""

from pathlib import Path

import numpy as np
import pandas as pd

from sample_data.changes import REASON_OF
from sample_data.export_buying import line_ids
from sample_data.export_lists import order_line_ids, save
from sample_data.settings import PRIORITY, SITES, day_number
from sample_data.story import Company
from sample_data.texts import iso_dates

TIER = {"Enterprise": "A", "Public": "B", "Midmarket": "B", "SMB": "C", "": ""}
EASTER = ("2024-03-29", "2024-04-01", "2025-04-18", "2025-04-21", "2026-04-03", "2026-04-06")
HOLIDAYS = ("01-01", "05-01", "10-03", "12-25", "12-26")
EXPIRED = ("2026-02-28", 14)  # the batch of kits at the first plant that nobody used in time, and its units
NO_PRODUCT = "000000000001999999"  # booked at the second plant by a slip of the hand


def changes(folder: Path, told: Company) -> None:
    """order_line_change: what changed after entry, some of it written down days later."""
    change = told.change
    columns = {
        "order_line_id": order_line_ids(told, change["line"]),
        "changed_date": iso_dates(change["day"]),
        "recorded_date": iso_dates(change["recorded"]),
        "kind": change["kind"],
        "delta_qty": change["qty"],
        "delta_value": [f"{value:.2f}" for value in change["value"]],
        "initiator": change["by"],
        "reason": change["kind"].map(REASON_OF),
        "change_id": [f"A{k + 1:06d}" for k in change.index],
    }
    save(folder, "order_line_change", told, columns)


def holds(folder: Path, told: Company) -> None:
    hold = told.hold
    columns = {
        "order_line_id": order_line_ids(told, hold["line"]),
        "valid_from": iso_dates(hold["since"]),
        "valid_to": iso_dates(hold["until"]),
        "reason": hold["reason"],
    }
    save(folder, "order_line_hold", told, columns)


def moved(told: Company) -> pd.DataFrame:
    """Stock movements (day, product, site, kind, qty, order_line, po_line) up to the end; less is negative.

    What customers sent back is scrapped on the same day, what is rejected leaves the free stock at once."""
    code, line = told.goods.product["product"].to_numpy(), told.orders.line
    rows, end = told.delivery_line, told.calendar.end
    of = line.loc[rows["line"]]
    out = {"day": told.delivery["shipped"].to_numpy()[rows["delivery"]], "product": code[of["product"]]}
    out |= {"site": of["site"].to_numpy(), "kind": "issue_sale", "qty": -rows["qty"].to_numpy()}
    frames = [pd.DataFrame({**out, "order_line": order_line_ids(told, rows["line"])})]
    came = told.purchase[told.purchase["received"] <= end]
    kind = np.where(came["book"] == "own", "receipt_prod", "receipt_po")
    got = came[["product", "site", "qty"]].assign(day=came["received"], kind=kind)
    frames.append(got.assign(po_line=np.where(came["book"] == "own", "", line_ids(came))))
    frames.append(got.assign(kind="adjust", qty=-came["rejected"])[came["rejected"] > 0])
    sent = line.loc[told.returns["line"]]
    back = {"day": told.returns["day"], "product": code[sent["product"]], "site": sent["site"].to_numpy()}
    back |= {"qty": told.returns["qty"], "order_line": order_line_ids(told, told.returns["line"])}
    frames += [pd.DataFrame({**back, "kind": "return"}), pd.DataFrame({**back, "kind": "scrap"})]
    frames[-1]["qty"] = -frames[-1]["qty"]
    slip = {"day": [end - 80, end - 79], "product": NO_PRODUCT, "site": SITES[1], "kind": "adjust", "qty": [4, -4]}
    found = pd.concat([*frames, pd.DataFrame(slip)], ignore_index=True)
    return found.sort_values(["day", "product", "site", "kind"], kind="stable", ignore_index=True)


def movements(folder: Path, told: Company) -> None:
    """inventory_movement: every movement."""
    found = moved(told)
    cost = told.goods.product.set_index("product")["cost"].reindex(found["product"])
    columns = {
        "movement_id": [f"M{k + 1:07d}" for k in found.index],
        "moved_date": iso_dates(found["day"]),
        "product_id": found["product"],
        "site_id": found["site"],
        "kind": found["kind"],
        "qty": found["qty"],
        "unit_cost": ["" if value != value else value for value in cost],
        "order_line_id": found["order_line"].fillna(""),
        "po_line_id": found["po_line"].fillna(""),
    }
    save(folder, "inventory_movement", told, columns)


def batch(told: Company) -> pd.DataFrame:
    """The batch that expired (product, cost) on every counting day of the last half year."""
    kit = told.goods.product[told.goods.product["family"] == "Service kits"].iloc[-1]
    days = np.unique(told.stock["day"])
    return pd.DataFrame({"day": days[days > told.calendar.end - 190], "product": kit["product"], "cost": kit["cost"]})


def batches(folder: Path, told: Company) -> None:
    """inventory_snapshot: the batches that are watched for their last day of use."""
    found = batch(told)
    columns = {
        "snapshot_date": iso_dates(found["day"]),
        "product_id": found["product"],
        "site_id": [SITES[0]] * len(found),
        "location": ["BATCH"] * len(found),
        "stock_type": ["unrestricted"] * len(found),
        "batch_no": ["K-2402"] * len(found),
        "expiry_date": [EXPIRED[0]] * len(found),
        "on_hand_qty": [EXPIRED[1]] * len(found),
        "unit_cost": found["cost"],
        "currency": ["EUR"] * len(found),
    }
    save(folder, "inventory_snapshot", told, columns)


def lines(folder: Path, told: Company) -> None:
    """capacity_period: each week as planned a fortnight before, and once more as it was run."""
    week = told.capacity
    columns = {"resource_id": "resource", "site_id": "site", "shift": "shift", "family": "family"}
    frames = []
    for is_plan, rows in ((True, week[week["monday"] - 14 <= told.calendar.end]), (False, week[week["is_past"]])):
        frame = rows[list(columns.values())].rename(columns={old: new for new, old in columns.items()})
        frame["period_start"], frame["period_end"] = iso_dates(rows["monday"]), iso_dates(rows["monday"] + 6)
        frame["recorded_date"] = iso_dates(np.where(is_plan, rows["monday"] - 14, rows["monday"] + 6))
        frame["calendar_hours"], frame["available_hours"] = 168, rows["hours"]
        frame["planned_load_hours"] = rows["planned"]
        for name, source in (("actual_hours", "run"), ("downtime_hours", "lost"), ("ideal_hours_per_unit", "ideal")):
            frame[name] = "" if is_plan else rows[source]
        frame["total_qty"], frame["good_qty"] = ("", "") if is_plan else (rows["total"], rows["good"])
        frames.append(frame)
    found = pd.concat(frames, ignore_index=True)
    save(folder, "capacity_period", told, {name: found[name] for name in found})


def workdays(folder: Path, told: Company) -> None:
    """business_calendar of the plants, from the first day of the data to the end of the next year."""
    day = np.arange(told.calendar.start, day_number("2027-01-01"))
    text = iso_dates(day)
    free = ((day + 3) % 7 >= 5) | np.isin([iso[5:] for iso in text], HOLIDAYS) | np.isin(text, EASTER)
    columns = {"calendar_id": ["01"] * len(day), "d": text, "is_business_day": np.where(free, "false", "true")}
    save(folder, "business_calendar", told, columns)


def segments(folder: Path, told: Company) -> None:
    """customer_history of the customers whose segment changed: before and since."""
    gone = told.resegmented
    kunnr = told.customer["kunnr"].reindex(gone.index)
    now = told.company["segment"].reindex(gone.index)
    both = pd.DataFrame({"id": [*kunnr, *kunnr], "segment": [*gone["before"], *now]})
    start = iso_dates([told.calendar.start] * len(gone))
    columns = {
        "customer_id": both["id"],
        "valid_from": [*start, *iso_dates(gone["day"])],
        "valid_to": [*iso_dates(gone["day"]), *[""] * len(gone)],
        "segment": both["segment"],
        "tier": both["segment"].map(TIER),
        "priority_rank": both["segment"].map(PRIORITY),
    }
    save(folder, "customer_history", told, columns)


def export(folder: Path, told: Company) -> None:
    """All these lists."""
    for part in (changes, holds, movements, batches, lines, workdays, segments):
        part(folder, told)
