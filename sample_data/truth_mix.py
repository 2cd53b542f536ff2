"""The truth about what is ordered and what is still owed: concentration of its value, the backlog and its legs."""

import numpy as np
import pandas as pd

from sample_data.story import Company
from sample_data.truth_lines import demand_lines, period

LEGS = {
    "qty_up": "increases",
    "qty_down": "decreases",
    "cancel": "cancelled",
    "reopen": "reopened",
    "reprice": "reprice",
    "short_close": "short_closed",
}


def shares(value: pd.Series) -> np.ndarray:
    """The members' shares of a value, largest first."""
    return np.sort(value.to_numpy() / value.sum())[::-1]


def concentration(rows: pd.DataFrame, member: str) -> dict:
    """HHI over a member, the effective number of members and the shares of the largest 1, 5 and 10."""
    part = shares(rows.groupby(member)["kept"].sum())
    hhi = float((part**2).sum())
    orders = int(rows["order"].nunique())
    return {
        "hhi": round(hhi, 10),
        "hhi_unbiased": round((orders * hhi - 1) / (orders - 1), 10),
        "effective_number": round(1 / hhi, 8),
        "top_share": {str(k): round(float(part[:k].sum()), 10) for k in (1, 5, 10)},
        "orders": orders,
    }


def ordered(told: Company) -> pd.DataFrame:
    """Demand lines with the value that was not cancelled since (kept)."""
    lines = demand_lines(told)
    return lines.assign(kept=lines["net"].where(lines["cancelled"] < 0, 0.0))


def order_mix(told: Company) -> dict:
    """Concentration of the value ordered in the period: over customers, by segment, over families; and the shift."""
    start, end = period(told)
    lines = ordered(told)
    lines = lines[lines["kept"] > 0]
    now = lines[(lines["ordered"] >= start) & (lines["ordered"] <= end)]
    before = lines[(lines["ordered"] >= start - 365) & (lines["ordered"] < start)]
    both = pd.concat([rows.groupby("company")["kept"].sum() for rows in (now, before)], axis=1, keys=("now", "before"))
    both = both.fillna(0) / both.sum()
    return {
        **concentration(now, "company"),
        "hhi_by_segment": {str(name): concentration(rows, "company")["hhi"] for name, rows in now.groupby("segment")},
        "hhi_of_families": concentration(now, "family")["hhi"],
        "shift": round(float((both["now"] - both["before"]).abs().sum() / 2), 10),
    }


def movements(told: Company) -> pd.DataFrame:
    """Every movement of the backlog (line, day, leg, value): entry, changes and goods issue at the order's price."""
    lines = demand_lines(told)
    line = told.orders.line.loc[lines.index]
    change = told.change[told.change["line"].isin(lines.index)].assign(leg=lambda rows: rows["kind"].map(LEGS))
    later = change[change["kind"].isin(["qty_up", "qty_down", "reprice"])].groupby("line")["value"].sum()
    new = line["net"] - later.reindex(line.index, fill_value=0)
    frames = [pd.DataFrame({"line": line.index, "day": lines["ordered"], "leg": "new", "value": new})]
    frames.append(change[["line", "day", "leg", "value"]])
    sent = told.delivery_line[told.delivery_line["line"].isin(lines.index)]
    each = (line["net"] / line["qty"]).loc[sent["line"]].to_numpy()
    day = told.delivery["shipped"].to_numpy()[sent["delivery"]]
    frames.append(pd.DataFrame({"line": sent["line"], "day": day, "leg": "shipped", "value": -sent["qty"] * each}))
    return pd.concat(frames, ignore_index=True)


def open_value(told: Company) -> pd.Series:
    """What is still to be shipped of each demand line on the last day, at the order's price, by the lines alone."""
    lines = demand_lines(told)
    line = told.orders.line.loc[lines.index]
    left = (line["qty"] - line["short"] - told.outcome["sent"].loc[lines.index]).where(lines["cancelled"] < 0, 0)
    return left * line["net"] / line["qty"]


def backlog(told: Company) -> dict:
    """Closing on the last day, the legs of the period, and how much is past its first promise."""
    start, end = period(told)
    moved, left, lines = movements(told), open_value(told), demand_lines(told)
    inside = moved[(moved["day"] >= start) & (moved["day"] <= end)].groupby("leg")["value"].sum()
    due = (lines["first"] >= 0) & (lines["first"] < end)
    net = inside["new"] + inside["increases"] + inside["cancelled"] + inside["decreases"]
    return {
        "closing": round(float(left.sum()), 2),
        "open_lines": int((left > 0).sum()),
        "closing_by_segment": {str(n): round(float(v), 2) for n, v in left.groupby(lines["segment"]).sum().items()},
        "past_due_share": round(float(left[due].sum() / left.sum()), 8),
        "movement": {
            "opening": round(float(moved.loc[moved["day"] < start, "value"].sum()), 2),
            **{str(name): round(float(value), 2) for name, value in inside.items()},
        },
        "book_to_bill": round(float(net / -inside["shipped"]), 8),
    }
