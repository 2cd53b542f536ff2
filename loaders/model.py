"""What a profile says, as data. Read by profile.py, turned into SQL by convert.py."""

from dataclasses import dataclass, field

from warehouse.schema import Column, Table


@dataclass(frozen=True)
class When:
    """A row fits when `column` holds one of `texts`, or none of them where `among` is false.

    Compared without case and outer blanks; an empty cell, an absent column and the texts of `null` count as ''.
    """

    column: str
    texts: tuple[str, ...]
    among: bool
    null: tuple[str, ...] = ()

    def __str__(self) -> str:
        return f"{self.column} {'is not one of' if self.among else 'is one of'} {', '.join(map(repr, self.texts))}"


@dataclass(frozen=True)
class Factor:
    """One factor of a product: a column (as it is, `minus` it from one, or one `over` it), or a number."""

    column: str | None = None
    form: str = ""
    number: str | None = None


@dataclass(frozen=True)
class Way:
    """One way to fill a canonical column, read as `type`. `decimal`, `thousands` are None where nothing is stated.

    `sources` without `join` are alternatives: the first filled one counts. A cell that fits one of `null_like`, where
    * stands for any text, means missing like the texts of `null`.
    """

    type: str
    sources: tuple[str, ...] = ()
    join: str | None = None
    formats: tuple[str, ...] = ()
    decimal: str | None = None
    thousands: str | None = None
    null: tuple[str, ...] = ()
    null_like: tuple[str, ...] = ()
    values: dict[str, str] | None = field(default=None, hash=False)
    constant: str | None = None
    factors: tuple[Factor, ...] = ()
    negate: tuple[When, ...] | bool = False
    exported_at: bool = False
    timezone: str | None = None
    when: tuple[When, ...] = ()

    @property
    def columns(self) -> tuple[str, ...]:
        """The source columns whose cells it reads."""
        return self.sources + tuple(factor.column for factor in self.factors if factor.column)


@dataclass(frozen=True)
class Mapping:
    """How one canonical column is filled: by the first of its ways that gives a value."""

    target: Column
    ways: tuple[Way, ...]

    @property
    def columns(self) -> tuple[str, ...]:
        return tuple(column for way in self.ways for column in way.columns)

    def fillable(self, header: set[str]) -> bool:
        """Whether a file with these columns can fill it at all."""
        return any(
            way.constant is not None or way.exported_at or any(column in header for column in way.columns)
            for way in self.ways
        )


@dataclass(frozen=True)
class TableMap:
    """One canonical table filled from an object. An optional one is left out where its required columns are absent."""

    table: Table
    columns: dict[str, Mapping] = field(hash=False)
    distinct: bool = False
    optional: bool = False
    when: tuple[When, ...] = ()


@dataclass(frozen=True)
class Object:
    """One kind of export of a system: ours when its header holds all of `recognise` and none of `unless`.

    A `closed` one (the generic layout) takes no column it does not know.
    """

    name: str
    recognise: tuple[str, ...]
    tables: tuple[TableMap, ...]
    unless: tuple[str, ...] = ()
    scope: str = "full"
    forward_fill: tuple[str, ...] = ()
    labels: dict[str, tuple[str, ...]] = field(default_factory=dict, hash=False)
    exported_at: str | dict | None = field(default=None, hash=False)
    timezone: str | None = None
    encoding: str | None = None
    closed: bool = False


@dataclass(frozen=True)
class Profile:
    """One source system. `system` is the namespace of its ids, `name` the stem of its file; they differ only for
    the generic layout."""

    name: str
    system: str
    title: str
    side: str
    version: int
    sha: str
    objects: dict[str, Object] = field(hash=False)
    export: str = ""
