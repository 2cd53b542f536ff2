"""What pages read, cached per data version: a version never changes, so a reading of it is computed once.

Readings are kept in the process as they came (not in st.cache_data: copying each document on every rerun would cost
more than looking it up), the least used are dropped; nobody changes a document.
"""

import os
from collections import OrderedDict
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from datetime import date
from functools import lru_cache
from threading import Lock

from duckdb import BinderException, CatalogException

from metrics.question import Request
from metrics.read import read
from metrics.registry import Metric, UsageError, catalogue
from metrics.targets import judged
from warehouse.home import Home, resolve_home
from warehouse.schema import tables
from warehouse.targets import stamp, standing
from warehouse.versions import NoVersion, Version, current, list_versions, numbers, open_version

KEPT_READINGS, KEPT_ROWS, KEPT_MADE = 3000, 50, 600
_kept: OrderedDict[tuple, dict] = OrderedDict()
_kept_rows: OrderedDict[tuple, dict] = OrderedDict()
_made: OrderedDict[tuple, object] = OrderedDict()
_lock = Lock()
_pool = ThreadPoolExecutor(max_workers=4, thread_name_prefix="readings")


def home() -> Home:
    """The home this server shows: $THROUGHLINE_HOME or the user's data folder."""
    return _home(os.environ.get("THROUGHLINE_HOME"))


@lru_cache(maxsize=8)
def _home(chosen: str | None) -> Home:
    return resolve_home(chosen)


def current_number() -> int | None:
    """The number of the current version, None before the first load."""
    number = current(home())
    return number if number in numbers(home()) else None


def version(number: int | None = None) -> Version | None:
    """The version of that number, else the current one; None when there is none yet."""
    try:
        return open_version(home(), number)
    except NoVersion:
        return None


def versions() -> list[dict]:
    """The kept versions, newest first: {number, built_at, loads, current}."""
    return list_versions(home())[::-1]


def frozen(asked: Mapping) -> tuple:
    """A request as something a cache can look up: mappings and lists as sorted tuples."""
    return tuple(sorted((name, _frozen(value)) for name, value in asked.items() if value is not None))


def _frozen(value):
    if isinstance(value, Mapping):
        return ("mapping", *((name, _frozen(value[name])) for name in sorted(value)))
    return tuple(value) if isinstance(value, list | tuple) else value


class OldVersion(UsageError):
    """A version that an earlier release built: it lacks columns that the metric reads today."""


def _asked(of: Version, metric_id: str, asked: Mapping) -> dict:
    try:
        return judged(read(of, metric_id, Request(**asked)), standing(home()))
    except (BinderException, CatalogException) as error:
        told = f"version {of.number} was built before {metric_id} took its present form: build again"
        raise OldVersion(told) from error


def _key(of: Version, metric_id: str, asked: Mapping) -> tuple:
    return _state(of), metric_id, frozen(asked)


def _state(of: Version) -> tuple:
    """What tells a version from every other, also from one of the same number built after a rollback; and the targets
    its numbers are judged by."""
    return of.path, of.facts.get("built_at"), stamp(home())


def reading(of: Version, metric_id: str, **asked) -> dict:
    """A public document of one metric at one version. Takes the fields of a Request. Raises UsageError.

    Do not change what comes back: everybody gets the same document."""
    store, most = (_kept_rows, KEPT_ROWS) if asked.get("reading") == "rows" else (_kept, KEPT_READINGS)
    return _kept_in(store, most, _key(of, metric_id, asked), lambda: _asked(of, metric_id, asked))


def made(of: Version, key: tuple, make: Callable):
    """What `make` makes of a version's readings, kept like a reading; `key` names it."""
    return _kept_in(_made, KEPT_MADE, (_state(of), *key), make)


def is_made(of: Version, key: tuple) -> bool:
    """Whether that was made before, so that nobody has to wait for it."""
    return (_state(of), *key) in _made


def _kept_in(store: OrderedDict, most: int, key: tuple, make: Callable):
    with _lock:
        if key in store:
            store.move_to_end(key)
            return store[key]
    found = make()
    with _lock:
        store[key] = found
        while len(store) > most:
            store.popitem(last=False)
    return found


def reading_uncached(of: Version, metric_id: str, **asked) -> dict:
    """A reading too large to keep: every row behind a number."""
    return _asked(of, metric_id, asked)


def readings(of: Version, wanted: list[tuple[str, dict]]) -> list[dict | UsageError]:
    """Several readings, equal ones once, side by side. A refused one comes back as its error."""

    def one(pair: tuple[str, dict]) -> dict | UsageError:
        try:
            return reading(of, pair[0], **pair[1])
        except UsageError as error:
            return error

    keys = [_key(of, *pair) for pair in wanted]
    apart = dict(zip(keys, wanted, strict=True))
    found = dict(zip(apart, _pool.map(one, apart.values()), strict=True))
    return [found[key] for key in keys]


def loads(of: Version) -> tuple[dict, ...]:
    """The loads a version was built from: load_id, system, side, object, file, exported_at, last_full_day ..."""

    def read_all() -> tuple[dict, ...]:
        frame = of.cursor().execute("select * from load").df()
        return tuple(frame.astype(object).where(frame.notna(), None).to_dict("records"))

    return made(of, ("loads",), read_all)


def filled(of: Version) -> dict[str, int]:
    """Rows of every canonical table in a version."""

    def count_all() -> dict[str, int]:
        cursor = of.cursor()
        here = {name for (name,) in cursor.execute("select table_name from duckdb_tables()").fetchall()}
        counts = " union all ".join(f"select '{name}', count(*) from \"{name}\"" for name in tables() if name in here)
        return dict(cursor.execute(counts).fetchall()) if counts else {}

    return made(of, ("filled",), count_all)


def as_of(of: Version, metric: Metric) -> date | None:
    """The day up to which a metric's headline is read in this version; None where it cannot be read."""
    try:
        found = reading(of, metric.id, interval=False)["as_of"]
    except OldVersion:
        return None
    return date.fromisoformat(found) if found else None


def warm() -> None:
    """Import what pages need and open the current version, before the first visitor pays for it."""
    import streamlit.elements.plotly_chart  # noqa: F401

    import charts.plotly_dict  # noqa: F401

    catalogue()
    found = version()
    if found is not None:
        found.cursor().execute("select 1").fetchall()
