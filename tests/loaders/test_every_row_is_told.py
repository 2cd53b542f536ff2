"""Rows in = loaded + rejected + ignored, and each of them can be found again."""

from decimal import Decimal

import pytest

from tests.loaders.drawn import ORDERS, accounted


def lines(*rows: str, header: str = "Line,Order,Qty") -> str:
    return "\n".join([header, *rows]) + "\n"


def test_a_cell_that_does_not_parse_rejects_its_row_and_is_named(shop):
    text = lines("1,A,5,,", "2,A,five,,", '3,A,5,"1,23",', "4,A,5,,2024-02-30", header="Line,Order,Qty,Net,Wanted")
    (entry,) = shop.one("x.csv", text).entries
    assert [(i["line"], i["column"], i["value"]) for i in entry["issues"]] == [
        (3, "Qty", "five"),
        (4, "Net", "1,23"),
        (5, "Wanted", "2024-02-30"),
    ]
    assert "is not a number with decimal '.'" in entry["issues"][0]["reason"]
    assert entry["issues"][2]["reason"] == "is not a date in the format %Y-%m-%d"
    assert accounted(entry)


def test_a_row_that_fails_twice_is_one_reject_with_two_issues(shop):
    (entry,) = shop.one("x.csv", lines("1,A,x,y", header="Line,Order,Qty,Wanted")).entries
    assert (entry["rejected"], [issue["column"] for issue in entry["issues"]]) == (1, ["Qty", "Wanted"])


def test_an_empty_required_cell_rejects_the_row(shop):
    (entry,) = shop.one("x.csv", lines("1,,5", "2,N/A,5", "3, ,5", "4,D,5")).entries
    assert (entry["loaded"], entry["rejected"]) == (1, 3)
    assert {(issue["column"], issue["reason"]) for issue in entry["issues"]} == {
        ("Order", "is empty; order_id is required")
    }


def test_a_header_without_a_required_column_is_refused_naming_it(shop):
    shop.profile(ORDERS.replace('recognise = ["Line", "Order", "Qty"]', 'recognise = ["Line", "Qty"]'))
    result = shop.one("x.csv", lines("1,5", header="Line,Qty"))
    assert result.status == "refused"
    assert "no column for order_id (from Order), which is required" in result.message


def test_the_same_row_twice_is_loaded_once_and_another_of_its_key_is_rejected(shop):
    result = shop.one("x.csv", lines("1,A,5", "2,B,6", "1,A,5", "1,A,7", "1,A,5", "2,B,6"))
    (entry,) = result.entries
    assert (entry["rows_in"], entry["loaded"], entry["rejected"], entry["ignored"]) == (6, 2, 1, 3)
    assert entry["issues"] == [
        {
            "line": 5,
            "column": "order_line_id",
            "value": None,
            "reason": "same order_line_id as line 2, other content",
        }
    ]
    assert shop.manifest(result)["tables"][0]["ignored_reasons"] == {"the same row again": 3}
    assert shop.rejects(result, "order_line")[1][:3] == ["1", "A", "7"]


def test_texts_that_mean_missing_are_counted_by_column(shop):
    header = "Line,Order,Qty,Wanted,Planner"
    result = shop.one("x.csv", lines("1,A,N/A,N/A,Ann", "2,A, N/A ,2024-01-01,N/A", "3,A,5,,Bob", header=header))
    (table,) = shop.manifest(result)["tables"]
    assert table["sentinels"] == {"Qty": {"N/A": 2}, "Wanted": {"N/A": 1}, "Planner": {"N/A": 1}}
    assert shop.rows(result, "order_line", "ordered_qty, planner") == [(None, "Ann"), (None, None), (Decimal(5), "Bob")]


@pytest.mark.parametrize("stated", ['null = ["999", "2024-01-01"]', 'null_like = ["99*", "2024-01-*"]'])
def test_a_text_that_means_missing_is_missing_even_where_it_reads_as_a_number_or_a_date(ledger, stated):
    columns = {"ordered_qty": '"Qty"', "requested_date": '"Wanted"'}
    named = "".join(f"{name} = {{ from = {column}, {stated} }}\n" for name, column in columns.items())
    kept = [line for line in ORDERS.splitlines() if not line.startswith((*columns, "null"))]
    ledger.profile("\n".join(kept) + "\n" + named)
    result = ledger.one("x.csv", "Line,Order,Qty,Wanted\n1,A,999,2024-01-01\n2,A,5,2024-02-01\n")
    rows = ledger.rows(result, "order_line", "ordered_qty, requested_date::varchar")
    assert rows == [(None, None), (5, "2024-02-01")]


def test_a_stated_missing_day_is_missing_in_a_quantity_too(ledger):
    ledger.profile(ORDERS.replace('null = ["N/A"]', 'null = ["00000000"]'))
    result = ledger.one("x.csv", "Line,Order,Qty\n1,A,00000000\n2,A,5\n")
    assert ledger.rows(result, "order_line", "ordered_qty") == [(None,), (5,)]


def test_dates_that_are_none_count_as_missing(ledger):
    ledger.profile(ORDERS.replace('format = "%Y-%m-%d"', 'format = "%d.%m.%Y"'))
    result = ledger.one("x.csv", lines("1,A,5,00.00.0000", "2,A,5,31.12.2024", header="Line,Order,Qty,Wanted"))
    assert result.status == "loaded"
    assert ledger.manifest(result)["tables"][0]["sentinels"] == {"Wanted": {"00.00.0000": 1}}


def test_control_totals_are_those_of_the_loaded_rows(shop):
    text = lines('1,A,5.2500,"1,234.50"', "2,A,4.75,-0.255", "3,A,x,1000", header="Line,Order,Qty,Net")
    (entry,) = shop.one("x.csv", text).entries
    assert entry["control_totals"] == {"ordered_qty": "10", "net_amount": str(Decimal("1234.50") - Decimal("0.26"))}


def test_rejects_keep_the_shape_of_the_file_and_cannot_become_formulas(shop):
    text = lines("1,=A1+1,five,x", "-2,@cmd,-5,+49", "3,A,-5,tail,more", header="Line,Order,Qty,Note")
    result = shop.one("x.csv", text)
    header, *rows = shop.rejects(result, "order_line")
    assert header == ["Line", "Order", "Qty", "Note", "line", "reason"]
    assert rows == [
        ["3,A,-5,tail,more", "", "", "", "4", "5 cells where the header has 4"],
        ["1", "'=A1+1", "five", "x", "2", rows[1][5]],
    ]
    assert rows[1][5].startswith("Qty: 'five' is not a number")


def test_rows_of_another_kind_are_ignored_and_counted_by_reason(ledger):
    ledger.profile(
        ORDERS.replace(
            'table = "order_line"\n', 'table = "order_line"\nwhen = { column = "Gone", not = ["1", "True"] }\n'
        )
    )
    result = ledger.one("x.csv", lines("1,A,5,0", "2,A,bad,1", "3,A,5,", "4,A,5, TRUE ", header="Line,Order,Qty,Gone"))
    (entry,) = result.entries
    assert (entry["loaded"], entry["rejected"], entry["ignored"]) == (2, 0, 2)
    assert ledger.manifest(result)["tables"][0]["ignored_reasons"] == {"Gone is one of '1', 'True'": 2}


TWO_TABLES = (
    ORDERS
    + """
[[object.lines.table]]
table = "customer"
distinct = true
[object.lines.table.columns]
customer_id = "Customer"
name = "Name"
[[object.lines.table]]
table = "supplier"
optional = true
[object.lines.table.columns]
supplier_id = "Vendor"
"""
)


def test_one_file_gives_several_tables_each_with_all_its_rows_told(ledger):
    ledger.profile(TWO_TABLES)
    header = "Line,Order,Qty,Customer,Name"
    result = ledger.one(
        "x.csv", lines("1,A,5,C1,Ann", "2,A,6,C1,Anne", "3,B,7,,", "4,B,x,C2,Bob", "5,B", header=header)
    )
    told = {entry["table"]: entry for entry in result.entries}
    assert set(told) == {"order_line", "customer"}
    assert all(map(accounted, told.values()))
    assert {name: (e["rows_in"], e["loaded"], e["rejected"], e["ignored"]) for name, e in told.items()} == {
        "order_line": (5, 3, 2, 0),
        "customer": (5, 2, 1, 2),
    }
    assert ledger.rows(result, "customer", "customer_id, name") == [("C1", "Ann"), ("C2", "Bob")]
    reasons = next(t for t in ledger.manifest(result)["tables"] if t["table"] == "customer")["ignored_reasons"]
    assert reasons == {"no customer_id": 1, "repeats an earlier row of its key": 1}


STOCK = """
system = "Shop"
side = "erp"
exported_at = "2024-03-31"
[object.stock]
recognise = ["Part", "Free", "Blocked"]
[[object.stock.table]]
table = "inventory_snapshot"
[object.stock.table.columns]
snapshot_date = { exported_at = true }
product_id = "Part"
stock_type = { constant = "unrestricted" }
on_hand_qty = { from = "Free", decimal = "." }
[[object.stock.table]]
table = "inventory_snapshot"
when = { column = "Blocked", not = ["", "0"] }
[object.stock.table.columns]
snapshot_date = { exported_at = true }
product_id = "Part"
stock_type = { constant = "blocked" }
on_hand_qty = { from = "Blocked", decimal = "." }
"""


def test_one_canonical_table_filled_twice_has_two_entries_and_one_file(ledger):
    ledger.profile(STOCK)
    text = lines("P1,5,1", "P2,7,0", "P1,5,2", "P3,x,3", header="Part,Free,Blocked")
    result = ledger.one("x.csv", text)
    assert [(e["table"], e["rows_in"], e["loaded"], e["rejected"], e["ignored"]) for e in result.entries] == [
        ("inventory_snapshot", 4, 2, 1, 1),
        ("inventory_snapshot", 4, 2, 1, 1),
    ]
    assert [entry["control_totals"] for entry in result.entries] == [{"on_hand_qty": "12"}, {"on_hand_qty": "4"}]
    rows = ledger.rows(result, "inventory_snapshot", "product_id, stock_type, on_hand_qty, snapshot_date::varchar")
    assert sorted(rows) == [
        ("P1", "blocked", Decimal(1), "2024-03-31"),
        ("P1", "unrestricted", Decimal(5), "2024-03-31"),
        ("P2", "unrestricted", Decimal(7), "2024-03-31"),
        ("P3", "blocked", Decimal(3), "2024-03-31"),
    ]


EXPRESSIONS = """
system = "Shop"
side = "erp"
[numbers]
decimal = "."
[values.outcome]
"Closed Won" = "won"
"Dropped" = ""
"*" = "open"
[object.deals]
recognise = ["Id", "Stage"]
forward_fill = ["Id", "Owner"]
[[object.deals.table]]
table = "opportunity"
[object.deals.table.columns]
opportunity_id = { from = ["Id", "Part"], join = "/" }
name = { from = ["First", "Last"], join = " " }
owner = "Owner"
stage_code = { from = ["Stage", "Old Stage"] }
outcome = [ { constant = "lost", when = { column = "Lost", is = ["yes"] } }, { from = "Stage", values = "outcome" } ]
currency = { from = "Currency", constant = "EUR" }
amount = { multiply = ["Price", "Count", { one_minus = "Discount" }, 0.5, { one_over = "Per" }] }
probability = { from = "Percent", negate = { column = "Sign", is = ["-"] } }
"""
HEADER = "Id,Part,First,Last,Owner,Stage,Old Stage,Lost,Currency,Price,Count,Discount,Per,Percent,Sign"


def deals(ledger, *rows: str):
    ledger.profile(EXPRESSIONS)
    return ledger.one("x.csv", lines(*rows, header=HEADER))


def test_every_expression_of_the_vocabulary_fills_its_column(ledger):
    result = deals(
        ledger,
        "D1,1,Ann,Lee,Bo,Closed Won,x,no,USD,10.00,3,0.1,100,5,-",
        ",2,,Lee,,,Old,yes,,,3,0.1,1,5,+",
        "D2,1,,,,Dropped,,,,1,1,0,3,,",
    )
    assert result.status == "loaded", result
    columns = "opportunity_id, name, owner, stage_code, outcome, currency, amount, probability"
    first, second, third = ledger.rows(result, "opportunity", columns)
    amount = Decimal("10.00") * 3 * (1 - Decimal("0.1")) * Decimal("0.5") / 100
    assert first == ("D1/1", "Ann Lee", "Bo", "Closed Won", "won", "USD", amount, -5)
    assert second == ("D1/2", "Lee", "Bo", "Old", "lost", "EUR", None, 5)
    assert third == ("D2/1", None, None, "Dropped", None, "EUR", Decimal("0.1667"), None)


def test_a_factor_that_does_not_parse_and_a_division_by_zero_reject_the_row(ledger):
    result = deals(ledger, "D1,1,,,,x,,,,ten,3,0,1,,", "D2,1,,,,x,,,,10,3,0,0,,")
    assert [(issue["line"], issue["column"]) for issue in result.entries[0]["issues"]] == [
        (2, "Price"),
        (3, "Price / Count / Discount / Per"),
    ]


def test_an_id_joined_of_parts_needs_them_all(ledger):
    (entry,) = deals(ledger, "D1,,,,,x,,,,,,,,,").entries
    assert entry["issues"][0]["reason"] == "is empty; opportunity_id is required"


def test_a_text_that_values_do_not_map_is_rejected_naming_the_known_ones(ledger):
    ledger.profile(EXPRESSIONS.replace('"*" = "open"\n', ""))
    (entry,) = ledger.one("x.csv", lines("D1,1,,,,Stalled,,,,,,,,,", header=HEADER)).entries
    (issue,) = entry["issues"]
    assert (issue["column"], issue["value"]) == ("Stage", "Stalled")
    assert "known are 'Closed Won', 'Dropped'" in issue["reason"]


@pytest.mark.parametrize("text, value", {"1": True, "TRUE": True, "X": True, "no": False, "0": False, "": None}.items())
def test_truth_is_told_in_many_ways(ledger, text, value):
    ledger.profile(ORDERS + 'partial_allowed = "Partial"\n')
    result = ledger.one("x.csv", lines(f"1,A,5,{text}", header="Line,Order,Qty,Partial"))
    assert ledger.rows(result, "order_line", "partial_allowed") == [(value,)]


def test_the_exported_unit_is_kept_beside_the_quantity(ledger):
    ledger.profile(ORDERS.replace('{ from = "Qty", decimal = "." }', '{ from = "Qty", decimal = ".", unit = "Unit" }'))
    result = ledger.one("x.csv", lines("1,A,5,BOX", header="Line,Order,Qty,Unit"))
    assert ledger.rows(result, "order_line", "ordered_qty, source_qty, source_uom") == [(Decimal(5), Decimal(5), "BOX")]


def test_a_company_file_in_the_generic_layout_is_checked_in_full(ledger):
    header = "order_line_id,order_id,ordered_qty,requested_date,cancel_initiator"
    result = ledger.one(
        "order_line.csv",
        lines("1,A,5,2024-01-31,us", "2,,5,,", "3,A,5.123456,,", "4,A,5,2024-02-30,", "5,A,5,,them", header=header),
    )
    (entry,) = result.entries
    assert (entry["system"], entry["loaded"], entry["rejected"]) == ("company", 1, 4)
    assert [issue["column"] for issue in entry["issues"]] == [
        "order_id",
        "ordered_qty",
        "requested_date",
        "cancel_initiator",
    ]
