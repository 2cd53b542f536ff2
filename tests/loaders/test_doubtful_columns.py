"""A column that could be read in two ways refuses the file with examples; nothing is guessed."""

from decimal import Decimal

import pytest

from tests.loaders.drawn import LINES

UNSTATED = f"""{LINES}
ordered_qty = "Qty"
requested_date = "Wanted"
"""


def load(ledger, column: str, cells: list[str], profile: str = UNSTATED):
    ledger.profile(profile)
    rows = [f'{index},A,"{cell}"' for index, cell in enumerate(cells)]
    return ledger.one("x.csv", "\n".join([f"Line,Order,{column}", *rows]) + "\n")


@pytest.mark.parametrize(
    "cells, example",
    [
        (["5", "1,5"], "1,5"),
        (["5", "1,234.50"], "1,234.50"),
        (["1.234,50"], "1.234,50"),
        (["1.234", "5"], "1.234"),
        (["12.000", "7.000"], "12.000"),
        (["100-", "5"], "100-"),
        (["1 234", "5"], "1 234"),
    ],
)
def test_numbers_that_can_be_read_in_two_ways_refuse_the_file(ledger, cells, example):
    result = load(ledger, "Qty", cells)
    assert result.status == "refused"
    assert f"column 'Qty' holds numbers that can be read in two ways ('{example}' in line" in result.message
    assert f"'{example}' in line {2 + cells.index(example)}" in result.message


def test_a_refusal_of_numbers_names_every_line_and_the_key_and_the_flag_that_decide(ledger):
    message = load(ledger, "Qty", ["1,5", "5", "1,5", "x", "2,25", "7,125"]).message
    assert "('1,5' in line 2, '2,25' in line 6, '7,125' in line 7)" in message
    assert 'decimal = "." or decimal = ","' in message and "thousands" in message
    assert "for ordered_qty in shop.toml, [object.lines.table.columns]" in message
    assert "--profile FILE.toml" in message


@pytest.mark.parametrize(
    "cells", [["1.234", "0.500"], ["1.234", "12.5"], ["1.234", "1234"], ["5", "-7"], ["1.5", "1e3"]]
)
def test_one_cell_that_can_only_be_a_decimal_point_settles_the_column(ledger, cells):
    result = load(ledger, "Qty", cells)
    assert result.status == "loaded"
    assert [value for (value,) in ledger.rows(result, "order_line", "ordered_qty")] == [Decimal(cell) for cell in cells]


def test_a_settling_cell_counts_however_far_down_it_stands(ledger):
    assert load(ledger, "Qty", ["1.234"] * 3000 + ["2.5"]).status == "loaded"
    assert load(ledger, "Qty", ["1.234"] * 3000 + ["2.500"]).status == "refused"


def test_a_word_among_numbers_rejects_its_row_only(ledger):
    assert load(ledger, "Qty", ["5", "five"]).status == "partly"


def test_stated_numbers_are_never_in_doubt(ledger):
    stated = UNSTATED.replace('ordered_qty = "Qty"', 'ordered_qty = { from = "Qty", decimal = ",", thousands = "." }')
    result = load(ledger, "Qty", ["1.234", "1,5"], stated)
    assert ledger.rows(result, "order_line", "ordered_qty") == [(Decimal(1234),), (Decimal("1.5"),)]


def test_dates_without_a_stated_format_are_refused_naming_what_they_fit(ledger):
    result = load(ledger, "Wanted", ["31.01.2024", "01.02.2024"])
    assert result.status == "refused"
    assert "column 'Wanted' holds no ISO dates ('31.01.2024' in line 2, '01.02.2024' in line 3)" in result.message
    assert "state format = %d.%m.%Y for requested_date in shop.toml, [object.lines.table.columns]" in result.message


def test_grouped_numbers_are_refused_with_the_line_of_each(ledger):
    message = load(ledger, "Qty", ["5", "1.234", "2.345"]).message
    assert "('1.234' in line 3, '2.345' in line 4); state decimal" in message
    assert "for ordered_qty in shop.toml" in message


def test_the_generic_layout_is_told_to_write_iso_dates(ledger):
    result = ledger.one("sales_order.csv", "order_id,customer_id,ordered_date\n1,A,31.01.2024\n")
    assert result.status == "refused"
    assert result.message.endswith("('31.01.2024' in line 2); write dates as 2026-01-05")


def test_dates_whose_day_and_month_cannot_be_told_offer_both_readings(ledger):
    result = load(ledger, "Wanted", ["01/02/2024", "03/04/2024"])
    assert "state format = %d/%m/%Y or %m/%d/%Y" in result.message


def test_an_odd_date_among_iso_dates_rejects_its_row_only(ledger):
    result = load(ledger, "Wanted", ["2024-01-31", "2024-02-01", "01.02.2024"])
    assert (result.status, result.entries[0]["rejected"]) == ("partly", 1)


def test_a_cell_that_fits_two_stated_formats_refuses_the_file(ledger):
    stated = UNSTATED.replace('"Wanted"', '{ from = "Wanted", format = ["%d/%m/%Y", "%m/%d/%Y"] }')
    result = load(ledger, "Wanted", ["13/05/2024", "04/05/2024"], stated)
    assert result.status == "refused"
    assert "column 'Wanted' fits several of the formats %d/%m/%Y, %m/%d/%Y: '04/05/2024' in line 3" in result.message
    assert load(ledger, "Wanted", ["13/05/2024", "05/13/2024", "05/05/2024"], stated).status == "loaded"
