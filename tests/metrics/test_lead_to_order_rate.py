"""lead_to_order_rate on the worked examples of its definition and on the cases that it decides."""

from datetime import date, timedelta

import pandas as pd
import pytest

from metrics.intervals import wilson
from metrics.question import Request
from metrics.read import read
from metrics.registry import metric
from tests.metrics.company import company

WHOLE = dict(date_from=date(2024, 1, 1), date_to=date(2026, 4, 30))


def cohorts(*sizes: tuple[int, int], lag: int = 10) -> dict[str, pd.DataFrame]:
    """Leads of successive months from January 2025: (converted, all) each; converted ones have a deal and an order."""
    leads, orders = [], []
    for month, (hits, size) in enumerate(sizes, 1):
        for place in range(size):
            name = f"{month}-{place}"
            leads.append((name, date(2025, month, 10), f"P{name}" if place < hits else None))
            if place < hits:
                orders.append((f"O{name}", date(2025, month, 10) + timedelta(days=lag), f"P{name}"))
    frame = pd.DataFrame(orders, columns=["order_id", "ordered_date", "opportunity_id"])
    return {
        "lead": pd.DataFrame(leads, columns=["lead_id", "created_date", "opportunity_id"]),
        "opportunity": frame[["opportunity_id"]].assign(outcome="won", closed_date=frame["ordered_date"]),
        "sales_order": frame[["order_id", "ordered_date"]],
        "opportunity_order_link": frame[["opportunity_id", "order_id"]],
    }


def made(tables: dict, as_of: str = "2026-04-30"):
    return company(tables, metric("lead_to_order_rate"), as_of=as_of)


def rows(version, measure: str = "rate", **given) -> list[dict]:
    return read(version, "lead_to_order_rate", Request(measures=(measure,), **{**WHOLE, **given}))["rows"]


def tile(version, measure: str = "rate", **given) -> dict:
    return rows(version, measure, **given)[0]


def counts(row: dict) -> tuple:
    return row["num"], row["den"]


@pytest.fixture(scope="module")
def steady():
    return made(cohorts((20, 100), (22, 100), (18, 100), (25, 100), (15, 100), (20, 100)))


def test_cohorts_that_vary_like_chance_have_a_dispersion_below_one(steady):
    # chi2 3.625 of 5 degrees
    assert tile(steady)["value"] == pytest.approx(0.2)
    phi = tile(steady, "phi")
    assert (phi["num"], phi["den"], phi["value"], phi["status"]) == (
        pytest.approx(3.625),
        5,
        pytest.approx(0.725),
        "ok",
    )
    assert tile(steady, "p_value")["value"] == pytest.approx(0.6046, abs=5e-5)


def test_three_unequal_cohorts_give_the_published_dispersion_but_make_no_series():
    version = made(cohorts((10, 50), (30, 100), (8, 50)))
    phi = tile(version, "phi")
    assert (phi["value"], phi["status"]) == (pytest.approx(2.0833, abs=5e-5), "insufficient")
    assert tile(version, "p_value")["value"] == pytest.approx(0.1245, abs=5e-5)
    assert counts(tile(version)) == (48, 200)


def test_the_interval_is_wilson_of_single_leads(steady):
    row = tile(steady, date_to=date(2025, 1, 31))
    assert counts(row) == (20, 100)
    assert [round(side, 4) for side in row["ci"]] == [0.1334, 0.2888]


def test_small_cohorts_are_merged_into_quarters_for_their_dispersion():
    version = made(cohorts((2, 10), (3, 10), (4, 10), (1, 10), (2, 10), (3, 10)))
    assert tile(version, "phi")["den"] == 1


def test_only_cohorts_that_have_had_the_whole_window_are_counted(steady):
    # as of 30 May: the cohort of February ended 91 days ago, that of March only 60
    assert counts(tile(steady, as_of=date(2025, 5, 30))) == (42, 200)
    assert tile(steady, as_of=date(2025, 5, 30))["excluded"] == {"immature": 300}
    assert tile(steady, as_of=date(2025, 5, 30), params={"window": None})["excluded"] == {}
    assert counts(tile(steady, as_of=date(2025, 5, 30), params={"window": None})) == (100, 500)
    assert counts(tile(steady, as_of=date(2025, 5, 30), params={"window": 30})) == (85, 400)


def test_a_young_cohort_asked_for_is_told_and_not_counted(steady):
    row = tile(steady, as_of=date(2025, 5, 30), date_from=date(2025, 3, 1))
    assert (row["value"], row["n"], row["excluded"]) == (None, 0, {"immature": 300})
    months = rows(steady, as_of=date(2025, 5, 30), date_from=date(2025, 2, 1), reading="trend")
    found = {row["period"]["label"]: (row["n"], row["excluded"]) for row in months if row["period"]}
    assert (found["2025-02"], found["2025-03"]) == ((100, {}), (0, {"immature": 100}))
    assert tile(steady, "conversion_curve", as_of=date(2025, 5, 30))["excluded"] == {}


def test_orders_of_one_customer_without_a_lead_are_not_independent():
    orders = [(f"O{place}", f"C{place % 25}", date(2025, 2, 1)) for place in range(75)]
    leads = [(f"L{place}", f"C{place}", date(2025, 1, 1)) for place in range(16)]
    version = made(
        {
            "sales_order": pd.DataFrame(orders, columns=["order_id", "customer_id", "ordered_date"]),
            "lead": pd.DataFrame(leads, columns=["lead_id", "customer_id", "created_date"]),
        }
    )
    row = tile(version, "orders_without_lead")
    assert (counts(row), row["ci_method"]) == ((27, 75), "wilson_n_eff")
    # 25 customers, each with all or none of its orders: v = p (1 - p) / 24
    assert row["ci"] == pytest.approx(wilson(0.36, 24))


def test_the_window_decides_how_late_an_order_may_come():
    version = made(cohorts((10, 50), lag=91))
    assert counts(tile(version)) == (0, 50)
    assert counts(tile(version, params={"window": 91})) == (10, 50)
    assert counts(tile(version, params={"window": "none"})) == (10, 50)


def test_the_curve_goes_as_far_as_the_youngest_lead_has_come(steady):
    curve = {row["part"]: counts(row) for row in rows(steady, "conversion_curve", as_of=date(2025, 6, 29))}
    # the leads of 10 June are 19 days old; orders come after 10
    assert curve == {"0": (0, 600), "7": (0, 600), "14": (120, 600), "19": (120, 600)}


CASES = {
    "lead": """
        lead_id | created_date | customer_id | opportunity_id | is_valid | channel
        early   | 2025-01-10   | A           |                |          | web
        late    | 2025-02-10   | A           |                |          | web
        deal    | 2025-01-15   | A           | P              |          | fair
        after   | 2025-03-20   | B           | Q              |          | fair
        given   | 2025-01-20   | C           |                |          | web
        spam    | 2025-01-20   | D           |                | false    | web
    """,
    "opportunity": """
        opportunity_id | lead_id | customer_id | outcome | closed_date
        P              |         | A           | won     | 2025-02-20
        Q              | after   | B           | won     | 2025-03-18
    """,
    "sales_order": """
        order_id | customer_id | ordered_date | order_type | cancelled_date
        O1       | A           | 2025-02-25   |            |
        O2       | A           | 2025-03-01   |            | 2025-03-20
        O3       | B           | 2025-03-19   |            |
        O4       | C           | 2025-02-01   | sample     |
        O5       | E           | 2025-02-01   |            |
    """,
    "opportunity_order_link": "opportunity_id | order_id | confidence\n P | O1 |\n Q | O3 |",
}


@pytest.fixture(scope="module")
def cases():
    return made(CASES)


def test_an_order_credits_the_lead_of_its_deal_else_the_latest_of_its_customer(cases):
    found = read(cases, "lead_to_order_rate", Request(reading="rows", **WHOLE))["rows"]
    hits = {row["lead_id"]: row["components"]["num"] for row in found if row["reason"] is None}
    # O1 goes to the deal's lead; O2 has no deal: the latest lead of A; O3 came a day before its lead; O4 is a sample
    assert hits == {"early": 0, "late": 1, "deal": 1, "after": 0, "given": 0}
    row = tile(cases)
    assert (counts(row), row["excluded"]) == ((2, 5), {"invalid": 1})
    assert row["coverage"] == {"negative_lag": 0.2, "by_link": 0.2, "by_customer": 0.2, "attribute_backfilled": 0}


def test_without_the_second_rule_only_deals_credit_leads(cases):
    link_only = {"attribution": "link_only"}
    assert counts(tile(cases, params=link_only)) == (1, 5)
    assert counts(tile(cases, "orders_without_lead")) == (1, 4)
    assert counts(tile(cases, "orders_without_lead", params=link_only)) == (2, 4)


def test_a_win_before_the_lead_is_no_conversion_and_is_told(cases):
    row = tile(cases, "won_rate")
    assert (counts(row), row["coverage"]) == ((1, 5), {"negative_lag": 0.2, "attribute_backfilled": 0})


def test_an_order_cancelled_within_30_days_counts_in_the_rate_and_not_in_the_net_rate(cases):
    assert counts(tile(cases, "net_rate")) == (1, 5)
    before = tile(cases, "net_rate", as_of=date(2025, 3, 19), params={"window": None})
    assert counts(before) == (2, 4)


def test_few_leads_are_low_n_and_slices_hold_the_rows_of_the_total(cases):
    assert tile(cases)["status"] == "low_n"
    sliced = {row["slice"]["channel"]: counts(row) for row in rows(cases, by=("channel",)) if row["slice"]}
    assert sliced == {"fair": (1, 2), "web": (1, 3)}
    assert counts(tile(cases, where={"channel": ("web",)})) == (1, 3)


def test_what_happens_after_the_as_of_date_changes_nothing(cases):
    later = {
        **CASES,
        "sales_order": CASES["sales_order"] + "\n O6 | C | 2025-04-01 | | ",
        "lead": CASES["lead"] + "\n new | 2025-03-30 | C | | | web",
        "opportunity": CASES["opportunity"] + "\n R | given | C | won | 2025-04-02",
    }
    day, changed = date(2025, 3, 25), made(later)
    for one in metric("lead_to_order_rate").measures:
        given = {"as_of": day, "params": {"window": None}}
        assert rows(changed, one.name, **given) == rows(cases, one.name, **given), one.name


def test_no_leads_or_no_orders_are_not_available():
    empty = made({})
    for one in metric("lead_to_order_rate").measures:
        row = tile(empty, one.name)
        assert (row["status"], row["value"]) == ("not_available", None), one.name
    alone = made({"lead": "lead_id | created_date\n L | 2025-01-10"})
    assert "sales_order.ordered_date" in tile(alone)["reason"]


def test_a_cohort_settles_when_its_last_lead_has_had_the_window(steady):
    # June 2025 + 90 days = 28 September; an order of that day may be cancelled for 30 days more
    def told(name, as_of, **params):
        june = dict(date_from=date(2025, 6, 1), date_to=date(2025, 6, 30), as_of=as_of, params=params)
        return tile(steady, name, **june)["provisional"]

    for name in ("rate", "won_rate", "phi"):
        assert (told(name, date(2025, 9, 27)), told(name, date(2025, 9, 28))) == (True, False), name
    assert (told("net_rate", date(2025, 10, 27)), told("net_rate", date(2025, 10, 28))) == (True, False)
    assert told("rate", date(2025, 8, 1), window=30) is False
    assert told("rate", date(2026, 4, 30), window="none") is True
    assert told("conversion_curve", date(2025, 7, 1)) is False


def test_both_sides_of_a_comparison_are_read_as_of_one_date():
    # orders reach to December only, so that is the date of a question that asks for both; the deals close in January
    version = made(cohorts((5, 10), (5, 10), lag=360))
    version.cursor().execute(
        "update load set last_full_day = date '2025-12-31' where object = 'sales_order'"
    ).fetchall()
    asked = dict(date_from=date(2025, 2, 1), date_to=date(2025, 2, 28), params={"window": "none"}, reading="compare")
    doc = read(version, "lead_to_order_rate", Request(measures=("won_rate", "rate"), **asked))
    assert doc["as_of"] == "2025-12-31"
    assert [(row["num"], row["base"]["num"]) for row in doc["rows"]] == [(0, 0), (0, 0)]


def test_leads_and_orders_tell_whether_their_segment_was_carried_back():
    tables = {
        "lead": """
            lead_id | created_date | customer_id | segment
            L1      | 2025-12-31   | A           |
            L2      | 2026-01-01   | A           |
            L3      | 2025-12-31   | A           | small
            L4      | 2025-12-31   |             |
        """,
        "sales_order": "order_id | customer_id | ordered_date\nO1 | A | 2025-12-31\nO2 | A | 2026-01-05",
        "customer_history": "customer_id | valid_from | segment\nA | 2026-01-01 | key",
    }
    version = made(tables)
    for name in ("rate", "net_rate"):
        assert tile(version, name, params={"window": "none"})["coverage"]["attribute_backfilled"] == 0.25, name
    assert tile(version, "orders_without_lead")["coverage"]["attribute_backfilled"] == 0.5


WEB, FAIR = (5, 10, 15, 20, 25, 30), (40, 45, 50, 55, 60, 65, 70, 95)


@pytest.fixture(scope="module")
def channels():
    """Twelve leads of the web (spring) and ten of a fair (expo), all of 10 January; some order after so many days."""
    leads, orders = [], []
    for channel, campaign, lags, size in (("web", "spring", WEB, 12), ("fair", "expo", FAIR, 10)):
        for place in range(size):
            name = f"{channel}-{place}"
            leads.append((name, date(2025, 1, 10), f"C{name}", channel, campaign))
            if place < len(lags):
                orders.append((f"O{name}", f"C{name}", date(2025, 1, 10) + timedelta(days=lags[place])))
    columns = ["lead_id", "created_date", "customer_id", "channel", "campaign"]
    orders = pd.DataFrame(orders, columns=["order_id", "customer_id", "ordered_date"])
    return made({"lead": pd.DataFrame(leads, columns=columns), "sales_order": orders})


@pytest.mark.parametrize(("dim", "web", "fair"), [("channel", "web", "fair"), ("campaign", "spring", "expo")])
def test_a_channel_tells_which_of_its_leads_become_orders_and_after_how_many_days(channels, dim, web, fair):
    rates = {row["slice"][dim]: counts(row) for row in rows(channels, by=(dim,)) if row["slice"]}
    assert rates == {web: (6, 12), fair: (7, 10)}
    lags = {row["slice"][dim]: row for row in rows(channels, "lag_median", by=(dim,)) if row["slice"]}
    # the order after 95 days came too late to be one of the 90
    assert {name: (row["value"], row["n"]) for name, row in lags.items()} == {web: (17.5, 6), fair: (55, 7)}
    # of six or seven values only the outermost enclose the median with 95 %
    assert {name: tuple(row["ci"]) for name, row in lags.items()} == {web: (5, 30), fair: (40, 70)}
    assert {row["ci_method"] for row in lags.values()} == {"order_statistics"}
    assert {row["coverage"]["by_customer"] for row in lags.values()} == {1.0}
    curve = {
        (row["slice"][dim], row["part"]): row["num"]
        for row in rows(channels, "conversion_curve", by=(dim,))
        if row["slice"]
    }
    assert (curve[web, "28"], curve[web, "90"]) == (5, 6)
    assert (curve[fair, "28"], curve[fair, "90"]) == (0, 7)


def test_the_lag_follows_the_window_and_the_conventions_of_the_rate(channels):
    fair = {"where": {"channel": ("fair",)}}
    early = tile(channels, "lag_median", params={"window": 60}, **fair)
    assert (early["value"], early["n"], early["ci"], early["status"]) == (50, 5, None, "insufficient")
    late = tile(channels, "lag_median", params={"window": "none"}, **fair)
    assert (late["value"], late["n"], late["status"]) == (57.5, 8, "low_n")
    assert tile(channels, "lag_median", params={"attribution": "link_only"})["status"] == "not_available"
    young = tile(channels, "lag_median", as_of=date(2025, 4, 30))
    assert (young["n"], young["excluded"]) == (0, {"immature": 13})


def test_a_lag_is_never_negative_and_skips_what_is_no_order(cases):
    # O1 41 days after its lead, O2 19 after the latest lead of A; O3 came before its lead
    found = read(cases, "lead_to_order_rate", Request(measures=("lag_median",), reading="rows", **WHOLE))["rows"]
    lags = {row["lead_id"]: row["components"]["n"] for row in found if row["reason"] is None}
    assert lags == {"deal": 1, "late": 1}
