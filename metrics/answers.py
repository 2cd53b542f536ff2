"""From a question to answers: run the sums, hand each slice to its finish, put the interval on."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date

import pandas as pd

from metrics import intervals
from metrics.draws import bootstrap, generator
from metrics.finish import divide, number
from metrics.query import clustered_sums_sql, clusters_sql, run, sums_sql
from metrics.question import Question
from metrics.registry import Answer


@dataclass(frozen=True)
class Cell:
    """One answer with the slice and the bucket (first day, None = the whole period) it belongs to."""

    slice: dict
    bucket: date | None
    answer: Answer
    excluded: dict
    coverage: dict


def answers(cursor, question: Question, by: tuple[str, ...], recompute: bool, interval: bool, frame=None) -> list[Cell]:
    """All cells of one measure for one grouping; without `by`, also when nothing is in scope, at least one."""
    if frame is None:
        frame = summed(cursor, question, by, recompute)
    widths = _intervals(cursor, question, by, recompute) if interval else {}
    found = []
    for key, part in _parts(question, frame, by):
        made = _cells(question, by, key, part)
        found += [_with_interval(question, cell, widths.get(key)) for cell in made] if interval else made
    if not found and not by and not question.every:
        found = list(_cells(question, by, (None,), frame))
    return found


def summed(cursor, question: Question, by: tuple[str, ...], recompute: bool, source: str | None = None) -> pd.DataFrame:
    """The sums of a question out of its rows; of both periods, told apart by `side`, where the measure needs two."""
    frame = run(cursor, sums_sql(question, by, recompute, source=source), question)
    if not question.measure.beside:
        return frame
    base = run(cursor, sums_sql(question.beside, by, recompute, source=source), question.beside)
    return two_sided(question, frame, base)


def two_sided(question: Question, frame: pd.DataFrame, base: pd.DataFrame) -> pd.DataFrame:
    """Sums of the period asked for (side 1) above those of its base (side 0), the latter under the former's buckets."""
    step = pd.DateOffset(weeks=52) if question.every == "week" else pd.DateOffset(years=1)
    if question.every and len(base):
        base = base.assign(bucket=pd.to_datetime(base["bucket"]) + step)
    return pd.concat([frame.assign(side=1), base.assign(side=0)], ignore_index=True)


def _parts(question: Question, frame: pd.DataFrame, by: tuple[str, ...]) -> Iterator[tuple[tuple, pd.DataFrame]]:
    names = [*(f"d_{name}" for name in by), "bucket", *(["part"] if question.has_parts else [])]
    if frame.empty:
        return
    frame["bucket"] = pd.to_datetime(frame["bucket"])
    for key, part in frame.groupby(names, sort=True, dropna=False):
        yield tuple(None if pd.isna(item) else item for item in key), part


def _cells(question: Question, by, key: tuple, part: pd.DataFrame) -> Iterator[Cell]:
    day = key[len(by)]
    bucket = None if day is None else pd.Timestamp(day).date()
    members = dict(zip(by, key[: len(by)], strict=True))
    label = str(key[-1]) if question.has_parts and key[-1] is not None else None
    own = part[part["side"] == 1] if question.measure.beside else part
    excluded = {name: int(own[f"x_{name}"].sum()) for name in question.field("exclude")}
    excluded = {name: count for name, count in excluded.items() if count}
    n = number(own["n"].sum()) or 0
    coverage = {name: divide(own[f"c_{name}"].sum(), n) for name in question.measure.coverage}
    for answer in _finish(question, part, n):
        answer = replace(answer, part=label) if label else answer
        yield Cell(members, bucket, answer, excluded, {**coverage, **answer.coverage})


def _finish(question: Question, part: pd.DataFrame, n: float) -> list[Answer]:
    measure = question.measure
    kept = part[part["n"].notna() & (part["n"] != 0)] if len(part) else part
    if measure.finish is not None:
        found = measure.finish(kept, question.params)
        return found if isinstance(found, list) else [found]
    num, den = number(kept["num"].sum()), number(kept["den"].sum())
    if not n:
        return [Answer(None, 0, 0, 0)]
    return [Answer(divide(num, den), num, den, int(n))]


def _intervals(cursor, question: Question, by, recompute: bool) -> dict:
    measure = question.measure
    if measure.interval is None:
        return {}
    if callable(measure.interval):
        frame = run(cursor, clustered_sums_sql(question, by, recompute), question)
        return {key: measure.interval(part, question.params) for key, part in _parts(question, frame, by)}
    if question.field("cluster") is None:
        return {}
    if question.params.get("interval") == "bootstrap":
        frame = run(cursor, clustered_sums_sql(question, by, recompute), question)
        return {key: _resampled(question, part) for key, part in _parts(question, frame, by)}
    frame = run(cursor, clusters_sql(question, by, recompute), question)
    return {key: part.iloc[0][["m", "kk", "kn", "nn"]].to_dict() for key, part in _parts(question, frame, by)}


def _resampled(question: Question, part: pd.DataFrame) -> tuple | None:
    ends = bootstrap(part, generator(question.metric.id, question.params))
    return ends and (*ends, "cluster_bootstrap")


def _with_interval(question: Question, cell: Cell, width) -> Cell:
    """The cell with its interval; a function of the measure gives (low, high, method), or such by part."""
    answer, kind = cell.answer, question.measure.interval
    is_given = callable(kind) or isinstance(width, tuple)
    by_part = isinstance(width, dict) and callable(kind)
    alone = answer.part and not question.has_parts and not by_part
    if kind is None or answer.value is None or answer.ci is not None or alone:
        return cell
    if is_given:
        low, high, method = (width.get(answer.part) if by_part else width) or (None, None, None)
        ci = None if low is None and high is None else (low, high)
    else:
        method_of = intervals.proportion if kind == "proportion" else intervals.ratio
        ci, method = method_of(answer.num, answer.den, width)
    return replace(cell, answer=replace(answer, ci=ci, ci_method=method))
