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
}
SYSTEMS = {"sap": "SAP", "salesforce": "Salesforce"}


def part_name(part: str | None, whole: str = "Total") -> str:
    """A part in plain words; an unknown one as it stands, with spaces for underscores."""
    if part is None:
        return whole
    return PARTS.get(part, part.replace("_", " ").capitalize() if part.islower() else part)


def system_name(system: str) -> str:
    """A source system as people write it."""
    return SYSTEMS.get(system.lower(), system)
