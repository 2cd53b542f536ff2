"""How a home stands, for people: `throughline status` without --json, and what of it deserves a warning."""

from datetime import date, timedelta

from throughline import say

OLD = timedelta(days=35)
SHOWN_LOADS = 12


def print_status(found: dict) -> None:
    """Versions, freshness, rows and matches, the latest loads."""
    say.line(f"home      {found['home']}")
    kept = ", ".join(str(version["number"]) for version in found["versions"])
    say.line(f"version   {found['current'] or 'none yet'}{f'   (kept: {kept})' if kept else ''}")
    if not found["loads"]:
        say.line("loads     none yet; `throughline load PATH...` or `throughline demo`")
        return
    say.line()
    names = ("system", "object", "last_full_day", "exported_at", "basis")
    say.table(names, [[item[name] for name in names] for item in found["freshness"]])
    say.line()
    coverage = found["coverage"]
    filled = {table: count for table, count in coverage["rows"].items() if count}
    orphans = coverage["orphans"]
    say.table(
        ("table", "rows", "orphans"), [(t, n, _orphans(orphans, t)) for t, n in filled.items()], ("rows", "orphans")
    )
    say.line()
    _print_loads(found["loads"])


def _orphans(orphans: dict, table: str) -> int:
    """How many references of a table's rows nothing resolves; a row with two of them counts twice."""
    return sum(found["rows"] for name, found in orphans.items() if name.partition(".")[0] == table)


def _print_loads(loads: list[dict]) -> None:
    rows = []
    for load in loads[-SHOWN_LOADS:]:
        counts = [sum(entry[name] or 0 for entry in load["tables"]) for name in ("loaded", "rejected", "ignored")]
        rows.append([load["load_id"], load["state"], load["system"], load["object"], load["file"], *counts])
    header = ("load", "state", "system", "object", "file", "loaded", "rejected", "ignored")
    say.table(header, rows, right=("loaded", "rejected", "ignored"))
    if len(loads) > SHOWN_LOADS:
        say.line(f"and {len(loads) - SHOWN_LOADS} before; --json lists them all")


def behind(home) -> list[str]:
    """A line where readers get an older version than the newest, one where a build would make another, and one where a
    load died on its way."""
    from loaders.ledger import unfinished
    from throughline.loading import is_stale
    from warehouse.versions import current, numbers

    newest = max(numbers(home), default=None)
    return _behind(current(home), newest, is_stale(home), unfinished(home))


def _behind(up: int | None, newest: int | None, stale: bool, unfinished: list[str]) -> list[str]:
    told = [forward(up, newest)] if up != newest else []
    if stale:
        what = f"version {newest} is not built" if newest else "nothing is built yet"
        remedy = "run throughline load PATH... or throughline build"
        told.append(f"stale: {what} from the present loads, settings and definitions; {remedy}")
    if unfinished:
        what = f"{len(unfinished)} load{'s' if len(unfinished) > 1 else ''} of a call that died"
        told.append(
            f"{what} {'are' if len(unfinished) > 1 else 'is'} not in the numbers; throughline build finishes it"
        )
    return told


def forward(up: int | None, newest: int) -> str:
    """What to tell of a home that was rolled back."""
    return f"version {up} is up, the newest is {newest}; throughline rollback {newest} goes forward again"


def stale_of(found: dict) -> list[str]:
    """A line for each thing that is stale or failed: a version behind its ledger, a failed build, an old master."""
    told = _behind(found["current"], found["newest"], found["stale"], found["unfinished"])
    if found["last_build_error"]:
        told.append(f"the last build failed: {found['last_build_error']['message']}")
    return told + _old_masters(found)


def _old_masters(found: dict) -> list[str]:
    from warehouse.schema import tables

    feeds = {(load["system"], load["object"]): load["tables"] for load in found["loads"] if load["state"] == "active"}
    days = {(item["system"], item["object"]): date.fromisoformat(item["last_full_day"]) for item in found["freshness"]}
    newest = max(days.values(), default=None)
    return [
        f"stale: {system} {name} reaches only to {day}, {(newest - day).days} days behind the newest export"
        for (system, name), day in days.items()
        if newest - day > OLD and any(tables()[entry["table"]].kind == "master" for entry in feeds[system, name])
    ]
