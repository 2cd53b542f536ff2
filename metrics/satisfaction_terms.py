"""SQL terms of one answer to a survey, staged over the lines of its order: how late, whether told, whose fault."""

from metrics import line_terms as term
from metrics.registry import Stage

DONE = term.complete({"evidence": "proof"})
SHIPPED = term.complete({"evidence": "any"})
PROMISE = term.promise()
# A line said to be cancelled on an unknown day that arrived all the same was delivered.
LIVE = f"(cancel_class in ('none', 'failure') or {DONE} is not null)"
IS_LATE = f"coalesce(coalesce({DONE}, $as_of) > {PROMISE} + grace_days::int, false)"
IS_TOLD = f"coalesce(notice_date < {PROMISE} and notice_date <= $as_of, false)"
IS_HURT = "(coalesce(damaged_date <= $as_of, false) or coalesce(returned_bad_date <= $as_of, false))"
IS_SILENT = f"""(({IS_LATE} or repromise_count > 0) and not {IS_TOLD}
    and (repromise_count = 0 or repromise_count > notified_count))"""
KNOWS_NOTICES = "coalesce(any_value(notices_since) <= $as_of, false)"
ASKED_BEFORE = f"coalesce(inquiry_date <= $as_of and inquiry_date < coalesce({DONE}, $as_of + 1), false)"
KEPT_WAITING = "coalesce(sla_missed_date <= $as_of, false)"


def lines(test: str) -> str:
    return f"count(*) filter (where {LIVE} and {test})"


TYPE = "coalesce(any_value(survey_type), '')"
# The company's type with most answers, as far as they had come at the as-of date.
MAIN = """split_part(list_max(list_filter(string_split(any_value(main_types), ', '),
    lambda step: left(step, 10)::date <= $as_of)), ' ', 2)"""

# Alike orders: one segment, one product family (or several), one size by lines.
STRATUM = """concat_ws(' / ', coalesce(any_value(segment), 'Unsegmented'),
    case when count(distinct family) > 1 then 'several families' else coalesce(min(family), 'Unknown') end,
    case when count(*) = 1 then '1 line' when count(*) < 5 then '2 to 4 lines' else '5 lines or more' end)"""
COLUMNS = {
    "customer_id": "any_value(customer_id)",
    "survey_type": TYPE,
    "main_type": MAIN,
    # Over all groups of the question, whatever their slice and period: only a filter takes the main type away.
    "has_main": f"coalesce(bool_or({TYPE} = {MAIN}) over (), false)",
    "most_type": f"mode({TYPE} order by {TYPE}) over ()",
    "many_types": f"min({TYPE}) over () <> max({TYPE}) over ()",
    # The slice by type bears this name too and comes first; without that slice it is null.
    "d_survey_type": "null::varchar",
    "stratum": STRATUM,
    "score": "any_value(scaled_score)",
    "responded": "any_value(case when responded_date <= $as_of then responded_date end)",
    "unanswered_since": "any_value(unanswered_since)",
    "is_inferred": "bool_or(is_inferred)",
    "attribute_backfilled": "bool_or(attribute_backfilled)",
    "all_lines": "count(cancel_class)",
    "live_lines": lines("true"),
    "open_lines": lines(f"{DONE} is null"),
    "unproved_lines": lines(f"{DONE} is null and {SHIPPED} is not null"),
    "late": f"max({DONE} - {PROMISE}) filter (where {LIVE})",
    "done": f"max({DONE}) filter (where {LIVE})",
    "due": f"max({PROMISE}) filter (where {LIVE})",
    "fails": f"{lines(f'({IS_LATE} or {IS_HURT})')} > 0",
    "overdue": f"{lines(IS_LATE)} > 0",
    "told": f"{lines(f'{IS_LATE} and not {IS_TOLD}')} = 0",
    "silent": f"{lines(IS_SILENT)} > 0",
    "unheard": f"coalesce(bool_or({LIVE} and (repromise_count >= 2 or {ASKED_BEFORE} or {KEPT_WAITING})), false)",
    "knows_notices": KNOWS_NOTICES,
}
ANSWERED = "responded_date <= $as_of and coalesce(superseded_date > $as_of, true)"
ANSWER = Stage(("response_id",), COLUMNS, "any_value(responded_date)")
INVITATION = Stage(("response_id",), COLUMNS, "any_value(sent_date)")

IS_OPEN = "open_lines > 0"
# Known outcome: everything has arrived, or the promised day is over.
TOO_EARLY = (
    f"coalesce(not (case when {IS_OPEN} then responded > due else responded >= done or responded > due end), false)"
)
BUCKET = f"""(case when {IS_OPEN} then 'not_delivered' when late < 0 then 'early' when late = 0 then 'on_time'
    when late <= 2 then '1_2' when late <= 7 then '3_7' else 'gt_7' end)"""
OUTCOME = f"(case when {IS_OPEN} then 'not_delivered' when late <= 0 then 'on_time' else 'late' end)"
IS_BAD = "(score <= case survey_type when 'nps' then 6 when 'ces' then 3 else 2 end)"
CAUSE = """(case
    when unheard or (silent and knows_notices) then case when fails then 'both' else 'communication' end
    when silent then 'notice_unknown'
    when fails then 'execution'
    else 'neither'
end)"""

OTHER_TYPE = "d_survey_type is null and survey_type <> case when has_main then main_type else most_type end"
LINKED = {
    "other_survey_type": OTHER_TYPE,
    "no_order": "all_lines = 0",
    "cancelled": "live_lines = 0",
    "no_proof": "unproved_lines > 0",
    "unpromised": "due is null",
}
JUDGED = {**LINKED, "before_outcome": f"$timing = 'after_outcome' and {TOO_EARLY}"}
DELIVERED = {**LINKED, "not_delivered": IS_OPEN, "before_outcome": JUDGED["before_outcome"]}
COVERAGE = {
    "order_inferred": "coalesce(is_inferred, false)",
    "attribute_backfilled": "coalesce(attribute_backfilled, false)",
}
