"""Whether customers are less satisfied when deliveries fail, and whether execution or communication failed.

    x            = days the order's worst line was complete after its first promise (negative: early)
    y            = score of the last answer on the order
    rho          = Spearman's rank correlation of x and y over delivered orders;  tau_b = Kendall's, with ties
    rho_adjusted = the same within orders alike (segment, product family, number of lines) and within customers: ranks
                   within each, van Elteren's weights; coverage.within = share of the answers it rests on
    superiority  = P(score on time > score late) + P(tie) / 2
    dissatisfied = csat <= 2 of 5, nps <= 6 of 10, ces <= 3 of 7 (other scales are mapped to these)
    cause        = of the dissatisfied answers: E late beyond grace, damaged, or sent back through our fault;
                   K late or re-promised without a word before the old day, two re-promises, a case asking where the
                   order is before it was complete, or a first response later than agreed (by the hour where the hours
                   of question and answer are known, else by days)
                   execution E only, communication K only, both, neither; notice_unknown: late, and no notices recorded
    notice_difference = dissatisfied share of late orders whose customer was not told less that of those who were

A survey that names no order is about the last one its customer had complete, at most 60 days before (coverage). An
order not wholly delivered is in the bucket not_delivered and never in rho. timing=after_outcome leaves out answers
given before everything had arrived and before the promised day was over. Surveys of different types are never added:
unless survey_type is filtered or sliced by, every slice and period is of the type that most answers of the company
have, and the answers of others are left out and counted.

Unit: ratio, share, score. rho is expected to be negative: lower means lateness costs more. It is an association; other
things than delivery move both. Always read it with bucket_score: penalties for lateness begin at the promise and
rewards for earliness are small. Left out and counted: answers of other survey types, answers without an order, orders
cancelled, shipped without proof or without a promise, answers before the outcome. n = answers. Interval of rho, tau_b
and superiority: delete-one-customer jackknife, below 20 customers Bonett and Wright for rho. Shares: Wilson with the
effective sample size of answers in customers. Below 10 answers insufficient; below 30, or 20 customers, few. Source:
Bonett and Wright 2000; Ravula 2022 on late and early delivery; Newcombe 1998.
"""

from pathlib import Path

import numpy as np
import pandas as pd

from metrics import line_terms as term
from metrics import satisfaction_terms as word
from metrics import stratified
from metrics.contingency import bonett_wright, kendall, leave_one_out, spearman, superiority, table_of, value
from metrics.finish import divide, number
from metrics.intervals import newcombe, proportion, squares
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
ANSWERS, CUSTOMERS = 30, 20
CAUSES = ("execution", "communication", "both", "neither", "notice_unknown")


def said(frame: pd.DataFrame) -> str | None:
    """Which survey type was read, where that is not plain from the question."""
    kind, main, many = (frame[name].iloc[0] for name in ("survey_type", "main_type", "many_types"))
    if frame["sliced"].iloc[0] or (kind == main and not many):
        return None
    more = "other types are left out, never added to it" if many else f"most answers of the company are {main}"
    return f"{kind or 'untyped'} only; {more}"


def few(frame: pd.DataFrame) -> str | None:
    """Enough answers of too few customers are still few."""
    return "low_n" if frame["n"].sum() >= ANSWERS and frame["customer"].nunique() < CUSTOMERS else None


def association(statistic):
    """Finisher of a statistic of lateness against score."""

    def finish(frame, params) -> Answer:
        if frame.empty:
            return Answer(None, None, None, 0)
        table, n = table_of(frame)[0], int(frame["n"].sum())
        found = value(statistic, table) if min(table.shape) > 1 else None
        reason = said(frame) if found is not None else "all orders equally late, or all answers equal"
        return Answer(found, None, n, n, status=few(frame), reason=reason)

    return finish


def interval_of(statistic):
    """Jackknife by customer; for rho of few customers the interval of its size alone."""

    def interval(frame, params):
        limits = leave_one_out(statistic, frame)
        if limits:
            return (*limits, "jackknife_customer")
        found = value(statistic, table_of(frame)[0]) if statistic is spearman else None
        limits = None if found is None else bonett_wright(found, frame["n"].sum())
        return (*limits, "bonett_wright") if limits else None

    return interval


def adjusted(frame, params) -> list[Answer]:
    """Rank correlation within strata of like orders, and within customers; n = answers that say something there."""
    if frame.empty:
        return [Answer(None, None, None, 0)]
    return [_within(frame, part, name) for part, name in (("stratum", "stratum"), ("customer", "customer"))]


def _within(frame: pd.DataFrame, part: str, name: str) -> Answer:
    scored = stratified.scores(frame, name)
    n, found = int(scored["n"].sum()), stratified.rho(scored)
    if found is None:
        return Answer(None, None, None, n, part, reason=f"no {part} in which lateness and answers both vary")
    ends = stratified.interval(scored, "customer")
    cover = {"within": n / float(frame["n"].sum())}
    method = "jackknife_customer" if ends else None
    return Answer(found, None, n, n, part, ends, method, few(scored), said(frame), cover)


def late_and_on_time(tables: np.ndarray) -> np.ndarray:
    return superiority(tables) if tables.shape[-2] == 2 else np.full(tables.shape[:-2], np.nan)


def share(num: pd.Series, den: pd.Series, frame: pd.DataFrame, part: str | None = None) -> Answer:
    """num / den with Wilson's interval by the effective number of answers, customers being the clusters."""
    top, bottom = float(num.sum()), float(den.sum())
    own = pd.DataFrame({"num": num, "den": den}).groupby(frame["customer"]).sum()
    ci, method = proportion(top, bottom, squares(own["num"], own["den"]))
    status = "low_n" if bottom >= ANSWERS and (own["den"] > 0).sum() < CUSTOMERS else None
    return Answer(divide(top, bottom), top, bottom, int(bottom), part, ci, method, status, said(frame))


def shares(parts: tuple[str, ...]):
    """Finisher for the share of `num` in each part, the whole first."""

    def finish(frame, params) -> list[Answer]:
        if frame.empty:
            return [Answer(None, 0, 0, 0)]
        frame = frame.astype({"num": float, "n": float})
        groups = [(part, frame[frame["part_name"] == part]) for part in parts]
        return [share(rows["num"], rows["n"], rows, part) for part, rows in [(None, frame), *groups] if len(rows)]

    return finish


def means(parts: tuple[str, ...]):
    """Finisher for the mean score of each part, the whole first."""

    def finish(frame, params) -> list[Answer]:
        if frame.empty:
            return [Answer(None, None, None, 0)]
        groups = [(None, frame)] + [(part, frame[frame["part_name"] == part]) for part in parts]
        return [_mean(rows, part) for part, rows in groups if len(rows)]

    return finish


def _mean(rows: pd.DataFrame, part: str | None) -> Answer:
    num, n = (number(rows[name].sum()) for name in ("num", "n"))
    return Answer(num / n, num, n, int(n), part, status=few(rows), reason=said(rows))


def causes(frame, params) -> list[Answer]:
    """Share of each cause in the dissatisfied answers; they add up to 1."""
    if frame.empty:
        return [Answer(None, 0, 0, 0)]
    bad = frame["num"].astype(float)
    if not bad.sum():
        return [Answer(None, 0, 0, 0, reason="nobody dissatisfied")]
    return [share(bad.where(frame["part_name"] == part, 0.0), bad, frame, part) for part in CAUSES]


def told_or_not(frame, params) -> Answer:
    """Dissatisfied share of customers left in silence less that of customers told, late orders only.

    num and den are of those left in silence; `reason` has both."""
    if frame.empty:
        return Answer(None, None, None, 0)
    (bad0, n0), (bad1, n1) = (tuple(frame.loc[frame["told"] == told, ["num", "n"]].sum()) for told in (1, 0))
    text = f"not told {bad1:.0f}/{n1:.0f}, told {bad0:.0f}/{n0:.0f}"
    text = "; ".join(filter(None, (text, said(frame))))
    if not n0 or not n1:
        return Answer(None, float(bad1), float(n1), int(n0 + n1), status="insufficient", reason=text)
    late = frame[frame["told"].notna()]
    status = "insufficient" if min(n0, n1) < 30 else few(late)
    limits = newcombe(bad1, n1, bad0, n0)
    return Answer(bad1 / n1 - bad0 / n0, float(bad1), float(n1), int(n0 + n1), None, limits, "newcombe", status, text)


def measure(name: str, title: str, unit: str, better: str | None, meaning: str, **more) -> Measure:
    settled = {
        "where": word.ANSWERED,
        "stage": word.ANSWER,
        "exclude": word.JUDGED,
        "sums": {"n": "1"},
        "coverage": word.COVERAGE,
        "requires": SCORED,
        "additive": False,
        "minimum": (10, ANSWERS),
        "meaning": meaning,
    }
    return Measure(name, title, unit, better, "answer", **{**settled, **more})


CUSTOMER = "coalesce(customer_id, response_id)"
SPLIT = {
    "survey_type": "survey_type",
    "main_type": "main_type",
    "many_types": "many_types",
    "sliced": "d_survey_type is not null",
    "customer": CUSTOMER,
}


def ranked(name: str, title: str, statistic, better: str | None, meaning: str, late: str = "late", **more) -> Measure:
    return measure(
        name,
        title,
        "ratio",
        better,
        meaning,
        keys={**SPLIT, "x": late, "y": "score"},
        exclude=word.DELIVERED,
        finish=association(statistic),
        interval=interval_of(statistic),
        cluster=CUSTOMER,
        **more,
    )


def parted(
    name: str, title: str, unit: str, better: str | None, part: str, meaning: str, num: str, finish, **more
) -> Measure:
    keys = {**SPLIT, "part_name": part}
    return measure(name, title, unit, better, meaning, keys=keys, sums={"num": num, "n": "1"}, finish=finish, **more)


BAD = f"({word.IS_BAD})::int"
MEASURES = (
    ranked("rho", "Lateness against score", spearman, None, "Spearman's rank correlation of the two.", headline=True),
    ranked("tau_b", "Lateness against score, pairs", kendall, None, "Kendall's rank correlation of the two."),
    measure(
        "rho_adjusted", "Lateness against score, like with like", "ratio", None,
        "Rank correlation within orders alike (segment, family, lines), and within customers with two answers or more.",
        keys={**SPLIT, "stratum": "stratum", "x": "late", "y": "score"}, exclude=word.DELIVERED, finish=adjusted,
    ),
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
        "(responded is not null)::int", shares(OUTCOMES),
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
        keys={**SPLIT, "told": "case when overdue then told::int end"},
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
