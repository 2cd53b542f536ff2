"""What the sample company is made of: sizes, calendar, segments, plants, stages and the planted faults by name."""

from dataclasses import dataclass
from datetime import date

import numpy as np

END = date(2026, 4, 30)  # a Thursday: the day of the last export
SEGMENTS = ("Enterprise", "Midmarket", "SMB", "Public")
SEGMENT_SHARE = (0.16, 0.36, 0.36, 0.12)
PRIORITY = {"Enterprise": 1, "Public": 2, "Midmarket": 2, "SMB": 3, "": 2}
FAMILIES = ("Pumps", "Valves", "Motors", "Controls", "Sensors", "Service kits")
SITES = ("1000", "2000", "3000")  # Hamburg, Stuttgart, Linz
PLANNER = {"1000": "101", "2000": "202", "3000": "303"}
STAGES = ("Qualification", "Needs Analysis", "Perception Analysis", "Proposal/Price Quote", "Negotiation/Review")
PROBABILITY = {
    "Qualification": 10,
    "Needs Analysis": 20,
    "Perception Analysis": 70,
    "Proposal/Price Quote": 75,
    "Negotiation/Review": 90,
    "Closed Won": 100,
    "Closed Lost": 0,
}

# The planted faults.
REDATING_SITE = "2000"
SLOW_SUPPLIER = "0000200005"
SLOW_FAMILY = "Motors"
SLOPPY_SUPPLIER = "0000200002"
LAST_SEGMENT = "SMB"
INFLATED_STAGE = "Perception Analysis"


@dataclass(frozen=True)
class Size:
    """How much of everything: `scale` multiplies volumes, weeks thin the archive and the moves of promises."""

    name: str
    scale: float
    products: int
    customers: int
    habit: float  # how often customers order again
    asked: float  # share of delivered orders followed by a survey
    weekly_opportunity: int
    weekly_reviews: int
    weekly_stock: int


SIZES = {
    "demo": Size("demo", 1.0, 42, 86, 0.85, 0.62, weekly_opportunity=78, weekly_reviews=13, weekly_stock=9),
    "small": Size("small", 0.1, 12, 26, 0.45, 0.95, weekly_opportunity=5, weekly_reviews=5, weekly_stock=4),
}


@dataclass(frozen=True)
class Calendar:
    """The days of the data as days since 1970-01-01: first day, last day and the first of each month."""

    start: int
    end: int
    month_starts: np.ndarray

    @property
    def month_ends(self) -> np.ndarray:
        return np.append(self.month_starts[1:], self.end + 1) - 1


def calendar(months: int) -> Calendar:
    """The calendar of the last `months` months up to END."""
    last = np.datetime64(END, "M")
    starts = np.arange(last - months + 1, last + 1).astype("datetime64[D]").astype(int)
    return Calendar(int(starts[0]), int(np.datetime64(END, "D").astype(int)), starts)


def day_number(text: str) -> int:
    """Days since 1970-01-01 of an ISO date."""
    return int(np.datetime64(text, "D").astype(int))


def workday(days):
    """The same day, or the Monday after a weekend."""
    weekday = (np.asarray(days) + 3) % 7
    return np.asarray(days) + np.where(weekday == 5, 2, np.where(weekday == 6, 1, 0))


def workday_before(days):
    """The same day, or the Friday before a weekend."""
    weekday = (np.asarray(days) + 3) % 7
    return np.asarray(days) - np.where(weekday == 5, 1, np.where(weekday == 6, 2, 0))


def thursdays(calendar: Calendar) -> list[int]:
    """Days of the weekly exports: every Thursday."""
    return [day for day in range(calendar.start, calendar.end + 1) if (calendar.end - day) % 7 == 0]


def review_days(calendar: Calendar, weekly: int) -> list[int]:
    """Thursdays between which a promise moves once at most: each of the last `weekly` weeks, every second before."""
    recent = [calendar.end - 7 * k for k in range(weekly)]
    older = [recent[-1] - 14 * k for k in range(1, 200)]
    return sorted(day for day in recent + older if day >= calendar.start)


def month_end_thursdays(calendar: Calendar, weekly: int) -> list[int]:
    """Every Thursday of the last `weekly` weeks and the last Thursday of each month before."""
    ends = {int(day - (day - calendar.end) % 7) for day in calendar.month_ends}
    return sorted(ends | set(thursdays(calendar)[-weekly:]))


def rng(seed: int, area: str) -> np.random.Generator:
    """A generator of its own for each area, so that a change in one leaves the others alone."""
    return np.random.default_rng([seed, *area.encode()])
