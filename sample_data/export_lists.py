"""Lists the plants keep beside the ERP, in the generic layout: canonical columns, ISO dates, decimal points."""

from pathlib import Path

import numpy as np

from sample_data.story import Company
from sample_data.texts import iso_dates, plain_rows, write

FAULT = {"101": "customer", "102": "ours", "103": "ours"}
REASON = {"101": "ordered wrongly", "102": "damaged", "103": "defective"}


def save(folder: Path, table: str, told: Company, columns: dict) -> None:
    """One canonical table as a file <table>_<date>.csv."""
    rows = plain_rows(list(columns.values()), ",")
    path = folder / f"{table}_{iso_dates([told.calendar.end])[0]}.csv"
    write(path, ",".join(columns), rows, "utf-8", "\n")


def order_line_ids(told: Company, lines) -> list[str]:
    """Order number and item of each line, as the ERP's order lines are named."""
    line = told.orders.line.loc[lines]
    numbers = told.orders.order["number"].to_numpy()[line["order"]]
    return [f"{number}/{item:06d}" for number, item in zip(numbers, line["line_no"], strict=True)]


def returns(folder: Path, told: Company) -> None:
    """return_line: every return of the ERP once more, with what quality control found."""
    returned = told.returns
    columns = {
        "return_id": [f"{number}/000010" for number in told.return_numbers],
        "order_line_id": order_line_ids(told, returned["line"]),
        "returned_date": iso_dates(returned["day"]),
        "qty": returned["qty"],
        "reason": returned["reason"].map(REASON),
        "fault": returned["reason"].map(FAULT),
    }
    save(folder, "return_line", told, columns)


def lead_times(folder: Path, told: Company) -> None:
    """product_site: the days from order to delivery that customers are told of."""
    offered = told.goods.offered
    columns = {"product_id": offered["product"], "site_id": offered["site"], "sales_lead_time_days": offered["days"]}
    save(folder, "product_site", told, columns)


def held(folder: Path, told: Company) -> None:
    """stock_reservation: stock held for order lines, from the day of their entry until it left."""
    kept = told.held
    line = told.orders.line.loc[kept["line"]]
    columns = {
        "reservation_id": [f"R{k + 1:06d}" for k in kept.index],
        "order_line_id": order_line_ids(told, kept["line"]),
        "product_id": told.goods.product["product"].to_numpy()[line["product"]],
        "site_id": line["site"],
        "qty": kept["qty"],
        "valid_from": iso_dates(kept["since"]),
        "valid_to": iso_dates(np.asarray(kept["until"])),
    }
    save(folder, "stock_reservation", told, columns)


def export(folder: Path, told: Company) -> None:
    """All lists, as they stand at the end."""
    for part in (returns, lead_times, held):
        part(folder, told)
