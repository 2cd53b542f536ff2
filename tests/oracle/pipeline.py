"""Generated companies with a pipeline: month-end states of deals beside the orders that came of them."""

from calendar import monthrange
from datetime import date, timedelta

import numpy as np

from tests.oracle.company import AS_OF, FAMILIES, Company, _segments, known_to_crm, plus, upto

STAGES = ("S1", "S2", "S3")
LAST = AS_OF.year * 12 + AS_OF.month - 1
CUSTOMERS = 10


def month_of(day: date) -> int:
    return day.year * 12 + day.month - 1


def month_end(month: int) -> date:
    return date(month // 12, month % 12 + 1, monthrange(month // 12, month % 12 + 1)[1])


def day_in(rng, month: int) -> date:
    return date(month // 12, month % 12 + 1, int(rng.integers(1, monthrange(month // 12, month % 12 + 1)[1] + 1)))


def pipeline_company(seed: int, blank: bool = False) -> Company:
    """The company of a seed; every other one has too few months for a seasonal naive.

    With `blank`, some customers have no segment in the first rows of their history.
    """
    rng = np.random.default_rng(seed + 1000)
    months = range(LAST - (29 if seed % 2 else 20), LAST + 1)
    erp: dict[str, list[dict]] = {"sales_order": [], "order_line": []}
    erp["customer"] = [{"customer_id": f"C{i}", "name": f"Customer {i}"} for i in range(CUSTOMERS)]
    erp["customer_history"] = [row for i in range(CUSTOMERS) for row in _segments(rng, f"C{i}")]
    if not blank:
        erp["customer_history"] = [row | {"segment": row["segment"] or "Small"} for row in erp["customer_history"]]
    erp["product"] = [{"product_id": f"P{i}", "family": FAMILIES[i % 2], "base_uom": "PC"} for i in range(4)]
    crm: dict[str, list[dict]] = {
        name: [] for name in ("opportunity", "opportunity_line", "opportunity_snapshot", "opportunity_order_link")
    }
    crm["customer"] = known_to_crm(CUSTOMERS)
    for month in months:
        for _ in range(int(rng.integers(14, 24))):
            _order(rng, erp, f"C{rng.integers(CUSTOMERS)}", day_in(rng, month), 60)
    taken = {m: month_end(m) - timedelta(days=int(rng.choice([0, 0, 0, 3]))) for m in months[1:]}
    taken.pop(int(rng.choice(months[8:12])))  # nobody exported the pipeline that month
    taken[LAST] = AS_OF
    for month in months:
        for _ in range(int(rng.integers(5, 12))):
            _deal(rng, crm, erp, day_in(rng, month), taken)
    return Company(seed, crm, erp)


def _order(rng, erp: dict, customer: str, day: date, size: float) -> str:
    order = f"O{len(erp['sales_order']):05d}"
    kind = str(rng.choice(["standard", "rush", "return"], p=[0.85, 0.1, 0.05]))
    erp["sales_order"].append(
        {"order_id": order, "customer_id": customer, "currency": "EUR", "order_type": kind, "ordered_date": day}
    )
    for item in range(int(rng.integers(1, 3))):
        qty = int(rng.integers(1, 9))
        row = {"order_line_id": f"{order}-{item}", "order_id": order, "product_id": f"P{rng.integers(4)}"}
        row |= {"site_id": "S0", "ordered_qty": qty, "net_amount": qty * int(rng.integers(1, size))}
        if rng.random() < 0.1:
            row |= {"cancelled_qty": qty, "cancelled_date": min(plus(day, rng.integers(0, 30)), AS_OF)}
            row["cancel_initiator"] = "customer"
        erp["order_line"].append(row)
    return order


def _deal(rng, crm: dict, erp: dict, created: date, taken: dict[int, date]) -> None:
    deal, customer = f"Q{len(crm['opportunity']):04d}", f"C{rng.integers(CUSTOMERS)}"
    closed = upto(plus(created, rng.integers(0, 200)))
    outcome = "open" if closed is None else str(rng.choice(["won", "lost"]))
    state = {"stage_code": "S1", "amount": int(rng.integers(50, 900)), "currency": "EUR"}
    state["expected_close_date"] = plus(created, rng.integers(10, 200)) if rng.random() < 0.9 else None
    for day in sorted(taken.values()):
        if day < created or (rng.random() < 0.01 and day < AS_OF):  # the deals themselves are exported as of AS_OF
            continue
        state = _moved(rng, state)
        over = closed is not None and closed <= day
        told = outcome if over else "lost" if rng.random() < 0.02 else "open"
        crm["opportunity_snapshot"].append(
            {"snapshot_date": day, "opportunity_id": deal, **state, "outcome": told,
             "crm_probability": {"S1": 0.1, "S2": 0.3, "S3": 0.6}[state["stage_code"]], "asof_quality": "snapshot"}
        )  # fmt: skip
        if over:
            break
    crm["opportunity"].append(
        {"opportunity_id": deal, "customer_id": customer, "created_date": created, "closed_date": closed,
         "outcome": outcome, **state}
    )  # fmt: skip
    _deal_lines(rng, crm, deal, created)
    if outcome == "won":
        day = closed
        for _ in range(int(rng.choice([1, 2], p=[0.8, 0.2]))):
            if day <= AS_OF:
                order = _order(rng, erp, customer, day, 140)
                erp["sales_order"][-1]["order_type"] = "standard"
                crm["opportunity_order_link"].append(
                    {"opportunity_id": deal, "order_id": order, "link_method": "crm_field", "confidence": 1}
                )
            day = plus(day, rng.integers(0, 90))


def _moved(rng, state: dict) -> dict:
    """The state a month later."""
    found = dict(state)
    if rng.random() < 0.4:
        found["stage_code"] = STAGES[min(2, STAGES.index(state["stage_code"]) + 1)]
    if rng.random() < 0.3:
        found["amount"] = int(rng.integers(50, 900))
    if rng.random() < 0.3 and state["expected_close_date"]:
        found["expected_close_date"] = plus(state["expected_close_date"], rng.integers(5, 60))
    return found


def _deal_lines(rng, crm: dict, deal: str, created: date) -> None:
    """Lines of one or two families, some changed on the way; some deals name no product."""
    if rng.random() < 0.15:
        return
    turn = plus(created, rng.integers(5, 80)) if rng.random() < 0.3 else None
    for item in range(int(rng.integers(1, 3))):
        row = {"opportunity_line_id": f"{deal}-{item}", "opportunity_id": deal}
        row |= {"product_id": f"P{rng.integers(4)}"} if rng.random() < 0.6 else {"family": FAMILIES[rng.integers(2)]}
        first = row | {"valid_from": created, "amount": int(rng.integers(1, 100))}
        crm["opportunity_line"].append(first)
        if turn is not None:
            first["valid_to"] = turn
            crm["opportunity_line"].append(row | {"valid_from": turn, "amount": int(rng.integers(1, 100))})
