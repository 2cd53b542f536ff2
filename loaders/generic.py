"""The generic layout: a file whose columns are canonical columns of one table needs no profile.

Every canonical table is an object of the built-in profile `generic`; its ids live under the system `company`.
"""

import hashlib
from functools import cache

from loaders.mapping import NUMERIC
from loaders.model import Mapping, Object, Profile, TableMap, Way
from warehouse.schema import Table, tables

NAME, SYSTEM = "generic", "company"
DATED = {"file_name": r"(\d{4}-\d{2}-\d{2})", "format": "%Y-%m-%d"}


@cache
def generic() -> Profile:
    """The built-in profile: ISO dates, numbers with a point, texts as they are."""
    objects = {table.name: _object(table) for table in tables().values()}
    sha = hashlib.sha256(repr(list(objects.values())).encode()).hexdigest()
    return Profile(
        NAME, SYSTEM, "Generic layout", "company", 1, sha, objects, "Fill the files of `profile templates DIR`."
    )


def _object(table: Table) -> Object:
    required = tuple(column.name for column in table.columns.values() if column.required)
    columns = {
        name: Mapping(column, (Way(column.type, (name,), decimal="." if column.type in NUMERIC else None),))
        for name, column in table.columns.items()
    }
    return Object(
        name=table.name,
        recognise=required or table.key,
        tables=(TableMap(table, columns),),
        scope="partial",
        exported_at=DATED,
        closed=True,
    )
