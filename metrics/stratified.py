"""Rank correlation within strata: what is left of an association once the strata's own levels are taken out.

Within each stratum x and y are ranked (mid-ranks), centred and divided by the stratum's size + 1, so that large strata
do not count more than their size (van Elteren's weights); rho is the correlation of all these scores together. Strata
of one row, or in which x or y never varies, say nothing and are left out. Source: van Elteren 1960; Lehmann 1975.
"""

import numpy as np
import pandas as pd

from metrics.intervals import jackknife

CLUSTERS = 20


def scores(frame: pd.DataFrame, stratum: str) -> pd.DataFrame:
    """Rows (x, y, n and the stratum) of strata that say something, with their scores u of x and v of y."""
    rows = frame.assign(n=frame["n"].astype(float))
    size = rows.groupby(stratum)["n"].transform("sum")
    for name, score in (("x", "u"), ("y", "v")):
        counts = rows.groupby([stratum, name])["n"].sum()
        place = counts.groupby(level=0).cumsum() - counts / 2 + 0.5
        rank = pd.MultiIndex.from_frame(rows[[stratum, name]]).map(place)
        rows[score] = (np.asarray(rank, float) - (size + 1) / 2) / (size + 1)
    varies = [rows.groupby(stratum)[name].transform("nunique") > 1 for name in ("x", "y")]
    return rows[varies[0] & varies[1]]


def rho(scored: pd.DataFrame) -> float | None:
    """The correlation of the scores; None where nothing is left."""
    sums = _sums(scored).sum()
    spread = sums["uu"] * sums["vv"]
    return float(sums["uv"] / np.sqrt(spread)) if spread > 0 else None


def interval(scored: pd.DataFrame, cluster: str) -> tuple[float, float] | None:
    """Delete-one-cluster jackknife with the ranks held as they are; None below 20 clusters."""
    sums = _sums(scored).groupby(scored[cluster]).sum()
    whole = rho(scored)
    if whole is None or len(sums) < CLUSTERS:
        return None
    left = sums.sum() - sums
    spread = left["uu"] * left["vv"]
    if (spread <= 0).any():
        return None
    found = jackknife(whole, (left["uv"] / np.sqrt(spread)).to_numpy(), np.ones(len(sums)))
    return found and (max(found[0], -1.0), min(found[1], 1.0))


def _sums(scored: pd.DataFrame) -> pd.DataFrame:
    u, v, n = scored["u"], scored["v"], scored["n"]
    return pd.DataFrame({"uv": u * v * n, "uu": u * u * n, "vv": v * v * n})
