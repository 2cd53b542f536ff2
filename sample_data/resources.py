"""The lines of the plants, week by week: one at its limit, one swinging between idle and overload, one closing down."""

import numpy as np
import pandas as pd

from sample_data.settings import Calendar, rng

# resource, plant, shift, family, hours open a week, mean load, swing of the load, ideal hours of one unit
LINES = (
    ("ASM-1", "1000", "", "Controls", 76.0, 0.97, 0.04, 0.40),
    ("TEST-1", "1000", "early", "", 38.0, 0.74, 0.30, 0.20),
    ("TEST-1", "1000", "late", "", 38.0, 0.52, 0.34, 0.20),
    ("PACK-1", "1000", "", "", 76.0, 0.78, 0.07, 0.05),
    ("PACK-2", "2000", "", "", 38.0, 0.81, 0.08, 0.05),
    ("PACK-3", "3000", "", "", 38.0, 0.66, 0.06, 0.05),
)
BOTTLENECK, SWINGING = "ASM-1", "TEST-1"
PLANNED_AHEAD = 8  # weeks


def is_shut(monday: np.ndarray) -> np.ndarray:
    """The weeks that begin in the last ten days of a year, in which nobody works."""
    day = monday.astype("datetime64[D]")
    of_year = (day + 10).astype("datetime64[Y]")
    return of_year != day.astype("datetime64[Y]")


def make_capacity(seed: int, calendar: Calendar) -> pd.DataFrame:
    """One row per resource, shift and week (Monday), up to eight weeks ahead: hours open, planned, run and lost, units.

    `is_past` weeks were run; planned hours of weeks ahead are what is planned. A shut week has no hours open."""
    random = rng(seed, "capacity")
    first = calendar.start + (-(calendar.start + 3)) % 7
    monday = np.arange(first, calendar.end + 7 * PLANNED_AHEAD, 7)
    frames = []
    for resource, site, shift, family, hours, load, swing, ideal in LINES:
        count = len(monday)
        open_hours = np.where(is_shut(monday), 0.0, hours - np.where(random.random(count) < 0.1, 8.0, 0.0))
        planned = np.round(open_hours * np.clip(load + swing * random.normal(0, 1, count), 0.05, 1.4), 1)
        run = np.round(np.minimum(planned * random.uniform(0.94, 1.03, count), open_hours * 1.12), 1)
        lost = np.round(open_hours * random.uniform(0.01, 0.07, count), 1)
        total = np.floor(run / ideal * random.uniform(0.80, 0.93, count))
        good = np.floor(total * random.uniform(0.95, 0.995, count))
        row = {"resource": resource, "site": site, "shift": shift, "family": family, "monday": monday}
        row |= {"hours": open_hours, "planned": planned, "run": run, "lost": lost, "ideal": ideal}
        frames.append(pd.DataFrame({**row, "total": total.astype(int), "good": good.astype(int)}))
    found = pd.concat(frames, ignore_index=True)
    return found.assign(is_past=found["monday"] + 6 <= calendar.end)
