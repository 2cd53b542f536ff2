"""What parts, systems and dimensions are called on a chart; the ids of the definitions stay in the data."""

PARTS = {
    "C_E": "Commitment → entry",
    "E_R": "Entry → release",
    "R_S": "Release → shipment",
    "S_D": "Shipment → delivery",
    "on_time": "On time",
    "late": "Late",
    "early": "Early",
    "1_2": "1–2 days late",
    "3_7": "3–7 days late",
    "gt_7": "Over 7 days late",
    "not_delivered": "Not delivered",
    "execution": "Execution only",
    "communication": "Communication only",
    "both": "Both",
    "neither": "Neither",
    "notice_unknown": "Late, notice unknown",
    "pipeline": "Pipeline",
    "seasonal_naive": "Same month last year",
    "ma3": "Mean of last 3 months",
    "naive": "Last month",
    "crm": "CRM's own number",
    "demand_share": "By demand share",
    "priority_fifo": "By priority",
    "fair_share": "By open orders",
    "mix": "Product mix",
    "reservation": "Reservations",
    "in_full": "In full",
    "on_date": "On the promised date",
    "documents": "Documents right",
    "condition": "Undamaged",
    "entry": "Hidden from an entry clock",
    "release": "Hidden from a release clock",
    "unrestricted": "Unrestricted",
    "quality": "In quality inspection",
    "blocked": "Blocked",
    "in_transit": "In transit",
    "consignment": "Consignment",
    "expired": "Expired",
    "no_demand": "No recent demand",
    "not_due": "Not yet due",
    "1_7": "1–7 days",
    "8_30": "8–30 days",
    "31_60": "31–60 days",
    "61_90": "61–90 days",
    "gt_90": "Over 90 days",
    "1_30": "Up to 30 days",
    "gt_30": "Over 30 days",
    "fx": "Exchange rates",
    "reprice": "Price changes",
    "short_closed": "Closed short",
    "transfer_in": "Moved in",
    "transfer_out": "Moved out",
    "slow": "Slow (90 days)",
    "very_slow": "Very slow (180 days)",
    "dead": "Dead (365 days)",
    "po": "Purchase orders",
    "plan": "Production plan",
    "opp_order": "Won deals with an order",
    "promise": "Order lines with a promise",
    "pod": "Deliveries with proof",
    "base_uom": "Unit of measure",
    "tax_id": "Tax number",
    "P50": "Usual purchases (P50)",
    "P80": "Later purchases (P80)",
    "P95": "Latest purchases (P95)",
}
COLUMNS = {
    "row_key": "Row",
    "day": "Counted on",
    "reason": "Left out because",
    "num": "Numerator",
    "den": "Denominator",
    "n": "Counted",
    "days": "Days",
    "event": "Complete",
    "file:line": "File and line",
    "further sources": "Also from",
    "y": "Booked",
    "f_pipe": "Forecast from open deals",
    "f_base": "Forecast from deals to come",
    "tol": "Tolerance",
    "uom_missing": "Unit unknown",
    "base_uom": "Unit",
    "order_no": "Order number",
    "is_header": "Order without lines",
}
WORDS = {
    "qty": "quantity",
    "uom": "unit",
    "sla": "SLA",
    "crm": "CRM",
    "uid": "id",
    "fulfil": "fulfilment",
    "no": "number",
}
SYSTEMS = {"sap": "SAP", "salesforce": "Salesforce", "generic": "Generic layout"}


def part_name(part: str | None, whole: str = "Total") -> str:
    """A part in plain words; an unknown one as it stands, with spaces for underscores."""
    if part is None:
        return whole
    return PARTS.get(part, part.replace("_", " ").capitalize() if part.islower() else part)


def column_name(name: str) -> str:
    """A column of the rows behind a number in plain words: first_promised_date is First promised."""
    if name in COLUMNS:
        return COLUMNS[name]
    if name.startswith("f_"):
        return f"Forecast: {part_name(name[2:])}"
    words = name.removesuffix("_date").removesuffix("_at").split("_")
    said = " ".join(WORDS.get(word, word) for word in words)
    return said[:1].upper() + said[1:]


def system_name(system: str) -> str:
    """A source system as people write it."""
    return SYSTEMS.get(system.lower(), system)
