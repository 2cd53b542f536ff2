"""Deliveries, stock and purchasing as SAP lists."""

from pathlib import Path

import numpy as np
import pandas as pd

from sample_data import names
from sample_data.export_sap import CARRIERS, GO_LIVE, save
from sample_data.story import Company
from sample_data.texts import iso_dates, plain_rows, sap_dates, sap_numbers, write


def deliveries(folder: Path, told: Company) -> None:
    """LIKP and LIPS; PODAT is empty where nothing was signed or goods are under way; the last few wait to be picked."""
    ours = (told.orders.order["book"] == "sap").to_numpy()
    end, line_order = told.calendar.end, told.orders.line["order"].to_numpy()
    delivery = told.delivery[ours[told.delivery["order"]]]
    waiting = told.waiting[ours[line_order[told.waiting["line"]]]]
    order = np.concatenate([delivery["order"], line_order[waiting["line"]]]).astype(int)
    site = np.concatenate([delivery["site"], told.orders.line["site"].to_numpy()[waiting["line"]]])
    number = [*delivery["number"], *(f"{80900000 + k:010d}" for k in waiting.index)]
    count, spare = len(delivery), len(waiting)
    signed = np.where(delivery["proved"] & (delivery["arrives"] <= end), delivery["arrives"], -1)
    kunnr = told.customer["kunnr"].reindex(told.orders.order["company"]).to_numpy()[order]
    plan = told.orders.line.groupby("order")["requested"].min().to_numpy()[order]
    columns = {
        "VBELN": number,
        "ERDAT": sap_dates([*delivery["shipped"], *[end] * spare]),
        "VSTEL": site,
        "LFART": ["LF"] * (count + spare),
        "WADAT": sap_dates([*delivery["shipped"], *[end + 1] * spare]),
        "LFDAT": sap_dates(plan),
        "ROUTE": [f"R{place[0]}0001" for place in site],
        "INCO1": [*delivery["incoterm"], *["DAP"] * spare],
        "KUNNR": kunnr,
        "WADAT_IST": sap_dates([*delivery["shipped"], *[-1] * spare]),
        "WBSTK": [*["C"] * count, *["A"] * spare],
        "PODAT": sap_dates([*signed, *[-1] * spare]),
        "ZZCARRIER": CARRIERS[(order * 7 + 3) % len(CARRIERS)],
    }
    save(folder, "LIKP", end, columns, "\t")
    rows = told.delivery_line[told.delivery_line["delivery"].isin(delivery.index)]
    spare_rows = waiting.assign(delivery=len(told.delivery) + waiting.index)[["delivery", "line", "qty"]]
    by_delivery = dict(zip([*delivery.index, *spare_rows["delivery"]], number, strict=True))
    items(folder, told, pd.concat([rows, spare_rows], ignore_index=True), by_delivery)


def items(folder: Path, told: Company, rows: pd.DataFrame, number: dict) -> None:
    line = told.orders.line.loc[rows["line"]]
    columns = {
        "VBELN": rows["delivery"].map(number),
        "POSNR": [f"{k * 10 + 10:06d}" for k in rows.groupby("delivery").cumcount()],
        "PSTYV": ["TAN"] * len(rows),
        "MATNR": told.goods.product["product"].to_numpy()[line["product"]],
        "WERKS": line["site"],
        "LGORT": ["0001"] * len(rows),
        "LFIMG": sap_numbers(rows["qty"], 3),
        "VRKME": ["ST"] * len(rows),
        "VGBEL": told.orders.order["number"].to_numpy()[line["order"]],
        "VGPOS": [f"{k:06d}" for k in line["line_no"]],
    }
    save(folder, "LIPS", told.calendar.end, columns, "\t")


def stock(folder: Path, told: Company) -> None:
    """MARD for each counting day; plant 1000 keeps a part of its free stock at a second storage location."""
    main = told.stock.assign(location="0001")
    two = (main["site"] == "1000") & (main["free"] >= 20)
    second = main[two].assign(location="0002", quality=0, blocked=0, moving=0)
    second["free"] = second["free"] // 5
    main.loc[two, "free"] -= second["free"]
    both = pd.concat([main, second], ignore_index=True).sort_values(
        ["day", "product", "site", "location"], kind="stable"
    )
    columns = [["100"] * len(both), both["product"], both["site"], both["location"]]
    columns += [sap_numbers(both[name], 3) for name in ("free", "moving", "quality", "blocked")]
    texts, day = np.array(plain_rows(columns, ";"), dtype=object), both["day"].to_numpy()
    for count in np.unique(day):
        rows = list(texts[day == count])
        write(
            folder / f"MARD_{iso_dates([count])[0]}.csv",
            "MANDT;MATNR;WERKS;LGORT;LABST;UMLME;INSME;SPEME",
            rows,
            "cp1252",
            "\r\n",
        )


def suppliers(folder: Path, told: Company) -> None:
    supplier = told.goods.supplier
    columns = {
        "LIFNR": supplier["supplier"],
        "LAND1": supplier["country"],
        "NAME1": names.western(supplier["name"]),
        "KTOKK": ["0001"] * len(supplier),
    }
    columns |= {
        "ERDAT": sap_dates([GO_LIVE] * len(supplier)),
        "STCEG": [f"{c}{700100200 + 311 * k}" for k, c in enumerate(supplier["country"])],
    }
    save(folder, "LFA1", told.calendar.end, {**columns, "LOEVM": [""] * len(supplier)})


def purchases(folder: Path, told: Company) -> None:
    """EKKO and EKPO: one purchase order per supplier and day, one item per product and plant."""
    row = told.purchase[told.purchase["book"] == "sap"]
    heads = row.drop_duplicates("ebeln")
    columns = {
        "EBELN": heads["ebeln"],
        "BSTYP": ["F"] * len(heads),
        "BSART": ["NB"] * len(heads),
        "LOEKZ": [""] * len(heads),
    }
    columns |= {
        "AEDAT": sap_dates(heads["ordered"]),
        "LIFNR": heads["supplier"],
        "WAERS": ["EUR"] * len(heads),
        "BEDAT": sap_dates(heads["ordered"]),
    }
    save(folder, "EKKO", told.calendar.end, columns, "\t")
    done = row["received"] <= told.calendar.end
    columns = {
        "EBELN": row["ebeln"],
        "EBELP": row["ebelp"],
        "LOEKZ": [""] * len(row),
        "MATNR": row["product"],
        "WERKS": row["site"],
        "LGORT": ["0001"] * len(row),
        "MENGE": sap_numbers(row["qty"], 3),
        "MEINS": ["ST"] * len(row),
        "NETPR": sap_numbers(row["price"], 2),
        "PEINH": ["1"] * len(row),
        "NETWR": sap_numbers(np.round(row["price"] * row["qty"], 2), 2),
        "ELIKZ": np.where(done, "X", ""),
        "BSTYP": ["F"] * len(row),
    }
    save(folder, "EKPO", told.calendar.end, columns, "\t")
    schedule(folder, told, row, done)


def schedule(folder: Path, told: Company, row: pd.DataFrame, done: pd.Series) -> None:
    """EKET: SLFDT keeps the first confirmed day; EINDT is where the supplier has moved it since."""
    columns = {
        "EBELN": row["ebeln"],
        "EBELP": row["ebelp"],
        "ETENR": ["0001"] * len(row),
        "EINDT": sap_dates(row["current"]),
        "SLFDT": sap_dates(row["confirmed"]),
        "MENGE": sap_numbers(row["qty"], 3),
        "WEMNG": sap_numbers(np.where(done, row["qty"], 0), 3),
    }
    save(folder, "EKET", told.calendar.end, columns, "\t")


def receipts(folder: Path, told: Company) -> None:
    """EKBE: 101 receives; what was posted wrongly is taken back by 102 (credit, H) on the same day and posted again."""
    row = told.purchase[told.purchase["book"] == "sap"]
    came = row[row["received"] <= told.calendar.end].assign(move="101", sign="S", turn=2)
    wrong = came[came["typo"]].assign(qty=lambda rows: rows["qty"] - 1, turn=0)
    both = pd.concat([came, wrong, wrong.assign(move="102", sign="H", turn=1)], ignore_index=True)
    both = both.sort_values(["received", "ebeln", "ebelp", "turn"], kind="stable")
    columns = {
        "EBELN": both["ebeln"],
        "EBELP": both["ebelp"],
        "ZEKKN": ["00"] * len(both),
        "VGABE": ["1"] * len(both),
        "GJAHR": [text[-4:] for text in sap_dates(both["received"])],
        "BELNR": [f"{5000000100 + k:010d}" for k in range(len(both))],
        "BUZEI": ["0001"] * len(both),
        "BEWTP": ["E"] * len(both),
        "BWART": both["move"],
        "BUDAT": sap_dates(both["received"]),
        "MENGE": sap_numbers(both["qty"], 3),
        "SHKZG": both["sign"],
        "MATNR": both["product"],
        "WERKS": both["site"],
    }
    save(folder, "EKBE", told.calendar.end, columns, "\t")


def export(folder: Path, told: Company) -> None:
    """Deliveries, stock, suppliers and purchasing."""
    for part in (deliveries, stock, suppliers, purchases, receipts):
        part(folder, told)
