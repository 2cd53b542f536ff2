"""SQL terms of the way from our word to the customer's door, for one order line, or for an order staged like a line.

C commitment, E entered, R released, S shipped, D delivered. At order grain the stage gives an order the columns of a
line (the latest of each milestone; D only when nothing is open), so every term reads both. $evidence is bound.
"""

from collections.abc import Callable, Mapping

from metrics import line_terms as term
from metrics.registry import Stage

WON = "(case when won_known_date <= $as_of then won_date end)"
CONFIRMED = "(case when confirmed_date <= $as_of then confirmed_date end)"
IS_CALL_OFF = "coalesce(order_type = 'contract_release', false)"
START = f"""(case when {IS_CALL_OFF} then coalesce(ordered_date, entered_date)
    else coalesce(least({WON}, {CONFIRMED}), ordered_date, entered_date) end)"""
SOURCE = f"""(case
    when {IS_CALL_OFF} then 'ordered'
    when {WON} <= coalesce({CONFIRMED}, {WON}) then 'won'
    when {CONFIRMED} is not null then 'confirmed'
    when ordered_date is not null then 'ordered'
    else 'entered'
end)"""
EVIDENCE = ("pod", "carrier", "unstated", "estimated", "goods_issue")
COVERAGE = {
    **{
        f"evidence_{kind}": f"coalesce(evidence = '{kind}' and any_first_known_date <= $as_of, false)"
        for kind in EVIDENCE
    },
    **{f"commitment_{name}": f"{SOURCE} = '{name}'" for name in ("won", "confirmed", "ordered", "entered")},
    "attribute_backfilled": "coalesce(attribute_backfilled, false)",
}
ANY_DONE, PROVED = (term.complete({"evidence": kind}) for kind in ("any", "proof"))
DONE = f"(case when $evidence = 'any' then {ANY_DONE} else {PROVED} end)"
UNPROVED = f"$evidence = 'proof' and {PROVED} is null and {ANY_DONE} is not null"
ENTERED = "(case when entered_date <= $as_of then entered_date end)"
RELEASED = "(case when released_date <= $as_of then released_date end)"
SHIPPED = f"""(case when {DONE} is not null then
    case when $evidence = 'any' then any_completion_ship_date else completion_ship_date end end)"""
PROMISE = term.promise()
CURRENT = term.promise("current")
LIVE = "cancel_class not in ('excusable', 'unknown_date')"
CENSORED = "(case when cancel_class = 'failure' then least(cancelled_date, $as_of) else $as_of end)"

# The monotone rule: no milestone before the one in front of it; a missing one stands still (greatest ignores null).
REACHED_E = f"greatest({START}, {ENTERED})"
REACHED_R = f"greatest({REACHED_E}, {RELEASED})"
REACHED_S = f"greatest({REACHED_R}, {SHIPPED})"
REACHED_D = f"greatest({REACHED_S}, {DONE})"
TOTAL = f"({REACHED_D} - {START})"
IS_DONE = f"({DONE} is not null)::int"
WAITED = f"(case when {DONE} is not null then {TOTAL} else greatest({CENSORED} - {START}, 0) end)"
DWELL = f"greatest(0, requested_date - sales_lead_time_days::int - {START})"

# The milestones of the set that held at the as-of date; others take no part in the stages.
CHOSEN = """coalesce(split_part(list_max(list_filter(string_split(milestone_sets, ', '),
    lambda step: left(step, 10)::date <= $as_of)), ' ', 2), '')"""


def _legs() -> tuple[dict[str, str], str]:
    """Days of each stage by the letter it ends with, and of all of them."""
    found, before = {}, START
    for letter, day in (("E", ENTERED), ("R", RELEASED), ("S", SHIPPED), ("D", DONE)):
        counted = day if letter == "D" else f"case when {CHOSEN} like '%{letter}%' then {day} end"
        here = f"greatest({before}, {counted})"
        found[letter], before = f"({here} - {before})", here
    return found, f"({before} - {START})"


LEGS, ALL_LEGS = _legs()
LACKING = " or ".join(
    f"({CHOSEN} like '%{letter}%' and {day} is null)"
    for letter, day in (("E", ENTERED), ("R", RELEASED), ("S", SHIPPED))
)


def is_order(params: Mapping) -> bool:
    return params["grain"] == "order"


def _all(done: str) -> str:
    return f"case when count(*) filter (where {LIVE} and {done} is null) = 0 then max({done}) filter (where {LIVE}) end"


def _whole(column: str) -> str:
    return (
        f"case when bool_and({column} is not null) filter (where {LIVE}) then max({column}) filter (where {LIVE}) end"
    )


FAILED = f"(cancel_class = 'failure' and {DONE} is null)"
OPEN = f"count(*) filter (where {LIVE} and cancel_class <> 'failure' and {DONE} is null)"


def _kept(day: str) -> str:
    late = f"{day} is not null and not coalesce({DONE} <= {day}, false)"
    return f"count(*) filter (where {LIVE} and {late}) = 0"


SAME = ("customer_id", "order_type", "won_date", "won_known_date", "confirmed_date", "ordered_date", "entered_date")
LATEST = ("requested_date", "sales_lead_time_days", "promise_set_date")
ORDER = {
    **{name: f"any_value({name})" for name in (*SAME, "milestone_sets")},
    **{name: f"max({name}) filter (where {LIVE})" for name in LATEST},
    "first_promised_date": f"max({PROMISE}) filter (where {LIVE})",
    "current_promised_date": f"max({CURRENT}) filter (where {LIVE})",
    "released_date": _whole(RELEASED),
    "cancelled_date": f"max(cancelled_date) filter (where {FAILED})",
    "completion_date": _all(PROVED),
    "completion_known_date": _all(PROVED),
    "any_completion_date": _all(ANY_DONE),
    "any_completion_known_date": _all(ANY_DONE),
    "completion_ship_date": _whole("completion_ship_date"),
    "any_completion_ship_date": _whole("any_completion_ship_date"),
    "repromise_count": f"sum(repromise_count) filter (where {LIVE})",
    "notified_count": f"sum(notified_count) filter (where {LIVE})",
    "uom_missing": "bool_or(uom_missing)",
    "evidence": "case when count(distinct evidence) = 1 then any_value(evidence) else 'mixed' end",
    "any_first_known_date": "max(any_first_known_date)",
    "attribute_backfilled": "bool_or(attribute_backfilled)",
    "kept_first": _kept(PROMISE),
    "kept_last": _kept(CURRENT),
    "unpromised": f"count(*) filter (where {LIVE} and not {FAILED} and {PROMISE} is null) > 0",
    "failed": f"coalesce(bool_and({FAILED}) filter (where {LIVE}), false)",
    "cancel_class": f"""case when count(*) filter (where {LIVE}) = 0 then max(cancel_class)
        when bool_or({FAILED}) and {OPEN} = 0 then 'failure' else 'none' end""",
}
DUE = f"max({PROMISE}) filter (where {LIVE})"
# By name: which lines, which orders.
POPULATIONS = {
    "all": (f"{START} <= $as_of", f"max({START}) <= $as_of"),
    "complete": (f"{START} <= $as_of and {DONE} is not null", f"max({START}) <= $as_of and ({_all(DONE)}) is not null"),
    "due": (f"{PROMISE} <= $as_of", f"{DUE} <= $as_of"),
    "promised": (f"{PROMISE} is not null", f"{DUE} is not null"),
    "repromised": (f"{PROMISE} is not null and repromise_count > 0", f"{DUE} is not null and sum(repromise_count) > 0"),
}
BY_PROMISE = ("due", "promised", "repromised")
CANCELLED = {"cancelled": "cancel_class = 'excusable'", "cancel_date_unknown": "cancel_class = 'unknown_date'"}
UNKNOWN = {**CANCELLED, "uom_missing": f"uom_missing and {DONE} is null", "no_proof": UNPROVED}
LEFT_OUT = {"all": UNKNOWN, "due": UNKNOWN, "complete": {}, "promised": CANCELLED, "repromised": CANCELLED}


def where(population: str) -> Callable:
    return lambda params: "true" if is_order(params) else f"not is_header and {POPULATIONS[population][0]}"


def anchor(population: str) -> Callable:
    return lambda params: None if is_order(params) else (PROMISE if population in BY_PROMISE else START)


def stage(population: str) -> Callable:
    day = DUE if population in BY_PROMISE else f"max({START})"
    staged = Stage(("order_id",), ORDER, day, POPULATIONS[population][1], term.OF_ORDER)
    return lambda params: staged if is_order(params) else None


def cluster(params: Mapping) -> str:
    return "customer_id" if is_order(params) else "order_id"


def kept(which: str, day: str) -> Callable:
    """Whether the promise was kept, 0 or 1: of a line, or of an order all of whose lines kept theirs."""
    line = f"coalesce({DONE} <= {day}, false)::int"
    return lambda params: f"kept_{which}::int" if is_order(params) else line


def given_up(params: Mapping) -> dict[str, str]:
    """What is neither open nor completed: cancelled, by whomever and whenever."""
    failed = "failed" if is_order(params) else FAILED
    return {**CANCELLED, "cancelled": f"{CANCELLED['cancelled']} or {failed}"}


def unpromised(params: Mapping) -> str:
    return "unpromised::int" if is_order(params) else f"({PROMISE} is null)::int"
