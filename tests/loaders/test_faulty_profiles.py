"""A profile with a mistake is told with file and line, and is in nobody's way who does not need it."""

import pytest

from loaders.errors import LoadError
from loaders.profile import faulty, profiles
from tests.loaders.drawn import ORDERS

GOOD = "Line,Order,Qty\n1,A,5\n"
KIOSK = """system = "Kiosk"
side = "crm"

[object.Customers]
recognise = ["nr", "company"]

[[object.Customers.table]]
table = "customer"

[object.Customers.table.columns]
customer_id = "nr"
name = { form = "company" }
"""


def test_a_faulty_profile_is_in_no_ones_way_whose_file_another_claims(shop):
    shop.profile(KIOSK, "kiosk")
    assert shop.one("x.csv", GOOD).status == "loaded"
    assert "kiosk" not in profiles(shop.home)


@pytest.mark.parametrize(
    "wrong, line, told",
    [
        (KIOSK, 12, "form: unknown key; did you mean format?"),
        (KIOSK.replace('side = "crm"', 'side = "crn"'), 2, "side = 'crn': must be one of"),
        (KIOSK.replace('table = "customer"', 'table = "client"'), 8, "no canonical table"),
        (KIOSK.replace("form", "from").replace("name =", "nmae ="), 12, "customer has no such column"),
        (KIOSK.replace('["nr", "company"]', "[]"), 5, "must name at least one column"),
        (KIOSK.replace('"Kiosk"', '"Kiosk'), 1, "is not a readable TOML profile"),
        (KIOSK.replace('side = "crm"', ""), None, "side: missing"),
    ],
)
def test_a_faulty_profile_is_told_with_file_line_and_what_to_do(shop, wrong, line, told):
    shop.profile(wrong, "kiosk")
    (fault,) = faulty(shop.home)
    place = shop.home.profiles / "kiosk.toml"
    assert str(fault).startswith(f"{place}, line {line}: " if line else f"{place}: ")
    assert told in str(fault)
    assert f"throughline profile check {place}" in str(fault)


def test_a_faulty_profile_counts_where_it_is_named_and_where_nobody_else_claims_the_file(shop):
    shop.profile(KIOSK, "kiosk")
    shop.draw("k.csv", "nr,company\n1,Nord\n")
    (result,) = shop.load("k.csv")
    assert result.status == "refused"
    assert "no profile knows this header" in result.message and "kiosk.toml, line 12" in result.message
    with pytest.raises(LoadError, match="kiosk.toml, line 12"):
        shop.load("k.csv", profile="kiosk")


def test_a_faulty_profile_of_a_shipped_ones_name_keeps_the_shipped_one_out(ledger):
    ledger.profile('extends = "sap"\nside = "none"\n', "sap")
    assert "sap" not in profiles(ledger.home) and "salesforce" in profiles(ledger.home)


def test_sound_profiles_are_told_nothing_of(shop):
    assert faulty(shop.home) == []
    shop.profile(ORDERS, "sound")
    assert faulty(shop.home) == []
