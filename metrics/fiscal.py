"""The company's fiscal months: calendar months from another day, or weeks in a pattern such as 4-4-5.

With a pattern the fiscal year begins on the first day of the week nearest to the stated day, so that it has 52 or 53
weeks; the 53rd belongs to its last month. A fiscal year is named by the calendar year in which its stated day lies.
Source: the 4-4-5 calendar of the National Retail Federation and of 52/53-week filers (IRC 441).
"""

from dataclasses import dataclass
from datetime import date, timedelta
from itertools import accumulate

from dateutil.relativedelta import relativedelta

PATTERNS = ("calendar", "4-4-5", "4-5-4", "5-4-4")


@dataclass(frozen=True)
class Fiscal:
    """`start` is MM-DD, `pattern` one of PATTERNS, `week_start` 1 (Monday) to 7."""

    start: str = "01-01"
    pattern: str = "calendar"
    week_start: int = 1

    @property
    def is_weekly(self) -> bool:
        return self.pattern != "calendar"

    @property
    def shift(self) -> int:
        """Days by which fiscal months that are months begin after calendar months."""
        return int(self.start[3:]) - 1

    def year_start(self, year: int) -> date:
        """First day of a fiscal year of weeks."""
        stated = date(year, int(self.start[:2]), int(self.start[3:]))
        ahead = (self.week_start - stated.isoweekday()) % 7
        return stated + timedelta(days=ahead if ahead <= 3 else ahead - 7)

    def months(self, year: int) -> list[date]:
        """First days of the twelve months of a fiscal year of weeks."""
        weeks = [int(part) for part in self.pattern.split("-")] * 4
        return [self.year_start(year) + timedelta(weeks=done) for done in accumulate([0, *weeks[:-1]])]

    def starts(self, first: date, last: date) -> list[date]:
        """First days of all fiscal months that touch a span."""
        if not self.is_weekly:
            month, found = self.month_start(first), []
            while month <= last:
                found.append(month)
                month = self.next_start(month)
            return found
        every = [day for year in range(first.year - 1, last.year + 2) for day in self.months(year)]
        return [day for day, after in zip(every, every[1:], strict=False) if after > first and day <= last]

    def month_start(self, day: date) -> date:
        """First day of the fiscal month that holds a day."""
        if self.is_weekly:
            return self.starts(day, day)[0]
        moved = day - timedelta(days=self.shift)
        return moved.replace(day=1) + timedelta(days=self.shift)

    def next_start(self, start: date) -> date:
        """First day of the fiscal month after the one that begins on a day."""
        if self.is_weekly:
            return self.starts(start, start + timedelta(days=45))[1]
        moved = start - timedelta(days=self.shift)
        return moved + relativedelta(months=1) + timedelta(days=self.shift)

    def label(self, start: date) -> str:
        """FY named by the year in which it begins, and the month's number in it."""
        if self.is_weekly:
            year = next(year for year in (start.year + 1, start.year, start.year - 1) if self.year_start(year) <= start)
            return f"FY{year}-M{self.months(year).index(start) + 1:02d}"
        first, month = int(self.start[:2]), start - timedelta(days=self.shift)
        year = month.year if month.month >= first else month.year - 1
        return f"FY{year}-M{(month.month - first) % 12 + 1:02d}"


CALENDAR = Fiscal()
