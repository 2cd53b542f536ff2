"""Whether customers are less satisfied when deliveries fail, and whether execution or communication failed.

    x            = days the order's worst line was complete after its first promise (negative: early)
    y            = score of the last answer on the order
    rho          = Spearman's rank correlation of x and y over delivered orders;  tau_b = Kendall's, with ties
    superiority  = P(score on time > score late) + P(tie) / 2
    dissatisfied = csat <= 2 of 5, nps <= 6 of 10, ces <= 3 of 7 (other scales are mapped to these)
    cause        = of the dissatisfied answers: E late beyond grace, damaged, or sent back through our fault;
                   K late or re-promised without a word before the old day, two re-promises, a case asking where the
                   order is before it was complete, or a first response later than agreed
                   execution E only, communication K only, both, neither; notice_unknown: late, and no notices recorded
    notice_difference = dissatisfied share of late orders whose customer was not told less that of those who were

A survey that names no order is about the last one its customer had complete, at most 60 days before (coverage). An
order not wholly delivered is in the bucket not_delivered and never in rho. timing=after_outcome leaves out answers
given before everything had arrived and before the promised day was over. Surveys of different types are never added:
where several are in scope, the reading is of the type with most answers and says so.

Unit: ratio, share, score. rho is expected to be negative: lower means lateness costs more. It is an association; other
things than delivery move both. Always read it with bucket_score: penalties for lateness begin at the promise and
rewards for earliness are small. Left out and counted: answers without an order, orders cancelled, shipped without
proof or without a promise, answers before the outcome. n = answers. Interval of rho, tau_b and superiority:
delete-one-customer jackknife, below 20 customers Bonett and Wright for rho. Source: Bonett and Wright 2000; Ravula 2022
on late and early delivery; Newcombe 1998.
"""

from pathlib import Path

import numpy as np
import pandas as pd

from metrics import line_terms as term
from metrics import satisfaction_terms as word
from metrics.contingency import bonett_wright, kendall, leave_one_out, spearman, superiority, table_of, value
from metrics.finish import divide, number
from metrics.intervals import newcombe, wilson
from metrics.registry import Answer, Dim, Measure, Metric, Param, Relation

HERE = Path(__file__).parent
SCORED = ("survey_response.score", term.PROMISED, term.DELIVERED)
ANSWER = Relation(
    grain="survey x line of its order, and interval in which the same was known of the line",
    key=("response_id", "order_line_id", "known_from"),
    sql=(HERE / "satisfaction_vs_delivery_answer.sql").read_text("utf-8"),
    known=True,
    trace={"order_line": "order_line_id"},
)
BUCKETS = ("early", "on_time", "1_2", "3_7", "gt_7", "not_delivered")
OUTCOMES = ("on_time", "late", "not_delivered")
CAUSES = ("execution", "communication", "both", "neither", "notice_unknown")


def one_type(frame: pd.DataFrame, answers: str = "n") -> tuple[pd.DataFrame, str | None]:
    """The rows of the survey type with most answers, and what is said when there are others."""
    sizes = frame.groupby("survey_type")[answers].sum()
    if len(sizes) < 2:
        return frame, None
    chosen = sizes.sort_index().idxmax()
    others = ", ".join(name or "untyped" for name in sizes.index if name != chosen)
    return frame[
        frame["survey_type"] == chosen
    ], f"{chosen or 'untyped'} only; {others} in scope too, never added to it"


def association(statistic):
    """Finisher of a statistic of lateness against score."""

    def finish(frame, params) -> Answer:
        if frame.empty:
            return Answer(None, None, None, 0)
        kept, reason = one_type(frame)
        table, n = table_of(kept)[0], int(kept["n"].sum())
        found = value(statistic, table) if min(table.shape) > 1 else None
        if found is None:
            reason = "all orders equally late, or all answers equal"
        return Answer(found, None, n, n, reason=reason)

    return finish


def interval_of(statistic):
    """Jackknife by customer; for rho of few customers the interval of its size alone."""

    def interval(frame, params):
        kept, _ = one_type(frame)
        limits = leave_one_out(statistic, kept)
        if limits:
            return (*limits, "jackknife_customer")
        found = value(statistic, table_of(kept)[0]) if statistic is spearman else None
        limits = None if found is None else bonett_wright(found, kept["n"].sum())
        return (*limits, "bonett_wright") if limits else None

    return interval


def late_and_on_time(tables: np.ndarray) -> np.ndarray:
    return superiority(tables) if tables.shape[-2] == 2 else np.full(tables.shape[:-2], np.nan)


def shares(parts: tuple[str, ...], answers: str = "n"):
    """Finisher for the share of `num` in each part, the whole first, with Wilson's interval."""

    def finish(frame, params) -> list[Answer]:
        if frame.empty:
            return [Answer(None, 0, 0, 0)]
        kept, reason = one_type(frame, answers)
        groups = [(part, kept[kept["part_name"] == part]) for part in parts]
        return [_share(rows, part, reason) for part, rows in [(None, kept), *groups] if len(rows)]

    return finish


def _share(rows: pd.DataFrame, part: str | None, reason: str | None) -> Answer:
    num, n = (number(rows[name].sum()) for name in ("num", "n"))
    return Answer(divide(num, n), num, n, int(n), part, wilson(num / n, n), "wilson", reason=reason)


def means(parts: tuple[str, ...]):
    """Finisher for the mean score of each part, the whole first."""

    def finish(frame, params) -> list[Answer]:
        if frame.empty:
            return [Answer(None, None, None, 0)]
        kept, reason = one_type(frame)
        groups = [(None, kept)] + [(part, kept[kept["part_name"] == part]) for part in parts]
        found = []
        for part, rows in groups:
            num, n = (number(rows[name].sum()) for name in ("num", "n"))
            if n:
                found.append(Answer(num / n, num, n, int(n), part, reason=reason))
        return found

    return finish


def causes(frame, params) -> list[Answer]:
    """Share of each cause in the dissatisfied answers; they add up to 1."""
    if frame.empty:
        return [Answer(None, 0, 0, 0)]
    kept, reason = one_type(frame)
    bad = number(kept["num"].sum())
    if not bad:
        return [Answer(None, 0, 0, 0, reason="nobody dissatisfied")]
    found = []
    for part in CAUSES:
        num = number(kept.loc[kept["part_name"] == part, "num"].sum()) or 0
        found.append(Answer(num / bad, num, bad, int(bad), part, wilson(num / bad, bad), "wilson", reason=reason))
    return found


def told_or_not(frame, params) -> Answer:
    """Dissatisfied share of customers left in silence less that of customers told, late orders only."""
    if frame.empty:
        return Answer(None, None, None, 0)
    kept, _ = one_type(frame)
    (bad0, n0), (bad1, n1) = (tuple(kept.loc[kept["told"] == told, ["num", "n"]].sum()) for told in (1, 0))
    text = f"not told {bad1:.0f}/{n1:.0f}, told {bad0:.0f}/{n0:.0f}"
    if not n0 or not n1:
        return Answer(None, None, None, int(n0 + n1), status="insufficient", reason=text)
    status = "insufficient" if min(n0, n1) < 30 else None
    limits = newcombe(bad1, n1, bad0, n0)
    return Answer(bad1 / n1 - bad0 / n0, None, None, int(n0 + n1), None, limits, "newcombe", status, text)


def measure(name: str, title: str, unit: str, better: str | None, meaning: str, **more) -> Measure:
    settled = {
        "where": word.ANSWERED,
        "stage": word.ANSWER,
        "exclude": word.JUDGED,
        "sums": {"n": "1"},
        "coverage": word.COVERAGE,
        "requires": SCORED,
        "additive": False,
        "meaning": meaning,
    }
    return Measure(name, title, unit, better, "answer", **{**settled, **more})


TYPE = {"survey_type": "survey_type"}


def ranked(name: str, title: str, statistic, better: str | None, meaning: str, late: str = "late", **more) -> Measure:
    return measure(
        name,
        title,
        "ratio",
        better,
        meaning,
        keys={**TYPE, "x": late, "y": "score"},
        exclude=word.DELIVERED,
        finish=association(statistic),
        interval=interval_of(statistic),
        cluster="coalesce(customer_id, response_id)",
        minimum=(10, 30),
        **more,
    )


def parted(
    name: str, title: str, unit: str, better: str | None, part: str, meaning: str, num: str, finish, **more
) -> Measure:
    keys = {**TYPE, "part_name": part}
    return measure(name, title, unit, better, meaning, keys=keys, sums={"num": num, "n": "1"}, finish=finish, **more)


BAD = f"({word.IS_BAD})::int"
MEASURES = (
    ranked("rho", "Lateness against score", spearman, None, "Spearman's rank correlation of the two.", headline=True),
    ranked("tau_b", "Lateness against score, pairs", kendall, None, "Kendall's rank correlation of the two."),
    ranked(
        "superiority",
        "On time beats late",
        late_and_on_time,
        None,
        "Chance that an order on time was scored higher than a late one; .5 is no difference.",
        late="(late > 0)::int",
    ),
    parted(
        "dissatisfied_share", "Dissatisfied", "share", "down", word.BUCKET,
        "Share of dissatisfied answers by days late.", BAD, shares(BUCKETS),
    ),
    parted(
        "response_rate", "Answered", "share", "up", word.OUTCOME, "Share of surveys answered, by outcome.",
        "(responded is not null)::int", shares(OUTCOMES, answers="num"),
        where="sent_date <= $as_of",
        stage=word.INVITATION,
        exclude={**word.LINKED, "only_answers_kept": "coalesce(unanswered_since > $as_of, true)"},
    ),
    parted(
        "cause", "Cause of dissatisfaction", "share", None, word.CAUSE,
        "Dissatisfied answers by what had failed; notice_unknown: late, and nobody records whether customers are told.",
        BAD, causes,
    ),
    measure(
        "notice_difference", "What a word would have saved", "share", None,
        "Dissatisfied share of late orders not told of less that of those told of, before the promised day.",
        keys={**TYPE, "told": "case when overdue then told::int end"},
        sums={"num": BAD, "n": "1"},
        exclude={**word.JUDGED, "notice_unknown": "not knows_notices"},
        finish=told_or_not,
    ),
    parted(
        "mean_score", "Mean score", "score", "up", word.OUTCOME, "Mean score by outcome.", "score", means(OUTCOMES),
    ),
    parted(
        "bucket_score", "Mean score by days late", "score", "up", word.BUCKET,
        "Mean score by days late.", "score", means(BUCKETS),
    ),
)  # fmt: skip
METRIC = Metric(
    title="Satisfaction against delivery",
    question="Are customers less satisfied when deliveries fail, and does execution fail, or communication?",
    relations={"answer": ANSWER},
    measures=MEASURES,
    dims={
        **{
            name: term.DIMS[name] for name in ("segment", "tier", "customer", "region", "country", "family", "category")
        },
        **{name: term.DIMS[name] for name in ("site", "carrier")},
        "survey_type": Dim("Survey type", "survey_type", "survey_response.survey_type"),
    },
    params={
        "timing": Param(
            "after_outcome", ("after_outcome", "any"), "Only answers given once the outcome was known, or all."
        ),
        "population": Param("delivered", ("delivered",), "rho looks at delivered orders only."),
    },
    caveats=(
        "Associated with, not caused by: segment, product and season move lateness and scores alike.",
        "Those who answer are not all customers: read response_rate by outcome beside every score.",
        "Unanswered surveys must be exported for a response rate; answers alone would make it 1.",
    ),
    sources=(
        "Bonett and Wright 2000, Sample size requirements for estimating correlations",
        "Ravula 2022, Impact of delivery performance on online review ratings",
        "Newcombe 1998, Interval estimation for the difference between independent proportions",
    ),
    example="""
days late | -1 | 0 | 0 | 2 | 5 | 9
csat      |  5 | 5 | 4 | 4 | 2 | 1
rho -.9255, tau_b -.8895; on time beats late .9444
""",
)
