"""The generic layout as files to fill: one CSV per canonical table with its columns as header."""

import csv
from pathlib import Path

from warehouse.schema import tables


def write_templates(folder: Path) -> list[Path]:
    """Write <table>.csv for every canonical table into `folder` and return the paths; files there are replaced.

    An instant may be filled as *_at (ISO, with an offset or in the company's zone) or, day only, as its *_date.
    """
    folder.mkdir(parents=True, exist_ok=True)
    written = []
    for table in tables().values():
        path = folder / f"{table.name}.csv"
        with path.open("w", encoding="utf-8", newline="") as target:
            csv.writer(target).writerow(table.columns)
        written.append(path)
    return written
