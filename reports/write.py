"""Writing a report: whole files only, and nothing at all when nothing changed."""

import json
import os
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from metrics.registry import UsageError
from reports import csv_out, html, overview, xlsx
from reports.model import Report
from warehouse.targets import Target

REPORTS: dict[str, Callable] = {"overview": overview.compose}
WRITERS: dict[str, Callable[[Report], bytes]] = {"html": html.render, "xlsx": xlsx.render, "csv": csv_out.render}


@dataclass(frozen=True)
class Written:
    """The files written, what is stale or failed in them, and, if nothing was written, the name of what stands."""

    paths: list[Path] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)
    unchanged: str | None = None


def write_report(
    version,
    name: str,
    formats: tuple[str, ...],
    folder: Path,
    if_changed: bool = False,
    targets: tuple[Target, ...] = (),
) -> Written:
    """Write a report of one pinned version, judged by these targets, in these formats. Raises UsageError for an
    unknown name or format."""
    if name not in REPORTS:
        raise UsageError(f"there is no report {name!r}; there is {', '.join(REPORTS)}")
    wrong = [format for format in formats if format not in WRITERS]
    if wrong or not formats:
        raise UsageError(f"a report has no format {', '.join(wrong) or 'at all'}; it offers {', '.join(WRITERS)}")
    definition = overview.definition_of(name, overview.METRICS)
    before = _read_state(folder, name)
    if if_changed and _same(before, _data(version, targets), definition, formats, folder):
        return Written(problems=before["problems"], unchanged=before["files"][formats[0]])
    report = REPORTS[name](version, targets=targets)
    folder.mkdir(parents=True, exist_ok=True)
    paths = {format: folder / f"{stem(report)}.{format}" for format in formats}
    put({path: WRITERS[format](report) for format, path in paths.items()})
    put({_state_path(folder, name): _state(_data(version, targets), report, paths)})
    return Written(list(paths.values()), report.problems)


def stem(report: Report) -> str:
    """The name of a report's files: report, as-of date, version."""
    return f"{report.name}_{report.as_of or 'undated'}_v{report.version}"


def put(contents: dict[Path, bytes]) -> None:
    """Write every file under a temporary name, sync them, then rename them all: a reader never sees half a file."""
    fresh = {path.with_name(f".{path.name}.{os.getpid()}.tmp"): path for path in contents}
    try:
        for temporary, path in fresh.items():
            with temporary.open("wb") as file:
                file.write(contents[path])
                file.flush()
                os.fsync(file.fileno())
        for temporary, path in fresh.items():
            os.replace(temporary, path)
    finally:
        for temporary in fresh:
            temporary.unlink(missing_ok=True)


def _state_path(folder: Path, name: str) -> Path:
    return folder / f".{name}.json"


def _state(data: list, report: Report, paths: dict[str, Path]) -> bytes:
    files = {format: path.name for format, path in paths.items()}
    told = {"data": data, "definition": report.definition, "files": files, "problems": report.problems}
    return json.dumps(told, ensure_ascii=False, indent=1).encode()


def _read_state(folder: Path, name: str) -> dict:
    try:
        return json.loads(_state_path(folder, name).read_text("utf-8"))
    except (FileNotFoundError, ValueError):
        return {}


def _same(before: dict, data: list, definition: str, formats, folder: Path) -> bool:
    if before.get("data") != data or before.get("definition") != definition:
        return False
    if any("failed" in problem for problem in before["problems"]):
        return False
    return all(format in before["files"] and (folder / before["files"][format]).exists() for format in formats)


def _data(version, targets: tuple[Target, ...]) -> list:
    """The version and when it was built, so that two homes with equal numbers are not taken for one another, and the
    targets its numbers are judged by."""
    kept = json.loads(json.dumps([one.as_json() for one in targets]))
    return [version.number, str(version.facts["built_at"]), kept]
