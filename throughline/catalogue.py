"""The catalogue of metrics as plain data, for `throughline metrics` and whoever reads its JSON."""


def entries(home) -> list[dict]:
    """One dict a metric, by room and id. `missing` are needed tables without rows, None before a build."""
    from metrics.registry import catalogue

    filled = _filled_tables(home)
    return [_entry(metric, filled) for metric in catalogue().values()]


def _entry(metric, filled: set[str] | None) -> dict:
    from metrics.known import needed_tables
    from warehouse.schema import tables

    needed = needed_tables(metric)
    needs = [table for table in tables() if table in needed]
    return {
        "id": metric.id,
        "room": metric.room,
        "title": metric.title,
        "question": metric.question,
        "definition": metric.definition,
        "definition_version": metric.definition_version,
        "window": metric.window,
        "measures": [_measure(measure, metric.headline) for measure in metric.measures],
        "dims": list(metric.dims),
        "params": {name: _param(param) for name, param in metric.params.items()},
        "needs": needs,
        "missing": None if filled is None else [table for table in needs if table not in filled],
        "caveats": list(metric.caveats),
        "sources": list(metric.sources),
    }


def _measure(measure, headline) -> dict:
    return {
        "measure": measure.name,
        "title": measure.title,
        "unit": measure.unit,
        "better": measure.better,
        "headline": measure is headline,
        "additive": measure.additive,
        "meaning": measure.meaning,
    }


def _param(param) -> dict:
    return {
        "default": param.default,
        "allowed": None if param.allowed is None else list(param.allowed),
        "meaning": param.meaning,
    }


def _filled_tables(home) -> set[str] | None:
    from warehouse.schema import tables
    from warehouse.versions import current, open_version

    if current(home) is None:
        return None
    cursor = open_version(home).cursor()
    return {name for name in tables() if cursor.execute(f'select 1 from "{name}" limit 1').fetchall()}
