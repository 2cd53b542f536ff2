"""How a result row is put into words on paper; too few rows show what was counted, never a value."""

from charts.dates import months_of, span
from charts.from_reading import shown
from charts.numbers import DASH, change, counted, written
from charts.standing import DIRECTED, judged
from charts.targets import sentence, verdict

STATUS = {
    "low_n": "few rows",
    "insufficient": "too few rows",
    "not_available": "not available",
    "stale": "stale",
}


def is_shown(row: dict | None) -> bool:
    """Whether enough rows stand behind the value to print it."""
    return shown(row) is not None


def value(row: dict | None, unit: str) -> str:
    """The value with its unit; what was counted where there are too few rows; a dash where there is nothing."""
    if is_shown(row):
        return written(row["value"], unit, row["currency"])
    return counts(row, unit) or DASH


def counts(row: dict | None, unit: str) -> str:
    """Numerator of (for other units than shares: over) denominator, empty where the measure has none."""
    if row is None or row["num"] is None or row["den"] is None:
        return ""
    return f"{counted(row['num'])} {'of' if unit == 'share' else '/'} {counted(row['den'])}"


def interval(row: dict | None, unit: str) -> str:
    """The interval's ends, a dash for an open end; empty without one."""
    if not is_shown(row) or not row["ci"]:
        return ""
    low, high = (written(end, unit, row["currency"]) for end in row["ci"])
    return f"{low} to {high}"


def status(row: dict | None) -> str:
    """What a reader must know about the row: its status where it is not ok, and an unfinished period."""
    if row is None:
        return ""
    told = [STATUS.get(row["status"], ""), "may still change" if row["provisional"] else ""]
    return ", ".join(word for word in told if word)


def goal(section) -> str:
    """The headline's verdict and target in one line; empty without a target."""
    return sentence(section.headline, section.unit)


def standing(row: dict, unit: str) -> str:
    """What must be known about a slice and its verdict: few rows, target missed, −2.3 pp."""
    said = against_target(row, unit)
    return ", ".join(word for word in (status(row), f"target {said}" if said else "") if word)


def against_target(row: dict, unit: str) -> str:
    """The verdict with its distance: missed, −2.3 pp; empty where nothing is judged."""
    found = row.get("target") or {}
    return verdict(row, unit) if found.get("verdict") else ""


def order(better: str | None) -> str:
    """What the first of the slices is."""
    return "worst first" if better in DIRECTED else "highest first"


def is_compared(row: dict | None) -> bool:
    """Whether the row has a difference that both its ends carry."""
    return is_shown(row) and row.get("difference") is not None and shown(row["base"]) is not None


def comparisons(section) -> list[tuple[dict, str]]:
    """The section's comparisons that can be made, each with what is compared with what in words."""
    found = [(section.prior, "in the period before"), (section.prior_year, "a year before")]
    return [(row, against(row, section, name)) for row, name in found if is_compared(row)]


def against(row: dict, section, name: str) -> str:
    """The base of a comparison; its own value too, where its months are not those of the headline."""
    base = f"against {written(row['base']['value'], section.unit, row['currency'])} {name}"
    if row["period"] == section.headline["period"]:
        return base
    return f"last {months_of(row['period'])} months, {written(row['value'], section.unit, row['currency'])} {base}"


def period(section) -> str:
    """The days that the headline is of (of a state, the day of its count)."""
    said = span(section.headline["period"] or section.readings["value"]["scope"]).removeprefix("at ")
    return f"period {said}" if said else "no period"


def member(row: dict) -> str:
    """The member of a slice with its dimension: segment SMB."""
    return ", ".join(f"{dim.replace('_', ' ')} {name}" for dim, name in row["slice"].items())


def difference(row: dict | None, unit: str) -> str:
    """The change against the base, signed; a dash where one side has too few rows or nothing."""
    return change(row["difference"], unit, row["currency"]) if is_compared(row) else DASH


def tone(row: dict | None, measure) -> str:
    """good, bad or flat: whether the change is the way one wants."""
    if not is_compared(row):
        return "flat"
    return judged(row["difference"], measure.unit, measure.better, row.get("difference_ci"))
