"""Every mistake in a profile names the file and the key."""

import pytest

from loaders.errors import LoadError
from loaders.generic import generic
from loaders.profile import profiles, read_profile
from loaders.suggest import check_profile
from tests.loaders.drawn import LINES
from warehouse.home import Home


def written(tmp_path, text: str, name: str = "shop.toml"):
    file = tmp_path / name
    file.write_text(text, "utf-8")
    return file


def test_a_good_profile_has_no_faults_and_is_named_after_its_file(tmp_path):
    file = written(tmp_path, LINES)
    assert check_profile(file) == []
    assert (read_profile(file).name, read_profile(file).system, read_profile(file).title) == ("shop", "shop", "Shop")


MISTAKES = {
    "an unknown key": ('side = "erp"', 'side = "erp"\nversoin = 1', "versoin: unknown key; did you mean version?"),
    "an unknown side": ('side = "erp"', 'side = "mes"', "side = 'mes': must be one of"),
    "a missing side": ('side = "erp"', "", "side: missing"),
    "an unknown table": ('table = "order_line"', 'table = "orderline"', "'orderline': no canonical table"),
    "an unknown column": ('order_id = "Order"', 'order = "Order"', "order: order_line has no such column"),
    "an unknown key of a column": ('order_id = "Order"', 'order_id = { form = "Order" }', "form: unknown key"),
    "a column from nowhere": ('order_id = "Order"', "order_id = { null = ['x'] }", "needs from, multiply"),
    "a format of a number": ('order_id = "Order"', 'ordered_qty = { from = "Q", format = "%d.%m.%Y" }', "not a date"),
    "a decimal of a text": ('order_id = "Order"', 'order_id = { from = "Order", decimal = "," }', "not a number"),
    "a format without a year": ('order_id = "Order"', 'requested_date = { from = "D", format = "%d.%m" }', "a year"),
    "an unknown directive": ('order_id = "Order"', 'requested_date = { from = "D", format = "%Q" }', "uses %Q"),
    "values that do not exist": ('order_id = "Order"', 'status = { from = "S", values = "st" }', "no [values.st]"),
    "a mapped text that the column cannot hold": (
        'order_id = "Order"', 'cancel_initiator = { from = "C", values = { "1" = "client" } }', "'client' is no value",
    ),
    "a constant that is no number": ('order_id = "Order"', 'ordered_qty = { constant = "one" }', "'one' is no value"),
    "from beside multiply": ('order_id = "Order"', 'net_amount = { from = "N", multiply = ["A", "B"] }', "exclude"),
    "an unknown time zone": ('side = "erp"', 'side = "erp"\ntimezone = "Europe/Oslø"', "time zone"),
    "an unknown encoding": ('side = "erp"', 'side = "erp"\nencoding = "utf-9"', "encoding"),
    "a date in exported_at": ('side = "erp"', 'side = "erp"\nexported_at = 2024-01-31', "put the date in quotes"),
    "a file name without a group": (
        'side = "erp"', "side = \"erp\"\nexported_at = { file_name = 'x', format = '%Y-%m-%d' }", "exactly one (...)",
    ),
    "thousands like decimal": ('side = "erp"', 'side = "erp"\nnumbers = { decimal = ".", thousands = "." }', "same"),
    "a when without column": ('table = "order_line"', 'table = "order_line"\nwhen = { is = ["1"] }', "when"),
    "broken TOML": ('side = "erp"', "side = erp", "is not a readable TOML profile"),
}  # fmt: skip


@pytest.mark.parametrize("old, new, told", MISTAKES.values(), ids=MISTAKES)
def test_a_mistake_names_the_file_and_the_key(tmp_path, old, new, told):
    assert old in LINES
    with pytest.raises(LoadError) as error:
        read_profile(written(tmp_path, LINES.replace(old, new, 1)))
    assert "shop.toml" in str(error.value)
    assert told in str(error.value)


def test_a_profile_of_the_home_replaces_the_shipped_one_of_its_name(tmp_path):
    home = Home(tmp_path)
    home.profiles.mkdir()
    written(home.profiles, LINES, "sap.toml")
    assert list(profiles(home)["sap"].objects) == ["lines"]
    assert list(profiles()["sap"].objects) != ["lines"]


def test_a_profile_that_extends_another_keeps_what_it_does_not_replace(tmp_path):
    shipped = profiles()["sap"]
    mine = read_profile(written(tmp_path, 'extends = "sap"\n[numbers]\ndecimal = "."\nthousands = ","\n', "sap.toml"))
    assert list(mine.objects) == list(shipped.objects)
    quantities = [
        way.decimal
        for thing in mine.objects.values()
        for part in thing.tables
        for mapping in part.columns.values()
        for way in mapping.ways
        if way.type == "qty" and way.sources
    ]
    assert quantities and set(quantities) == {"."}
    assert mine.sha != shipped.sha


def test_extending_what_does_not_exist_names_what_does(tmp_path):
    with pytest.raises(LoadError, match="no shipped profile; there are .*salesforce"):
        read_profile(written(tmp_path, 'extends = "sop"\n'))


def test_the_check_tells_required_columns_that_nothing_fills(tmp_path):
    faults = check_profile(written(tmp_path, LINES.replace('order_id = "Order"', 'planner = "Order"')))
    assert faults == ["shop.toml: [object.lines] order_line.order_id is required and not filled"]


def test_the_shipped_profiles_have_no_faults():
    from loaders.profile import SHIPPED

    assert [fault for file in SHIPPED.glob("*.toml") for fault in check_profile(file)] == []


def test_the_generic_layout_knows_every_canonical_column():
    from warehouse.schema import tables

    known = {name: set(thing.tables[0].columns) for name, thing in generic().objects.items()}
    assert known == {table.name: set(table.columns) for table in tables().values()}
