"""A folder is loaded as one: what no profile knows in it is left out and told; what was named by itself is not."""

import pytest

from tests.loaders.drawn import ORDERS, accounted

GOOD = "Line,Order,Qty\n1,A,5\n"
OTHER = "Line,Order,Qty\n2,B,7\n"
UNKNOWN = "who,knows\n1,2\n"


def test_what_nobody_knows_in_a_folder_is_ignored_with_the_reason(shop):
    drawn = {"a.csv": GOOD, "b.csv": OTHER, "list.csv": UNKNOWN, "read.txt": "Dear all\n"}
    for name, content in drawn.items():
        shop.draw(f"in/{name}", content)
    results = shop.load("in")
    assert [(result.file, result.status) for result in results] == [
        ("a.csv", "loaded"), ("b.csv", "loaded"), ("list.csv", "ignored"), ("read.txt", "ignored"),
    ]  # fmt: skip
    (entry,) = results[2].entries
    assert (entry["status"], entry["table"], entry["load_id"]) == ("ignored", None, None)
    assert entry["issues"][0]["reason"].startswith("no profile knows this header (who, knows)")
    assert len(list(shop.home.loads.glob("*/manifest.json"))) == 2


def test_a_file_that_is_named_is_refused_even_where_its_folder_is_named_too(shop):
    shop.draw("in/a.csv", GOOD)
    shop.draw("in/list.csv", UNKNOWN)
    assert [result.status for result in shop.load("in", "in/list.csv")] == ["blocked", "refused"]
    assert [result.status for result in shop.load("in/a.csv", "in/list.csv")] == ["blocked", "refused"]


def test_a_folder_in_which_nothing_is_known_is_refused(shop):
    shop.draw("in/list.csv", UNKNOWN)
    shop.draw("in/more.csv", UNKNOWN.replace("who", "whom"))
    shop.draw("other/a.csv", GOOD)
    assert [result.status for result in shop.load("in")] == ["refused", "refused"]
    assert [result.status for result in shop.load("other", "in")] == ["blocked", "refused", "refused"]


def test_a_known_file_that_is_refused_still_keeps_its_folder_out(shop):
    shop.draw("in/a.csv", GOOD)
    shop.draw("in/b.csv", 'Line,Order,Qty,Wanted\n1,A,5,"01/02/2024"\n'.encode("utf-16")[:-1])
    shop.draw("in/list.csv", UNKNOWN)
    assert [result.status for result in shop.load("in")] == ["blocked", "refused", "ignored"]
    assert not list(shop.home.loads.glob("*/manifest.json"))


def test_files_that_are_loaded_already_make_a_folder_known(shop):
    shop.draw("in/a.csv", GOOD)
    shop.load("in")
    shop.draw("in/list.csv", UNKNOWN)
    assert [result.status for result in shop.load("in")] == ["unchanged", "ignored"]


SHIPMENT = "shipment_id,incoterm,shipped_date,carrier\nS1,EXW,2026-04-01,DHL\n"
CHANGED = SHIPMENT.replace("shipped_date", "ship_date")


@pytest.mark.parametrize(
    "name, content, told",
    [
        ("shipment_2026-04-30.csv", CHANGED, "generic (shipment) has no column ship_date (is it 'shipped_date'?)"),
        ("april.csv", CHANGED, "generic (shipment) has no column ship_date"),
        ("x.csv", GOOD.replace("Qty", "Quantity"), "shop (lines) lacks 'Qty'"),
        ("x.csv", "Line,Order No,Quantity,Planner,Wanted\n1,A,5,,\n", "shop (lines) lacks Order"),
        ("Lines (2).csv", UNKNOWN, "(who, knows); nearest: shop (lines) lacks 'Line', 'Order', 'Qty'"),
        ("site_2026-04-30.csv", UNKNOWN, "(who, knows); nearest: generic (site) lacks 'site_id'"),
    ],
)
def test_a_file_of_a_folder_that_is_near_a_known_export_is_refused_as_if_it_were_named(shop, name, content, told):
    shop.draw("in/a.csv", GOOD)
    shop.draw(f"in/{name}", content)
    by_file = {result.file: result for result in shop.load("in")}
    assert {file: result.status for file, result in by_file.items()} == {"a.csv": "blocked", name: "refused"}
    assert told in by_file[name].message and "move it out of the folder" in by_file[name].message
    assert not list(shop.home.loads.glob("*/manifest.json"))


@pytest.mark.parametrize(
    "name, content",
    [
        ("x.csv", "Line,who,knows\n1,2,3\n"),
        ("x.csv", "customer_id,who,knows\n1,2,3\n"),
        ("lines of code.csv", UNKNOWN),
        ("site-visits.csv", UNKNOWN),
    ],
)
def test_one_shared_column_or_word_makes_no_file_a_known_export(shop, name, content):
    shop.draw("in/a.csv", GOOD)
    shop.draw(f"in/{name}", content)
    assert {result.file: result.status for result in shop.load("in")} == {"a.csv": "loaded", name: "ignored"}


def test_an_export_a_profile_says_is_another_is_not_near(shop):
    shop.profile(ORDERS.replace('scope = "partial"', 'scope = "partial"\nunless = ["Quote"]'))
    shop.draw("in/a.csv", GOOD)
    shop.draw("in/quotes.csv", "Line,Order,Qty,Quote\n1,A,5,Q\n")
    assert [result.status for result in shop.load("in")] == ["loaded", "ignored"]


def test_a_near_sheet_of_a_workbook_is_refused_too(shop):
    import openpyxl

    shop.draw("in/a.csv", GOOD)
    book = openpyxl.Workbook()
    book.active.append(["who", "knows", "this", "wide", "sheet"])
    book.active.append([1, 2, 3, 4, 5])
    sheet = book.create_sheet("Lines")
    sheet.append(["Line", "Order", "Quantity"])
    sheet.append([1, "A", 5])
    book.save(shop.folder / "in" / "book.xlsx")
    told = shop.load("in")
    assert [result.status for result in told] == ["blocked", "refused"]
    assert "none of its sheets" in told[1].message and "shop (lines) lacks 'Qty'" in told[1].message


def test_while_a_profile_is_faulty_nothing_of_a_folder_is_ignored_and_the_fault_is_named(shop):
    shop.profile('extends = "sap"\nsdie = "erp"\n', "sap")
    shop.draw("in/a.csv", GOOD)
    shop.draw("in/VBAP.csv", "VBELN,POSNR,KWMENG\n1,10,5\n")
    shop.draw("in/list.csv", UNKNOWN)
    results = {result.file: result for result in shop.load("in")}
    assert [results[file].status for file in ("a.csv", "VBAP.csv", "list.csv")] == ["blocked", "refused", "refused"]
    assert all("sap.toml, line 2: sdie" in results[file].message for file in ("VBAP.csv", "list.csv"))
    assert [result.status for result in shop.load("in", profile="shop")] == ["ignored", "loaded", "ignored"]


def test_the_rows_of_an_ignored_file_are_counted_as_ignored(shop):
    import openpyxl
    import pyarrow as pa
    import pyarrow.parquet as pq

    shop.draw("in/a.csv", GOOD)
    shop.draw("in/list.csv", "who,knows\r\n1,2\r\n3,4\r\n\r\n")
    shop.draw("in/read.txt", "Dear all\n")
    book = openpyxl.Workbook()
    for row in (["who", "knows"], [1, 2], [3, 4], [5, 6]):
        book.active.append(row)
    book.save(shop.folder / "in" / "book.xlsx")
    pq.write_table(pa.table({"who": [1, 2], "knows": [3, 4]}), shop.folder / "in" / "list.parquet")
    found = {result.file: result.entries[0] for result in shop.load("in") if result.status == "ignored"}
    counted = {file: (entry["rows_in"], entry["ignored"]) for file, entry in found.items()}
    assert counted == {"list.csv": (2, 2), "read.txt": (0, 0), "book.xlsx": (3, 3), "list.parquet": (2, 2)}
    assert all(accounted(entry) for entry in found.values())
