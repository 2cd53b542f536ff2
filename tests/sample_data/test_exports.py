"""The files themselves: their bytes, their days, and the shapes of the two systems."""

import ast
import csv
import hashlib
import re
import sys
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path

import pytest

from sample_data import look
from sample_data.generate import write_company

ROOT = Path(__file__).parents[2]


def digests(folder: Path) -> dict[str, str]:
    files = (path for path in folder.rglob("*") if path.is_file())
    return {path.relative_to(folder).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest() for path in files}


def days(folder: Path, name: str) -> list[date]:
    found = (re.fullmatch(rf"{name}_(\d{{4}}-\d\d-\d\d)\.csv", path.name) for path in folder.rglob("*.csv"))
    return sorted(date.fromisoformat(match[1]) for match in found if match)


def sap(folder: Path, table: str, separator: str = ";") -> list[dict]:
    with (folder / "sap" / f"{table}_2026-04-30.csv").open(encoding="cp1252", newline="") as file:
        return list(csv.DictReader(file, delimiter=separator))


def salesforce(folder: Path, name: str, encoding: str = "utf-8") -> list[dict]:
    with (folder / "salesforce" / f"{name}_2026-04-30.csv").open(encoding=encoding, newline="") as file:
        return list(csv.DictReader(file))


def listed(folder: Path, table: str) -> list[dict]:
    """A list in the generic layout."""
    with (folder / "sap" / "lists" / f"{table}_2026-04-30.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def amount(text: str) -> Decimal:
    sign = -1 if text.endswith("-") else 1
    return sign * Decimal(text.rstrip("-").replace(".", "").replace(",", "."))


def test_the_same_seed_gives_the_same_bytes_and_another_seed_others(small, tmp_path):
    write_company(tmp_path / "again", size="small")
    write_company(tmp_path / "other", seed=7, size="small")
    first, again, other = digests(small[0]), digests(tmp_path / "again"), digests(tmp_path / "other")
    assert first == again
    assert set(first) == set(other) and first["sap/VBAP_2026-04-30.csv"] != other["sap/VBAP_2026-04-30.csv"]


def test_the_exports_in_the_repository_are_those_of_the_generator(small):
    kept, made = look.files(ROOT / "sample_data" / "exports"), look.files(small[0])
    assert {name: path.read_bytes() for name, path in kept.items()} == {
        name: path.read_bytes() for name, path in made.items()
    }
    assert sum(path.stat().st_size for path in kept.values()) < 2_000_000


def test_every_month_end_has_a_pipeline_of_the_week_before_and_its_stock(small):
    ends = [date(2023 + (10 + k) // 12, (10 + k) % 12 + 1, 1) + timedelta(days=31) for k in range(30)]
    ends = [end.replace(day=1) - timedelta(days=1) for end in ends]
    pipeline = days(small[0], "Opportunity")
    assert ends[0] == date(2023, 11, 30) and ends[-1] == date(2026, 4, 30) == pipeline[-1]
    assert all(any(timedelta(0) <= end - day < timedelta(days=7) for day in pipeline) for end in ends)
    assert set(ends) <= set(days(small[0], "MARD"))
    assert all(day.weekday() == 3 for day in pipeline + days(small[0], "VBEP"))


def test_schedule_lines_are_exported_every_week(small):
    exported = days(small[0], "VBEP")
    assert exported[0] < date(2023, 11, 8) and exported[-1] == date(2026, 4, 30)
    assert {(later - earlier).days for earlier, later in zip(exported, exported[1:], strict=False)} == {7}


def test_the_demo_stays_small_enough_to_load_in_a_breath(tmp_path):
    write_company(tmp_path)
    files = [path for path in tmp_path.rglob("*.csv")]
    assert len(files) <= 320
    assert sum(path.stat().st_size for path in files) < 60_000_000


def test_sap_lists_hold_the_control_totals_of_the_truth(small):
    folder, truth = small
    totals = truth.counts["control_totals"]
    items = sap(folder, "VBAP")
    assert sum(amount(row["NETWR"]) for row in items) == Decimal(totals["VBAP.NETWR"])
    assert sum(amount(row["KWMENG"]) for row in items) == Decimal(totals["VBAP.KWMENG"])
    assert sum(amount(row["LFIMG"]) for row in sap(folder, "LIPS", "\t")) == Decimal(totals["LIPS.LFIMG"])


def test_only_the_last_pipeline_tells_the_order_that_came_of_a_deal(small):
    headers = {path.name: path.read_text("utf-8").split("\n")[0] for path in small[0].rglob("Opportunity_*.csv")}
    assert [name for name, text in headers.items() if "ERP_Order_Number__c" in text] == ["Opportunity_2026-04-30.csv"]


def test_the_plants_lists_name_lines_and_places_of_the_erp(small):
    lists = {name: listed(small[0], name) for name in ("return_line", "product_site", "stock_reservation")}
    items = {f"{row['VBELN']}/{row['POSNR']}": amount(row["KWMENG"]) for row in sap(small[0], "VBAP")}
    items |= {row["order_line_id"]: Decimal(row["ordered_qty"]) for row in listed(small[0], "order_line")}
    assert {row["fault"] for row in lists["return_line"]} == {"ours", "customer"}
    for row in lists["return_line"] + lists["stock_reservation"]:
        assert Decimal(row["qty"]) <= items[row["order_line_id"]]
    assert any(row["valid_to"] == "" for row in lists["stock_reservation"])
    stocked = {(row["MATNR"], row["BWKEY"]) for row in sap(small[0], "MBEW")}
    assert {(row["product_id"], row["site_id"]) for row in lists["product_site"]} == stocked


def test_salesforce_files_hold_the_control_totals_of_the_truth(small):
    folder, truth = small
    totals = truth.counts["control_totals"]
    deals, lines = salesforce(folder, "Opportunity"), salesforce(folder, "OpportunityLineItem")
    assert sum(Decimal(row["Amount"]) for row in deals) == Decimal(totals["Opportunity.Amount"])
    assert sum(Decimal(row["TotalPrice"]) for row in lines) == Decimal(totals["OpportunityLineItem.TotalPrice"])


def test_the_row_counts_of_the_files_are_those_of_the_truth(small):
    folder, truth = small
    count = truth.counts
    assert len(sap(folder, "VBAK")) + len(listed(folder, "sales_order")) == count["sales_order"] + count["return"]
    assert len(sap(folder, "VBAP")) + len(listed(folder, "order_line")) == count["order_line"] + count["return"]
    assert len(sap(folder, "LIKP", "\t")) + len(listed(folder, "shipment")) == count["delivery"]
    assert len(sap(folder, "EKPO", "\t")) + len(listed(folder, "po_line")) == count["po_line"]
    for name in ("production_order", "order_line_change", "order_line_hold"):
        assert len(listed(folder, name)) == count[name] > 0
    assert len(sap(folder, "KNA1")) == count["customer"]
    assert len(salesforce(folder, "Lead")) == count["lead"] + count["lead_deleted"]
    assert len(salesforce(folder, "Account", "cp1252")) == count["account"]
    assert len(salesforce(folder, "Survey_Response__c")) == count["survey"]


def test_files_have_the_shapes_of_their_systems(small):
    folder = small[0]
    account = (folder / "salesforce/Account_2026-04-30.csv").read_bytes()
    with pytest.raises(UnicodeDecodeError):
        account.decode("utf-8")
    assert all(row.startswith('"') and row.endswith('"') for row in account.decode("cp1252").splitlines())
    line = sap(folder, "VBAP")[0]
    assert re.fullmatch(r"0\d{9}", line["VBELN"]) and re.fullmatch(r"0{11}\d{7}", line["MATNR"])
    assert re.fullmatch(r"[\d.]+,\d{3}", line["KWMENG"]) and line["ZZCANDAT"] == "00.00.0000"
    stock = "".join(path.read_text("cp1252") for path in (folder / "sap").glob("MARD_*"))
    assert re.search(r";\d+,000-;", stock), "no negative stock with a trailing minus"


def test_salesforce_ids_differ_where_only_case_differs(small):
    ids = [row["Id"] for row in salesforce(small[0], "OpportunityHistory")]
    assert len(set(ids)) == len(ids) and {len(one) for one in ids} == {18}
    assert len({one.lower()[:15] for one in ids}) < len(ids)
    assert len({one.lower() for one in ids}) == len(ids)


def test_the_room_imports_only_numpy_pandas_and_the_standard_library():
    allowed = {"sample_data", "numpy", "pandas", *sys.stdlib_module_names}
    for path in (ROOT / "sample_data").glob("*.py"):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            names = [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
            names += [node.module] if isinstance(node, ast.ImportFrom) else []
            assert {name.split(".")[0] for name in names} <= allowed, path.name


def test_a_size_that_does_not_exist_is_refused(tmp_path):
    with pytest.raises(ValueError, match="size demo or small"):
        write_company(tmp_path, size="huge")
