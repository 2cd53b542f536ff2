"""Files are known by their header; what is not clear is told by name."""

import pytest

from loaders.claims import choose, labelled
from loaders.errors import LoadError
from loaders.generic import generic
from loaders.model import Object, Profile
from loaders.profile import claim
from loaders.source import unique


def system(name: str, **objects) -> dict[str, Profile]:
    things = {key: Object(name=key, tables=(), **value) for key, value in objects.items()}
    return {name: Profile(name, name, name, "erp", 1, "", things)}


def names(header, known) -> list[tuple[str, str]]:
    return [(profile.name, thing.name) for profile, thing in claim(header, known)]


def test_an_object_claims_a_header_that_holds_all_it_asks_for():
    known = system("a", one={"recognise": ("Id", "Name")})
    assert names(("Name", "Id", "More"), known) == [("a", "one")]
    assert names(("Name", "More"), known) == []


def test_two_systems_that_claim_one_file_are_both_named():
    known = system("a", one={"recognise": ("Id",)}) | system("b", two={"recognise": ("Name",)})
    with pytest.raises(LoadError, match=r"x.csv: is claimed by a \(one\) and b \(two\); say which with --profile"):
        choose("x.csv", ("Id", "Name"), known)


def test_the_more_specific_object_of_one_system_wins():
    known = system("a", head={"recognise": ("Id",)}, line={"recognise": ("Id", "Line")})
    assert names(("Id", "Line"), known) == [("a", "line")]
    assert names(("Id", "Other"), known) == [("a", "head")]


def test_equally_specific_objects_of_one_system_are_both_named():
    known = system("a", one={"recognise": ("Id", "X")}, two={"recognise": ("Id", "Y")})
    assert names(("Id", "X", "Y"), known) == [("a", "one"), ("a", "two")]


def test_a_column_that_speaks_against_an_object_disclaims_the_file():
    known = system("a", one={"recognise": ("Id",), "unless": ("Vendor",)})
    assert names(("Id", "Vendor"), known) == []


def test_a_file_nobody_knows_is_offered_the_nearest_with_what_it_lacks():
    known = system("a", one={"recognise": ("Order", "Requested Date")}) | system(
        "b", two={"recognise": ("X", "Y", "Z")}
    )
    with pytest.raises(LoadError) as error:
        choose("x.csv", ("Order", "Requestd Date"), known)
    assert "nearest: a (one) lacks Requested Date (is it 'Requestd Date'?)" in str(error.value)
    assert "b (two)" not in str(error.value)


def test_labels_name_columns_and_leave_the_technical_name_alone():
    thing = Object("x", ("VBELN",), (), labels={"VBELN": ("Sales Document", "SD Document"), "MATNR": ("Material#2",)})
    assert labelled(("SD Document", "Material", "Material#2"), thing) == ("VBELN", "Material", "MATNR")
    assert labelled(("VBELN", "SD Document"), thing) == ("VBELN", "SD Document")


def test_repeated_header_texts_are_numbered_and_blanks_are_cut():
    assert unique(["\ufeffA ", "B", "A", "A", ""]) == ("A", "B", "A#2", "A#3", "")


def test_the_generic_layout_claims_only_what_no_system_does():
    header = ("customer_id", "name", "segment")
    assert names(header, {"generic": generic()}) == [("generic", "customer")]
    known = system("a", one={"recognise": ("customer_id",)}) | {"generic": generic()}
    assert names(header, known) == [("a", "one")]


def test_the_generic_layout_takes_no_column_it_does_not_know():
    with pytest.raises(LoadError, match=r"nearest: generic \(customer\) has no column 'colour'"):
        choose("customer.csv", ("customer_id", "name", "colour"), {"generic": generic()})


def test_where_several_canonical_tables_fit_the_file_name_decides():
    known = {"generic": generic()}
    assert choose("customer_setting_2026-04-30.csv", ("customer_id",), known)[1].name == "customer_setting"
    assert choose("customer.csv", ("customer_id",), known)[1].name == "customer"
    with pytest.raises(LoadError, match="name the file after its table"):
        choose("x.csv", ("customer_id",), known)
