"""The value bridge of the order mix: what volume, price and mix did, and members that came and went (G16)."""

import pandas as pd

from metrics.registry import Answer

PARTS = ("volume", "price", "mix", "new", "lost")


def one_unit(frame: pd.DataFrame) -> tuple[pd.DataFrame, float, str]:
    """The sums of the base unit with most lines, its share of the lines and its name."""
    lines = frame.groupby("unit", sort=True)["n"].sum().sort_values(ascending=False, kind="stable")
    unit = lines.index[0]
    return frame[frame["unit"] == unit], float(lines.iloc[0] / lines.sum()), unit


def effects(then: pd.DataFrame, now: pd.DataFrame) -> dict[str, float]:
    """Volume, price and mix of members in both periods, the value of new and the lost value; frames by member."""
    both = then.add_suffix("0").join(now.add_suffix("1"), how="inner")
    grown = both["qty1"].sum() / both["qty0"].sum() if len(both) else 1.0
    before = both["value0"] / both["qty0"]
    return {
        "volume": (grown - 1) * both["value0"].sum(),
        "price": (both["value1"] - before * both["qty1"]).sum(),
        "mix": ((both["qty1"] - both["qty0"] * grown) * before).sum(),
        "new": now.loc[now.index.difference(then.index), "value"].sum(),
        "lost": 0 - then.loc[then.index.difference(now.index), "value"].sum(),
    }


def bridge(frame: pd.DataFrame, params) -> Answer | list[Answer]:
    """Five parts that add up to the change of the booked value in one base unit."""
    if frame.empty or set(frame["side"]) != {0, 1}:
        lines = int(frame.loc[frame["side"] == 1, "n"].sum()) if len(frame) else 0
        return Answer(None, None, None, lines, reason="needs orders in both periods" if lines or len(frame) else None)
    own, share, unit = one_unit(frame.astype({"value": float, "qty": float, "n": float}))
    sides = [own[own["side"] == side].groupby("member", sort=True)[["value", "qty"]].sum() for side in (0, 1)]
    lines = int(own.loc[own["side"] == 1, "n"].sum())
    reason = None if share == 1 else f"in {unit or 'no unit'} only; other units are never added to it"
    found = effects(*sides)
    return [
        Answer(float(found[part]), float(found[part]), None, lines, part, reason=reason, coverage={"unit": share})
        for part in PARTS
    ]
