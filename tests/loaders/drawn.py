"""A ledger to load drawn files into, and to look at what came of them."""

import csv
import json
from dataclasses import dataclass
from pathlib import Path

import duckdb

from loaders.load import FileResult, load_files
from warehouse.home import Home

ORDERS = """
system = "Shop"
side = "erp"
null = ["N/A"]
exported_at = "2024-01-31"
[object.lines]
recognise = ["Line", "Order", "Qty"]
scope = "partial"
[[object.lines.table]]
table = "order_line"
[object.lines.table.columns]
order_line_id = "Line"
order_id = "Order"
planner = "Planner"
ordered_qty = { from = "Qty", decimal = "." }
net_amount = { from = "Net", decimal = ".", thousands = "," }
requested_date = { from = "Wanted", format = "%Y-%m-%d" }
"""

LINES = """
system = "Shop"
side = "erp"
[object.lines]
recognise = ["Line", "Order"]
[[object.lines.table]]
table = "order_line"
[object.lines.table.columns]
order_line_id = "Line"
order_id = "Order"
"""


@dataclass
class Ledger:
    """A home with files drawn beside it."""

    home: Home
    folder: Path

    def profile(self, text: str, name: str = "shop") -> None:
        self.home.profiles.mkdir(parents=True, exist_ok=True)
        (self.home.profiles / f"{name}.toml").write_text(text, "utf-8")

    def draw(self, name: str, content: str | bytes) -> Path:
        path = self.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        return path

    def load(self, *names: str, **options) -> list[FileResult]:
        return load_files(self.home, [self.folder / name for name in names], **options)

    def one(self, name: str, content: str | bytes | None = None, **options) -> FileResult:
        if content is not None:
            self.draw(name, content)
        (result,) = self.load(name, **options)
        return result

    def manifest(self, result: FileResult) -> dict:
        return json.loads((self.home.loads / result.load_id / "manifest.json").read_text("utf-8"))

    def rows(self, result: FileResult, table: str, columns: str = "*") -> list[tuple]:
        file = self.home.loads / result.load_id / f"{table}.parquet"
        with duckdb.connect() as con:
            return con.execute(f"select {columns} from read_parquet($1) order by source_line", [str(file)]).fetchall()

    def rejects(self, result: FileResult, table: str) -> list[list[str]]:
        file = self.home.loads / result.load_id / f"{table}.rejects.csv"
        with file.open(encoding="utf-8", newline="") as source:
            return list(csv.reader(source))


def accounted(entry: dict) -> bool:
    return entry["rows_in"] == entry["loaded"] + entry["rejected"] + entry["ignored"]
