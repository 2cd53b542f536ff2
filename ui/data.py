"""What pages read, cached per data version: a version never changes, so a reading of it is computed once.

Readings are kept in the process as they came (not in st.cache_data: copying each document on every rerun would cost
more than looking it up), the least used are dropped; nobody changes a document.
"""

from collections import OrderedDict
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from datetime import date
from functools import lru_cache
from pathlib import Path
from threading import Lock

from duckdb import BinderException, CatalogException

from metrics.question import Request
from metrics.read import read
from metrics.registry import Metric, UsageError, catalogue
from warehouse.home import Home, resolve_home
from warehouse.schema import tables
from warehouse.versions import NoVersion, Version, current, list_versions, numbers, open_version

KEPT_READINGS, KEPT_ROWS = 3000, 50
_kept: OrderedDict[tuple, dict] = OrderedDict()
_kept_rows: OrderedDict[tuple, dict] = OrderedDict()
_made: OrderedDict[int, tuple] = OrderedDict()
_lock = Lock()
_pool = ThreadPoolExecutor(max_workers=4, thread_name_prefix="readings")


def home() -> Home:
    """The home this server shows: $THROUGHLINE_HOME or the user's data folder."""
    return resolve_home(None)


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
        return read(of, metric_id, Request(**asked))
    except (BinderException, CatalogException) as error:
        told = f"version {of.number} was built before {metric_id} took its present form: build again"
        raise OldVersion(told) from error


def _key(of: Version, metric_id: str, asked: Mapping) -> tuple:
    return str(home().path), of.number, str(of.facts.get("built_at")), metric_id, frozen(asked)


def reading(of: Version, metric_id: str, **asked) -> dict:
    """A public document of one metric at one version. Takes the fields of a Request. Raises UsageError.

    Do not change what comes back: everybody gets the same document."""
    store, most = (_kept_rows, KEPT_ROWS) if asked.get("reading") == "rows" else (_kept, KEPT_READINGS)
    key = _key(of, metric_id, asked)
    with _lock:
        if key in store:
            store.move_to_end(key)
            return store[key]
    found = _asked(of, metric_id, asked)
    with _lock:
        store[key] = found
        while len(store) > most:
            store.popitem(last=False)
    return found


def made_of(doc: dict, make: Callable):
    """What `make` makes of a kept document, made once as long as the document is kept."""
    with _lock:
        found = _made.get(id(doc))
    if found is None or found[0] is not doc:
        found = (doc, make())
        with _lock:
            _made[id(doc)] = found
            while len(_made) > KEPT_ROWS:
                _made.popitem(last=False)
    return found[1]


def is_kept(of: Version, wanted: list[tuple[str, dict]]) -> bool:
    """Whether all these readings were made before, so that nobody has to wait for them."""
    return all(_key(of, metric_id, asked) in _kept for metric_id, asked in wanted)


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

    apart = {_key(of, *pair): pair for pair in wanted}
    found = dict(zip(apart, _pool.map(one, apart.values()), strict=True))
    return [found[_key(of, *pair)] for pair in wanted]


@lru_cache(maxsize=8)
def _loads(path: str, number: int, built_at: str) -> tuple[dict, ...]:
    frame = open_version(Home(Path(path)), number).cursor().execute("select * from load").df()
    return tuple(frame.astype(object).where(frame.notna(), None).to_dict("records"))


def loads(of: Version) -> tuple[dict, ...]:
    """The loads a version was built from: load_id, system, side, object, file, exported_at, last_full_day ..."""
    return _loads(str(home().path), of.number, str(of.facts.get("built_at")))


@lru_cache(maxsize=8)
def _filled(path: str, number: int, built_at: str) -> dict[str, int]:
    cursor = open_version(Home(Path(path)), number).cursor()
    here = {name for (name,) in cursor.execute("select table_name from duckdb_tables()").fetchall()}
    counts = " union all ".join(f"select '{name}', count(*) from \"{name}\"" for name in tables() if name in here)
    return dict(cursor.execute(counts).fetchall()) if counts else {}


def filled(of: Version) -> dict[str, int]:
    """Rows of every canonical table in a version."""
    return _filled(str(home().path), of.number, str(of.facts.get("built_at")))


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
