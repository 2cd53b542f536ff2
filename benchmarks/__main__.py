"""`make bench`: load, build, readings and page rerun at a size, as ratios against plain DuckDB in the same run."""

import argparse
import shutil
import statistics
import tempfile
from pathlib import Path

from benchmarks import company
from benchmarks.measure import alone, line


def main() -> None:
    options = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    options.add_argument("--lines", type=int, nargs="+", default=[1_000_000, 10_000_000])
    options.add_argument("--folder", type=Path, help="where data are kept; default: a temporary folder")
    given = options.parse_args()
    folder = given.folder or Path(tempfile.mkdtemp(prefix="throughline-bench-"))
    for lines in given.lines:
        run(folder / str(lines), lines)
    if given.folder is None:
        shutil.rmtree(folder)


def run(folder: Path, lines: int) -> None:
    print(f"\n{lines:,} order lines")
    files = company.write(folder / "exports", lines)
    home = folder / "home"
    shutil.rmtree(home, ignore_errors=True)
    _load(folder, home, files)
    build = alone("build", home)
    line("build and publish", f"{build.wall:.1f} s, {build.peak_mb:.0f} MB", "<= 120 s at 10 M, <= 4 GB")
    for step, took in sorted(build.said["seconds"].items(), key=lambda item: -item[1]):
        line(f"  {step}", f"{took:.1f} s, {took / sum(build.said['seconds'].values()):.0%}")
    _readings(home)
    _page(home)


def _load(folder: Path, home: Path, files: list[Path]) -> None:
    order_line = next(path for path in files if path.stem == "order_line")
    plain = alone("plain", order_line, folder / "plain.parquet")
    ours = alone("load", folder / "only", order_line)
    line("plain DuckDB, typed CSV to Parquet", f"{plain.cpu:.1f} s cpu, {plain.wall:.1f} s")
    line("load with every check", f"{ours.cpu:.1f} s cpu, {ours.wall:.1f} s")
    line("  ratio of cpu time", f"{ours.cpu / plain.cpu:.2f}x, {ours.peak_mb:.0f} MB", "<= 1.5x for ISO, <= 2 GB")
    for part, took in sorted(ours.said["parts"].items(), key=lambda item: -item[1]):
        line(f"  {part}", f"{took / ours.wall:.0%}")
    shutil.rmtree(folder / "only")
    everything = alone("load", home, *files)
    line("load of all tables", f"{everything.wall:.1f} s, {everything.said['rows']:,} rows")


def _readings(home: Path) -> None:
    from benchmarks.readings import of
    from warehouse.home import resolve_home
    from warehouse.versions import open_version

    found = of(open_version(resolve_home(str(home))))
    for row in found:
        hand = f", {row['value'] / row['by_hand']:.2f}x by hand" if "by_hand" in row else ""
        text = " / ".join(f"{row[name] * 1000:.0f}" for name in ("value", "by", "interval", "as_of"))
        line(f"{row['metric']} {row['measure']}", text + " ms" + hand, row["status"])
    values = [row["value"] for row in found]
    text = f"{statistics.median(values) * 1000:.0f} / {max(values) * 1000:.0f} ms"
    line("value: median / worst", text, "<= 50 / 250 ms; columns: value / sliced / interval / other as-of")


def _page(home: Path) -> None:
    page = alone("page", home)
    line("overview, new filter, nothing kept", f"{page.said['fresh_ms']:.0f} ms")
    text = f"{page.said['rerun_ms']:.0f} ms, {page.said['cpu_ms']:.0f} ms cpu"
    line("overview, filter seen before", text, "<= 90 ms to tiles, <= 46 ms cpu; here a test client draws")


if __name__ == "__main__":
    main()
