"""A report as one flat CSV: every reading it holds, a row each, safe to open in a spreadsheet."""

import csv
import io

from reports import words
from reports.flat import FIELDS, TARGET, safe, target_cells
from reports.model import Report

HEADER = (
    *("report", "data_version", "as_of", "metric", "definition", "measure", "unit", "reading", "dimension", "member"),
    *("part", "period", "from", "to", *FIELDS, "base", "difference", *TARGET),
)


def render(report: Report) -> bytes:
    """UTF-8 with a byte order mark, so that spreadsheets read names right; too few rows have counts but no value."""
    sink = io.StringIO()
    writer = csv.writer(sink, lineterminator="\r\n")
    writer.writerow(HEADER)
    for section in report.sections:
        for reading, doc in section.readings.items():
            units = {measure["measure"]: measure["unit"] for measure in doc["measures"]}
            for row in doc["rows"]:
                writer.writerow([safe(cell) for cell in _cells(report, doc, reading, units, row)])
    return sink.getvalue().encode("utf-8-sig")


def _cells(report: Report, doc: dict, reading: str, units: dict, row: dict) -> list:
    period, (low, high) = row["period"] or {}, row["ci"] or (None, None)
    dimension, member = next(iter(row["slice"].items()), (None, None))
    shown = words.is_shown(row)
    values = {**row, "value": row["value"] if shown else None, "ci_low": low, "ci_high": high}
    found = [report.name, report.version, doc["as_of"], doc["metric"], doc["definition"], row["measure"]]
    found += [units[row["measure"]], reading, dimension, member, row["part"]]
    found += [period.get(name) for name in ("label", "from", "to")] + [values.get(name) for name in FIELDS]
    return found + [(row.get("base") or {}).get("value"), row.get("difference"), *target_cells(row)]
