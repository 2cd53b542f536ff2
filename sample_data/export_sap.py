"""Masters and orders as lists saved from SAP's SE16N: technical names, decimal comma, 00.00.0000, leading zeros."""

from pathlib import Path

import numpy as np

from sample_data import buying, names
from sample_data.settings import day_number, thursdays
from sample_data.story import Company
from sample_data.texts import iso_dates, plain_rows, sap_dates, sap_numbers, write

GO_LIVE = day_number("2019-03-04")
REJECTED = {"customer": "01", "us": "10"}  # ABGRU: delivery date too late, unreasonable request
CARRIERS = np.array(["DB Schenker", "DHL Freight", "Raben", "Dachser"])
PLANTS = (("1000", "Hamburg", "DE"), ("2000", "Stuttgart", "DE"), ("3000", "Linz", "AT"))


def save(folder: Path, table: str, day: int, columns: dict, separator: str = ";", encoding: str = "cp1252") -> None:
    """One table as a file <TABLE>_<date>.csv."""
    columns = {"MANDT": ["100"] * len(next(iter(columns.values()))), **columns}
    rows = plain_rows(list(columns.values()), separator)
    write(folder / f"{table}_{iso_dates([day])[0]}.csv", separator.join(columns), rows, encoding, "\r\n")


def customers(folder: Path, told: Company) -> None:
    """KNA1: names are cut at 35 signs, the rest stands in NAME2; a few countries are not those of the CRM."""
    customer = told.customer
    full = names.western(
        [names.erp_spelling(*row) for row in customer[["name", "form", "style"]].itertuples(index=False)]
    )
    columns = {
        "KUNNR": customer["kunnr"],
        "LAND1": told.erp_country,
        "NAME1": [name[:35].rstrip() for name in full],
        "NAME2": [name[35:].lstrip() for name in full],
        "KTOKD": ["0001"] * len(customer),
        "STCEG": customer["vat"],
        "ERDAT": sap_dates(np.where(customer["since"] < 0, GO_LIVE, customer["since"])),
        "LOEVM": [""] * len(customer),
    }
    save(folder, "KNA1", told.calendar.end, columns)


def materials(folder: Path, told: Company) -> None:
    """MARA, MAKT (two languages), MBEW (standard prices) and T001W (plants)."""
    product, day = told.goods.product, told.calendar.end
    count = len(product)
    columns = {
        "MATNR": product["product"],
        "ERSDA": sap_dates([GO_LIVE] * count),
        "MTART": np.where(buying.is_made(told.goods), "FERT", "HAWA"),
        "MATKL": product["family"],
    }
    save(folder, "MARA", day, {**columns, "MEINS": ["ST"] * count, "LVORM": [""] * count})
    texts = {"MATNR": [*product["product"], *product["product"]], "SPRAS": ["DE"] * count + ["EN"] * count}
    save(folder, "MAKT", day, {**texts, "MAKTX": [*product["name"], *product["english"]]})
    stocked = told.goods.stocked.merge(product[["product", "cost"]], on="product")
    prices = {
        "MATNR": stocked["product"],
        "BWKEY": stocked["site"],
        "BWTAR": [""] * len(stocked),
        "VPRSV": ["S"] * len(stocked),
    }
    prices |= {
        "VERPR": ["0,00"] * len(stocked),
        "STPRS": sap_numbers(stocked["cost"], 2),
        "PEINH": ["1"] * len(stocked),
    }
    save(folder, "MBEW", day, {**prices, "WAERS": ["EUR"] * len(stocked)})
    plants = [list(column) for column in zip(*PLANTS, strict=True)]
    save(
        folder,
        "T001W",
        day,
        {"WERKS": plants[0], "NAME1": plants[1], "BWKEY": plants[0], "LAND1": plants[2], "FABKL": ["01"] * 3},
    )


def in_sap(told: Company) -> np.ndarray:
    """Whether each order line stands in SAP and not in the book of the service desk."""
    return (told.orders.order["book"] == "sap").to_numpy()[told.orders.line["order"]]


def rejection(told: Company) -> np.ndarray:
    """ABGRU of each line, '' where it lives."""
    found = np.full(len(told.orders.line), "", dtype=object)
    found[told.cancelled["line"]] = told.cancelled["by"].map(REJECTED)
    return found


def order_heads(folder: Path, told: Company) -> None:
    """VBAK, the returns after the orders; the CRM's opportunity id stands in ZZOPPID, sometimes cut to 15 signs."""
    ours = told.orders.order["book"] == "sap"
    order, returns = told.orders.order[ours], told.returns
    deal = told.deal_ids[order["opp"]]
    deal = np.where(order["opp"] % 3 == 0, [text[:15] for text in deal], deal)
    value = told.orders.line.groupby("order")["net"].sum()[order.index]
    earliest = told.orders.line.groupby("order")["requested"].min()[order.index]
    dead = rejection(told) != ""
    share = (np.bincount(told.orders.line["order"], dead) / np.bincount(told.orders.line["order"]))[order.index]
    back = told.orders.line["order"].to_numpy()[returns["line"]]
    credit = told.orders.line["price"].to_numpy()[returns["line"]] * returns["qty"]
    kunnr = told.customer["kunnr"].reindex(order["company"]).to_numpy()
    sender = told.customer["kunnr"].reindex(told.orders.order["company"]).to_numpy()[back]
    columns = {
        "VBELN": [*order["number"], *told.return_numbers],
        "ERDAT": sap_dates([*order["entered"], *returns["day"]]),
        "ERNAM": [*(f"CLERK{k:02d}" for k in order["clerk"]), *["CLERK09"] * len(returns)],
        "AUDAT": sap_dates([*order["ordered"], *returns["day"]]),
        "VBTYP": [*order["kind"].map({"OR": "C", "SO": "C", "FD": "I"}), *["H"] * len(returns)],
        "AUART": [*order["kind"], *["RE"] * len(returns)],
        "NETWR": sap_numbers([*value, *credit], 2),
        "WAERK": ["EUR"] * (len(order) + len(returns)),
        "VKORG": ["1000"] * (len(order) + len(returns)),
        "VTWEG": [*order["channel"], *told.orders.order["channel"].to_numpy()[back]],
        "KUNNR": [*kunnr, *sender],
        "VDATU": sap_dates([*earliest, *returns["day"]]),
        "AUTLF": [*np.where(order["partial_allowed"], "", "X"), *[""] * len(returns)],
        "ABSTK": [*np.select([share == 1, share > 0], ["C", "B"], "A"), *["A"] * len(returns)],
        "CMFRE": sap_dates([*np.minimum(order["entered"] + order["clerk"] % 3, told.calendar.end), *returns["day"]]),
        "ZZOPPID": [*deal, *[""] * len(returns)],
    }
    save(folder, "VBAK", told.calendar.end, columns)


def order_items(folder: Path, told: Company) -> None:
    """VBAP, returned items after the ordered ones; ZZCANDAT and ZZCANBY say when and by whom a line was rejected."""
    every, order, returns = told.orders.line, told.orders.order, told.returns
    ours = in_sap(told)
    line, source = every[ours], every.loc[returns["line"]]
    both = {name: [*line[name], *source[name]] for name in ("product", "site", "planner")}
    stopped = np.full(len(every), -1)
    stopped[told.cancelled["line"]] = told.cancelled["day"]
    by = np.full(len(every), "", dtype=object)
    by[told.cancelled["line"]] = told.cancelled["by"].map({"customer": "K", "us": "W"})
    count = len(returns)
    columns = {
        "VBELN": [*order["number"].to_numpy()[line["order"]], *told.return_numbers],
        "POSNR": [f"{number:06d}" for number in [*line["line_no"], *[10] * count]],
        "MATNR": told.goods.product["product"].to_numpy()[both["product"]],
        "MATKL": told.goods.product["family"].to_numpy()[both["product"]],
        "WERKS": both["site"],
        "LGORT": ["0001"] * (len(line) + count),
        "KWMENG": sap_numbers([*line["qty"], *returns["qty"]], 3),
        "VRKME": ["ST"] * (len(line) + count),
        "NETPR": sap_numbers([*line["price"], *source["price"]], 2),
        "NETWR": sap_numbers([*line["net"], *np.round(source["price"].to_numpy() * returns["qty"].to_numpy(), 2)], 2),
        "WAERK": ["EUR"] * (len(line) + count),
        "ABGRU": [*rejection(told)[ours], *[""] * count],
        "VGBEL": [*[""] * len(line), *order["number"].to_numpy()[source["order"]]],
        "VGPOS": [*["000000"] * len(line), *(f"{number:06d}" for number in source["line_no"])],
        "ERDAT": sap_dates([*order["entered"].to_numpy()[line["order"]], *returns["day"]]),
        "ZZDISPO": both["planner"],
        "ZZCANDAT": sap_dates([*stopped[ours], *[-1] * count]),
        "ZZCANBY": [*by[ours], *[""] * count],
    }
    save(folder, "VBAP", told.calendar.end, columns)


def schedule_rows(told: Company) -> tuple[np.ndarray, np.ndarray, np.ndarray, list[str]]:
    """(line, valid from, valid to, text) of every VBEP row a line ever had: what was asked for, and each promise."""
    line, order, end = told.orders.line, told.orders.order, told.calendar.end
    promise = told.promise.assign(until=told.promise.groupby("line")["day"].shift(-1).fillna(end + 1).astype(int))
    bare = line.index[line["promise"] < 0]
    entered = order["entered"].to_numpy()[line["order"]]
    of = np.concatenate([promise["line"], bare])
    start = np.concatenate([promise["day"], entered[bare]])
    until = np.concatenate([promise["until"], np.full(len(bare), end + 1)])
    day = np.concatenate([promise["promise"], np.full(len(bare), -1)])
    asked, qty = line["requested"].to_numpy()[of], line["qty"].to_numpy()[of]
    same = day == asked
    second = ~same & (day >= 0)
    which = np.concatenate([np.arange(len(of)), np.flatnonzero(second)])
    is_second = np.arange(len(which)) >= len(of)
    columns = [
        ["100"] * len(which),
        order["number"].to_numpy()[line["order"].to_numpy()[of]][which],
        [f"{number:06d}" for number in line["line_no"].to_numpy()[of][which]],
        np.where(is_second, "0002", "0001"),
        sap_dates(np.where(is_second, day[which], asked[which])),
        sap_numbers(np.where(is_second, 0, qty[which]), 3),
        sap_numbers(np.where(is_second | same[which], qty[which], 0), 3),
        ["ST"] * len(which),
    ]
    return of[which], start[which], until[which], plain_rows(columns, ";")


def schedules(folder: Path, told: Company) -> None:
    """VBEP: the schedule of lines open on the day of the export or changed in the two weeks before, as it was."""
    of, start, until, texts = schedule_rows(told)
    outcome = told.outcome
    closed = np.where(outcome["sent"] >= told.orders.line["qty"], outcome["arrives"], told.calendar.end + 99)
    closed[told.cancelled["line"]] = told.cancelled["day"]
    place = np.lexsort((np.array(texts, dtype=object).astype(str), of))
    place = place[in_sap(told)[of[place]]]
    of, start, until, texts = of[place], start[place], until[place], np.array(texts, dtype=object)[place]
    header = ";".join(["MANDT", "VBELN", "POSNR", "ETENR", "EDATU", "WMENG", "BMENG", "VRKME"])
    for day in thursdays(told.calendar):
        shown = (start <= day) & (until > day) & (closed[of] > day - 14)
        write(folder / f"VBEP_{iso_dates([day])[0]}.csv", header, list(texts[shown]), "cp1252", "\r\n")


def export(folder: Path, told: Company) -> None:
    """Masters and orders."""
    for part in (customers, materials, order_heads, order_items, schedules):
        part(folder, told)
