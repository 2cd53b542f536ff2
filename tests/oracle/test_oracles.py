"""The product against the oracle over generated companies: the same number by another road, to the last line."""

from datetime import date

import pytest

from metrics.materialise import materialise
from metrics.question import Request
from metrics.read import read
from tests.oracle import answers, satisfaction
from tests.oracle.company import AS_OF, company
from tests.oracle.lines import lines_of, segment_on
from tests.warehouse.drawn import drawn_version, export

START, END = date(2025, 5, 1), date(2026, 4, 30)
KEPT = 2
SEEDS = [pytest.param(seed, marks=[] if seed < KEPT else pytest.mark.slow) for seed in range(50)]


def version_of(tmp_path, made, materialise=materialise):
    exports = [export("sap", name, name, "2026-04-30", rows) for name, rows in made.erp.items() if rows]
    exports += [export("salesforce", name, name, "2026-04-30", rows) for name, rows in made.crm.items() if rows]
    return drawn_version(tmp_path, exports, {"reporting_currency": "EUR"}, materialise)


@pytest.fixture(params=SEEDS)
def both(request, tmp_path):
    made = company(request.param)
    return made, version_of(tmp_path, made)


def rows(version, metric, **given):
    return read(version, metric, Request(date_from=START, date_to=END, as_of=AS_OF, **given))["rows"]


def test_the_product_agrees_with_the_oracle(both):
    made, version = both
    lines = lines_of(made, AS_OF)
    check_otif(version, lines)
    check_segments(version, lines)
    check_commitment(version, made, lines)
    check_leads(version, made)
    check_inventory(version, made)
    check_satisfaction(version, made, lines)


def check_otif(version, lines):
    (row,) = rows(version, "otif")
    hit, due, excluded = answers.otif_line(lines, START, END, AS_OF)
    assert (row["num"], row["den"]) == (hit, due)
    assert row["excluded"].get("no_proof", 0) == excluded.get("no_proof", 0)
    (row,) = rows(version, "otif", params={"population": "delivered"})
    assert (row["num"], row["den"]) == answers.otif_delivered(lines, START, END)


def check_segments(version, lines):
    found = {row["slice"]["segment"]: (row["num"], row["den"]) for row in rows(version, "otif", by=("segment",))[1:]}
    for segment in {line.segment for line in lines}:
        own = [line for line in lines if line.segment == segment]
        assert found.get(segment, (0, 0)) == answers.otif_line(own, START, END, AS_OF)[:2]


def check_commitment(version, made, lines):
    durations, censored = [], []
    for line in lines:
        clock = answers.commitment(made, line)
        if not START <= clock <= END or answers.reason_out(line, AS_OF):
            continue
        end = line.completed if line.cancel == "none" else None
        stop = line.cancelled if line.cancel == "failure" else AS_OF
        durations.append((max(end, clock) - clock).days if end else max(0, (stop - clock).days))
        censored.append(end is None)
    value, ci = answers.kaplan_meier_median(durations, censored)
    (row,) = rows(version, "commitment_to_delivery")
    assert (row["n"], row["value"], tuple(row["ci"])) == (len(durations), value, ci)


def check_leads(version, made):
    for window in (90, None):
        (row,) = rows(version, "lead_to_order_rate", measures=("won_rate",), params={"window": window})
        last = END if window is None else date(2025, 12, 31)
        assert (row["num"], row["den"]) == answers.leads_won(made, START, last, window, AS_OF)


def check_inventory(version, made):
    segments = {
        row["customer_id"]: segment_on(made, row["customer_id"], AS_OF) or "Unsegmented" for row in made["customer"]
    }
    expected = answers.days_of_inventory(made, segments, AS_OF)
    doc = read(version, "days_of_inventory_by_segment", Request(by=("segment",), as_of=AS_OF))
    found = {row["slice"]["segment"]: (row["num"], row["den"]) for row in doc["rows"][1:] if row["den"]}
    assert set(found) == {segment for segment, (_, den) in expected.items() if den}
    for segment, pair in found.items():
        assert pair == pytest.approx(expected[segment], rel=1e-9)


def check_satisfaction(version, made, lines):
    asked = ("rho", "tau_b", "superiority", "mean_score")
    for timing in ("any", "after_outcome"):
        pairs = satisfaction.answered(made, lines, START, END, timing)
        found = rows(version, "satisfaction_vs_delivery", measures=asked, params={"timing": timing})
        assert found[0]["n"] == len(pairs)
        values = {row["part"] or row["measure"]: row["value"] for row in found}
        expected = satisfaction.ranks(pairs)
        assert {name: values[name] for name in expected} == pytest.approx(expected, rel=1e-9, abs=1e-9), timing
