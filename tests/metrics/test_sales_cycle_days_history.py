"""sales_cycle_days at past days: what was known then of outcomes, amounts, owners and stages."""

from datetime import date

import pytest

from metrics.question import Request
from metrics.read import read
from metrics.registry import metric
from tests.metrics.company import company

WHOLE = dict(date_from=date(2025, 1, 1), date_to=date(2026, 12, 31))
DEALS = """
    opportunity_id | created_date | closed_date | outcome | amount | owner | pipeline
    D1             | 2026-01-01   | 2026-03-02  | won     | 500000 | Bea   |
    D2             | 2026-01-01   | 2026-02-10  | lost    | 100    | Ann   |
    D3             | 2026-01-01   |             | open    | 100    | Ann   | Partner
"""
HISTORY = """
    opportunity_id | field   | changed_date | recorded_date | seq | old_value | new_value
    D1             | outcome | 2026-02-01   |               | 1   | open      | lost
    D1             | outcome | 2026-02-15   |               | 2   | lost      | open
    D1             | outcome | 2026-03-02   |               | 3   | open      | won
    D2             | outcome | 2026-02-10   | 2026-03-20    | 4   | open      | lost
    D1             | amount  | 2026-02-20   |               | 5   | 20000     | 500000
    D1             | owner   | 2026-02-20   |               | 6   | Ann       | Bea
"""
MAP = """
    system | pipeline | source_stage | stage_code | stage_order | outcome
           |          | Qualify      | qualify    | 1           | open
           |          | Propose      | propose    | 2           | open
           |          | Negotiate    | negotiate  | 3           | open
           |          | Won          | won        | 4           | won
           |          | Lost         | lost       | 5           | lost
           | Partner  | Propose      | propose    | 9           | open
"""


def made(as_of: str = "2026-04-30", **tables):
    return company({"opportunity": DEALS, **tables}, metric("sales_cycle_days"), as_of=as_of)


def rows(version, measure: str, **given) -> list[dict]:
    return read(version, "sales_cycle_days", Request(measures=(measure,), **{**WHOLE, **given}))["rows"]


def tile(version, measure: str = "win_rate", **given) -> dict:
    return rows(version, measure, **given)[0]


@pytest.fixture(scope="module")
def told():
    return made(opportunity_field_history=HISTORY)


def test_a_reopened_deal_counts_to_its_final_close(told):
    assert tile(told, "won_median")["value"] == 60
    assert (tile(told)["num"], tile(told)["den"]) == (1, 2)


@pytest.mark.parametrize(
    ("day", "won", "closed"),
    [
        (date(2026, 1, 31), 0, 0),
        (date(2026, 2, 1), 0, 1),
        (date(2026, 2, 14), 0, 1),
        (date(2026, 2, 15), 0, 0),
        (date(2026, 3, 2), 1, 1),
        (date(2026, 3, 19), 1, 1),
        (date(2026, 3, 20), 1, 2),
    ],
)
def test_outcomes_are_those_told_by_the_day(told, day, won, closed):
    row = tile(told, as_of=day)
    assert (row["num"] or 0, row["den"] or 0) == (won, closed)


@pytest.mark.parametrize(
    ("day", "lost", "closed"), [(9, 0, 0), (10, 1, 1), (14, 1, 1), (15, 0, 0), (27, 0, 0), (28, 0, 1)]
)
def test_without_a_history_of_outcomes_the_stages_tell_them(day, lost, closed):
    deal = """
        opportunity_id | created_date | closed_date | outcome
        D1             | 2026-01-01   | 2026-02-28  | won
    """
    history = """
        opportunity_id | field | changed_date | seq | old_value | new_value
        D1             | stage | 2026-01-05   | 1   |           | Qualify
        D1             | stage | 2026-02-10   | 2   | Qualify   | Lost
        D1             | stage | 2026-02-15   | 3   | Lost      | Propose
        D1             | stage | 2026-02-28   | 4   | Propose   | Won
    """
    version = made(opportunity=deal, opportunity_field_history=history, stage_map=MAP)
    row = tile(version, as_of=date(2026, 2, day))
    assert ((row["den"] or 0) - (row["num"] or 0), row["den"] or 0) == (lost, closed)


def test_a_loss_that_was_later_undone_had_its_own_days(told):
    median = tile(told, "km_median", as_of=date(2026, 2, 14))
    assert (median["num"], median["n"]) == (1, 3)
    assert tile(told, "open_age", as_of=date(2026, 2, 15))["value"] == 45


def test_size_and_owner_are_those_of_the_day(told):
    def members(dim, day):
        return {row["slice"][dim]: row["n"] for row in rows(told, "km_median", by=(dim,), as_of=day) if row["slice"]}

    assert members("size", date(2026, 2, 19)) == {"medium": 1, "No amount": 2}
    assert members("size", date(2026, 2, 20)) == {"large": 1, "No amount": 2}
    assert members("size", date(2026, 4, 30)) == {"large": 1, "small": 2}
    assert members("owner", date(2026, 2, 19)) == {"Ann": 3}
    assert members("owner", date(2026, 2, 20)) == {"Ann": 2, "Bea": 1}


def test_velocity_of_a_day_before_any_amount_was_told_is_refused_and_days_are_not():
    version = made()
    row = tile(version, "velocity_per_day", as_of=date(2026, 3, 31))
    assert row["reason"] == "not_available: no history of opportunity.amount before 2026-04-30"
    assert tile(version, "velocity_per_day")["status"] != "not_available"
    assert tile(version, "won_median", as_of=date(2026, 3, 31))["value"] == 60


def test_amounts_of_earlier_exports_serve_a_day_between():
    snapshots = """
        snapshot_date | opportunity_id | outcome | amount | stage_code | asof_quality
        2026-02-28    | D1             | open    | 20000  | Qualify    | snapshot
        2026-02-28    | D3             | open    | 5000   | Qualify    | snapshot
        2026-04-30    | D1             | won     | 500000 | Won        | snapshot
    """
    version = made(opportunity_snapshot=snapshots)
    found = {
        row["slice"].get("size"): row["n"] for row in rows(version, "km_median", by=("size",), as_of=date(2026, 3, 31))
    }
    assert found == {None: 3, "medium": 1, "small": 1, "No amount": 1}
    assert tile(version, "velocity_per_day", as_of=date(2026, 3, 31))["status"] != "not_available"
    assert tile(version, "velocity_per_day", as_of=date(2026, 2, 1))["status"] == "not_available"


def test_a_close_without_a_day_is_dated_by_the_first_export_that_shows_it():
    deals = DEALS.replace("2026-03-02  | won ", "            | won ")
    snapshots = """
        snapshot_date | opportunity_id | outcome | asof_quality
        2026-02-28    | D1             | open    | snapshot
        2026-03-07    | D1             | won     | snapshot
        2026-03-14    | D1             | won     | snapshot
    """
    assert tile(made(opportunity=deals), "won_median")["excluded"] == {"close_date_missing": 1}
    version = made(opportunity=deals, opportunity_snapshot=snapshots)
    assert tile(version, "won_median")["value"] == 65
    assert tile(version, as_of=date(2026, 3, 6))["den"] == 1


def test_a_deleted_deal_is_no_deal():
    deals = DEALS.replace("pipeline", "is_deleted").replace("Partner", "true")
    assert tile(made(opportunity=deals), "km_median")["n"] == 2


def test_a_deal_without_a_day_of_creation_begins_with_its_first_stage():
    deals = DEALS.replace("D1             | 2026-01-01", "D1             |           ")
    history = """
        opportunity_id | field | changed_date | seq | old_value | new_value
        D1             | stage | 2026-01-31   | 1   |           | Qualify
    """
    assert tile(made(opportunity=deals, opportunity_field_history=history), "won_median")["value"] == 30


STAGES = """
    opportunity_id | field | changed_date | seq | old_value | new_value
    D1             | stage | 2026-01-10   | 1   | Qualify   | Negotiate
    D1             | stage | 2026-03-02   | 2   | Negotiate | Won
    D2             | stage | 2026-01-15   | 3   | Qualify   | Propose
    D2             | stage | 2026-02-10   | 4   | Propose   | Lost
    D3             | stage | 2026-01-20   | 5   |           | Propose
"""


def conversion(version, **given) -> dict:
    return {row["part"]: (row["num"], row["den"]) for row in rows(version, "stage_conversion", **given)}


def test_a_stage_is_passed_by_any_later_one_and_lost_is_no_later_one():
    version = made(opportunity_field_history=STAGES, stage_map=MAP)
    assert conversion(version) == {"qualify": (2, 2), "propose": (0, 2), "negotiate": (1, 1)}


def test_stages_are_those_seen_by_the_day():
    version = made(opportunity_field_history=STAGES, stage_map=MAP)
    assert conversion(version, as_of=date(2026, 1, 14)) == {"qualify": (1, 1), "negotiate": (0, 1)}


def test_an_export_shows_a_stage_as_well():
    snapshots = """
        snapshot_date | opportunity_id | outcome | stage_code | asof_quality
        2026-01-31    | D3             | open    | Qualify    | snapshot
        2026-02-07    | D3             | open    | Propose    | snapshot
    """
    version = made(opportunity_snapshot=snapshots, stage_map=MAP)
    assert conversion(version) == {"qualify": (1, 1), "propose": (0, 1)}


def test_without_an_order_of_stages_their_conversion_names_it():
    version = made(opportunity_field_history=STAGES)
    assert tile(version, "stage_conversion")["reason"] == "not_available: stage_map.stage_order"


def test_the_order_of_a_pipeline_goes_before_the_common_one():
    history = STAGES + "    D3             | stage | 2026-01-25   | 6   |           | Negotiate\n"
    version = made(opportunity_field_history=history, stage_map=MAP)
    # in the pipeline of D3 a proposal comes after the negotiation
    assert conversion(version)["propose"] == (0, 2)
    assert conversion(version)["negotiate"] == (2, 2)


def test_a_deal_closed_before_it_was_created_has_passed_no_stage():
    deals = DEALS + "    D4             | 2026-02-01   | 2026-01-30  | won     | 100    | Ann   |\n"
    history = STAGES + "    D4             | stage | 2026-02-01   | 6   |           | Qualify\n"
    version = made(opportunity=deals, opportunity_field_history=history, stage_map=MAP)
    row = tile(version, "stage_conversion")
    assert (row["part"], row["num"], row["den"]) == ("qualify", 2, 2)
    assert row["excluded"] == {"closed_before_created": 1}
