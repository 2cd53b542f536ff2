"""A company whose deals really do announce demand: what they announce is known, so forecasts can be judged.

Deals enter at a drifting rate in stage 1, move to stage 2 (30 % a month) or are lost (15 %); from stage 2 they are won
(35 %) near their amount or lost (20 %). Beside them comes steady demand that no deal announces.
"""

from datetime import date, timedelta

import numpy as np
import pandas as pd

FIRST = 2021 * 12


def month_end(index: int) -> date:
    return date((index + 1) // 12, (index + 1) % 12 + 1, 1) - timedelta(days=1)


def simulated_company(seed: int = 7, months: int = 40) -> dict[str, pd.DataFrame]:
    """Canonical tables of one company, one segment and one family, from January 2021 on."""
    rng = np.random.default_rng(seed)
    rate = np.clip(20 * np.exp(np.cumsum(rng.normal(0, 0.12, months)) * 0.9), 6, 60)
    live, deals, snapshots, orders = [], 0, [], []
    for month in range(months):
        new = rng.poisson(rate[month])
        live += [[f"D{deals + k}", 1, float(rng.lognormal(3, 0.6))] for k in range(new)]
        deals += new
        live = [deal for deal in live if _moved(rng, deal, month, orders)]
        orders.append((month, None, float(rng.gamma(12, 8))))
        snapshots += [(month_end(FIRST + month), name, f"S{stage}", round(amount, 2)) for name, stage, amount in live]
    return _tables(snapshots, orders, deals)


def _moved(rng, deal: list, month: int, orders: list) -> bool:
    draw = rng.random()
    if deal[1] == 1:
        deal[1] = 2 if draw < 0.30 else 1
        return not 0.30 <= draw < 0.45
    if draw < 0.35:
        orders.append((month, deal[0], deal[2] * float(rng.lognormal(-0.08, 0.15))))
    return draw >= 0.55


def _tables(snapshots: list, orders: list, deals: int) -> dict[str, pd.DataFrame]:
    names = [f"O{place}" for place in range(len(orders))]
    dates = [month_end(FIRST + month) - timedelta(days=9) for month, _, _ in orders]
    return {
        "opportunity_snapshot": pd.DataFrame(
            [(*row, "open") for row in snapshots],
            columns=["snapshot_date", "opportunity_id", "stage_code", "amount", "outcome"],
        ),
        "opportunity": pd.DataFrame({"opportunity_id": [f"D{k}" for k in range(deals)], "customer_id": "C"}),
        "opportunity_line": pd.DataFrame(
            {"opportunity_line_id": [f"D{k}" for k in range(deals)], "opportunity_id": [f"D{k}" for k in range(deals)],
             "family": "pump", "amount": 1}
        ),
        "customer_history": pd.DataFrame({"customer_id": ["C"], "valid_from": [date(2020, 1, 1)], "segment": ["key"]}),
        "product": pd.DataFrame({"product_id": ["P"], "family": ["pump"]}),
        "sales_order": pd.DataFrame({"order_id": names, "customer_id": "C", "ordered_date": dates}),
        "opportunity_order_link": pd.DataFrame(
            {"opportunity_id": [deal for _, deal, _ in orders], "order_id": names}
        ).dropna(),
        "order_line": pd.DataFrame(
            {"order_line_id": names, "order_id": names, "product_id": "P", "ordered_qty": 1,
             "net_amount": [round(value, 2) for _, _, value in orders]}
        ),
    }  # fmt: skip
