"""Runs one step in a process of its own and tells what it took: wall, cpu and peak memory."""

import json
import os
import resource
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]


@dataclass(frozen=True)
class Took:
    """Seconds of wall and cpu (user + system), peak resident memory in MB, and what the step said."""

    wall: float
    cpu: float
    peak_mb: float
    said: dict


def alone(step: str, *args: object) -> Took:
    """`python -m benchmarks.steps STEP ARGS` with its figures; raises if it fails."""
    command = [sys.executable, "-m", "benchmarks.steps", step, *map(str, args)]
    before, start = resource.getrusage(resource.RUSAGE_CHILDREN), time.perf_counter()
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False, env=os.environ)
    if done.returncode:
        raise RuntimeError(f"{step}: {done.stderr[-2000:]}")
    wall, after = time.perf_counter() - start, resource.getrusage(resource.RUSAGE_CHILDREN)
    cpu = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    said = json.loads(done.stdout.strip().splitlines()[-1])
    return Took(wall, cpu, said.pop("peak_mb"), said)


def say(**facts: object) -> None:
    """What a step tells its parent, with the peak memory of its process."""
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(json.dumps({**facts, "peak_mb": round(peak, 1)}))


def line(name: str, value: str, budget: str = "") -> None:
    print(f"{name:<52} {value:>26}  {budget}", flush=True)
