"""How a home stands: versions, loads, how fresh each system's data is, what was matched, whether a build failed."""

from filelock import FileLock, Timeout

from warehouse import versions
from warehouse.build import last_error
from warehouse.home import Home
from warehouse.loads import Load, all_loads
from warehouse.state import get_settings


def status(home: Home) -> dict:
    """{home, current, versions, loads, freshness, coverage, matches, building, last_build_error}, ready for JSON.

    `loads` tells every load of the ledger, withdrawn ones too; `freshness` the newest active load of each system and
    object; `coverage` the rows, unresolved references and issues of the current version; `matches` its records by
    entity and status; `stale` whether the ledger has changed since it was built.
    """
    number = versions.current(home)
    facts = versions.facts(home, number) if number else {}
    loads = all_loads(home)
    active = [load.load_id for load in loads if load.state == "active"]
    return {
        "home": str(home.path),
        "current": number,
        "versions": versions.list_versions(home),
        "loads": [_load(home, load) for load in loads],
        "freshness": _freshness(home, loads),
        "coverage": {
            "rows": facts.get("rows", {}),
            "orphans": facts.get("orphans", {}),
            "issues": facts.get("issues", {}),
        },
        "matches": facts.get("matches", {}),
        "stale": bool(active) and active != facts.get("loads"),
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
