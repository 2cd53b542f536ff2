"""The step of the build that pegs open lines to supply, by both policies and at the supplier's usual lateness.

Shape of its answer: policy, told, line_no, supply_no, qty, is_late. told says what qty is:
  peg                       so much of a supply for a line; supply_no empty: nothing serves it
  confirmed, P50, P80, P95  not there in time for a line: purchases as confirmed, or as late as that share of receipts
  blocked                   what blocked stock would add to a line

Hard reservations come first: stock held for the line, what was bought or made for it, stock set aside for its segment.
Quantities are counted in ten-thousandths, as the tables hold them, so that none gets lost.
"""

from dataclasses import dataclass
from datetime import date

import numpy as np
import pandas as pd

from metrics.pegging import AT_HAND, Lines, Pegs, Supplies, peg, short

SCALE = 10_000
NEVER = 10**9
POLICIES = ("priority", "promise_date")
LATENESS = ("confirmed", "P50", "P80", "P95")
TOLD = ("peg", *LATENESS, "blocked")
GROUPS = """
WITH place AS (
    SELECT *, row_number() OVER (ORDER BY state_date, product_id, site_id, segment) AS place_no
    FROM (
        SELECT state_date, product_id, site_id, '' AS segment FROM exceptions__open
        UNION
        SELECT state_date, product_id, site_id, segment FROM exceptions__open
        UNION
        SELECT state_date, product_id, site_id, segment FROM exceptions__supply
    ) AS named
)
"""
LINES = (
    GROUPS
    + """
SELECT
    line.line_no,
    common.place_no,
    own.place_no AS segment_no,
    dense_rank() OVER (ORDER BY line.state_date, line.order_id) AS order_no,
    coalesce(line.need_by - DATE '1970-01-01', 1000000) AS need_by,
    round(line.open_qty * 10000)::BIGINT AS qty,
    round(line.held_qty * 10000)::BIGINT AS held_qty,
    line.ship_complete,
    line.place_priority,
    line.place_promise_date
FROM exceptions__open AS line
JOIN place AS common
    ON common.state_date = line.state_date AND common.product_id IS NOT DISTINCT FROM line.product_id
    AND common.site_id = line.site_id AND common.segment = ''
JOIN place AS own
    ON own.state_date = line.state_date AND own.product_id IS NOT DISTINCT FROM line.product_id
    AND own.site_id = line.site_id AND own.segment = line.segment
WHERE line.open_qty > 0
ORDER BY line.line_no
"""
)
SUPPLY = (
    GROUPS
    + """
SELECT
    supply.supply_no,
    place.place_no,
    supply.supply_kind = 'stock' AS is_stock,
    supply.supply_kind = 'blocked' AS is_blocked,
    supply.segment <> '' AS is_set_aside,
    round(supply.qty * 10000)::BIGINT AS qty,
    coalesce(line.line_no, 0) AS for_line_no,
    supply.arrival_date - DATE '1970-01-01' AS confirmed,
    supply.arrival_p50 - DATE '1970-01-01' AS "P50",
    supply.arrival_p80 - DATE '1970-01-01' AS "P80",
    supply.arrival_p95 - DATE '1970-01-01' AS "P95"
FROM exceptions__supply AS supply
JOIN place
    ON place.state_date = supply.state_date AND place.product_id IS NOT DISTINCT FROM supply.product_id
    AND place.site_id = supply.site_id AND place.segment = supply.segment
LEFT JOIN exceptions__open AS line
    ON line.state_date = supply.state_date AND line.order_line_id = supply.order_line_id AND line.open_qty > 0
ORDER BY supply.supply_no
"""
)


@dataclass(frozen=True)
class Book:
    """Open lines and supply of all state days, as columns; `stock` is the place of each line's free stock in supply."""

    line: dict[str, np.ndarray]
    supply: dict[str, np.ndarray]


def program(cursor, as_of: date) -> pd.DataFrame:
    """The step itself; the days are those of the relations it reads, whatever the as-of date."""
    book = Book(*({name: np.asarray(column) for name, column in cursor.execute(sql).fetchnumpy().items()}
                  for sql in (LINES, SUPPLY)))  # fmt: skip
    frames = [frame for policy in POLICIES for frame in told_by(book, policy)]
    return pd.concat(frames, ignore_index=True)


def told_by(book: Book, policy: str) -> list[pd.DataFrame]:
    """What one policy tells: the pegs, what is short at each lateness, what blocked stock would add."""
    order = np.argsort(book.line[f"place_{policy}"], kind="stable")
    arrivals = {name: np.where(book.supply["is_stock"], AT_HAND, book.supply[name]) for name in LATENESS}
    every = np.ones(len(order), bool)
    pegs = serve(book, order, arrivals["confirmed"], every)
    own = short(wanted(book), arriving(book, arrivals["confirmed"]), pegs)
    found = [*peg_frames(book, policy, pegs, arrivals["confirmed"])]
    for name, arrival in arrivals.items():
        now = pegs if name == "confirmed" else again(book, order, arrival, arrivals["confirmed"], pegs)
        found.append(frame(book, policy, name, whole_orders(book, arrival, now)))
    return [*found, frame(book, policy, "blocked", from_blocked(book, order, own))]


def serve(book: Book, order: np.ndarray, arrival: np.ndarray, chosen: np.ndarray) -> Pegs:
    """Pegs of the chosen lines: hard reservations first, then what is free, in the order of service."""
    line, supply = book.line, book.supply
    want, have, found = np.where(chosen, line["qty"], 0), supply["qty"].copy(), []
    at = np.arange(len(order))
    free = ~(supply["is_blocked"] | supply["is_set_aside"])
    held = held_stock(book, want)
    want[held.line] -= held.qty
    passes = (
        (at, np.searchsorted(line["line_no"], supply["for_line_no"]), supply["for_line_no"] > 0),
        (line["segment_no"], supply["place_no"], supply["is_set_aside"]),
        (line["place_no"], supply["place_no"], free),
    )
    found = [held]
    for of_line, of_supply, usable in passes:
        lines = Lines(of_line[order], line["need_by"][order], want[order])
        pegs = peg(lines, Supplies(of_supply, arrival, np.where(usable, have, 0)))
        pegs = Pegs(order[pegs.line], pegs.supply, pegs.qty)
        np.subtract.at(want, pegs.line, pegs.qty)
        np.subtract.at(have, pegs.supply, pegs.qty)
        found.append(pegs)
    return joined(found)


def held_stock(book: Book, want: np.ndarray) -> Pegs:
    """What is held for lines, out of the stock of their place. It is counted apart from what is free there."""
    line, supply = book.line, book.supply
    stock = np.flatnonzero(supply["is_stock"] & ~supply["is_set_aside"])
    stock = stock[np.argsort(supply["place_no"][stock])]
    qty = np.minimum(line["held_qty"], want)
    at = np.flatnonzero((qty > 0) & np.isin(line["place_no"], supply["place_no"][stock]))
    return Pegs(at, stock[np.searchsorted(supply["place_no"][stock], line["place_no"][at])], qty[at])


def again(book: Book, order: np.ndarray, arrival: np.ndarray, confirmed: np.ndarray, pegs: Pegs) -> Pegs:
    """The pegs at another lateness: only where something comes on another day are lines served anew."""
    moved = np.isin(book.line["place_no"], book.supply["place_no"][arrival != confirmed])
    kept = ~moved[pegs.line]
    return joined([Pegs(pegs.line[kept], pegs.supply[kept], pegs.qty[kept]), serve(book, order, arrival, moved)])


def whole_orders(book: Book, arrival: np.ndarray, pegs: Pegs) -> np.ndarray:
    """What is not there in time for each line; an order that ships complete waits for the last of all its lines."""
    line = book.line
    missing = short(wanted(book), arriving(book, arrival), pegs)
    ready = np.full(len(missing), AT_HAND)
    np.maximum.at(ready, pegs.line, arrival[pegs.supply])
    served = np.zeros_like(line["qty"])
    np.add.at(served, pegs.line, pegs.qty)
    ready[served < line["qty"]] = NEVER
    last = np.full(int(line["order_no"].max(initial=0)) + 1, AT_HAND)
    np.maximum.at(last, line["order_no"], ready)
    return np.where(line["ship_complete"] & (last[line["order_no"]] > line["need_by"]), line["qty"], missing)


def from_blocked(book: Book, order: np.ndarray, missing: np.ndarray) -> np.ndarray:
    """How much of what is missing blocked stock of the same place would give, in the order of service."""
    line, supply = book.line, book.supply
    lines = Lines(line["place_no"][order], line["need_by"][order], missing[order])
    held = np.where(supply["is_blocked"], supply["qty"], 0)
    pegs = peg(lines, Supplies(supply["place_no"], np.full(len(held), AT_HAND), held))
    given = np.zeros_like(missing)
    np.add.at(given, order[pegs.line], pegs.qty)
    return given


def wanted(book: Book) -> Lines:
    return Lines(book.line["place_no"], book.line["need_by"], book.line["qty"])


def arriving(book: Book, arrival: np.ndarray) -> Supplies:
    return Supplies(book.supply["place_no"], arrival, book.supply["qty"])


def joined(parts: list[Pegs]) -> Pegs:
    return Pegs(*(np.concatenate([getattr(part, name) for part in parts]) for name in ("line", "supply", "qty")))


def peg_frames(book: Book, policy: str, pegs: Pegs, arrival: np.ndarray) -> list[pd.DataFrame]:
    """The pegs, and what nothing serves."""
    left = book.line["qty"].copy()
    np.subtract.at(left, pegs.line, pegs.qty)
    late = arrival[pegs.supply] > book.line["need_by"][pegs.line]
    made = columns(policy, "peg", book.line["line_no"][pegs.line], pegs.qty)
    made = made.assign(supply_no=pd.array(book.supply["supply_no"][pegs.supply], "Int64"), is_late=late)
    return [made, frame(book, policy, "peg", left)]


def frame(book: Book, policy: str, told: str, qty: np.ndarray) -> pd.DataFrame:
    held = qty > 0
    return columns(policy, told, book.line["line_no"][held], qty[held])


def columns(policy: str, told: str, line_no: np.ndarray, qty: np.ndarray) -> pd.DataFrame:
    count = len(line_no)
    return pd.DataFrame(
        {
            "policy": pd.Categorical.from_codes(np.full(count, POLICIES.index(policy)), POLICIES),
            "told": pd.Categorical.from_codes(np.full(count, TOLD.index(told)), TOLD),
            "line_no": np.asarray(line_no, np.int64),
            "supply_no": pd.array(np.zeros(count, np.int64), "Int64")
            if not count
            else pd.array([None] * count, "Int64"),
            "qty": qty / SCALE,
            "is_late": np.ones(count, bool),
        }
    )
