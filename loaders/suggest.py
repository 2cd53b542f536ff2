"""Drafts a profile for a file nobody knows, and checks a profile that somebody wrote.

A draft is a start, not a decision: what fits several readings is written as a comment for a person to settle.
"""

import json
import re
import tempfile
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from rapidfuzz import fuzz

from loaders import dates, doubts
from loaders.claims import claim
from loaders.errors import LoadError
from loaders.generic import NAME
from loaders.mapping import NUMERIC, TEMPORAL
from loaders.peek import Peek, peek
from loaders.profile import profiles, read_profile
from loaders.survey import survey
from warehouse.schema import Column, Table, tables

NEAR = 72
SYNONYMS = {
    "customer": "account client buyer sold to",
    "customer id": "customer no number code key",
    "name": "company firm",
    "country": "land nation",
    "product": "material item article sku",
    "supplier": "vendor",
    "site": "plant warehouse location",
    "order": "sales document so number",
    "qty": "quantity amount units menge",
    "net amount": "value total revenue net price",
    "created": "create created on opened",
    "expected close": "close",
    "stage code": "stage status",
    "po": "purchase order purchasing document",
}


@dataclass(frozen=True)
class Kind:
    """What the filled cells of a column look like: date formats they all fit, whether they all look like numbers."""

    formats: tuple[str, ...]
    number: bool

    def suits(self, column: Column) -> bool:
        if column.type in TEMPORAL:
            return bool(self.formats)
        return self.number if column.type in NUMERIC else True


def new_profile(file: Path) -> str:
    """A draft profile (TOML) for a file: the nearest canonical table, its columns by name and by what the cells hold.

    LoadError where the file cannot be read.
    """
    with tempfile.TemporaryDirectory(prefix="throughline-") as folder:
        seen = peek(file.name, survey(file, Path(folder)))
    kinds = {name: _kind([text for text in cells if text.strip()]) for name, cells in seen.columns.items()}
    ranked = sorted((_match(table, seen, kinds) for table in tables().values()), key=lambda found: -found[0])
    _, table, pairs = ranked[0]
    return _draft(file, seen, kinds, table, pairs)


def _kind(cells: list[str]) -> Kind:
    if not cells:
        return Kind(("iso",), True)
    iso = f"{dates.TIMED}|{dates.DAY}|{dates.BASIC_DAY}"
    formats = ["iso"] if all(re.fullmatch(iso, cell.strip()) for cell in cells) else []
    formats += [form for form in dates.CANDIDATES if all(_fits(cell.strip(), form) for cell in cells)]
    plain = re.compile(rf"[+-]?[0-9]+|{doubts.LIKE_NUMBER}")
    return Kind(tuple(formats), all(plain.fullmatch(cell.strip()) for cell in cells))


def _fits(cell: str, form: str) -> bool:
    try:
        return bool(re.fullmatch(dates.pattern(form), cell) and datetime.strptime(cell, form))
    except ValueError:
        return False


def _plain(name: str) -> str:
    """A name as words: 'OrderDate' and 'order_date' are 'order date'."""
    words = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", " ", name)
    return " ".join(re.sub(r"[^A-Za-z0-9]+", " ", words.removesuffix("__c")).lower().split())


def _likeness(header: str, column: Column, table: Table) -> float:
    name = _plain(column.name.removesuffix("_at") if column.type == "instant" else column.name)
    name = {f"{_plain(table.name)} id": "id", "name": "name"}.get(name, name) if header == "Id" else name
    forms = [name] + [
        name.replace(word, other) for word, others in SYNONYMS.items() if word in name for other in [others]
    ]
    ratios = [fuzz.token_set_ratio(_plain(header), form) if " " in form else 0 for form in forms[1:]]
    return max([fuzz.token_sort_ratio(_plain(header), name), *(0.9 * ratio for ratio in ratios)])


def _match(table: Table, seen: Peek, kinds: dict[str, Kind]) -> tuple[float, Table, dict[str, str]]:
    """(score, table, {canonical column: header text}): the best pairs first, each text and column once."""
    scored = sorted(
        (-_likeness(name, column, table), name, column.name)
        for column in table.columns.values()
        for name in seen.columns
        if kinds[name].suits(column)
    )
    pairs: dict[str, str] = {}
    total = 0.0
    for negative, name, column in scored:
        if -negative >= NEAR and column not in pairs and name not in pairs.values():
            pairs[column] = name
            total += -negative - NEAR / 2
    lacking = sum(column.required and column.name not in pairs for column in table.columns.values())
    return total - NEAR * lacking, table, pairs


def _draft(file: Path, seen: Peek, kinds: dict[str, Kind], table: Table, pairs: dict[str, str]) -> str:
    name = re.sub(r"\W+", "_", file.stem).strip("_") or "export"
    recognise = [text for column, text in pairs.items() if column in table.key] or list(pairs.values())
    recognise = list(dict.fromkeys([*recognise, *pairs.values()]))[:4] or list(seen.columns)[:4]
    lines = [
        f"# Draft for {file.name}: check every line, then save it as <home>/profiles/<system>.toml.",
        f"system = {_quoted(name)}",
        'side = "company"    # crm, erp, srm or company',
        "version = 1",
        '# timezone = "Europe/Berlin"    # of instants in the files, where it is not the company\'s',
        "",
        f"[object.{name}]",
        f"recognise = [{', '.join(map(_quoted, recognise))}]",
        'scope = "partial"    # full: a key that is absent from the next export has vanished',
        "",
    ]
    if not pairs:
        near = ", ".join(tables())
        lines += ["# no column is like one of a canonical table; choose the table and fill its columns:"]
        lines += [f"# [[object.{name}.table]]", f"# table = ?    # {near}", f"# [object.{name}.table.columns]"]
        return "\n".join([*lines, *_unused(seen, pairs)]) + "\n"
    lines += [
        f"[[object.{name}.table]]",
        f"table = {_quoted(table.name)}",
        f"[object.{name}.table.columns]",
    ]
    lines += [_line(table.columns[column], text, kinds[text], seen.example(text)) for column, text in pairs.items()]
    lacking = [column.name for column in table.columns.values() if column.required and column.name not in pairs]
    lines += [f"# {column} = ?    # required: name its column" for column in lacking]
    free = [name for name in table.columns if name not in pairs]
    lines += [f"# also to fill: {', '.join(free)}"] if free else []
    return "\n".join([*lines, *_unused(seen, pairs)]) + "\n"


def _unused(seen: Peek, pairs: dict[str, str]) -> list[str]:
    free = [text for text in seen.columns if text not in pairs.values()]
    return [f"# not used: {_quoted(text)}, such as {seen.example(text)}" for text in free]


def _line(column: Column, text: str, kind: Kind, example: str) -> str:
    told = f"    # {column.type}; such as {example}"
    if column.type in TEMPORAL and "iso" not in kind.formats:
        forms = ", ".join(map(_quoted, kind.formats[:1]))
        others = f"; also fits {', '.join(kind.formats[1:])}: decide" if len(kind.formats) > 1 else ""
        return f"{column.name} = {{ from = {_quoted(text)}, format = {forms} }}{told}{others}"
    if column.type in NUMERIC and "," in example:
        return f'{column.name} = {{ from = {_quoted(text)}, decimal = ",", thousands = "." }}{told}: decide'
    return f"{column.name} = {_quoted(text)}{told}"


def _quoted(text: str) -> str:
    return json.dumps(text, ensure_ascii=False)


def check_profile(file: Path) -> list[str]:
    """What is wrong with a profile: the first mistake in its vocabulary, else every file it could never load."""
    try:
        found = read_profile(file)
        others = {name: other for name, other in profiles().items() if name not in (found.name, NAME)}
    except LoadError as error:
        return [str(error)]
    faults = []
    for thing in found.objects.values():
        where = f"{file.name}: [object.{thing.name}]"
        for part in thing.tables:
            if not part.columns:
                faults.append(f"{where} {part.table.name}: no column of it is filled")
            lacking = [
                column.name
                for column in part.table.columns.values()
                if column.required and column.name not in part.columns
            ]
            faults += [f"{where} {part.table.name}.{name} is required and not filled" for name in lacking]
        header = thing.recognise
        rivals = [
            other.name for other in found.objects.values() if other is not thing and set(other.recognise) == set(header)
        ]
        faults += [f"{where} recognises the same header as {name}" for name in rivals if not thing.unless]
        faults += [f"{where} is also claimed by {rival.name} ({other.name})" for rival, other in claim(header, others)]
    return faults
