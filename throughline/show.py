"""A reading as a table for people, as CSV, or as the JSON document itself."""

import csv
import sys
from collections.abc import Callable

from charts import targets
from charts.numbers import THIN, change, counted, written
from reports import words
from reports.flat import drilled, flat_rows, flipped, safe
from throughline import say

FORMATS = ("table", "json", "csv")
RIGHT = ("value", "counted", "n", "base", "difference", "restated", "adds", "within", "mix")


def print_reading(answer: dict, format: str) -> None:
    """Print the document of metrics.read.read in one of FORMATS."""
    if format == "json":
        say.document(answer)
    elif format == "csv":
        _print_csv(answer)
    elif "flips" in answer:
        _print_flips(answer)
    elif "columns" in answer:
        _print_rows(answer)
    else:
        _print_table(answer)


def _print_csv(answer: dict) -> None:
    header, rows = flat_rows(answer)
    writer = csv.writer(sys.stdout, lineterminator="\n")
    writer.writerow(header)
    writer.writerows([safe(cell) for cell in row] for row in rows)


def _print_rows(answer: dict) -> None:
    """Key, dimensions, day, components and reason of the drilled rows; every other column is in CSV and JSON."""
    if answer.get("reason"):
        say.line(answer["reason"])
        return
    names = [column["name"] for column in answer["columns"]]
    names = names[: names.index("reason") + 1] if "reason" in names else names
    filled = [name for name in names if any(drilled(row, name) not in (None, "") for row in answer["rows"])]
    say.table(filled, [[drilled(row, name) for name in filled] for row in answer["rows"]])
    say.line(f"{len(answer['rows'])} of {answer['total_rows']} rows; --limit and --offset turn the page")


def _print_flips(answer: dict) -> None:
    """Both numbers, how many rows flip in which way, and the rows."""
    for side, params in (("standing", answer["standing_params"]), ("other", answer["params"])):
        _print_table(
            {**answer, "params": params, "rows": [{**row, "part": row["part"] or side} for row in answer[side]]}
        )
        say.line()
    if answer.get("reason"):
        say.line(answer["reason"])
        return
    header, rows = flipped(answer)
    filled = [place for place, _ in enumerate(header) if any(row[place] not in (None, "") for row in rows)]
    say.table([header[place] for place in filled], [[row[place] for place in filled] for row in rows])
    kinds = ", ".join(f"{count} {kind}" for kind, count in answer["flips"].items()) or "none"
    say.line(f"{len(rows)} of {answer['total_rows']} rows that flip ({kinds}); --limit and --offset turn the page")


def _print_table(answer: dict) -> None:
    told = [f"as of {answer['as_of']}", f"version {answer['data_version']}", f"definition {answer['definition']}"]
    conventions = [f"{name}={value}" for name, value in answer["params"].items()]
    say.line(f"{answer['title']}  ({', '.join(told)})")
    say.line("  ".join([f"period {answer['scope'].get('label', '')}", *conventions]))
    say.line()
    units = {measure["measure"]: measure["unit"] for measure in answer["measures"]}
    columns = [(name, cell) for name, cell in _columns(answer, units) if any(cell(row) for row in answer["rows"])]
    rows = [[cell(row) for _, cell in columns] for row in answer["rows"]]
    say.table([name for name, _ in columns], rows, right=RIGHT)
    _print_reasons(answer["rows"])


def _columns(answer: dict, units: dict) -> list[tuple[str, Callable]]:
    dims = list(dict.fromkeys(name for row in answer["rows"] for name in row["slice"]))
    slices = [(name, lambda row, name=name: row["slice"].get(name, "(all)")) for name in dims]
    return [
        ("measure", lambda row: row["measure"]),
        ("part", lambda row: row["part"]),
        *slices,
        ("period", lambda row: (row["period"] or {}).get("label")),
        ("value", lambda row: _value(row, units)),
        ("counted", lambda row: _plain(words.counts(row, _unit(row, units)))),
        ("n", lambda row: _plain(counted(row["n"]))),
        ("interval", lambda row: _interval(row.get("ci"), row, units)),
        ("base", lambda row: _value({**row, **row["base"]}, units) if row.get("base") else ""),
        ("difference", lambda row: _change(row.get("difference"), row, units)),
        ("restated", lambda row: _change((row.get("restated") or {}).get("restatement"), row, units)),
        ("adds", lambda row: _change(row.get("contribution"), row, units)),
        ("within", lambda row: _change(row.get("within"), row, units)),
        ("mix", lambda row: _change(row.get("mix"), row, units)),
        ("target", lambda row: _aim(row, units)),
        ("verdict", lambda row: _plain(targets.verdict(row, _unit(row, units)))),
        ("status", lambda row: row["status"] + (" (provisional)" if row["provisional"] else "")),
    ]


def _value(row: dict, units: dict) -> str:
    """The number with its unit; nothing where too few rows stand behind it."""
    if row["status"] in ("insufficient", "not_available"):
        return "–"
    return _plain(written(row["value"], _unit(row, units), row["currency"]))


def _aim(row: dict, units: dict) -> str:
    found = row.get("target")
    return _plain(targets.aim(found, _unit(row, units), row["currency"])) if found else ""


def _unit(row: dict, units: dict) -> str:
    """The unit of a row: its own where it has one, else that of its measure."""
    return row.get("unit") or units[row["measure"]]


def _change(by: float | None, row: dict, units: dict) -> str:
    return "" if by is None else _plain(change(by, _unit(row, units), row["currency"]))


def _interval(ci, row: dict, units: dict) -> str:
    if not ci or row["status"] == "insufficient":
        return ""
    low, high = (_plain(written(end, units[row["measure"]], row["currency"])) for end in ci)
    return f"[{low}, {high}]"


def _print_reasons(rows: list[dict]) -> None:
    reasons = dict.fromkeys(row["reason"] for row in rows if row.get("reason"))
    excluded: dict[str, int] = {}
    for row in rows:
        if not row["slice"]:
            excluded |= {name: max(count, excluded.get(name, 0)) for name, count in row["excluded"].items()}
    for reason in reasons:
        say.line(reason)
    if excluded:
        say.line("left out: " + ", ".join(f"{name} {count}" for name, count in excluded.items()))


def _plain(text: str) -> str:
    return text.replace(THIN, " ")
