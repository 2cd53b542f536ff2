"""The last step: make the finished file durable, give it its name, and point readers at it."""

import json
import os
import shutil
from pathlib import Path

from warehouse.home import Home
from warehouse.steps.job import Job
from warehouse.versions import collect_garbage, numbers, point_at

BUILDING = "building.duckdb"


def tidy(home: Home) -> None:
    """Remove what a killed build left: its unfinished file, versions without facts, spilled data."""
    home.versions.mkdir(parents=True, exist_ok=True)
    finished = {str(number) for number in numbers(home)}
    for path in home.versions.iterdir():
        if path.name.split(".")[0] not in finished:
            shutil.rmtree(path) if path.is_dir() else path.unlink(missing_ok=True)
    shutil.rmtree(home.spill / "build", ignore_errors=True)


def publish(job: Job) -> None:
    """Checkpoint, close, fsync, rename, tell the facts, replace CURRENT: killed anywhere, readers keep a version."""
    home, number = job.home, job.number
    building, final = home.versions / BUILDING, home.versions / f"{number}.duckdb"
    job.run("checkpoint")
    job.con.close()
    _sync(building)
    job.told("publish: synced")
    os.replace(building, final)
    _sync(home.versions)
    job.told("publish: renamed")
    fresh = home.versions / f"{number}.json.tmp"
    fresh.write_text(json.dumps(job.facts, ensure_ascii=False, indent=1, default=str), "utf-8")
    _sync(fresh)
    os.replace(fresh, home.versions / f"{number}.json")
    _sync(home.versions)
    job.told("publish: described")
    point_at(home, number)
    _sync(home.path)
    job.told("publish: current")
    collect_garbage(home)


def _sync(path: Path) -> None:
    # Windows cannot open a folder to sync it; there the rename is durable by itself
    try:
        handle = os.open(path, os.O_RDONLY)
    except OSError:
        return
    try:
        os.fsync(handle)
    except OSError:
        pass
    finally:
        os.close(handle)
