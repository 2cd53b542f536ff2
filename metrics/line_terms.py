"""SQL terms that metrics on order lines share: when a line was due, when it was complete, why it is left out.

All read line_known as a reading at $as_of sees it; `params` are the metric's parameters.
"""

from collections.abc import Mapping

from metrics.registry import Dim

PROMISED = "order_line.first_promised_date|promise_history.promised_date|sales_order.header_promised_date"
REQUESTED = "order_line.requested_date|sales_order.header_requested_date"
ORDERED_DATE = "sales_order.ordered_date|sales_order.entered_date"
DELIVERED = "shipment.delivered_date|shipment.shipped_date|sales_order.header_delivered_date"
ORDERED = "coalesce(ordered_date, known_from)"

DIMS = {
    "segment": Dim("Segment", "segment", "customer_history.segment|customer.segment", empty="Unsegmented"),
    "tier": Dim("Tier", "tier", "customer_history.tier|customer.tier"),
    "customer": Dim("Customer", "coalesce(customer, customer_id)", "sales_order.customer_id", wide=True),
    "region": Dim("Region", "region", "customer.region"),
    "country": Dim("Country", "country", "sales_order.ship_to_country|customer.country"),
    "owner": Dim("Owner", "owner", "customer_history.owner|customer.owner"),
    "family": Dim("Product family", "family", "product.family"),
    "category": Dim("Category", "category", "product.category"),
    "product": Dim("Product", "coalesce(product, product_id)", "order_line.product_id", wide=True),
    "site": Dim("Site", "site", "order_line.site_id"),
    # who brings a line is known from its first delivery on
    "carrier": Dim("Carrier", "case when any_first_known_date <= $as_of then carrier end", "shipment.carrier"),
    "fulfil_model": Dim("Fulfilment model", "fulfil_model", "product.fulfil_model"),
    "planner": Dim("Planner", "planner", "order_line.planner|product_site.planner"),
    "channel": Dim("Order channel", "channel", "sales_order.channel"),
    "order_type": Dim("Order type", "order_type", "sales_order.order_type"),
}
# Of one customer and one order header: all lines of an order have them in common.
OF_ORDER = ("segment", "tier", "customer", "region", "country", "owner", "channel", "order_type")


def evidence(params: Mapping) -> str:
    """Prefix of the milestone columns: proved deliveries, or deliveries by any evidence."""
    return "any_" if params["evidence"] == "any" else ""


def promise(kind: str = "first") -> str:
    """The promised date, as far as it had been given at the as-of date."""
    return f"(case when coalesce(promise_set_date, $as_of) <= $as_of then {kind}_promised_date end)"


def due(params: Mapping) -> str:
    """The date of the basis."""
    return "requested_date" if params["basis"] == "requested" else promise(params["basis"])


def limit(params: Mapping) -> str:
    """The last day that counts as on time: the date of the basis and the grace."""
    return f"({due(params)} + {'grace_days' if params['grace'] is None else '$grace'}::int)"


def first_delivery(params: Mapping) -> str:
    given = evidence(params)
    return f"(case when {given}first_known_date <= $as_of then {given}first_delivery_date end)"


def complete(params: Mapping) -> str:
    """The day on which enough had been delivered, null while that is not known."""
    given = evidence(params)
    if params.get("tol") is None:
        return f"(case when {given}completion_known_date <= $as_of then {given}completion_date end)"
    column = 3 if given else 2
    steps = f"""list_filter(string_split(deliveries, ', '),
        lambda step: split_part(step, ' ', {column})::double >= net_qty * (1 - $tol) - 1e-9
            and split_part(step, ' ', 1)::date <= $as_of)"""
    enough = f"coalesce({given}delivered_qty >= net_qty * (1 - $tol) - 1e-9, {given}completion_date is not null)"
    return f"""(case
        when deliveries is not null then split_part(list_min({steps}), ' ', 1)::date
        when {enough} and {given}first_known_date <= $as_of then {given}first_delivery_date
    end)"""


def delivered_by(day: str, params: Mapping) -> str:
    """Quantity delivered by a day, at most what was owed."""
    given = evidence(params)
    column = 3 if given else 2
    steps = f"""list_filter(string_split(deliveries, ', '),
        lambda step: split_part(step, ' ', 1)::date <= least({day}, $as_of))"""
    counts = f"list_transform({steps}, lambda step: split_part(step, ' ', {column})::double)"
    return f"""(least(net_qty::double, case
        when deliveries is not null then coalesce(list_max({counts}), 0)
        when {first_delivery(params)} <= {day} then {given}delivered_qty
        else 0
    end))"""


def left_out(params: Mapping) -> dict[str, str]:
    """Reasons, in order, for which a line says nothing about keeping a date (G5, G8)."""
    found = {
        "cancelled": "cancel_class = 'excusable'",
        "cancel_date_unknown": "cancel_class = 'unknown_date'",
        "unpromised": f"{due(params)} is null",
        "uom_missing": f"uom_missing and {complete(params)} is null",
    }
    if params["evidence"] == "proof":
        shipped = complete({**params, "evidence": "any"})
        found["no_proof"] = f"{complete(params)} is null and {shipped} is not null"
    return found


def reason(reasons: Mapping[str, str]) -> str:
    """The first reason that holds, as one expression."""
    cases = " ".join(f"when {test} then '{name}'" for name, test in reasons.items())
    return f"(case {cases} end)" if cases else "null::varchar"
