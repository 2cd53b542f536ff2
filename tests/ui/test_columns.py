"""A table on a page is headed in plain words; its order is when, how much, from where, whose."""

import pandas as pd

from charts.names import column_name
from metrics.registry import catalogue
from ui import columns

OTIF = catalogue()["otif"]
ROWS = pd.DataFrame(
    {
        "row_key": ["sap/1/10"],
        "day": ["2025-05-01"],
        "reason": ["no_proof"],
        "component num": [1],
        "system": ["SAP"],
        "file:line": ["VBAP.csv:7"],
        "first_promised_date": ["2025-05-01"],
        "segment": ["SMB"],
        "region": ["Unknown"],
        "sales_lead_time_days": [12],
    }
)


def test_columns_are_called_in_plain_words():
    names = ("first_promised_date", "delivered_qty", "customer_id", "f_ma3", "sla_missed_date", "released_at")
    told = ["First promised", "Delivered quantity", "Customer id", "Forecast: Mean of last 3 months", "SLA missed"]
    assert [column_name(name) for name in names] == [*told, "Released"]


def test_rows_begin_with_the_day_and_end_with_their_key_and_leave_out_what_nobody_knows():
    shown = columns.readable(ROWS, OTIF, ["day", "first_promised_date", "not_here"])
    assert list(shown) == [
        "day", "reason", "component num", "system", "file:line", "segment", "first_promised_date",
        "sales_lead_time_days", "row_key",
    ]  # fmt: skip
    assert shown["day"][0] == pd.Timestamp("2025-05-01") and shown["reason"][0] == "no proof"


def test_each_column_has_its_title_its_meaning_and_its_unit():
    told = columns.of_rows(OTIF, columns.readable(ROWS, OTIF, ["day", "first_promised_date"]))
    assert told["segment"]["label"] == OTIF.dims["segment"].title and told["component num"]["label"] == "Numerator"
    assert told["first_promised_date"]["help"].startswith("first_promised_date: ")
    assert told["first_promised_date"]["type_config"]["type"] == "date"
    assert told["sales_lead_time_days"]["type_config"]["format"] == "%d\u202fd"


def test_shares_are_written_in_percent_with_one_decimal():
    frame = columns.in_percent(pd.DataFrame({"rate": [0.8104], "n": [636]}), {"rate": "share", "n": "count"})
    assert frame["rate"][0] == 81.04 and frame["n"][0] == 636
    assert columns.number("share")["type_config"]["format"] == "%.1f\u202f%%"
