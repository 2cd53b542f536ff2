"""The latency of order changes against an oracle that follows the book change by change."""

from datetime import date

import pytest

from metrics.materialise import fill_columns, materialise_metric
from metrics.question import Request
from metrics.read import read
from metrics.registry import metric
from tests.oracle import order_change_latency as oracle
from tests.oracle.answers import kaplan_meier_median
from tests.oracle.company import AS_OF
from tests.oracle.test_oracles import END, SEEDS, START, version_of
from tests.oracle.wide import wide_company

ID = "order_change_latency"


def test_the_oracle_gives_the_numbers_of_the_book():
    at = {"order_line_id": None, "product_id": "P", "site_id": "S"}
    days = ((1, True), (4, True), (6, False), (20, True))
    changes = [at | {"day": date(2026, 4, day), "up": up} for day, up in days]
    moves = [at | {"day": date(2026, 4, day), "up": up} for day, up in ((5, True), (16, False))]
    spans = oracle.waits(changes, moves, date(2026, 4, 30))
    assert spans == [(4, True), (1, True), (10, True), (10, False)]
    median, (low, high) = kaplan_meier_median([days for days, _ in spans], [not over for _, over in spans])
    assert (median, low) == (4, 1) and high is None
    assert oracle.within_a_week(changes, spans, date(2026, 4, 30)) == (2, 4)


@pytest.mark.parametrize("seed", SEEDS)
def test_the_latency_agrees_with_the_oracle(seed, tmp_path):
    made = wide_company(seed)
    check(made, version_of(tmp_path, made, only_this))


def only_this(con, facts=None):
    fill_columns(con)
    materialise_metric(con, metric(ID))


def check(made, version):
    changes = [row for row in oracle.wanted(made) if START <= row["day"] <= END]
    kept = [row for row in changes if not oracle.needs_none(made, row)]
    asked = Request(measures=("km_median", "answered_share"), date_from=START, date_to=END, as_of=AS_OF)
    found = {(row["measure"], row["part"]): row for row in read(version, ID, asked)["rows"]}
    assert found["km_median", None]["excluded"].get("no_answer_needed", 0) == len(changes) - len(kept)
    moves = oracle.supply(made)
    for part in (None, "plan", "po"):
        spans = oracle.waits(kept, [row for row in moves if part in (None, row["part"])], AS_OF)
        value, ci = kaplan_meier_median([days for days, _ in spans], [not over for _, over in spans])
        row = found["km_median", part]
        assert (row["n"], row["num"]) == (len(spans), sum(over for _, over in spans)), part
        assert (row["value"], tuple(row["ci"])) == (value, ci), part
        row = found["answered_share", part]
        assert (row["num"], row["den"]) == oracle.within_a_week(kept, spans, AS_OF), part
