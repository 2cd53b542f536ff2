"""The backlog against an oracle that follows the book event by event."""

from datetime import date

import pytest

from metrics.materialise import fill_columns, materialise_metric
from metrics.question import Request
from metrics.read import read
from metrics.registry import metric
from tests.oracle import backlog_movement as oracle
from tests.oracle.company import AS_OF
from tests.oracle.test_oracles import END, SEEDS, START, version_of
from tests.oracle.wide import wide_company

ID = "backlog_movement"
BEFORE = date(2025, 12, 31)
GROSS, NET = ("new", "increases"), ("new", "increases", "cancelled", "decreases")
OUTSIDE = ("over_shipped", "transfer_in", "transfer_out", None)


def test_the_oracle_gives_the_numbers_of_the_book():
    legs = {"new": 60, "cancelled": -10, "shipped": -50}
    assert oracle.book_to_bill(legs, *GROSS) == 1.2 and oracle.book_to_bill(legs, *NET) == 1.0
    assert oracle.backlog_days(100, -50, 30) == 60
    april = date(2026, 4, 2)
    moves = [(date(2026, 3, 1), "new", 10, 100), (april, "shipped", -4, None)]
    moves += [(april, "cancelled", -6, -60), (april, "shipped", -3, None)]
    events = list(oracle._priced(moves))
    assert [event.value for event in events] == [100, -40, -60, 0] and events[-1].over == 30


@pytest.mark.parametrize("seed", SEEDS)
def test_the_backlog_agrees_with_the_oracle(seed, tmp_path):
    made = wide_company(seed)
    version = version_of(tmp_path, made, only_this)
    stories = oracle.stories(made, AS_OF)
    whole = oracle.Backlog(made, stories)
    found = values(version)[None]
    check_movement(found, whole, START, END, whole.closing(AS_OF))
    check_state(found, whole)
    past = sum(story.value_on(BEFORE) * whole.rate(story, BEFORE) for story in stories)
    check_movement(values(version, end=BEFORE)[None], whole, START, BEFORE, past)
    families = values(version, "family")
    for name in {story.line.family for story in stories}:
        own = oracle.Backlog(made, [story for story in stories if story.line.family == name])
        check_movement(families[name], own, START, END, own.closing(AS_OF))
        check_state(families[name], own)
    check_segments(values(version, "segment"))


def only_this(con, facts=None):
    fill_columns(con)
    materialise_metric(con, metric(ID))


def values(version, dim=None, start=START, end=END):
    """Values by slice, then by measure and part."""
    asked = Request(measures=("all",), by=(dim,) if dim else (), date_from=start, date_to=end, as_of=AS_OF)
    found: dict = {}
    for row in read(version, ID, asked)["rows"]:
        found.setdefault(row["slice"].get(dim) if dim else None, {})[row["measure"], row["part"]] = row["value"]
    return found


def check_movement(found, backlog, start, end, closing):
    legs = backlog.movement(start, end)
    assert found["opening", None] == near(legs.pop("opening"))
    assert found["closing", None] == near(closing)
    shown = {part: value for (name, part), value in found.items() if name == "movement" and part not in OUTSIDE}
    assert shown == {part: near(legs.get(part, 0)) for part in shown} and set(legs) <= set(shown)
    assert found["movement", "over_shipped"] == near(backlog.over_shipped(start, end))
    assert found["residual", None] == near(backlog.residual(end))
    days = (end - start).days + 1
    assert found["backlog_days", None] == near(oracle.backlog_days(closing, legs["shipped"], days))
    assert found["half_life", None] == backlog.half_life(start, end, AS_OF)
    assert found["book_to_bill", None] == near(oracle.book_to_bill(legs, *NET))
    assert found["book_to_bill", "gross"] == near(oracle.book_to_bill(legs, *GROSS))


def check_state(found, backlog):
    ageing = backlog.ageing(AS_OF)
    for name, (value, lines) in ageing.items():
        assert (found["ageing", name], found["lines", name]) == (near(value), lines), name
    late = sum(value for name, (value, _) in ageing.items() if name != "not_due")
    assert found["past_due_share", None] == near(late / backlog.closing(AS_OF))
    assert found["mean_age", None] == near(backlog.mean_age(AS_OF))


def check_segments(found):
    """Each segment closes with what it opened with and what moved, customers who changed sides included."""
    for name, own in found.items():
        moved = sum(value for (measure, part), value in own.items() if measure == "movement" and part not in OUTSIDE)
        moved += sum(own.get(("movement", part), 0) for part in ("transfer_in", "transfer_out"))
        assert own.get(("closing", None), 0) == near(own.get(("opening", None), 0) + moved), name
    whole = found.pop(None)
    for part in ("transfer_in", "transfer_out"):
        assert whole["movement", part] == near(sum(own.get(("movement", part), 0) for own in found.values()))
    assert whole["movement", "transfer_in"] == near(-whole["movement", "transfer_out"])


def near(value):
    return pytest.approx(value, rel=1e-9, abs=1e-6)
