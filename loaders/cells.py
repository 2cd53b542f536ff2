"""The cells of a raw relation as SQL: by column name, without their mark, NULL where they mean missing."""

from dataclasses import dataclass

from loaders.model import Way, When
from loaders.numbers import literal
from loaders.workbook import MARK


def fits(text: str, pattern: str) -> str:
    """Whether a text fits a pattern of `null_like`, in which * stands for any text."""
    escaped = pattern.strip().replace("^", "^^").replace("%", "^%").replace("_", "^_").replace("*", "%")
    return f"{text} like {literal(escaped)} escape '^'"


@dataclass(frozen=True)
class Cells:
    """Where each column of the header stands. `typed` files mark the cells that are no texts."""

    place: dict[str, str]
    typed: bool = False

    def raw(self, column: str) -> str:
        """The cell as it is; a column that is not there is empty."""
        return self.place.get(column, "null::varchar")

    def text(self, cell: str) -> str:
        """A cell without its mark."""
        if not self.typed:
            return cell
        return f"(case when starts_with({cell}, {literal(MARK)}) then substr({cell}, 3) else {cell} end)"

    def filled(self, column: str, way: Way, exact: bool) -> str:
        """The cell, NULL where it is blank or a text that means missing.

        An `exact` one is a text and keeps its outer blanks; others are trimmed and keep their mark.
        """
        cell = self.raw(column)
        plain = self.text(cell)
        kept = plain if exact else f"trim({cell})"
        if way.null or way.null_like:
            missing = [f"trim({plain}) in ({', '.join(map(literal, ('', *way.null)))})"]
            missing += [fits(f"trim({plain})", pattern) for pattern in way.null_like]
            return f"(case when not ({' or '.join(missing)}) then {kept} end)"
        # a text that sorts after the blank is not blank, which is the quicker thing to see
        filled = f"{plain} >= '!' or ltrim({plain}) <> ''"
        return f"(case when {filled} then {kept} end)" if exact or self.typed else f"nullif({kept}, '')"

    def holds(self, when: When) -> str:
        """Whether a condition holds in a row; never NULL."""
        plain = f"lower(trim(coalesce({self.text(self.raw(when.column))}, '')))"
        if when.null:
            null = ", ".join(literal(text.strip().lower()) for text in when.null)
            plain = f"(case when {plain} in ({null}) then '' else {plain} end)"
        listed = ", ".join(literal(text.strip().lower()) for text in when.texts)
        return f"({plain} {'' if when.among else 'not '}in ({listed}))" if listed else str(not when.among).lower()

    def all_hold(self, whens: tuple[When, ...]) -> str:
        return " and ".join(map(self.holds, whens)) or "true"
