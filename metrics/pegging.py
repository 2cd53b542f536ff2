"""Which supply serves which line: sequential pegging per product and site, on arrays.

Lines come in the order of service and supplies in any order; both carry the number of the group (product and site) they
belong to. A line takes what arrives by the day it needs it, the latest first, so that early supply stays for earlier
needs; what it still lacks it takes from what arrives later, the earliest first. More or earlier supply can only lower
what is short. Days are whole numbers; quantities may be of any number type, whole ones stay exact.
"""

from bisect import bisect_right
from dataclasses import dataclass

import numpy as np

# The arrival of what is there already: in time for every need.
AT_HAND = -(10**9)


@dataclass(frozen=True)
class Lines:
    """What is wanted, first served first: group, last day in time, quantity."""

    group: np.ndarray
    need_by: np.ndarray
    qty: np.ndarray


@dataclass(frozen=True)
class Supplies:
    """What there is or comes: group, day of arrival, quantity."""

    group: np.ndarray
    arrival: np.ndarray
    qty: np.ndarray


@dataclass(frozen=True)
class Pegs:
    """So much of a supply for a line; both by their positions."""

    line: np.ndarray
    supply: np.ndarray
    qty: np.ndarray


def peg(lines: Lines, supplies: Supplies) -> Pegs:
    """The pegs of all groups. No supply is used twice, no line gets more than it wants, and none is short while supply
    of its group is left."""
    wanted, given = _sorted(lines.group, lines.qty), _sorted(supplies.group, supplies.qty, supplies.arrival)
    groups = np.intersect1d(lines.group[wanted], supplies.group[given])
    of_line, of_supply = _ranges(lines.group[wanted], groups), _ranges(supplies.group[given], groups)
    alone = of_supply[1] - of_supply[0] == 1
    found = [_one_supply(lines, supplies, wanted, given, of_line[:, alone], of_supply[0, alone])]
    for (first, last), (start, end) in zip(of_line[:, ~alone].T.tolist(), of_supply[:, ~alone].T.tolist(), strict=True):
        mine, theirs = wanted[first:last], given[start:end]
        served = _serve(*(column[mine].tolist() for column in (lines.need_by, lines.qty)),
                        *(column[theirs].tolist() for column in (supplies.arrival, supplies.qty)))  # fmt: skip
        line, supply, qty = served
        found.append((mine[line], theirs[supply], np.array(qty, lines.qty.dtype)))
    return Pegs(*(np.concatenate(column) for column in zip(*found, strict=True)))


def in_time(lines: Lines, supplies: Supplies, pegs: Pegs) -> np.ndarray:
    """For each peg whether its supply arrives by the day its line needs it."""
    return supplies.arrival[pegs.supply] <= lines.need_by[pegs.line]


def short(lines: Lines, supplies: Supplies, pegs: Pegs) -> np.ndarray:
    """Quantity of each line that is not there in time: pegged to later supply, or to none."""
    left, timely = lines.qty.copy(), in_time(lines, supplies, pegs)
    np.subtract.at(left, pegs.line[timely], pegs.qty[timely])
    return left


def _sorted(group: np.ndarray, qty: np.ndarray, then: np.ndarray | None = None) -> np.ndarray:
    """Positions with a quantity, by group and as they came (or by `then`)."""
    held = np.flatnonzero(qty > 0)
    keys = (group[held],) if then is None else (then[held], group[held])
    return held[np.lexsort(keys)]


def _ranges(sorted_groups: np.ndarray, groups: np.ndarray) -> np.ndarray:
    """First and past-the-last position of each group."""
    return np.stack([np.searchsorted(sorted_groups, groups, side) for side in ("left", "right")])


def _one_supply(lines: Lines, supplies: Supplies, wanted, given, of_line, supply_at) -> tuple:
    """Groups with one supply need no search: each line gets what those before it leave."""
    counts = of_line[1] - of_line[0]
    mine = wanted[np.repeat(of_line[0], counts) + _within(counts)]
    qty = lines.qty[mine]
    running = np.cumsum(qty) - qty
    firsts = np.cumsum(counts) - counts
    before = running - np.repeat(running[firsts], counts)
    theirs = np.repeat(given[supply_at], counts)
    taken = np.minimum(qty, np.maximum(supplies.qty[theirs] - before, 0))
    held = taken > 0
    return mine[held], theirs[held], taken[held]


def _within(counts: np.ndarray) -> np.ndarray:
    """0, 1, 2 ... anew for each count."""
    return np.arange(counts.sum()) - np.repeat(np.cumsum(counts) - counts, counts)


def _serve(need_by: list, need: list, arrival: list, left: list) -> tuple[list, list, list]:
    """One group: positions of lines and supplies and the quantity of each peg. Emptied supplies are skipped by chains
    that lead to the next one down (`below`, counted from 1) and up (`above`)."""
    count = len(left)
    below, above = list(range(count + 1)), list(range(count + 1))
    line, supply, taken = [], [], []
    rest = sum(left)
    for at, want in enumerate(need):
        if rest <= 0:
            break
        split = bisect_right(arrival, need_by[at])
        place = _end(below, split) - 1
        if place < 0:
            place = _end(above, split)
        while want > 0 and place < count:
            qty = min(want, left[place])
            line.append(at)
            supply.append(place)
            taken.append(qty)
            want, left[place], rest = want - qty, left[place] - qty, rest - qty
            if left[place] <= 0:
                below[place + 1], above[place] = place, place + 1
            if want > 0:
                lower = _end(below, place + 1) - 1 if place < split else -1
                place = lower if lower >= 0 else _end(above, split)
    return line, supply, taken


def _end(chain: list, start: int) -> int:
    """Where a chain ends; chains are halved on the way."""
    while chain[start] != start:
        chain[start] = chain[chain[start]]
        start = chain[start]
    return start
