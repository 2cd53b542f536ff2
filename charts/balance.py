"""A level before, what came and went, and the level after: the waterfall whose legs must meet its end."""

from collections.abc import Iterable

from charts.from_reading import ANY, currency, described, shown, undated
from charts.names import part_name
from charts.numbers import written
from charts.spec import ChartSpec, Series

CLEAR = 0.5


def balance(doc: dict, ends: tuple[str, str], movement: str, residual: str, title: str) -> ChartSpec:
    """From the first of `ends` through the parts of `movement` to the second. Parts of nothing are told in a note; the
    residual is always told, drawn where there is one. Parts that stand outside the level are not drawn."""
    first, last = (next(iter(undated(doc, name, None, None)), None) for name in ends)
    legs = [row for row in undated(doc, movement, ANY, None) if row["part"] not in (None, *OUTSIDE)]
    drawn = [row for row in legs if shown(row)]
    unit, money = described(doc, movement)["unit"], currency(doc, movement)
    rest = next(iter(undated(doc, residual, None, None)), None)
    names = tuple(described(doc, name)["title"] for name in ends)
    return ChartSpec(
        kind="waterfall",
        title=title,
        x=(names[0], *(part_name(row["part"]) for row in drawn), names[1]),
        series=(Series(title, (shown(first), *(shown(row) for row in drawn), shown(last))),),
        unit=unit,
        currency=money,
        horizontal=True,
        sums=(True, *(False for _ in drawn), True),
        notes=(unexplained(shown(rest), unit, money), *still(legs)),
    )


OUTSIDE = ("over_shipped",)


def unexplained(value: float | None, unit: str, money: str | None) -> str:
    """What the movements do not explain, in a sentence."""
    if value is None:
        return "What the movements leave unexplained is not known."
    if abs(value) < CLEAR:
        return f"Unexplained: {written(0, unit, money)}, the movements meet the open lines."
    return f"Unexplained: {written(value, unit, money)}, shown as a leg of its own."


def still(legs: Iterable[dict]) -> tuple[str, ...]:
    names = ", ".join(part_name(row["part"]).lower() for row in legs if not shown(row))
    return (f"Nothing in: {names}.",) if names else ()
