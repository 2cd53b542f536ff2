"""SQL terms of a kept date: which lines and orders are due, which of them pass, which say nothing."""

from metrics import line_terms as term
from metrics.registry import Stage

PASSES = {
    "otif": "coalesce({done} <= {limit}, false)",
    "on_time": "coalesce({first} <= {limit}, false)",
    "in_full": "coalesce({done} <= greatest({limit}, {first}), false)",
}


def terms(params) -> dict[str, str]:
    return {"done": term.complete(params), "first": term.first_delivery(params), "limit": term.limit(params)}


def passes(measure: str, params) -> str:
    return PASSES[measure].format(**terms(params))


def dated(params) -> str:
    """Date of the basis; a line without one stands where it was wanted or ordered, to be counted as left out."""
    return f"coalesce({term.due(params)}, requested_date, {term.ORDERED})"


def is_order(params) -> bool:
    return params["grain"] == "order"


def by_completion(params) -> bool:
    return params["population"] == "delivered"


def reasons(params) -> dict[str, str]:
    """Why lines are left out. What was completed was not cancelled, and its delivery is proved."""
    found = term.left_out(params)
    if by_completion(params):
        return {"cancelled": f"{term.complete(params)} is null", "unpromised": found["unpromised"]}
    return found


def anchor(params) -> str | None:
    if is_order(params):
        return None
    return term.complete(params) if by_completion(params) else dated(params)


def where(params) -> str:
    if is_order(params):
        return "true"
    if by_completion(params):
        return f"not is_header and {term.complete(params)} is not null"
    return f"not is_header and coalesce({term.limit(params)}, {dated(params)}) <= $as_of"


def exclude(params) -> dict[str, str]:
    if not is_order(params):
        return reasons(params)
    if by_completion(params):
        return {"unpromised": "judged = 0"}
    return {
        "cancelled": "judged = 0 and cancelled > 0 and unpromised + uom_missing + no_proof + cancel_date_unknown = 0",
        "cancel_date_unknown": "judged = 0 and cancel_date_unknown > 0 and unpromised + uom_missing + no_proof = 0",
        "unpromised": "judged = 0 and unpromised > 0 and uom_missing + no_proof = 0",
        "uom_missing": "missed = 0 and uom_missing > 0",
        "no_proof": "missed = 0 and no_proof > 0",
    }


REASONS = ("cancelled", "cancel_date_unknown", "unpromised", "uom_missing", "no_proof")


def order_stage(measure: str, params) -> Stage:
    """One row per order: how many lines are judged and miss, and why others are not."""
    why = term.reason(reasons(params))
    columns = {
        "customer_id": "any_value(customer_id)",
        "judged": f"count(*) filter (where {why} is null)",
        "missed": f"count(*) filter (where {why} is null and not {passes(measure, params)})",
        **{name: f"count(*) filter (where {why} = '{name}')" for name in REASONS},
        "evidence": "case when count(distinct evidence) = 1 then any_value(evidence) else 'mixed' end",
        "any_first_known_date": "max(any_first_known_date)",
        "attribute_backfilled": "bool_or(attribute_backfilled)",
    }
    if by_completion(params):
        done, live = term.complete(params), "cancel_class not in ('excusable', 'unknown_date')"
        open_lines = f"count(*) filter (where {done} is null and {live})"
        complete = f"{open_lines} = 0 and count({done}) > 0"
        return Stage(("order_id",), columns, f"max({done})", complete, term.OF_ORDER)
    live = f"coalesce({why} in ('no_proof', 'uom_missing'), true)"
    day = f"coalesce(max({dated(params)}) filter (where {live}), max({dated(params)}))"
    last = f"max(coalesce({term.limit(params)}, {dated(params)})) filter (where {live})"
    return Stage(("order_id",), columns, day, f"coalesce({last}, max({dated(params)})) <= $as_of", term.OF_ORDER)
