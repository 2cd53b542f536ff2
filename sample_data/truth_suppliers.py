"""The truth about suppliers: rejects, purchases kept, prices, lead times, and the score they make."""

import numpy as np
import pandas as pd

from sample_data.buying import compliance, contracts
from sample_data.settings import SLOPPY_SUPPLIER, SLOW_SUPPLIER
from sample_data.story import Company
from sample_data.truth_delivery import share
from sample_data.truth_lines import period

ANCHOR = {"quality": (10000.0, 500.0), "delivery": (0.80, 0.98), "price": (0.05, 0.0), "lead_time": (0.5, 0.1)}
WEIGHT = {"quality": 0.35, "delivery": 0.30, "price": 0.20, "lead_time": 0.15}


def bought(told: Company) -> pd.DataFrame:
    """Purchase lines with the day they are due: first confirmed, or asked for where nothing was confirmed."""
    row = told.purchase[told.purchase["book"] != "own"]
    return row.assign(due=row["confirmed"].where(row["told"] >= 0, row["asked"]))


def kept(row: pd.DataFrame, end: int) -> pd.Series:
    """Whether all of a line was accepted by its day. Only the portal counts what it rejects."""
    full = (row["rejected"] == 0) | (row["book"] != "portal")
    return (row["received"] <= np.minimum(row["due"], end)) & full


def agreed(told: Company, row: pd.DataFrame) -> pd.Series:
    """The agreed price on the day of each purchase, empty without one."""
    both = row.reset_index(names="line").merge(
        contracts(told.goods), on=["product", "supplier"], suffixes=("", "_agreed")
    )
    open_end = both["until"].where(both["until"] >= 0, 10**6)
    both = both[(both["since"] <= both["ordered"]) & (both["ordered"] < open_end)]
    return both.set_index("line")["price_agreed"].reindex(row.index)


def waits(row: pd.DataFrame, end: int) -> tuple[np.ndarray, np.ndarray]:
    """(days from order to receipt, received): lines past due and still open wait on; those not due are left out."""
    row = row[(row["received"] <= end) | (row["due"] <= end)]
    came = (row["received"] <= end).to_numpy()
    return (np.where(came, row["received"], end) - row["ordered"]).to_numpy(), came


def spread(days: np.ndarray, came: np.ndarray) -> tuple[float, float]:
    """Mean and coefficient of variation of the Kaplan-Meier curve, what never came standing on the longest wait."""
    left, mass, at = 1.0, [], []
    for day in np.unique(days[came]):
        done = ((days == day) & came).sum() / (days >= day).sum()
        mass.append(left * done)
        at.append(day)
        left *= 1 - done
    if left > 1e-12:
        mass.append(left)
        at.append(days.max())
    mass, at = np.array(mass), np.array(at, dtype=float)
    mean = float((mass * at).sum())
    n = int(came.sum())
    return mean, float(np.sqrt((mass * (at - mean) ** 2).sum() * n / (n - 1)) / mean)


def points(value: float, floor: float, target: float) -> float:
    """0 at the floor, 100 at the target, between them by distance."""
    return float(np.clip((value - floor) / (target - floor), 0, 1) * 100)


def card(told: Company, row: pd.DataFrame) -> dict:
    """ppm, otif, ppv, lead time and total of some purchase lines, each in its own period."""
    start, end = period(told)
    came = row[(row["received"] >= start) & (row["received"] <= end)]
    counted = came[came["book"] == "portal"]
    due = row[(row["due"] >= start) & (row["due"] <= end)]
    placed = row[(row["ordered"] >= start) & (row["ordered"] <= end)]
    price = agreed(told, came)
    units = came["qty"] + came["replaced"]
    over, base = ((came["price"] - price) * units).sum(), (price * units).sum()
    mean, cv = spread(*waits(placed, end))
    bad, got = (counted[name].sum() + counted["replaced"].sum() for name in ("rejected", "qty"))
    ppm = 1e6 * bad / got
    known = {"quality": ppm, "delivery": float(kept(due, end).mean()), "price": over / base, "lead_time": cv}
    score = {name: points(x, *ANCHOR[name]) for name, x in known.items()}
    return {
        "ppm": {"value": round(float(ppm), 6), "num": int(bad), "den": int(got)},
        "otif": share(kept(due, end)),
        "ppv": round(float(over / base), 10),
        "lead_time_mean": round(mean, 8),
        "lead_time_cv": round(cv, 8),
        "part_score": {name: round(value, 6) for name, value in score.items()},
        "total": round(sum(WEIGHT[name] * value for name, value in score.items()), 6),
    }


def scorecard(told: Company) -> dict:
    """All suppliers together, the slow one and the sloppy one, and how many of the papers that must be there are."""
    row, end = bought(told), told.calendar.end
    paper = compliance(told.goods, end)
    holds = ((paper["until"] < 0) | (paper["until"] > end)).tolist() + [False]
    return {
        **card(told, row),
        "slow_supplier": card(told, row[row["supplier"] == SLOW_SUPPLIER]),
        "sloppy_supplier": card(told, row[row["supplier"] == SLOPPY_SUPPLIER]),
        "compliance": share(pd.Series(holds)),
    }
