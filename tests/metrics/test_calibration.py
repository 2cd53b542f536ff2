"""Chances given and what came of them, by tenths."""

import pandas as pd
import pytest

from metrics.forecasts import calibration
from metrics.question import Request
from metrics.read import read


def frame(cells) -> pd.DataFrame:
    rows = [{"origin": origin, "pi": pi, "n": n, "hits": hits, "given": pi * n} for origin, pi, n, hits in cells]
    return pd.DataFrame(rows, columns=["origin", "pi", "n", "hits", "given"])


MONTHS = pd.date_range("2025-01-31", periods=12, freq="ME")


def test_tenths_hold_equal_numbers_of_deals_in_the_order_of_their_chance():
    found = calibration(frame([(MONTHS[i], (i + 1) / 20, 10, i) for i in range(10)] + [(MONTHS[10], 0.9, 0, 0)]), {})
    tenths = [answer for answer in found if answer.part]
    assert [answer.part for answer in tenths] == [str(place) for place in range(1, 11)]
    assert [answer.value for answer in tenths] == [i / 10 for i in range(10)]
    assert [answer.coverage["chance"] for answer in tenths] == pytest.approx([(i + 1) / 20 for i in range(10)])


def test_equal_chances_stay_together():
    found = calibration(frame([(month, 0.2, 5, 1) for month in MONTHS]), {})
    assert len(found) == 2
    assert (found[0].value, found[1].value, found[1].n) == (0.2, 0.2, 60)


def test_chances_that_come_true_are_what_was_given():
    found = calibration(frame([(month, pi, 100, 100 * pi) for month in MONTHS for pi in (0.1, 0.5)]), {})
    for answer in found:
        assert answer.value == pytest.approx(answer.coverage["chance"])
        assert answer.ci[0] < answer.value < answer.ci[1]


def test_few_origins_are_insufficient_and_none_is_none():
    assert calibration(frame([(MONTHS[0], 0.2, 5, 1)]), {})[0].status == "insufficient"
    assert calibration(frame([]), {})[0].value is None


def test_the_sample_sums_to_the_deals_behind_its_brier_score(sample_version):
    rows = read(sample_version, "pipeline_forecast_accuracy", Request(measures=("calibration", "brier")))["rows"]
    whole = next(row for row in rows if row["measure"] == "calibration" and row["part"] is None)
    brier = next(row for row in rows if row["measure"] == "brier")
    tenths = [row for row in rows if row["measure"] == "calibration" and row["part"]]
    assert whole["den"] == pytest.approx(brier["den"])
    assert sum(row["num"] for row in tenths) == pytest.approx(whole["num"])
