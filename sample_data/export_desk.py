"""The book of the service desk: rush orders and the regulars' orders, kept beside SAP in the generic layout."""

from pathlib import Path

import numpy as np
import pandas as pd

from sample_data.export_lists import order_line_ids, save
from sample_data.export_sap import CARRIERS
from sample_data.settings import PRIORITY
from sample_data.story import Company
from sample_data.texts import iso_dates

TYPES = {"SO": "rush", "OR": "standard"}
RELEASE_DAYS = 3


def in_book(told: Company) -> pd.Series:
    """Whether each order stands in the book."""
    return told.orders.order["book"] == "desk"


def book_lines(told: Company) -> pd.DataFrame:
    """The order lines of the book."""
    return told.orders.line[in_book(told).to_numpy()[told.orders.line["order"]]]


def erp_priority(told: Company, company) -> np.ndarray:
    """The priority the book keeps for a customer: that of its segment, for every sixth one of another."""
    segment = told.company["segment"].to_numpy()[company]
    rank = np.array([PRIORITY[name] for name in segment])
    return np.where(np.asarray(company) % 6 == 1, 4 - rank, rank)


def orders(folder: Path, told: Company) -> None:
    """sales_order of the book."""
    order = told.orders.order[in_book(told)]
    columns = {
        "order_id": order["number"],
        "order_no": order["number"],
        "customer_id": told.customer["kunnr"].reindex(order["company"]).to_numpy(),
        "order_type": order["kind"].map(TYPES),
        "channel": ["desk"] * len(order),
        "currency": ["EUR"] * len(order),
        "ordered_date": iso_dates(order["ordered"]),
        "entered_date": iso_dates(order["entered"]),
        "released_date": iso_dates(np.minimum(order["entered"] + order["clerk"] % RELEASE_DAYS, told.calendar.end)),
        "ship_complete": np.where(order["partial_allowed"], "false", "true"),
        "erp_priority": erp_priority(told, order["company"]),
    }
    save(folder, "sales_order", told, columns)


def lines(folder: Path, told: Company) -> None:
    """order_line of the book; that a rest was closed is told by its changes alone."""
    line = book_lines(told)
    dead = told.cancelled.set_index("line").reindex(line.index)
    order = told.orders.order.loc[line["order"]]
    open_hold = told.hold[told.hold["until"] < 0].set_index("line")["reason"]
    columns = {
        "order_line_id": order_line_ids(told, line.index),
        "order_id": order["number"],
        "line_no": line["line_no"],
        "product_id": told.goods.product["product"].to_numpy()[line["product"]],
        "site_id": line["site"],
        "ordered_qty": line["qty"],
        "unit_price": line["price"],
        "net_amount": [f"{value:.2f}" for value in line["net"]],
        "requested_date": iso_dates(line["requested"]),
        "requested_ship_date": iso_dates(line["requested"] - line["transit"]),
        "partial_allowed": np.where(order["partial_allowed"], "true", "false"),
        "planner": line["planner"],
        "hold_reason": open_hold.reindex(line.index).fillna(""),
        "cancelled_qty": np.where(dead["day"].notna(), line["qty"], 0),
        "cancelled_date": iso_dates(dead["day"].fillna(-1)),
        "cancel_initiator": dead["by"].fillna(""),
        "expedite_reason": np.where(line.index.isin(told.expedited), "line down at the customer", ""),
    }
    save(folder, "order_line", told, columns)


def promises(folder: Path, told: Company) -> None:
    """promise_history of the book."""
    given = told.promise[told.promise["line"].isin(book_lines(told).index)]
    columns = {
        "order_line_id": order_line_ids(told, given["line"]),
        "promise_seq": given["seq"] + 1,
        "set_date": iso_dates(given["day"]),
        "promised_date": iso_dates(given["promise"]),
        "initiator": ["us"] * len(given),
    }
    save(folder, "promise_history", told, columns)


def shipments(folder: Path, told: Company) -> None:
    """shipment and shipment_line of the book; what waits to be picked has not left."""
    end, ours = told.calendar.end, in_book(told).to_numpy()
    delivery = told.delivery[ours[told.delivery["order"]]]
    signed = delivery["proved"] & (delivery["arrives"] <= end)
    columns = {
        "shipment_id": delivery["number"],
        "site_id": delivery["site"],
        "carrier": CARRIERS[(delivery["order"] * 7 + 3) % len(CARRIERS)],
        "incoterm": delivery["incoterm"],
        "picked_date": iso_dates(delivery["shipped"] - delivery["order"] % 2),
        "shipped_date": iso_dates(delivery["shipped"]),
        "delivered_date": iso_dates(np.where(signed, delivery["arrives"], delivery["shipped"])),
        "delivery_basis": np.where(signed, "pod", "goods_issue"),
    }
    save(folder, "shipment", told, columns)
    rows = told.delivery_line[told.delivery_line["delivery"].isin(delivery.index)]
    columns = {
        "shipment_id": delivery["number"].reindex(rows["delivery"]),
        "order_line_id": order_line_ids(told, rows["line"]),
        "shipment_line_no": rows.groupby("delivery").cumcount() + 1,
        "qty_shipped": rows["qty"],
    }
    save(folder, "shipment_line", told, columns)


def export(folder: Path, told: Company) -> None:
    """All lists of the book."""
    for part in (orders, lines, promises, shipments):
        part(folder, told)
