"""Perfect orders: what an order needs beyond its date and quantity, and what is said where that is not recorded."""

from dataclasses import replace

from metrics.finish import number
from metrics.intervals import proportion, squares
from metrics.registry import Answer, Stage

WRONG_PAPERS = "coalesce(papers_wrong_date <= $as_of, false)"
NO_PAPERS = "coalesce(papers_known_date > $as_of, true)"
HURT = """(coalesce(damaged_date <= $as_of, false)
    or coalesce(returned_bad_date <= $as_of and returned_bad_date <= {done} + 30, false))"""
NO_CONDITION = "coalesce(condition_known_date > $as_of, true) and coalesce(returns_since > $as_of, true)"
GOOD_PAPERS = "(not has_papers or wrong_papers = 0)"
GOOD_CONDITION = "(not has_condition or hurt = 0)"
SILENT = "((has_papers and no_papers > 0) or (has_condition and no_condition > 0))"

# Never assume a pass: an order that would be perfect but for a component nobody recorded of it is left out.
UNKNOWN = {"component_unknown": f"missed = 0 and {GOOD_PAPERS} and {GOOD_CONDITION} and {SILENT}"}
SUMS = {
    "num": f"(missed = 0 and {GOOD_PAPERS} and {GOOD_CONDITION})::int",
    "den": "1",
    "n": "1",
    "parts": "2 + has_papers::int + has_condition::int",
}
JUDGED = {
    "in_full": ("true", "short = 0"),
    "on_date": ("true", "late = 0"),
    "documents": ("has_papers and (no_papers = 0 or wrong_papers > 0)", "wrong_papers = 0"),
    "condition": ("has_condition and (no_condition = 0 or hurt > 0)", "hurt = 0"),
}
COMPONENT_SUMS = {
    "n": "1",
    **{f"{part}_den": f"({known})::int" for part, (known, _) in JUDGED.items()},
    **{f"{part}_num": f"(({known}) and {good})::int" for part, (known, good) in JUDGED.items()},
}
RECORDED_BY = {
    "documents": "shipment_line.doc_ok or invoice_line.is_accurate",
    "condition": "shipment_line.qty_damaged",
}


def stage(order: Stage, why: str, done: str, tests: dict[str, str]) -> Stage:
    """The stage of an order with the lines that fail each component; `tests` are those on date and quantity."""
    failing = {
        **tests,
        "wrong_papers": WRONG_PAPERS,
        "no_papers": NO_PAPERS,
        "hurt": HURT.format(done=done),
        "no_condition": f"({NO_CONDITION})",
    }
    columns = {
        **order.columns,
        **{name: f"count(*) filter (where {why} is null and {test})" for name, test in failing.items()},
        "has_papers": "coalesce(any_value(papers_since) <= $as_of, false)",
        "has_condition": "coalesce(any_value(condition_since) <= $as_of, false)",
    }
    return replace(order, columns=columns)


def finish(frame, params) -> Answer:
    """Orders that pass every component the company records; the reading says how many of four."""
    if frame.empty:
        return Answer(None, 0, 0, 0)
    num, n, parts = (number(frame[name].sum()) for name in ("num", "n", "parts"))
    known = parts / n
    reason = None if known > 3.5 else f"{known:.0f} of 4 components; the others are not recorded"
    return Answer(num / n, num, n, int(n), reason=reason, coverage={"components": known})


def components(frame, params) -> list[Answer]:
    """Each component over the orders of which it is known; customers are the clusters."""
    return [_component(frame, part) for part in JUDGED]


def _component(frame, part: str) -> Answer:
    own = frame.groupby("customer", dropna=False)[[f"{part}_num", f"{part}_den"]].sum().to_numpy(float)
    num, den = (float(side.sum()) for side in own.T)
    if den:
        ci, method = proportion(num, den, squares(*own.T))
        return Answer(num / den, num, den, int(den), part=part, ci=ci, ci_method=method)
    if frame.empty or part not in RECORDED_BY:
        return Answer(None, 0, 0, 0, part=part)
    return Answer(None, 0, 0, 0, part=part, status="not_available", reason=f"not_available: {RECORDED_BY[part]}")
