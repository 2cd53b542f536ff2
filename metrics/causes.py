"""Why a number is another one in a later version: rows that differ, and what changed behind them."""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import replace
from datetime import date

import pandas as pd

from metrics.drill import PROVENANCE, rows_sql
from metrics.evidence import GOLDEN, differing_records
from metrics.known import facts_of, needed_tables
from metrics.published import Told
from metrics.query import run
from metrics.question import Question, Request, check_params
from metrics.registry import Measure, Metric, resolve
from metrics.scope import questions
from warehouse.schema import tables

COUNTED = {"added": "rows_added", "removed": "rows_removed", "changed": "rows_changed"}
PAIRS = "SELECT entity, left_id, right_id, zone, decided_by FROM match_pair"
XREF = "SELECT entity_type, source_system || '/' || source_id, golden_id FROM entity_xref"


def causes(before: Told, after: Told, metric: Metric, row: Mapping) -> list[dict]:
    """The causes of one restated row, those that touch most rows first: {cause, rows_added, rows_removed,
    rows_changed} with the load and file, the match decision, the settings or the definitions that differ.

    late_rows, corrected_file, withdrawn_load, match_decision, settings, definition, component (of an index), loads
    (they came or went and feed what the metric reads, but no row names them), unknown. A row with several causes counts
    in each of them.
    """
    measure = metric.measure(row["measure"])
    if before.metrics != after.metrics:
        versions = row["definition_before"], row["definition_after"]
        return [_cause("definition", definition_before=versions[0], definition_after=versions[1])]
    if measure.of_components:
        return _components(before, after, metric, row)
    if before.version is None or after.version is None:
        return _general(before, after, metric, measure, {})
    rows = differing_rows(before, after, metric, row)
    return _from_rows(before, after, metric, measure, rows)


def _cause(name: str, **more) -> dict:
    return {"cause": name, "rows_added": 0, "rows_removed": 0, "rows_changed": 0, **more}


def differing_rows(before: Told, after: Told, metric: Metric, row: Mapping) -> pd.DataFrame:
    """The rows of a measure in a restated period that one version lacks or tells otherwise, with `kind`."""
    sides = []
    for side in (before, after):
        question = _asked(side, metric, row)
        frame = run(side.version.cursor(), rows_sql(facts_of(side.version), question), question)
        sides.append(_keyed(frame, question))
    old, new = sides
    alike = [name for name in old.columns if name in new.columns and name not in (*PROVENANCE, "known_from")]
    content = [name for name in alike if name not in ("known_to", "state_from") and not name.startswith("d__")]
    both = old.index.intersection(new.index)
    told = [side.loc[both, content].astype(object) for side in sides]
    is_other = ((told[0] != told[1]) & ~(told[0].isna() & told[1].isna())).any(axis=1)
    parts = {
        "changed": new.loc[both[is_other.to_numpy(bool)]],
        "added": new.loc[new.index.difference(old.index)],
        "removed": old.loc[old.index.difference(new.index)],
    }
    frame = pd.concat([part.assign(kind=kind).astype(object) for kind, part in parts.items()])
    return frame.reset_index(drop=True)


def _asked(side: Told, metric: Metric, row: Mapping) -> Question:
    start, end = (date.fromisoformat(row["period"][name]) for name in ("from", "to"))
    as_of, params = date.fromisoformat(row["as_of"]), check_params(metric, {})
    request = Request((row["measure"],), date_from=start, date_to=end)
    question = questions(facts_of(side.version), metric, metric.measure(row["measure"]), params, request, as_of)
    return replace(question, every=None)


def _keyed(frame: pd.DataFrame, question: Question) -> pd.DataFrame:
    """Rows under what names them whatever became known when; a repeated key is told apart by its place."""
    names = [name for name in ("side", *question.relation.key) if name != "known_from" and name in frame.columns]
    key = frame[names].astype(str).agg("/".join, axis=1) if len(frame) else pd.Series(dtype=str)
    frame = frame.assign(place=key.groupby(key).cumcount() if len(frame) else [])
    frame.index = key + "#" + frame["place"].astype(str)
    return frame.drop(columns="place")


def _from_rows(before: Told, after: Told, metric: Metric, measure: Measure, rows: pd.DataFrame) -> list[dict]:
    relation = resolve(measure.relation, check_params(metric, {}))
    found: dict[tuple, dict] = {}
    touched: dict[tuple, set] = defaultdict(set)
    moved = _moved(before, after)
    for place, row in rows.iterrows():
        for one in _matched(moved, {name: (row[name], row[name]) for name in rows.columns if name.endswith("_id")}):
            _note(found, touched, one, {place})
    records = differing_records(before.version, after.version, metric, relation, rows) if len(rows) else []
    for record in records:
        for one in _of_record(before, after, moved, record):
            _note(found, touched, one, record["owners"])
    for key, cause in found.items():
        kinds = rows.loc[list(touched[key]), "kind"].value_counts()
        cause |= {COUNTED[kind]: int(count) for kind, count in kinds.items()}
    told = set().union(*touched.values()) if touched else set()
    silent = rows.loc[~rows.index.isin(told), "kind"].value_counts()
    counts = {COUNTED[kind]: int(count) for kind, count in silent.items()}
    general = _general(before, after, metric, measure, counts) if counts or not found else _settings(before, after, {})
    return sorted([*found.values(), *general], key=lambda cause: -sum(cause[name] for name in COUNTED.values()))


def _note(found: dict, touched: dict, cause: dict, places: set) -> None:
    columns = cause.pop("columns", ())
    key = tuple((name, str(value)) for name, value in cause.items())
    known = found.setdefault(key, {**cause, "columns": []})
    known["columns"] = sorted({*known["columns"], *columns})
    touched[key] |= places


def _of_record(before: Told, after: Told, moved: Mapping, record: dict) -> list[dict]:
    """What became of one canonical record: the match that moved it, else the load it came or went with."""
    table, golden = tables()[record["table"]], {name for name in record["ids"] if _is_golden(record["table"], name)}
    matched = _matched(moved, {name: record["ids"][name] for name in golden})
    if matched and set(record["columns"]) <= golden:
        return matched
    old, new = record["load_before"], record["load_after"]
    more = {"table": table.name, "columns": [name for name in record["columns"] if name not in golden]}
    if old is not None and old not in after.loads:
        return [_of_load("withdrawn_load", old, before, more)]
    if new is not None and new not in before.loads:
        return [_of_load("late_rows" if record["kind"] == "added" else "corrected_file", new, after, more)]
    if record["kind"] == "removed":
        later = [load for load in _new(before, after) if _same_object(after.loads[load], before.loads.get(old))]
        return [_of_load("corrected_file", load, after, more) for load in later[-1:]] or matched
    return matched


def _is_golden(table: str, column: str) -> bool:
    own = tables()[table]
    return own.columns[column].ref in GOLDEN or (table in GOLDEN and own.key == (column,))


def _of_load(cause: str, load_id: str, side: Told, more: dict) -> dict:
    load = side.loads[load_id]
    return _cause(cause, load_id=load_id, file=load["file"], system=load["system"], **more)


def _new(before: Told, after: Told) -> list[str]:
    return [load for load in after.loads if load not in before.loads]


def _same_object(one: dict, other: dict | None) -> bool:
    return other is not None and (one["system"], one["object"]) == (other["system"], other["object"])


def _moved(before: Told, after: Told) -> dict[str, list[dict]]:
    """Ids whose record belongs to another one now -> the pairs of records that are judged otherwise."""
    (pairs, golden), (pairs_now, golden_now) = (_matches(side.version) for side in (before, after))
    changed = [(key, pairs.get(key), pairs_now.get(key)) for key in {**pairs, **pairs_now}
               if pairs.get(key) != pairs_now.get(key)]  # fmt: skip
    found: dict[str, list[dict]] = defaultdict(list)
    for (entity, left, right), was, now in changed:
        decision = {"entity": entity, "left": left, "right": right}
        decision |= {"before": was and was[0], "after": now and now[0], "decided_by": (now or was)[1]}
        for member in (left, right):
            old, new = golden.get((entity, member)), golden_now.get((entity, member))
            if old is not None and new is not None and old != new:
                for value in (old, new):
                    found[value].append(decision)
    return found


def _matches(version) -> tuple[dict, dict]:
    pairs = {
        (entity, left, right): (zone, by)
        for entity, left, right, zone, by in version.cursor().execute(PAIRS).fetchall()
    }
    golden = {(entity, member): new for entity, member, new in version.cursor().execute(XREF).fetchall()}
    return pairs, golden


def _matched(moved: Mapping, ids: Mapping[str, tuple]) -> list[dict]:
    told = [decision for pair in ids.values() for value in pair for decision in moved.get(value, ())]
    unique = {str(decision): decision for decision in told}
    return [_cause("match_decision", decision=decision) for decision in unique.values()]


def _settings(before: Told, after: Told, counts: Mapping) -> list[dict]:
    differ = {name: [before.settings.get(name), value] for name, value in after.settings.items()
              if before.settings.get(name) != value}  # fmt: skip
    return [_cause("settings", settings=differ) | dict(counts)] if differ else []


def _general(before: Told, after: Told, metric: Metric, measure: Measure, counts: Mapping) -> list[dict]:
    """What can be said of rows that no record explains: settings, else loads that feed the metric, else the build."""
    found = _settings(before, after, counts)
    if found:
        return found
    needed = needed_tables(metric, resolve(measure.relation, check_params(metric, {})))
    came = [(load, after) for load in _new(before, after)] + [(load, before) for load in _new(after, before)]
    fed = [(load, side) for load, side in came if needed & set(side.loads[load]["tables"] or ())]
    if fed:
        named = [{"load_id": load, "file": side.loads[load]["file"], "new": side is after} for load, side in fed]
        return [_cause("loads", loads=named) | dict(counts)]
    return [_cause("definition" if before.inputs != after.inputs else "unknown") | dict(counts)]


def _components(before: Told, after: Told, metric: Metric, row: Mapping) -> list[dict]:
    """The components of an index that the versions read differently."""
    from metrics.read import read

    request = Request((row["measure"],), reading="rows", date_to=date.fromisoformat(row["period"]["to"]),
                      as_of=date.fromisoformat(row["as_of"]))  # fmt: skip
    if before.version is None or after.version is None:
        return _settings(before, after, {}) or [_cause("loads", loads=[])]
    old, new = (
        {part["row_key"]: part for part in read(side.version, metric.id, request)["rows"]} for side in (before, after)
    )
    return [
        _cause("component", component=name, metric=new[name]["metric"], measure=new[name]["measure"],
               before=old[name]["value"], after=new[name]["value"])
        for name in new if old[name]["value"] != new[name]["value"] or old[name]["score"] != new[name]["score"]
    ]  # fmt: skip
