"""M18 from the text of the book: the records of two systems held against each other, one after the other."""

from collections import defaultdict
from dataclasses import dataclass
from datetime import date

from tests.oracle.company import Company
from tests.oracle.lines import DEMAND

SYSTEMS = ("crm", "erp")
ATTRIBUTES = ("tax_id", "country", "currency", "payment_terms")


@dataclass(frozen=True)
class Record:
    """One customer as one system wrote it, and who it is."""

    system: str
    golden: str
    row: dict


def records(company: Company, active: bool = True) -> list[Record]:
    """Customers of both systems but accounts for all who buy once; active are those with an order or a deal."""
    ours = {row["customer_id"]: row for row in company.erp["customer"]}
    same = {row["alias_id"]: row["id"] for row in company["entity_alias"]}
    claimed = [row.get("external_id") for row in company.crm["customer"]]
    found = [Record("erp", name, row) for name, row in ours.items() if not row["name"].startswith("Walk-in")]
    for row in company.crm["customer"]:
        name, named = same.get(row["customer_id"], row["customer_id"]), row.get("external_id")
        if name == row["customer_id"]:  # where two accounts claim one number the tax number tells which is right
            sure = named in ours and (claimed.count(named) == 1 or "tax_id" in row)
            name = named if sure else f"crm {name}"
        found.append(Record("crm", name, row))
    busy = {row["customer_id"] for row in company["sales_order"] + company["opportunity"]}
    return [record for record in found if not active or record.golden in busy]


def known(found: list[Record], system: str) -> set[str]:
    return {record.golden for record in found if record.system == system}


def matched(found: list[Record], system: str) -> tuple[int, int]:
    """(records of a system that the other one has too, its records)."""
    (other,) = set(SYSTEMS) - {system}
    own = [record for record in found if record.system == system]
    return sum(record.golden in known(found, other) for record in own), len(own)


def ordered(company: Company) -> dict[str, float]:
    """Value ordered by customer, before cancellations."""
    rates = {(row["rate_date"], row["from_ccy"]): row["rate"] for row in company["fx_rate"]}
    orders = {row["order_id"]: row for row in company["sales_order"] if row["order_type"] in DEMAND}
    found: dict[str, float] = defaultdict(float)
    for row in company["order_line"]:
        if order := orders.get(row["order_id"]):
            rate = 1 if order["currency"] == "EUR" else rates[order["ordered_date"], order["currency"]]
            found[order["customer_id"]] += row["net_amount"] * rate
    return found


def value_match(found: list[Record], value: dict[str, float]) -> tuple[float, float]:
    """(value of the ERP's records that the CRM has too, value of all of them)."""
    ours = [record for record in found if record.system == "erp"]
    both = known(found, "crm")
    return (
        sum(value.get(record.golden, 0) for record in ours if record.golden in both),
        sum(value.get(record.golden, 0) for record in ours),
    )


def duplicates(found: list[Record], system: str) -> tuple[int, int]:
    """(records beyond one for each golden, records) of one system."""
    own = [record.golden for record in found if record.system == system]
    return len(own) - len(set(own)), len(own)


def plain(value: str | None) -> str | None:
    return value and " ".join(value.split()).upper()


def agreement(found: list[Record], attribute: str) -> tuple[int, int]:
    """(couples that say the same, couples): one for each customer that both have, by the first record of each system;
    nothing on one side or both is no agreement."""
    first = {record.system + record.golden: plain(record.row.get(attribute)) for record in reversed(found)}
    both = known(found, "crm") & known(found, "erp")
    same = [first["crm" + name] is not None and first["crm" + name] == first["erp" + name] for name in both]
    return sum(same), len(same)


def completeness(found: list[Record], attribute: str) -> tuple[int, int]:
    """(records that fill an attribute, records), of the systems that keep it."""
    keep = {record.system for record in found if record.row.get(attribute)}
    own = [record for record in found if record.system in keep]
    return sum(bool(record.row.get(attribute)) for record in own), len(own)


def orphans(company: Company, as_of: date) -> tuple[int, int]:
    """(orders and deals up to a day that name a customer whom no list has, those that name one)."""
    listed = {row["customer_id"] for row in company.crm["customer"] + company.erp["customer"]}
    named = [row["customer_id"] for row in company["sales_order"] if row["ordered_date"] <= as_of]
    named += [
        row["customer_id"] for row in company["opportunity"] if row["created_date"] <= as_of and row["customer_id"]
    ]
    return sum(name not in listed for name in named), len(named)


def coverage(company: Company) -> dict[str, tuple[int, int]]:
    """Won deals that came to an order, order lines with a promise."""
    won = {row["opportunity_id"] for row in company["opportunity"] if row["outcome"] == "won"}
    linked = {row["opportunity_id"] for row in company["opportunity_order_link"]}
    demand = {row["order_id"] for row in company["sales_order"] if row["order_type"] in DEMAND}
    lines = [row["order_line_id"] for row in company["order_line"] if row["order_id"] in demand]
    promised = {row["order_line_id"] for row in company["promise_history"]}
    return {
        "opp_order": (len(won & linked), len(won)),
        "promise": (sum(line in promised for line in lines), len(lines)),
    }
