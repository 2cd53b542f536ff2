"""The steps that are measured, each run alone: `python -m benchmarks.steps STEP ...`."""

import gc
import os
import statistics
import sys
import time
from pathlib import Path

import duckdb

from benchmarks.measure import ROOT, say

TYPES = {
    "order_line_id": "VARCHAR", "order_id": "VARCHAR", "line_no": "BIGINT", "product_id": "VARCHAR",
    "site_id": "VARCHAR", "ordered_qty": "DECIMAL(18,4)", "unit_price": "DECIMAL(18,6)", "net_amount": "DECIMAL(18,4)",
    "requested_date": "DATE", "first_promised_date": "DATE",
}  # fmt: skip


def plain(source: str, target: str) -> None:
    """DuckDB's own typed CSV read to zstd Parquet: the yardstick of a load."""
    con = duckdb.connect(config={"memory_limit": "2GB"})
    con.execute(
        f"COPY (SELECT * FROM read_csv('{source}', header = true, columns = {TYPES})) TO '{target}' (CODEC 'zstd')"
    ).fetchall()
    say()


def load(home: str, *paths: str) -> None:
    from loaders.load import load_files
    from warehouse.home import resolve_home

    parts: dict[str, float] = {}
    last = [time.perf_counter()]

    def progress(file, share, what) -> None:
        now = time.perf_counter()
        parts[what], last[0] = parts.get(what, 0) + now - last[0], now

    files = [Path(path) for path in paths]
    results = load_files(resolve_home(home), files, exported_at="2026-04-30", progress=progress)
    entries = [entry for result in results for entry in result.entries]
    bad = [entry for entry in entries if entry["status"] not in ("loaded", "unchanged")]
    if bad:
        raise SystemExit(str(bad[:3]))
    say(rows=sum(entry["loaded"] for entry in entries), parts=parts)


def build(home: str) -> None:
    from metrics.materialise import materialise
    from warehouse.build import build as make
    from warehouse.home import resolve_home
    from warehouse.versions import facts

    number = make(resolve_home(home), materialise=materialise)
    say(number=number, seconds=facts(resolve_home(home), number)["seconds"])


def page(home: str) -> None:
    """The overview after filter clicks, each on readings nobody has asked for yet, then on kept ones."""
    os.environ["THROUGHLINE_HOME"] = home
    from streamlit.testing.v1 import AppTest

    app = AppTest.from_file(str(ROOT / "pages" / "_shell.py"), default_timeout=600)
    app.run()
    gc.collect()
    gc.freeze()
    fresh, kept = (
        [_rerun(app, "segment", name) for name in SEGMENTS],
        [_rerun(app, "segment", name) for name in SEGMENTS],
    )
    say(
        fresh_ms=1000 * statistics.median(wall for wall, _ in fresh),
        rerun_ms=1000 * statistics.median(wall for wall, _ in kept),
        cpu_ms=1000 * statistics.median(cpu for _, cpu in kept),
    )


def _rerun(app, key: str, member: str) -> tuple[float, float]:
    app.multiselect(key=key).set_value([member])
    wall, cpu = time.perf_counter(), time.process_time()
    app.run()
    return time.perf_counter() - wall, time.process_time() - cpu


SEGMENTS = ("Enterprise", "Midmarket", "Small", "Public")


if __name__ == "__main__":
    globals()[sys.argv[1]](*sys.argv[2:])
