"""How a home stands: versions, loads, how fresh each system's data is, what was matched, whether a build failed."""

from filelock import FileLock, Timeout

from warehouse import versions
from warehouse.build import fingerprint, last_error
from warehouse.home import Home
from warehouse.loads import Load, active_loads, all_loads
from warehouse.state import get_settings


def stale(home: Home, metrics: str | None = None) -> bool:
    """Whether a build would make something else than the newest version, or make the first one.

    Loads, settings, decisions or definitions have changed since, or a build was killed. `metrics` is the fingerprint of
    what the builds of this home precompute; None leaves that out of it.
    """
    if not (built := versions.numbers(home)):
        return bool(active_loads(home))
    told = versions.facts(home, built[-1])
    return told.get("inputs") != fingerprint(home) or metrics not in (None, told.get("metrics"))


def status(home: Home, metrics: str | None = None) -> dict:
    """{home, current, newest, versions, loads, freshness, coverage, matches, stale, building, last_build_error}.

    Ready for JSON. `newest` is another version than `current` after a rollback; `loads` tells every load of the ledger,
    withdrawn ones too; `freshness` the newest active load of each system and object; `coverage` the rows, unresolved
    references and issues of the current version; `matches` its records by entity and status; `stale` as `stale` says.
    """
    number = versions.current(home)
    facts = versions.facts(home, number) if number else {}
    loads = all_loads(home)
    return {
        "home": str(home.path),
        "current": number,
        "newest": max(versions.numbers(home), default=None),
        "versions": versions.list_versions(home),
        "loads": [_load(home, load) for load in loads],
        "freshness": _freshness(home, loads),
        "coverage": {
            "rows": facts.get("rows", {}),
            "orphans": facts.get("orphans", {}),
            "issues": facts.get("issues", {}),
        },
        "matches": facts.get("matches", {}),
        "stale": stale(home, metrics),
        "building": _is_building(home),
        "last_build_error": last_error(home),
    }


def _load(home: Home, load: Load) -> dict:
    tables = [
        {name: entry.get(name) for name in ("table", "rows_in", "loaded", "rejected", "ignored")}
        for entry in load.tables
    ]
    return {
        "load_id": load.load_id, "state": load.state, "system": load.system, "object": load.object, "file": load.file,
        "exported_at": load.exported_at, "basis": load.exported_basis, "loaded_at": load.loaded_at, "tables": tables,
    }  # fmt: skip


def _freshness(home: Home, loads: list[Load]) -> list[dict]:
    tz = get_settings(home).tz
    newest = {(load.system, load.object): load for load in loads if load.state == "active"}
    return [
        {"system": system, "object": object_, "exported_at": load.exported_at, "basis": load.exported_basis,
         "last_full_day": load.exported_at and load.last_full_day(tz).isoformat()}
        for (system, object_), load in sorted(newest.items())
    ]  # fmt: skip


def _is_building(home: Home) -> bool:
    if not home.lock.exists():
        return False
    try:
        with FileLock(home.lock, timeout=0):
            return False
    except Timeout:
        return True
