"""One locked builder makes the next version from all active loads, checks it and publishes it."""

import json
import time
from collections.abc import Callable
from dataclasses import asdict
from datetime import UTC, datetime
from functools import partial
from hashlib import sha256
from importlib import metadata
from pathlib import Path

import duckdb
from filelock import FileLock

from warehouse import versions
from warehouse.home import Home
from warehouse.loads import Load, active_loads
from warehouse.matching import decisions
from warehouse.schema import tables
from warehouse.state import Settings, get_settings
from warehouse.steps.checks import checks
from warehouse.steps.fx import fx
from warehouse.steps.history import history
from warehouse.steps.ids import golden, ids
from warehouse.steps.inputs import inputs
from warehouse.steps.job import BuildError, Job
from warehouse.steps.latest import latest
from warehouse.steps.match import match
from warehouse.steps.publish import BUILDING, publish, tidy
from warehouse.steps.quality import quality
from warehouse.steps.records import records
from warehouse.steps.requested import requested
from warehouse.steps.times import times
from warehouse.steps.units import units

MEMORY = "3600MB"
MARTS = Path(__file__).parent / "marts"
SOURCES = (Path(__file__).parent / "schema", MARTS, Path(__file__).parent / "steps")
STEPS = (inputs, latest, match, records, ids, golden, times, units, requested, history, fx, quality)


def build(
    home: Home,
    materialise: Callable | None = None,
    progress: Callable[[str], None] | None = None,
    memory: str = MEMORY,
    marts: Path = MARTS,
) -> int:
    """Make, check and publish the next version; return its number.

    `materialise(con, facts)` adds what metrics precompute; `progress(step)` is called after every step; `marts` is the
    folder of the marts' SQL. Waits for a build that is already running. Raises BuildError when a check fails; then the
    former version stays current and `last_error` tells why.
    """
    home.path.mkdir(parents=True, exist_ok=True)
    with FileLock(home.lock):
        try:
            extra = [("marts", partial(_marts, folder=marts)), ("materialise", partial(_materialise, materialise))]
            number = _build(home, extra, progress or (lambda step: None), memory)
        except Exception as error:
            _note_error(home, error)
            raise
        _error_file(home).unlink(missing_ok=True)
        return number


def _build(home: Home, extra: list[tuple[str, Callable]], progress: Callable[[str], None], memory: str) -> int:
    tidy(home)
    job = _open(home, progress, memory)
    steps = [*((step.__name__, step) for step in STEPS), *extra, ("checks", checks)]
    seconds = job.facts["seconds"] = {}
    try:
        for name, step in steps:
            start = time.perf_counter()
            if step in STEPS:  # one commit a step; marts and metrics bring statements of their own
                job.run("begin")
            step(job)
            if step in STEPS:
                job.run("commit")
            seconds[name] = round(time.perf_counter() - start, 3)
            progress(name)
        publish(job)
    finally:
        job.con.close()
    return job.number


def _open(home: Home, progress: Callable[[str], None], memory: str) -> Job:
    spill = home.spill / "build"
    spill.mkdir(parents=True, exist_ok=True)
    number = max([0, *versions.numbers(home)]) + 1
    config = {"memory_limit": memory, "temp_directory": str(spill), "preserve_insertion_order": "false"}
    con = duckdb.connect(str(home.versions / BUILDING), config=config)
    job = Job(con, home, get_settings(home), active_loads(home), tables(), number, told=progress)
    built_at, app_version = datetime.now(UTC).replace(tzinfo=None), _app_version()
    job.run("create table version_info as select $1::integer as version, $2::timestamp as built_at, $3 as app_version",
            [number, built_at, app_version])  # fmt: skip
    job.facts = {
        "version": number,
        "built_at": built_at.isoformat(),
        "app_version": app_version,
        "inputs": _inputs(home, job.loads, job.settings),
    }
    return job


def _materialise(materialise: Callable | None, job: Job) -> None:
    if materialise:
        materialise(job.con, job.facts)


def _marts(job: Job, folder: Path) -> None:
    for path in sorted(folder.glob("*.sql")):
        try:
            job.run(path.read_text("utf-8"))
        except duckdb.Error as error:
            raise BuildError(f"mart {path.name}: {error}") from error


def fingerprint(home: Home) -> str:
    """What the next version would be made of: loads, settings, match decisions, schema, marts and steps, as a hash.

    The version that holds it as facts["inputs"] needs no building anew, as far as this room goes.
    """
    return _inputs(home, active_loads(home), get_settings(home))


def _inputs(home: Home, loads: list[Load], settings: Settings) -> str:
    texts = [
        path for folder in SOURCES for path in sorted(folder.rglob("*")) if path.suffix in (".py", ".sql", ".toml")
    ]
    shas = [[path.name, sha256(path.read_bytes()).hexdigest()] for path in texts]
    stated = json.dumps([[load.load_id for load in loads], asdict(settings), decisions(home), shas])
    return sha256(stated.encode()).hexdigest()[:16]


def _app_version() -> str:
    try:
        return metadata.version("throughline")
    except metadata.PackageNotFoundError:
        return "unreleased"


def _error_file(home: Home) -> Path:
    return home.path / "build_error.json"


def _note_error(home: Home, error: Exception) -> None:
    told = {"at": datetime.now(UTC).isoformat(timespec="seconds"), "kind": type(error).__name__, "message": str(error)}
    _error_file(home).write_text(json.dumps(told, ensure_ascii=False), "utf-8")


def last_error(home: Home) -> dict | None:
    """Why the latest build failed, {at, kind, message}; None when it did not."""
    try:
        return json.loads(_error_file(home).read_text("utf-8"))
    except FileNotFoundError:
        return None
