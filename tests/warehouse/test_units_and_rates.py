"""Quantities in the base unit, amounts with a rate for every day, and what is told when either cannot be had."""

from datetime import date

from tests.warehouse.drawn import bare_version, export, rows

PRODUCT = export(
    "sap",
    "MARA",
    "product",
    "2026-01-05",
    [{"product_id": "P", "base_uom": "PC"}],
    more={
        "uom_conversion": [
            {"product_id": "P", "from_uom": "BOX", "factor": "10"},
            {"product_id": "P", "from_uom": "DZ", "factor": "1", "per": "3"},
            {"from_uom": "PC", "to_uom": "KG", "factor": "4"},
        ]
    },
)


def line(day, qty, unit, **more):
    return export(
        "sap",
        "VBAP",
        "order_line",
        day,
        [
            {
                "order_line_id": "1",
                "order_id": "1",
                "product_id": "P",
                "ordered_qty": qty,
                "source_qty": qty,
                "source_uom": unit,
                **more,
            }
        ],
    )


def test_a_quantity_is_converted_and_the_exported_pair_kept(tmp_path):
    version = bare_version(
        tmp_path, [PRODUCT, line("2026-01-05", "3", "box", cancelled_qty="1", unit_price="50", net_amount="150")]
    )
    assert rows(
        version, "select ordered_qty, source_qty, source_uom, cancelled_qty, unit_price, net_amount from order_line"
    ) == [(30, 3, "box", 10, 5, 150)]


def test_fractions_and_reversed_factors_convert(tmp_path):
    version = bare_version(tmp_path / "third", [PRODUCT, line("2026-01-05", "6", "DZ")])
    assert rows(version, "select ordered_qty from order_line") == [(2,)]  # 6 * 1 / 3
    version = bare_version(tmp_path / "reversed", [PRODUCT, line("2026-01-05", "6", "KG")])
    assert float(rows(version, "select ordered_qty from order_line")[0][0]) == 1.5  # one piece is 4 kg


def test_a_row_in_its_base_unit_keeps_every_decimal(tmp_path):
    version = bare_version(tmp_path, [PRODUCT, line("2026-01-05", "3.1234", "PC")])
    assert str(rows(version, "select ordered_qty from order_line")[0][0]) == "3.1234"


def test_a_unit_without_a_factor_leaves_the_quantity_empty_and_is_told(tmp_path):
    version = bare_version(tmp_path, [PRODUCT, line("2026-01-05", "3", "PAL")])
    assert rows(version, "select ordered_qty, source_qty from order_line") == [(None, 3)]
    assert rows(version, "select row_key, detail from dq_issue where rule_id = 'uom_missing'") == [
        ("sap/1", "no factor from PAL to the base unit"),
    ]
    assert version.facts["issues"]["uom_missing:order_line"] == 1


def test_changes_and_promises_are_in_the_base_unit_too(tmp_path):
    version = bare_version(
        tmp_path,
        [
            PRODUCT,
            line("2026-01-05", "3", "BOX"),
            line("2026-01-12", "4", "BOX"),
            export(
                "sap",
                "VBEP",
                "schedule_line",
                "2026-01-12",
                [
                    {
                        "order_line_id": "1",
                        "schedule_no": "1",
                        "scheduled_date": "2026-02-01",
                        "confirmed_qty": "4",
                        "source_uom": "BOX",
                    }
                ],
            ),
        ],
    )
    assert rows(version, "select kind, delta_qty from order_line_change") == [("qty_up", 10)]
    assert rows(version, "select promised_qty from promise_history") == [(40,)]


RATES = """
    rate_date  | from_ccy | to_ccy | rate
    2026-01-05 | USD      | EUR    | 0.9
    2026-01-08 | USD      | EUR    | 0.8
    2026-01-05 | EUR      | GBP    | 0.5
    2026-01-05 | JPY      | USD    | 0.01
"""


def rate(version, day, currency):
    sql = f"select rate::double from fx where rate_date = date '{day}' and from_ccy = '{currency}'"
    return [round(row[0], 8) for row in rows(version, sql)]


def test_rates_are_carried_forward_reversed_and_chained(tmp_path):
    version = bare_version(
        tmp_path, [export("bank", "rates", "fx_rate", "2026-01-10", RATES)], {"reporting_currency": "EUR"}
    )
    assert rate(version, "2026-01-05", "USD") == [0.9]
    assert rate(version, "2026-01-07", "USD") == [0.9]
    assert rate(version, "2026-02-01", "USD") == [0.8]
    assert rate(version, "2026-01-05", "GBP") == [2.0]  # one pound is 1 / 0.5 euro
    assert rate(version, "2026-01-05", "JPY") == [0.009]  # yen -> dollar -> euro
    assert rate(version, "2026-01-04", "USD") == []  # not known yet
    assert rate(version, "1999-12-31", "EUR") == [1.0]


def test_the_only_currency_of_the_data_is_the_reporting_currency(tmp_path):
    orders = [{"order_id": "1", "currency": "NOK"}, {"order_id": "2"}]
    version = bare_version(tmp_path, [export("sap", "VBAK", "sales_order", "2026-01-05", orders)])
    assert rows(version, "select reporting_currency from company_setting") == [("NOK",)]
    assert rate(version, date(2026, 1, 5), "NOK") == [1.0]


def test_several_currencies_without_a_setting_give_no_rate_at_all(tmp_path):
    orders = [{"order_id": "1", "currency": "NOK"}, {"order_id": "2", "currency": "SEK"}]
    version = bare_version(tmp_path, [export("sap", "VBAK", "sales_order", "2026-01-05", orders)])
    assert rows(version, "select reporting_currency from company_setting") == [(None,)]
    assert rows(version, "select count(*) from fx") == [(0,)]
