"""M2 from the text of the book: one deal after the other as known on a day, then counting and scipy."""

from collections import Counter
from dataclasses import dataclass
from datetime import date

import numpy as np
from scipy import stats

from tests.oracle.company import Company
from tests.oracle.lines import segment_on


@dataclass(frozen=True)
class Deal:
    """An opportunity as known on a day; `days` to its close, or so far while it is open."""

    outcome: str
    days: int
    amount: float
    stages: tuple[int, ...]
    segment: str
    type: str
    owner: str
    size: str
    family: str


def deals_of(company: Company, start: date, end: date, as_of: date) -> list[Deal]:
    """The cohort: opportunities created in the period, but for those closed before they were created."""
    made = [row for row in company["opportunity"] if start <= row["created_date"] <= min(end, as_of)]
    found = [_deal(company, row, as_of) for row in made]
    return [deal for deal in found if deal.outcome == "open" or deal.days >= 0]


def _deal(company: Company, row: dict, as_of: date) -> Deal:
    order = {stage["stage_code"]: stage["stage_order"] for stage in company["stage_map"]}
    ends = {stage["stage_code"]: stage["outcome"] for stage in company["stage_map"]}
    told = [
        step
        for step in company["opportunity_field_history"]
        if step["opportunity_id"] == row["opportunity_id"] and step["changed_date"] <= as_of
    ]
    told.sort(key=lambda step: (step["changed_date"], step["seq"]))
    outcome, closed = ends[told[-1]["new_value"]], told[-1]["changed_date"]
    if row["closed_date"] is not None and row["closed_date"] <= as_of:  # nothing was recorded after the last close
        outcome, closed = row["outcome"], row["closed_date"]
    days = ((as_of if outcome == "open" else closed) - row["created_date"]).days
    stages = tuple(sorted({order[step["new_value"]] for step in told if ends[step["new_value"]] != "lost"}))
    segment = row["customer_id"] and segment_on(company, row["customer_id"], row["created_date"])
    size = "small" if row["amount"] < 4000 else "medium" if row["amount"] < 7000 else "large"
    return Deal(
        outcome, days, row["amount"], stages, segment or "Unsegmented", row["opp_type"], row["owner"], size,
        _family(company, row, as_of),
    )  # fmt: skip


def _family(company: Company, row: dict, as_of: date) -> str:
    """That of the greatest value among the lines as they stand, then of the most lines, then the last by name."""
    families = {product["product_id"]: product["family"] for product in company["product"]}
    value, lines = Counter(), Counter()
    for line in company["opportunity_line"]:
        known = line.get("recorded_date") or line["valid_from"]
        until = line.get("valid_to")
        if line["opportunity_id"] != row["opportunity_id"] or known > as_of or (until and until <= as_of):
            continue
        name = line.get("family") or families[line["product_id"]]
        value[name] += line["amount"]
        lines[name] += 1
    return max(value, key=lambda name: (value[name], lines[name], name), default="Unknown")


def won(deals: list[Deal]) -> list[int]:
    return [deal.days for deal in deals if deal.outcome == "won"]


def open_ages(deals: list[Deal]) -> list[int]:
    return [deal.days for deal in deals if deal.outcome == "open"]


def spread(days: list[int]) -> dict[str, float | None]:
    """Median, middle half and coefficient of variation of the won ones."""
    if not days:
        return dict.fromkeys(("won_median", "won_iqr", "won_cv"))
    low, mid, high = np.percentile(days, [25, 50, 75])
    cv = np.std(days, ddof=1) / np.mean(days) if len(days) > 1 and np.mean(days) > 0 else None
    return {"won_median": mid, "won_iqr": high - low, "won_cv": cv}


def stale(deals: list[Deal]) -> tuple[int, int] | None:
    """(open ones older than three quarters of the won ones, open ones)."""
    if not won(deals) or not open_ages(deals):
        return None
    limit = np.percentile(won(deals), 75)
    return sum(age > limit for age in open_ages(deals)), len(open_ages(deals))


def incidence(deals: list[Deal]) -> dict[int, float]:
    """Share won by each day on which one was won: those not yet decided times the part won on the day."""
    left, found, total = 1.0, {}, 0.0
    for day in sorted({deal.days for deal in deals}):
        at_risk = sum(deal.days >= day for deal in deals)
        here = Counter(deal.outcome for deal in deals if deal.days == day)
        total += left * here["won"] / at_risk
        left *= 1 - (here["won"] + here["lost"]) / at_risk
        if here["won"]:
            found[day] = total
    return found


def win_rate(deals: list[Deal]) -> tuple[int, int]:
    return len(won(deals)), sum(deal.outcome != "open" for deal in deals)


def conversion(deals: list[Deal], stage: int) -> tuple[int, int]:
    """(ever in a later stage, the win being the last, ever in the stage)."""
    entered = [deal for deal in deals if stage in deal.stages]
    return sum(max(deal.stages) > stage or deal.outcome == "won" for deal in entered), len(entered)


def velocity(number_open: int, rate: float, mean_value: float, days: float) -> float:
    return number_open * rate * mean_value / days


def pace(deals: list[Deal]) -> float | None:
    """Value a day of these deals."""
    middle, (hit, closed) = spread(won(deals))["won_median"], win_rate(deals)
    if not middle or not closed:
        return None
    mean = float(np.mean([deal.amount for deal in deals if deal.outcome == "won"]))
    return velocity(len(open_ages(deals)), hit / closed, mean, middle)


def median_interval(days: list[int]) -> tuple[int, int] | None:
    """The narrowest symmetric pair of order statistics that holds the median with 95 %."""
    for low in range(len(days) // 2, 0, -1):
        high = len(days) + 1 - low
        if stats.binom.cdf(high - 1, len(days), 0.5) - stats.binom.cdf(low - 1, len(days), 0.5) >= 0.95:
            return sorted(days)[low - 1], sorted(days)[high - 1]
    return None


def wilson(hit: int, of: int) -> tuple[float, float]:
    found = stats.binomtest(hit, of).proportion_ci(method="wilson")
    return found.low, found.high
