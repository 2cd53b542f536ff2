"""A comparison whose base is taken as an older version told it: the restatement apart from the real change."""

from dataclasses import replace
from datetime import date

from metrics.question import Request
from metrics.read import read
from warehouse.versions import Version


def first_told(doc: dict, older: Version, request: Request) -> dict:
    """A compare document whose rows also have `restated`: {version, as_of, provisional, base, difference, change,
    restatement}.

    `base` is what the older version told of the base as of its own day (the one asked for, if that is earlier);
    difference = value - base = change + restatement, where change is the row's own difference and restatement what the
    base has moved since. None where one of them is missing, and of a base that is another member.
    """
    told: dict[tuple, dict] = {}
    periods = {(base["period"]["from"], base["period"]["to"]) for base in _bases(doc)}
    for start, end in sorted(periods):
        dates = {"date_from": date.fromisoformat(start), "date_to": date.fromisoformat(end)}
        plain = replace(request, reading="value", every=None, compare_to=None, interval=False, **dates)
        for row in read(older, doc["metric"], plain)["rows"]:
            told[start, end, *_key(row)] = row
    as_of = read(older, doc["metric"], replace(request, reading="value", compare_to=None, interval=False))["as_of"]
    rows = [{**row, "restated": _apart(row, told, older.number, as_of)} for row in doc["rows"]]
    return {**doc, "rows": rows}


def _bases(doc: dict) -> list[dict]:
    return [row["base"] for row in doc["rows"] if row.get("base") and row["base"]["period"]]


def _key(row: dict) -> tuple:
    return row["measure"], row["part"], tuple(sorted(row["slice"].items()))


def _apart(row: dict, told: dict, number: int, as_of: str) -> dict | None:
    base = row.get("base")
    if not base or not base["period"] or row.get("difference") is None or base["slice"] != row["slice"]:
        return None
    was = told.get((base["period"]["from"], base["period"]["to"], *_key(row)))
    if was is None or was["value"] is None:
        return None
    moved = base["value"] - was["value"]
    parts = {"difference": row["value"] - was["value"], "change": row["difference"], "restatement": moved}
    return {"version": number, "as_of": as_of, "provisional": was["provisional"], "base": was["value"], **parts}
