"""Pegging lines to supply: the worked example, and what holds for any lines and supplies."""

from dataclasses import replace

import numpy as np
import pytest

from metrics.pegging import AT_HAND, Lines, Supplies, peg, short

PRICE = np.array([10, 12, 10])
STOCK, SOON, LATER = 0, 1, 2


def lines(*rows) -> Lines:
    return Lines(*(np.array(column) for column in zip(*rows, strict=True)))


def supplies(*rows) -> Supplies:
    return Supplies(*(np.array(column) for column in zip(*rows, strict=True)))


# on hand 50, 40 on day 10, 100 on day 25
GIVEN = supplies((7, AT_HAND, 50), (7, 10, 40), (7, 25, 100))
L1, L2, L3 = (7, 5, 30), (7, 8, 40), (7, 20, 60)


def pegged(wanted: Lines, given: Supplies) -> dict:
    found = peg(wanted, given)
    return {(line, supply): qty for line, supply, qty in zip(found.line, found.supply, found.qty, strict=True)}


def test_by_priority_the_best_customer_takes_from_stock_and_the_others_wait():
    found = pegged(lines(L2, L1, L3), GIVEN)
    assert found == {(0, STOCK): 40, (1, STOCK): 10, (1, SOON): 20, (2, SOON): 20, (2, LATER): 40}
    missing = short(lines(L2, L1, L3), GIVEN, peg(lines(L2, L1, L3), GIVEN))
    assert missing.tolist() == [0, 20, 40]
    assert missing @ np.array([12, 10, 10]) == 600


def test_by_promise_the_first_promise_takes_first():
    missing = short(lines(L1, L2, L3), GIVEN, peg(lines(L1, L2, L3), GIVEN))
    assert missing.tolist() == [0, 20, 40]
    assert missing @ PRICE == 640


def test_the_latest_supply_in_time_is_taken_first_then_the_earliest_late_one():
    given = supplies((1, 30, 5), (1, 12, 5), (1, 2, 5), (1, AT_HAND, 5), (1, 20, 5))
    assert pegged(lines((1, 9, 17)), given) == {(0, 2): 5, (0, 3): 5, (0, 1): 5, (0, 4): 2}


def test_supply_of_the_very_day_is_in_time():
    given = supplies((1, 9, 5), (1, 10, 5))
    wanted = lines((1, 9, 10))
    assert short(wanted, given, peg(wanted, given)).tolist() == [5]


def test_groups_do_not_serve_each_other():
    wanted = lines((1, 9, 10), (2, 9, 10), (3, 9, 10))
    given = supplies((2, AT_HAND, 4), (3, AT_HAND, 4), (3, 5, 6))
    assert short(wanted, given, peg(wanted, given)).tolist() == [10, 6, 0]


def test_one_supply_is_used_up_in_the_order_of_service():
    given = supplies((5, 3, 10), (6, AT_HAND, 1))
    assert pegged(lines((5, 1, 4), (6, 1, 2), (5, 9, 4), (5, 9, 4)), given) == {
        (0, 0): 4, (1, 1): 1, (2, 0): 4, (3, 0): 2,
    }  # fmt: skip


def test_nothing_wanted_or_nothing_there_pegs_nothing():
    none = supplies((1, 1, 0))
    assert not len(peg(lines((1, 5, 3)), none).line)
    assert not len(peg(lines((1, 5, 0)), GIVEN).line)


@pytest.fixture(params=range(200))
def case(request) -> tuple[Lines, Supplies, np.random.Generator]:
    rng = np.random.default_rng(request.param)
    count, there = rng.integers(1, 12), rng.integers(1, 12)
    wanted = Lines(rng.integers(0, 3, count), rng.integers(0, 20, count), rng.integers(1, 30, count))
    arrival = np.where(rng.random(there) < 0.2, AT_HAND, rng.integers(0, 25, there))
    return wanted, Supplies(rng.integers(0, 3, there), arrival, rng.integers(0, 40, there)), rng


def plain(wanted: Lines, given: Supplies) -> np.ndarray:
    """The rule written down line by line, to be held against."""
    left, missing = given.qty.copy(), []
    for group, need_by, want in zip(wanted.group, wanted.need_by, wanted.qty, strict=True):
        own = [k for k in range(len(left)) if given.group[k] == group]
        timely = sorted((k for k in own if given.arrival[k] <= need_by), key=lambda k: -given.arrival[k])
        late = sorted((k for k in own if given.arrival[k] > need_by), key=lambda k: given.arrival[k])
        lacking = 0
        for place in [*timely, *late]:
            taken = min(want, left[place])
            left[place], want = left[place] - taken, want - taken
            lacking += taken if place in late else 0
        missing.append(lacking + want)
    return np.array(missing)


def test_the_fast_way_says_what_the_plain_rule_says(case):
    wanted, given, _ = case
    assert short(wanted, given, peg(wanted, given)).tolist() == plain(wanted, given).tolist()


def test_supply_is_conserved_and_no_line_is_overserved(case):
    wanted, given, _ = case
    pegs = peg(wanted, given)
    used, got = np.zeros_like(given.qty), np.zeros_like(wanted.qty)
    np.add.at(used, pegs.supply, pegs.qty)
    np.add.at(got, pegs.line, pegs.qty)
    assert (pegs.qty > 0).all() and (used <= given.qty).all() and (got <= wanted.qty).all()
    for group in np.unique(wanted.group):
        want, have = (column.qty[column.group == group].sum() for column in (wanted, given))
        assert got[wanted.group == group].sum() == min(want, have)


def test_more_or_earlier_supply_never_raises_what_is_at_risk(case):
    wanted, given, rng = case
    price = rng.integers(1, 50, len(wanted.qty))
    risk = short(wanted, given, peg(wanted, given)) @ price
    more = replace(given, qty=given.qty + rng.integers(0, 5, len(given.qty)))
    earlier = replace(given, arrival=np.maximum(given.arrival - rng.integers(0, 5, len(given.qty)), AT_HAND))
    for better in (more, earlier):
        assert short(wanted, better, peg(wanted, better)) @ price <= risk
