"""Opportunities with stages, reopenings and versions of their lines, and orders that follow one another closely."""

from tests.oracle.company import AS_OF, FAMILIES, Company, _deliveries, _promises, plus, upto

STAGES = ("Qualify", "Offer", "Negotiate")


def add_deals(rng, made: Company) -> None:
    """Histories of the opportunities there are; a few orders more."""
    crm, erp = made.crm, made.erp
    crm["opportunity_field_history"], crm["opportunity_line"] = [], []
    crm["stage_map"] = [
        {"system": "salesforce", "source_stage": stage, "stage_code": stage, "stage_order": order, "outcome": outcome}
        for order, (stage, outcome) in enumerate(
            [(stage, "open") for stage in STAGES] + [("Won", "won"), ("Lost", "lost")], start=1
        )
    ]
    for row in crm["opportunity"]:
        _deal(rng, crm, row)
    _purge(rng, crm)
    _followers(rng, erp)


def _deal(rng, crm: dict, row: dict) -> None:
    amount = int(rng.integers(2, 90)) * 100
    row |= {"amount": amount, "opp_type": str(rng.choice(["new", "renewal", "extension"], p=[0.6, 0.25, 0.15]))}
    row |= {"owner": str(rng.choice(["Ada", "Ben", "Cid"])), "expected_close_date": plus(row["created_date"], 60)}
    if row["customer_id"] is None and rng.random() < 0.5:
        row["customer_id"] = f"C{rng.integers(14)}"
    end = row["closed_date"] or AS_OF
    past = max((end - row["created_date"]).days, 0)
    steps = [_change(row, "stage", row["created_date"], None, STAGES[0])]
    for place in range(1, int(rng.integers(1, 4))):
        before = steps[-1]["new_value"]
        day = plus(row["created_date"], rng.integers(0, past + 1))
        skipped = rng.random() < 0.15
        after = STAGES[2] if skipped else STAGES[place]
        if day >= steps[-1]["changed_date"] and after != before:
            steps.append(_change(row, "stage", day, before, after))
    row["stage_code"] = steps[-1]["new_value"]
    if row["closed_date"] is not None:
        _close(rng, row, steps)
    for seq, step in enumerate(steps, start=1):
        crm["opportunity_field_history"].append(step | {"seq": seq})
    if rng.random() < 0.8:
        _lines(rng, crm, row, end)


def _close(rng, row: dict, steps: list[dict]) -> None:
    """Some were closed before, reopened, and closed again on the day that counts."""
    final, before = row["outcome"].capitalize(), row["stage_code"]
    first = plus(row["created_date"], rng.integers(1, 30))
    again = plus(first, rng.integers(1, 10))
    if rng.random() < 0.1 and steps[-1]["changed_date"] <= first and again <= row["closed_date"]:
        steps += [_change(row, "stage", first, before, "Lost"), _change(row, "stage", again, "Lost", before)]
    if row["closed_date"] >= steps[-1]["changed_date"]:
        steps.append(_change(row, "stage", row["closed_date"], before, final))
    row["stage_code"] = final


def _change(row: dict, field: str, day, before: str | None, after: str) -> dict:
    found = {"opportunity_id": row["opportunity_id"], "field": field, "changed_date": day}
    return found | {"old_value": before, "new_value": after}


def _lines(rng, crm: dict, row: dict, end) -> None:
    """One or two lines; some got another quantity on the way, recorded a little later."""
    for item in range(int(rng.integers(1, 3))):
        line = {"opportunity_line_id": f"{row['opportunity_id']}-{item}", "opportunity_id": row["opportunity_id"]}
        line |= {"product_id": f"P{rng.integers(6)}"} if rng.random() < 0.7 else {"family": FAMILIES[rng.integers(2)]}
        qty, turn = int(rng.integers(1, 30)), upto(plus(row["created_date"], rng.integers(1, 50)))
        first = line | {"valid_from": row["created_date"], "qty": qty, "amount": qty * 10}
        crm["opportunity_line"].append(first)
        if rng.random() < 0.35 and turn is not None and turn <= end:
            first["valid_to"], more = turn, int(rng.integers(1, 40))
            recorded = upto(plus(turn, rng.integers(0, 3))) or AS_OF
            crm["opportunity_line"].append(
                line | {"valid_from": turn, "qty": more, "amount": more * 10, "recorded_date": recorded}
            )


def _purge(rng, crm: dict) -> None:
    """One month whose losses were mostly logged on one day."""
    month = (2026, 2)
    lost = [row for row in crm["opportunity"] if row["outcome"] == "lost" and row["closed_date"]]
    for row in lost:
        day = row["closed_date"]
        if (day.year, day.month) == month and row["created_date"] <= day and rng.random() < 0.6:
            new = day.replace(day=27)
            for step in crm["opportunity_field_history"]:
                if step["opportunity_id"] == row["opportunity_id"] and step["new_value"] == "Lost":
                    step["changed_date"] = new if step["changed_date"] == day else step["changed_date"]
            row["closed_date"] = new


def _followers(rng, erp: dict) -> None:
    """Orders of the same customer a day or two after another, and call-offs of a frame contract."""
    for number, order in enumerate(list(erp["sales_order"])):
        if order["order_type"] == "standard" and rng.random() < 0.1:
            order["order_type"] = "contract_release"
        day = upto(plus(order["ordered_date"], rng.integers(0, 3)))
        if day is None or rng.random() > 0.12:
            continue
        row = order | {"order_id": f"F{number:04d}", "ordered_date": day, "entered_date": day, "confirmed_date": day}
        erp["sales_order"].append(row)
        qty, name = int(rng.integers(2, 12)), f"F{number:04d}-0"
        line = {"order_line_id": name, "order_id": row["order_id"], "product_id": f"P{rng.integers(6)}"}
        line |= {"site_id": f"S{rng.integers(2)}", "ordered_qty": qty, "unit_price": 10, "net_amount": qty * 10}
        line |= {"requested_date": plus(day, 20), "released_date": upto(plus(day, rng.integers(0, 9)))}
        erp["order_line"].append(line)
        promised = _promises(rng, erp, name, day)
        _deliveries(rng, erp, line, promised or plus(day, 20), row)
