"""The supplier scorecard against an oracle that follows the book receipt by receipt."""

import pytest

from metrics.materialise import fill_columns, materialise_metric
from metrics.question import Request
from metrics.read import read
from metrics.registry import metric
from metrics.relations import needed_first
from tests.oracle import supplier_scorecard as oracle
from tests.oracle.company import AS_OF
from tests.oracle.test_oracles import END, SEEDS, START, version_of
from tests.oracle.wide import wide_company

ID = "supplier_scorecard"
ASKED = ("total", "part_score", "ppm", "reject_share", "otif", "ppv", "compliance")
ASKED += ("lead_time_mean", "lead_time_p90", "lead_time_cv")
WIDE = {"quality": (200_000, 500), "delivery": (0, 1), "price": (1, -0.5), "lead_time": (3, 0.1)}
NAMES = {"quality": "ppm", "delivery": "otif", "price": "ppv", "lead_time": "cv"}


def test_the_oracle_gives_the_numbers_of_the_book():
    spans = [(10, True), (12, True), (14, True), (20, True)]
    found = oracle.lead_time(spans)
    assert found["mean"] == pytest.approx(14) and found["cv"] == pytest.approx(0.30861, abs=5e-6)
    scores = oracle.scores({"quality": 2500, "delivery": 0.75, "price": 0.01, "lead_time": found["cv"]})
    assert [round(scores[name], 3) for name in oracle.WEIGHTS] == [78.947, 0, 80, 47.848]
    assert oracle.total(scores) == pytest.approx(50.809, abs=5e-4)


@pytest.mark.parametrize("seed", SEEDS)
def test_the_scorecard_agrees_with_the_oracle(seed, tmp_path):
    made = wide_company(seed)
    check(made, version_of(tmp_path, made, only_this))


def only_this(con, facts=None):
    fill_columns(con)
    for needed in needed_first([metric(ID), metric("exceptions")]):
        materialise_metric(con, needed)


def check(made, version):
    lines = oracle.bought(made, AS_OF)
    found = read_all(version, ())
    check_card(found[None], lines, made, oracle.ANCHORS)
    wide = {
        f"{NAMES[k]}_{end}": v for k, pair in WIDE.items() for end, v in zip(("floor", "target"), pair, strict=True)
    }
    for supplier, own in read_all(version, ("supplier",), wide).items():
        mine = [line for line in lines if supplier is None or f"Supplier {line['supplier_id'][1:]}" == supplier]
        check_card(own, mine, made, WIDE)


def read_all(version, by, params=None):
    """Values by slice, then by measure and part."""
    asked = Request(measures=ASKED, by=by, date_from=START, date_to=END, as_of=AS_OF, params=params or {})
    found: dict = {}
    for row in read(version, ID, asked)["rows"]:
        found.setdefault(row["slice"].get("supplier"), {})[row["measure"], row["part"]] = row
    return found


def check_card(found, lines, made, anchors):
    values = expected(lines)
    for name, value in values.items():
        shown = found[name, None]["value"]
        assert shown is None if value is None else shown == pytest.approx(value, rel=1e-9), name
    hit, due = oracle.on_time(lines, START, END)
    assert (found["otif", None]["num"], found["otif", None]["den"]) == (hit, due)
    suppliers = {line["supplier_id"] for line in lines}
    pair = found["compliance", None]["num"], found["compliance", None]["den"]
    assert pair == oracle.compliance(made, suppliers, AS_OF)
    parts = {
        "quality": values["ppm"],
        "delivery": hit / due,
        "price": values["ppv"],
        "lead_time": values["lead_time_cv"],
    }
    scores = oracle.scores(parts, anchors)
    assert {part: found["part_score", part]["value"] for part in scores} == pytest.approx(scores, rel=1e-9)
    assert found["total", None]["value"] == pytest.approx(oracle.total(scores), rel=1e-9)


def expected(lines):
    ppm = oracle.quality(lines, START, END)
    spans = oracle.lead_time(oracle.waits(lines, START, END, AS_OF))
    return {
        "ppm": None if ppm is None else ppm * 1e6,
        "reject_share": oracle.quality(lines, START, END, price=True),
        "ppv": oracle.price_variance(lines, START, END),
        **{f"lead_time_{name}": value for name, value in spans.items()},
    }
