"""Sites, calendars, rates and what customers and products are, in both systems, with duplicates and contradictions."""

from datetime import date, timedelta

from tests.oracle.company import AS_OF, FAMILIES, FIRST, Company

RANKS = {"A": 1, "B": 2, "C": 3}
MODELS = ("MTS", "MTO", "MTS", "ETO", "MTS", "MTO")
NEVER_SOLD = (6, 7)
HOLIDAYS = {(1, 1), (5, 1), (10, 3), (12, 25), (12, 26)}


def add_masters(rng, made: Company) -> None:
    """Everything an order refers to."""
    erp = made.erp
    _customers(rng, made)
    _products(rng, erp)
    erp["site"] = [{"site_id": site, "name": site, "calendar_id": "DE"} for site in ("S0", "S1")]
    days = [FIRST + timedelta(days=number) for number in range((AS_OF - FIRST).days + 60)]
    worked = [day.weekday() < 5 and (day.month, day.day) not in HOLIDAYS for day in days]
    erp["business_calendar"] = [
        {"calendar_id": "DE", "d": day, "is_business_day": open_} for day, open_ in zip(days, worked, strict=True)
    ]
    if made.seed % 3 == 2:
        _second_currency(rng, erp, days)


def _customers(rng, made: Company) -> None:
    """Tiers and ranks in the histories; a CRM account may be contradictory, unknown to the ERP or there twice."""
    crm, erp = made.crm, made.erp
    for row in erp["customer"]:
        row |= {"tax_id": f"DE{row['customer_id'][1:]:>09}", "currency": "EUR", "payment_terms": "30 days"}
        row |= {"country": str(rng.choice(["DE", "AT", "CH"])), "region": str(rng.choice(["North", "South"]))}
        tier = str(rng.choice(["A", "B", "C", ""], p=[0.25, 0.35, 0.25, 0.15])) or None
        for held in erp["customer_history"]:
            if held["customer_id"] == row["customer_id"]:
                held |= {"tier": tier, "priority_rank": RANKS.get(tier), "owner": str(rng.choice(["Ada", "Ben"]))}
                tier = "A" if tier == "B" and rng.random() < 0.5 else tier
    known = {row["customer_id"]: row for row in erp["customer"]}
    crm["entity_alias"] = []
    for row in list(crm["customer"]):
        twin = known[row["customer_id"]]
        row |= {name: twin[name] for name in ("country", "currency", "payment_terms", "tax_id")}
        _contradict(rng, row)
        if rng.random() < 0.15:
            _twice(crm, row)
    if made.seed % 4 == 1:  # two accounts claim the same number: nobody knows which is right
        crm["customer"].append({"customer_id": "Y0", "external_id": "C0", "name": "Customer 0"})
    crm["customer"] += [{"customer_id": f"N{i}", "name": f"Prospect {i}", "country": "FR"} for i in range(4)]
    erp["customer"] += [{"customer_id": f"E{i}", "name": f"Walk-in {i}", "country": "DE"} for i in range(2)]


def _twice(crm: dict, row: dict) -> None:
    """A second account of the same customer, known to be one."""
    other = f"X{row['customer_id']}"
    crm["customer"].append(row | {"customer_id": other, "external_id": None, "name": row["name"].upper()})
    crm["entity_alias"].append({"entity_type": "customer", "alias_id": other, "id": row["customer_id"]})


def _contradict(rng, row: dict) -> None:
    if rng.random() < 0.2:
        row["country"] = "NL"
    if rng.random() < 0.2:
        row["payment_terms"] = str(rng.choice(["30 DAYS ", "60 days"]))
    if rng.random() < 0.2:
        row["currency"] = None


def _products(rng, erp: dict) -> None:
    """Half are made, two were never sold and one of these is new; lead times are told for most sites."""
    erp["product_site"] = []
    erp["product"] += [{"product_id": f"P{i}", "family": FAMILIES[i % 2], "base_uom": "PC"} for i in NEVER_SOLD]
    for number, row in enumerate(erp["product"]):
        row |= {"name": f"Product {number}", "category": ("Flow", "Flow", "Heat")[number % 3]}
        row |= {"make_or_buy": "make" if number % 2 else "buy", "fulfil_model": MODELS[number % 6]}
        row["launch_date"] = date(2026, 3, 15) if number == NEVER_SOLD[1] else date(2020, 1, 1)
        for site in ("S0", "S1"):
            if rng.random() < 0.8:
                erp["product_site"].append(
                    {"product_id": row["product_id"], "site_id": site, "planner": str(rng.choice(["Kim", "Lee"])),
                     "sales_lead_time_days": int(rng.integers(3, 15)), "pick_pack_days": int(rng.integers(0, 3))}
                )  # fmt: skip


def _second_currency(rng, erp: dict, days: list[date]) -> None:
    """A quarter of the orders in dollars, at a rate that moves every month."""
    rates = {(day.year, day.month): round(float(rng.uniform(0.8, 1.0)), 4) for day in days}
    erp["fx_rate"] = [
        {"rate_date": day, "from_ccy": "USD", "to_ccy": "EUR", "rate": rates[day.year, day.month]} for day in days
    ]
    for row in erp["sales_order"]:
        if rng.random() < 0.25:
            row["currency"] = "USD"
