"""The truth about deliveries: OTIF on three bases, promise adherence, and the wait from commitment to delivery."""

import numpy as np
import pandas as pd

from sample_data.story import Company
from sample_data.truth_lines import demand_lines, period

BASES = {"first": "first", "current": "current", "requested": "requested"}


def due_lines(lines: pd.DataFrame, basis: str, start: int, end: int) -> pd.DataFrame:
    """Lines whose day of the basis falls in the period, without excusable cancellations and unproved deliveries."""
    due = lines[(lines[basis] >= start) & (lines[basis] <= end)]
    return due[(due["cancel"] != "excusable") & ~due["no_proof"]]


def share(good: pd.Series) -> dict:
    """{value, num, den} of a share."""
    return {
        "value": round(float(good.mean()), 10) if len(good) else None,
        "num": int(good.sum()),
        "den": int(len(good)),
    }


def kept(due: pd.DataFrame, basis: str) -> pd.Series:
    """Whether each line was complete by its day; a cancelled one never was."""
    return (due["completion"] >= 0) & (due["completion"] <= due[basis]) & (due["cancel"] == "none")


def otif(told: Company) -> dict:
    """OTIF per line: by basis, and on the first promise by segment, site, family and planner."""
    lines, (start, end) = demand_lines(told), period(told)
    found = {}
    for basis, column in BASES.items():
        due = due_lines(lines, column, start, end)
        found[basis] = share(kept(due, column))
    due = due_lines(lines, "first", start, end).assign(kept=lambda rows: kept(rows, "first"))
    for by in ("segment", "site", "family", "planner"):
        found[f"first_by_{by}"] = {str(name): share(rows["kept"]) for name, rows in due.groupby(by)}
    late = lines[(lines["first"] >= start) & (lines["first"] <= end)]
    found["excluded"] = {
        "no_proof": int(late["no_proof"].sum()),
        "cancelled_in_time": int((late["cancel"] == "excusable").sum()),
    }
    found |= perfect_orders(told)
    alive = due[due["cancel"] == "none"]
    found["first_if_cancellations_are_undated"] = share(kept(alive, "first"))
    return found


def perfect_orders(told: Company) -> dict:
    """Orders whose last promised day fell in the period: perfect where every line was kept and nothing came back within
    30 days through our fault; condition is the latter alone.

    An order without a failure is left out where a line of it left without proof."""
    start, end = period(told)
    lines = demand_lines(told)
    lines = lines[(lines["first"] >= 0) & (lines["cancel"] != "excusable")]
    back = (lines["returned_bad"] >= 0) & (lines["returned_bad"] <= lines["completion"] + 30)
    lines = lines.assign(missed=~kept(lines, "first") & ~lines["no_proof"], hurt=back & ~lines["no_proof"])
    order = lines.groupby("order").agg({"first": "max", "missed": "any", "hurt": "any", "no_proof": "any"})
    order = order[(order["first"] >= start) & (order["first"] <= end) & (order["missed"] | ~order["no_proof"])]
    return {"perfect_order": share(~order["missed"] & ~order["hurt"]), "condition": share(~order["hurt"])}


def adherence(told: Company) -> dict:
    """Kept promises among lines whose first promise fell due: by the first and by the last one, in all and by site."""
    due = due_lines(demand_lines(told), "first", *period(told))
    due = due.assign(by_first=kept(due, "first"), by_last=kept(due, "current"))
    found = {"adherence_first": share(due["by_first"]), "adherence_last": share(due["by_last"])}
    for site, rows in due.groupby("site"):
        found[f"site_{site}"] = {"adherence_first": share(rows["by_first"]), "adherence_last": share(rows["by_last"])}
    return found


def kaplan_meier_median(days: np.ndarray, is_event: np.ndarray) -> int | None:
    """The first day by which half are done, those still waiting counted as long as they were watched."""
    left = 1.0
    for day in np.unique(days[is_event]):
        at_risk = int((days >= day).sum())
        left *= 1 - int(((days == day) & is_event).sum()) / at_risk
        if left <= 0.5 + 1e-9:
            return int(day)
    return None


def commitment(told: Company) -> dict:
    """T from commitment to delivery of lines committed in the period: KM median, mean hidden delay, and by segment."""
    start, end = period(told)
    lines = demand_lines(told)
    lines = lines[(lines["commitment"] >= start) & (lines["commitment"] <= end)]
    lines = lines[(lines["cancel"] != "excusable") & ~lines["no_proof"]]
    done = ((lines["completion"] >= 0) & (lines["cancel"] == "none")).to_numpy()
    until = np.where(done, lines["completion"], np.where(lines["cancelled"] >= 0, lines["cancelled"], end))
    days = until - lines["commitment"].to_numpy()
    hidden = (np.maximum(lines["ship"], lines["commitment"]) - lines["commitment"])[done]
    total = days[done].sum()
    found = {"km_median": kaplan_meier_median(days, done), "lines": int(len(lines)), "completed": int(done.sum())}
    found["hidden_delay"] = {"value": round(float(hidden.mean()), 10), "num": int(hidden.sum()), "den": int(done.sum())}
    found["hidden_share"] = {
        "value": round(float(hidden.sum() / total), 10),
        "num": int(hidden.sum()),
        "den": int(total),
    }
    dwell = np.maximum(lines["requested"] - lines["offered"] - lines["commitment"], 0)[done]
    found["dwell"] = {"value": round(float(dwell.mean()), 10), "num": int(dwell.sum()), "den": int(done.sum())}
    found["net_median"] = float(np.median(days[done] - dwell))
    segments = lines["segment"].to_numpy()
    found["km_median_by_segment"] = {
        str(name): kaplan_meier_median(days[segments == name], done[segments == name]) for name in np.unique(segments)
    }
    return found
