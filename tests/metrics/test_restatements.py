"""What two versions tell differently of the same month, and why: each cause from drawn exports."""

from dataclasses import replace

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from metrics import published as room
from metrics.materialise import fill_columns, fingerprint, materialise_metric
from metrics.registry import catalogue
from metrics.relations import needed_first
from metrics.restatements import between
from tests.warehouse.drawn import add_load, drawn_home, export
from warehouse.build import build
from warehouse.loads import withdraw
from warehouse.matching import decide
from warehouse.state import set_settings
from warehouse.versions import NoVersion

FEW = settings(max_examples=6, deadline=None, suppress_health_check=list(HealthCheck), derandomize=True)
ORDERS = [{"order_id": str(number), "customer_id": "C1", "ordered_date": "2026-01-02"} for number in range(1, 5)]
LINES = [
    {"order_line_id": f"{number}/1", "order_id": str(number), "product_id": "P", "ordered_qty": 1,
     "current_promised_date": "2026-01-20"}
    for number in range(1, 5)
]  # fmt: skip

pytestmark = pytest.mark.slow


def deliveries(days, object_="LIKP", exported_at="2026-03-31", late=()):
    """An export of headers (order number -> day of delivery), and one of their lines."""
    heads = [{"shipment_id": n, "shipped_date": day, "delivered_date": day} for n, day in days.items()]
    return export("sap", object_, "shipment", exported_at, heads)


def left(numbers, exported_at="2026-03-31", object_="LIPS"):
    rows = [{"shipment_id": n, "order_line_id": f"{n}/1", "shipment_line_no": "1", "qty_shipped": 1} for n in numbers]
    return export("sap", object_, "shipment_line", exported_at, rows)


def company(days):
    return [
        export("sap", "VBAK", "sales_order", "2026-03-31", ORDERS),
        export("sap", "VBAP", "order_line", "2026-03-31", LINES),
        deliveries(days),
        left(days),
    ]


def only(*names):
    """Precomputes some metrics as a whole build does with all."""

    def materialise(con, facts=None):
        fill_columns(con)
        for one in needed_first(catalogue()[name] for name in names):
            materialise_metric(con, one)
        if facts is not None:
            facts["metrics"] = fingerprint()

    return materialise


def built(home, *names):
    return build(home, only(*(names or ("otif",))))


KEPT = {"1": "2026-01-19", "2": "2026-01-20", "3": "2026-01-25"}


@pytest.fixture
def home(tmp_path):
    made = drawn_home(tmp_path, company(KEPT))
    built(made)
    return made


def restated(home, metric="otif", **more):
    return between(home, metrics=[metric], **more)["restatements"]


def one(found):
    assert len(found) == 1, found
    (cause,) = found[0]["causes"]
    return found[0], cause


def rows_of(cause):
    return cause["rows_added"], cause["rows_removed"], cause["rows_changed"]


def test_the_same_loads_restate_nothing(home):
    built(home)
    assert between(home, metrics=["otif"])["restatements"] == []


def test_an_export_that_only_repeats_what_was_known_restates_nothing(home):
    for exported in (deliveries(KEPT, exported_at="2026-04-30"), left(KEPT, "2026-04-30")):
        add_load(home, exported)
    built(home)
    assert restated(home) == []


def test_rows_that_came_late_are_told_with_their_file(home):
    more = {**KEPT, "4": "2026-01-18"}
    late = deliveries(more, exported_at="2026-04-05")
    for exported in (late, left(more, "2026-04-05")):
        add_load(home, exported)
    built(home)
    (found,) = restated(home)
    assert (found["before"]["num"], found["after"]["num"], found["period"]["label"]) == (2, 3, "2026-01")
    assert found["difference"] == pytest.approx(0.25) and not found["provisional"]
    assert {cause["cause"] for cause in found["causes"]} == {"late_rows"}
    assert {(cause["file"], cause["table"]) for cause in found["causes"]} == {
        ("LIKP.csv", "shipment"),
        ("LIPS.csv", "shipment_line"),
    }
    assert late.load_id in {cause["load_id"] for cause in found["causes"]}
    assert all(rows_of(cause) == (0, 0, 1) for cause in found["causes"])


def test_a_corrected_file_is_told_with_the_column_it_corrects(home):
    corrected = deliveries({**KEPT, "2": "2026-01-22"}, exported_at="2026-04-05")
    add_load(home, corrected)
    built(home)
    found, cause = one(restated(home))
    assert (cause["cause"], cause["load_id"], cause["table"]) == ("corrected_file", corrected.load_id, "shipment")
    assert "delivered_date" in cause["columns"] and rows_of(cause) == (0, 0, 1)
    assert (found["before"]["value"], found["after"]["value"]) == (0.5, 0.25)


def test_rows_that_a_newer_full_export_lacks_are_a_corrected_file(home):
    fewer = {name: day for name, day in KEPT.items() if name != "1"}
    for exported in (deliveries(fewer, exported_at="2026-04-05"), left(fewer, "2026-04-05")):
        add_load(home, exported)
    built(home)
    found = restated(home)
    assert {cause["cause"] for row in found for cause in row["causes"]} == ({"corrected_file"} if found else set())


def test_a_withdrawn_load_is_told(home):
    extra = [deliveries({"4": "2026-01-18"}, "LIKP2"), left(["4"], object_="LIPS2")]
    for exported in extra:
        add_load(home, exported)
    built(home)
    for exported in extra:
        withdraw(home, exported.load_id)
    built(home)
    (found,) = restated(home)
    assert (found["before"]["num"], found["after"]["num"]) == (3, 2)
    assert {(cause["cause"], cause["load_id"]) for cause in found["causes"]} == {
        ("withdrawn_load", exported.load_id) for exported in extra
    }


def test_a_match_decision_is_told_with_both_records(tmp_path):
    deals = [{"opportunity_id": str(n), "customer_id": "A", "outcome": "won", "closed_date": "2026-01-05",
              "created_date": "2026-01-01"} for n in range(3)]  # fmt: skip
    orders = [{"order_id": "1", "customer_id": "K", "ordered_date": "2026-01-10"}]
    orders += [{"order_id": "2", "customer_id": "L", "ordered_date": "2026-01-10"}]
    lines = [{"order_line_id": f"{n}/1", "order_id": n, "product_id": "P", "ordered_qty": 1, "net_amount": 30}
             for n in ("1", "2")]  # fmt: skip
    made = drawn_home(tmp_path, [
        export("salesforce", "Account", "customer", "2026-03-31", [{"customer_id": "A", "name": "Nord"},
                                                                   {"customer_id": "B", "name": "West"}]),
        export("salesforce", "Opportunity", "opportunity", "2026-03-31", deals),
        export("sap", "KNA1", "customer", "2026-03-31", [{"customer_id": "K", "name": "Süd"},
                                                         {"customer_id": "L", "name": "Ost"}]),
        export("sap", "VBAK", "sales_order", "2026-03-31", orders),
        export("sap", "VBAP", "order_line", "2026-03-31", lines),
    ], reporting_currency="EUR")  # fmt: skip
    built(made, "master_data_consistency")
    decide(made, "customer", "salesforce/A", "sap/K", "accept", "Ada")
    built(made, "master_data_consistency")
    found = between(made, metrics=["master_data_consistency"], all_measures=True)["restatements"]
    causes = [cause for row in found for cause in row["causes"] if cause["cause"] == "match_decision"]
    assert causes
    told = causes[0]["decision"]
    assert (told["left"], told["right"], told["after"], told["decided_by"]) == (
        "salesforce/A", "sap/K", "confirmed", "Ada")  # fmt: skip


def test_another_definition_is_said_and_no_row_compared(home, monkeypatch):
    monkeypatch.setattr("tests.metrics.test_restatements.fingerprint", lambda: "another text")
    add_load(home, deliveries({**KEPT, "2": "2026-01-22"}, exported_at="2026-04-05"))
    built(home)
    _, cause = one(restated(home))
    assert cause["cause"] == "definition" and rows_of(cause) == (0, 0, 0)


def test_a_setting_that_moves_days_is_told_with_both_values(tmp_path):
    exports = company({})[:2]
    heads = [{"shipment_id": n, "shipped_date": "2026-01-18", "delivered_at": "2026-01-20 20:00:00"} for n in "1234"]
    exports += [export("sap", "LIKP", "shipment", "2026-03-31", heads), left("1234")]
    made = drawn_home(tmp_path, exports, tz="UTC")
    built(made)
    set_settings(made, tz="Asia/Tokyo")
    built(made)
    found, cause = one(restated(made))
    assert cause["cause"] == "settings", (found, cause)
    assert (cause["cause"], cause["settings"]["tz"]) == ("settings", ["UTC", "Asia/Tokyo"])
    assert rows_of(cause) == (0, 0, 4) and found["difference"] == -1


def test_a_month_that_was_provisional_says_so(tmp_path):
    made = drawn_home(tmp_path, company(KEPT))
    built(made)
    told = room.published(made, 1, ["otif"])
    rows = [{**row, "provisional": True, "value": 0.9} for row in told.published_reading["otif"]]
    room._keep(made, replace(told, published_reading={"otif": rows}))
    built(made)
    assert restated(made) and all(row["provisional"] for row in restated(made))


def test_what_was_read_of_a_version_once_is_told_after_its_file_is_gone(home):
    add_load(home, deliveries({**KEPT, "2": "2026-01-22"}, exported_at="2026-04-05"))
    built(home)
    before = one(restated(home))[0]
    for suffix in ("duckdb", "json"):
        (home.versions / f"1.{suffix}").unlink()
    after, cause = one(restated(home, start=1))
    assert {name: after[name] for name in after if name != "causes"} == {
        name: before[name] for name in before if name != "causes"
    }
    assert cause["cause"] == "loads" and [load["file"] for load in cause["loads"]] == ["LIKP.csv"]
    gone = between(home, start=1, metrics=["repeat_order"])["not_comparable"]
    assert "nothing is kept" in gone[0]["reason"]
    with pytest.raises(NoVersion):
        between(home, start=7, metrics=["otif"])


def test_without_a_former_version_it_says_so(home):
    found = between(home, metrics=["otif"])
    assert found["restatements"] == [] and "no version before 1" in found["reason"]


@FEW
@given(days=st.dictionaries(st.sampled_from("1234"), st.integers(15, 25), min_size=1))
def test_the_difference_and_the_rows_are_those_of_the_corrected_deliveries(tmp_path_factory, days):
    """Against a plain retelling: a line is on time when it came by the 20th."""
    first = {number: 19 for number in "1234"}
    made = drawn_home(tmp_path_factory.mktemp("drawn"), company({n: f"2026-01-{day}" for n, day in first.items()}))
    built(made)
    now = {**first, **days}
    add_load(made, deliveries({n: f"2026-01-{day}" for n, day in now.items()}, exported_at="2026-04-05"))
    built(made)
    late = sum(day > 20 for day in now.values())
    found = restated(made)
    if not late:
        assert found == []
        return
    row, cause = one(found)
    assert row["difference"] == pytest.approx(-late / 4)
    assert cause["cause"] == "corrected_file" and late <= sum(rows_of(cause)) <= len(days)
