"""Random draws that come out the same each time, and the cluster bootstrap (G13, G20).

A generator is seeded by the metric and its parameters and draws over keys sorted as text, so two readings of the same
data agree to the last digit, whatever the order of the rows.
"""

import json
from collections.abc import Mapping
from hashlib import sha256

import numpy as np
import pandas as pd

DRAWS = 2000
CHUNK = 5_000_000


def generator(name: str, params: Mapping) -> np.random.Generator:
    """PCG64, seeded by the first eight bytes of sha256(name + parameters as sorted JSON)."""
    text = name + json.dumps(dict(params), sort_keys=True, default=str)
    return np.random.Generator(np.random.PCG64(int.from_bytes(sha256(text.encode()).digest()[:8], "big")))


def bootstrap(clusters: pd.DataFrame, draw: np.random.Generator) -> tuple[float, float] | None:
    """Percentile interval of 95 % of a ratio of sums from resampled clusters (columns cluster, num, den; a row each).
    None below two clusters."""
    counted = clusters[clusters["den"].notna()]
    counted = counted.assign(key=counted["cluster"].astype(str)).sort_values("key", kind="stable")
    num, den = counted["num"].to_numpy(float), counted["den"].to_numpy(float)
    if len(den) < 2:
        return None
    step = max(1, CHUNK // len(den))
    ratios = np.concatenate([_ratios(num, den, draw, min(step, DRAWS - done)) for done in range(0, DRAWS, step)])
    low, high = np.nanquantile(ratios, [0.025, 0.975])
    return float(low), float(high)


def _ratios(num: np.ndarray, den: np.ndarray, draw: np.random.Generator, draws: int) -> np.ndarray:
    chosen = draw.integers(len(den), size=(draws, len(den)))
    whole = den[chosen].sum(axis=1)
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.where(whole != 0, num[chosen].sum(axis=1) / whole, np.nan)
