"""sales_cycle_days on the worked example of its definition and on the cases that it decides."""

import warnings
from datetime import date, timedelta

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from metrics.intervals import wilson
from metrics.question import Request
from metrics.read import read
from metrics.registry import metric
from tests.metrics.company import company

START = date(2026, 1, 1)
WHOLE = dict(date_from=date(2024, 1, 1), date_to=date(2026, 12, 31))
EXAMPLE = [(10, "won"), (20, "won"), (30, "won"), (25, "open"), (40, "open")]


def deals(pairs, as_of: date = date(2026, 4, 30), **columns) -> pd.DataFrame:
    """Opportunities of (days, outcome); an open one was created so many days before the as-of date."""
    rows = []
    for place, (days, outcome) in enumerate(pairs):
        created = as_of - timedelta(days=days) if outcome == "open" else START
        closed = None if outcome == "open" else created + timedelta(days=days)
        rows.append((f"D{place:04}", created, closed, outcome, 1000))
    names = ["opportunity_id", "created_date", "closed_date", "outcome", "amount"]
    return pd.DataFrame(rows, columns=names).assign(**columns)


def made(opportunity, as_of: str = "2026-04-30", currency: str | None = "EUR", **tables):
    return company({"opportunity": opportunity, **tables}, metric("sales_cycle_days"), as_of=as_of, currency=currency)


def rows(version, measure: str = "km_median", **given) -> list[dict]:
    return read(version, "sales_cycle_days", Request(measures=(measure,), **{**WHOLE, **given}))["rows"]


def tile(version, measure: str = "km_median", **given) -> dict:
    return rows(version, measure, **given)[0]


def parts(version, measure: str, **given) -> dict:
    return {row["part"]: row["value"] for row in rows(version, measure, **given)}


@pytest.fixture(scope="module")
def example():
    return made(deals(EXAMPLE))


@pytest.fixture(scope="module")
def many():
    """60 deals: 1 to 30 days won, 31 to 50 lost, ten open for 45 days."""
    won, lost = ((days, "won") for days in range(1, 31)), ((days, "lost") for days in range(31, 51))
    return made(deals([*won, *lost, *[(45, "open")] * 10]))


def test_the_worked_example(example):
    row = tile(example)
    assert (row["value"], row["ci"], row["n"], row["status"]) == (30, [10, None], 5, "insufficient")
    assert [tile(example, name)["value"] for name in ("won_median", "won_iqr", "won_cv")] == [20, 10, 0.5]
    assert tile(example, "open_age")["value"] == 32.5


def test_the_curve_counts_lost_and_open_ones(many):
    row = tile(many)
    sample = stats.CensoredData.right_censored([*range(1, 51), *[45] * 10], [*[False] * 50, *[True] * 10])
    curve = stats.ecdf(sample).sf
    first = curve.quantiles[np.flatnonzero(curve.probabilities <= 0.5 + 1e-9)[0]]
    with np.errstate(all="ignore"), warnings.catch_warnings(action="ignore"):
        band = curve.confidence_interval(method="log-log")
    low, high = (side.quantiles[np.flatnonzero(side.probabilities <= 0.5 + 1e-9)[0]] for side in (band.low, band.high))
    assert (row["value"], row["ci"], row["ci_method"], row["status"]) == (
        first,
        [low, high],
        "kaplan_meier_log_log",
        "ok",
    )
    assert row["value"] > tile(many, "won_median")["value"] == 15.5
    assert tile(many, "won_median")["ci"] == [10, 21]


def test_a_lost_deal_is_not_censored_in_the_share_won():
    # 4 deals: lost on day 1, won on 2, open at 3, won on 4: 1/4, then 1/2 x 1/1 of the half still open
    version = made(deals([(1, "lost"), (2, "won"), (3, "open"), (4, "won")]))
    found = parts(version, "won_incidence")
    assert found == pytest.approx({"0": 0, "1": 0, "2": 0.25, "3": 0.25, "4": 0.75})


def test_shares_won_end_at_the_win_rate_when_all_are_decided():
    version = made(deals([(days, "won" if days % 3 else "lost") for days in range(1, 31)]))
    assert (
        parts(version, "won_incidence")["30"]
        == pytest.approx(tile(version, "win_rate")["value"])
        == pytest.approx(2 / 3)
    )


def test_the_win_rate_is_won_of_closed(many):
    row = tile(many, "win_rate")
    assert (row["num"], row["den"], row["ci"]) == (30, 50, list(wilson(0.6, 50)))


def test_stale_deals_are_older_than_three_quarters_of_the_wins(many):
    # P75 of 1..30 is 22.75
    row = tile(many, "stale_share")
    assert (row["num"], row["den"], row["ci_method"]) == (10, 10, "wilson")
    won = [(days, "won") for days in range(1, 31)]
    version = made(deals([*won, (22, "open"), (23, "open"), (24, "open"), (1, "open"), (2, "open")]))
    assert tile(version, "stale_share")["num"] == 2


def test_velocity_multiplies_its_four_parts():
    # 20 open x .25 x 10,000 / 50 = 1,000 a day
    pairs = [(50, "won")] * 6 + [(60, "lost")] * 18 + [(40, "open")] * 20
    version = made(deals(pairs).assign(amount=10_000))
    row = tile(version, "velocity_per_day")
    assert (row["value"], row["den"], row["n"], row["currency"]) == (1000, 50, 6, "EUR")


def test_faster_wins_are_fewer_days_and_more_velocity():
    slow, fast = (made(deals([(days, "won")] * 20 + [(90, "lost")] * 5 + [(9, "open")] * 5)) for days in (40, 30))
    assert tile(fast)["value"] < tile(slow)["value"]
    assert tile(fast, "velocity_per_day")["value"] > tile(slow, "velocity_per_day")["value"]


def test_without_amounts_velocity_names_them(example):
    version = made(deals(EXAMPLE).drop(columns="amount"))
    assert tile(version, "velocity_per_day")["reason"] == "not_available: opportunity.amount"
    assert tile(version)["value"] == 30


def test_a_won_amount_without_a_rate_is_left_out_and_told():
    frame = deals([(10, "won")] * 8 + [(9, "open")], currency="EUR")
    frame.loc[:1, "currency"] = "CHF"
    version = made(frame)
    assert tile(version, "velocity_per_day")["excluded"] == {"fx_missing": 2}
    assert (tile(version)["n"], tile(version, "velocity_per_day")["n"]) == (9, 6)


def test_nothing_loaded_is_named_and_no_error():
    version = company({}, metric("sales_cycle_days"))
    for row in read(version, "sales_cycle_days", Request(measures=("all",)))["rows"]:
        assert (row["status"], row["value"]) == ("not_available", None)
        assert row["reason"].startswith("not_available: opportunity.created_date")


def test_a_period_without_opportunities_has_no_number(example):
    for name in ("km_median", "won_iqr", "won_cv", "won_incidence", "stale_share", "velocity_per_day"):
        row = tile(example, name, date_from=date(2024, 1, 1), date_to=date(2024, 2, 1))
        assert (row["value"], row["n"], row["status"]) == (None, 0, "insufficient")


@pytest.mark.parametrize(("size", "status"), [(5, "insufficient"), (6, "low_n"), (20, "ok")])
def test_few_wins_have_a_median_that_is_not_shown_as_sure(size, status):
    version = made(deals([(days + 1, "won") for days in range(size)]))
    assert tile(version, "won_median")["status"] == status


def test_nine_decisions_make_no_curve():
    nine, ten = (made(deals([(5, "won")] * size + [(9, "open")] * 30)) for size in (9, 10))
    assert (tile(nine)["status"], tile(nine)["reason"]) == ("insufficient", "not reached")
    assert tile(ten)["status"] == "ok"


def test_two_quarters_are_read_by_the_day_of_creation():
    frame = deals([(10, "won")] * 6)
    frame.loc[:1, ["created_date", "closed_date"]] = [date(2025, 12, 20), date(2026, 1, 4)]
    months = {row["period"]["label"]: row["n"] for row in rows(made(frame), reading="trend") if row["period"]}
    assert months == {"2025-12": 2, "2026-01": 4}


def test_what_closed_before_it_began_or_on_no_day_is_left_out_and_told():
    frame = deals([(10, "won")] * 6)
    frame.loc[0, "closed_date"] = date(2025, 12, 1)
    frame.loc[1, "closed_date"] = None
    row = tile(made(frame), "won_median")
    assert (row["n"], row["excluded"]) == (4, {"closed_before_created": 1, "close_date_missing": 1})


def test_a_close_on_the_day_of_creation_takes_no_day():
    assert tile(made(deals([(0, "won")] * 6)), "won_median")["value"] == 0
    row = tile(made(deals([(0, "won")] * 6 + [(1, "open")])), "velocity_per_day")
    assert (row["value"], row["reason"]) == (None, "won deals close on the day they are opened")
    assert tile(made(deals([(0, "won")] * 6)), "won_cv")["reason"] == "the mean is 0 days"


def test_a_deal_that_closes_later_is_open_before(many):
    # as of day 10 after the start, ten are won and forty still open for ten days; the later ones do not exist
    row = tile(many, as_of=START + timedelta(days=10))
    assert (row["num"], row["n"], row["reason"]) == (10, 50, "not reached")
    assert tile(many, "open_age", as_of=START + timedelta(days=10))["value"] == 10


def test_a_bulk_close_is_flagged_and_kept():
    bulk, single = [(50, "lost")] * 6, [(days, "lost") for days in range(40, 50)]
    row = tile(made(deals([*bulk, *single], owner="Ann")))
    assert (row["coverage"]["bulk_close"], row["n"]) == (6 / 16, 16)
    split = deals([*bulk, *single], owner="Ann").assign(owner=lambda frame: [str(i % 3) for i in range(len(frame))])
    assert tile(made(split))["coverage"]["bulk_close"] == 0


def test_segments_are_those_of_the_day_of_creation():
    frame = deals([(10, "won"), (20, "won")], customer_id="A")
    frame.loc[1, "created_date"] = date(2025, 6, 1)
    history = """
        customer_id | valid_from | segment
        A           | 2025-01-01 | Small
        A           | 2025-12-01 | Large
    """
    found = rows(made(frame, customer_history=history), by=("segment",))
    assert {row["slice"].get("segment"): row["n"] for row in found} == {None: 2, "Large": 1, "Small": 1}


def test_size_bands_follow_their_limits():
    frame = deals([(10, "won")] * 4).assign(amount=[9_999, 10_000, 100_000, None])
    version = made(frame)

    def sizes(**params):
        return {row["slice"].get("size"): row["n"] for row in rows(version, by=("size",), params=params)}

    assert sizes() == {None: 4, "small": 1, "medium": 1, "large": 1, "No amount": 1}
    assert sizes(medium_from=5_000, large_from=10_000) == {None: 4, "medium": 1, "large": 2, "No amount": 1}


def test_a_deal_of_several_families_goes_to_the_dearest():
    lines = """
        opportunity_line_id | opportunity_id | family | amount | valid_from | valid_to
        1                   | D0000          | Pumps  | 900    |            |
        2                   | D0000          | Valves | 100    |            |
        3                   | D0001          | Valves | 100    |            |
        4                   | D0001          | Pumps  | 900    | 2026-01-01 | 2026-02-01
    """
    found = rows(made(deals([(10, "won")] * 3), opportunity_line=lines), by=("family",))
    assert {row["slice"].get("family"): row["n"] for row in found} == {None: 3, "Pumps": 1, "Valves": 1, "Unknown": 1}


def test_types_and_regions_slice_and_absent_ones_are_named(example):
    frame = deals(EXAMPLE, opp_type="Renewal", customer_id="A")
    version = made(frame, customer="customer_id | region\nA | North")
    for dim, member in (("type", "Renewal"), ("region", "North")):
        assert rows(version, by=(dim,))[1]["slice"] == {dim: member}
    assert tile(example, by=("type",))["reason"] == "not_available: opportunity.opp_type (needed for type)"
