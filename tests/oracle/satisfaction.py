"""M12 from the text of the book: answers beside the lateness of their orders, ranks by scipy."""

from dataclasses import dataclass, replace
from datetime import date, timedelta

import numpy as np
from scipy import stats

from tests.oracle.company import Company
from tests.oracle.lines import Line, lines_of

LAST_ORDER = timedelta(days=60)


@dataclass(frozen=True)
class Outcome:
    """What came of an order: days late by its worst line, and the first day on which the customer can judge it, that
    of the delivery or the day after the promised one."""

    late: int | None
    known: date | None
    delivered: date | None
    certain: bool = True


def outcomes(lines: list[Line]) -> dict[str, Outcome]:
    """The outcome of every order with a promise; `late` is missing where something is still owed."""
    found = {}
    for order in {line.order["order_id"] for line in lines}:
        own = [line for line in lines if line.order["order_id"] == order]
        certain = not any(line.cancel == "unknown_date" for line in own)
        own = [line for line in own if line.cancel not in ("excusable", "unknown_date")]
        found[order] = replace(_outcome(own), certain=certain)
    return found


def _outcome(own: list[Line]) -> Outcome:
    delivered = max((line.completed for line in own), default=None) if all(line.completed for line in own) else None
    promised = [line for line in own if line.first]
    if delivered is None or not promised:
        return Outcome(None, None, delivered)
    late = max((line.completed - line.first).days for line in promised)
    return Outcome(late, min(delivered, max(line.first for line in promised) + timedelta(days=1)), delivered)


def answered(company: Company, lines: list[Line], start: date, end: date, timing: str) -> list[tuple[int, int]]:
    """(days late, score) of the last answer of every delivered order with a promise."""
    found, last = outcomes(lines), {}
    for row in company["survey_response"]:
        if row["survey_type"] != "csat" or row["responded_date"] is None:
            continue
        order = row["order_id"] or _last_order(company, row)
        if order in found:
            last[order] = max(last.get(order, row), row, key=lambda r: (r["responded_date"], r["response_id"]))
    kept = [(found[order], row) for order, row in last.items() if start <= row["responded_date"] <= end]
    kept = [(outcome, row) for outcome, row in kept if outcome.late is not None]
    if timing == "after_outcome":
        kept = [(outcome, row) for outcome, row in kept if row["responded_date"] >= outcome.known]
    return [(outcome.late, row["score"]) for outcome, row in kept]


def _last_order(company: Company, row: dict) -> str | None:
    """The last order surely completed for the customer in the 60 days before one that names none, as known then."""
    found = outcomes(lines_of(company, row["sent_date"]))
    owners = {order["order_id"]: order["customer_id"] for order in company["sales_order"]}
    mine = {order: o for order, o in found.items() if owners[order] == row["customer_id"]}
    done = [(o.delivered, order) for order, o in mine.items() if o.delivered and o.certain]
    done = [(day, order) for day, order in done if row["sent_date"] - LAST_ORDER <= day <= row["sent_date"]]
    return max(done, default=(None, None))[1]


def ranks(pairs: list[tuple[int, int]]) -> dict[str, float]:
    """rho, tau_b, superiority and the mean scores."""
    late, score = np.array(pairs).T
    on, off = score[late <= 0], score[late > 0]
    return {
        "rho": stats.spearmanr(late, score).statistic,
        "tau_b": stats.kendalltau(late, score).statistic,
        "superiority": stats.mannwhitneyu(on, off).statistic / (len(on) * len(off)),
        "on_time": on.mean(),
        "late": off.mean(),
    }
