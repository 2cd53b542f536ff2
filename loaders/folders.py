"""Which files a load is asked for: those that are named, and those of the folders that are named."""

from pathlib import Path

from loaders import workbook
from loaders.errors import LoadError
from loaders.survey import CHUNK, TextFacts

SUFFIXES = (".csv", ".tsv", ".txt", ".xlsx", ".xls", ".parquet")


def files_of(paths: list[Path]) -> dict[Path, Path | None]:
    """{file: the folder it was found in, None where it was named itself}, in the order given.

    Each file comes once, however often and by whatever path it is named. LoadError where there is none.
    """
    found: dict[Path, tuple[Path, Path | None]] = {}
    for path in map(Path, paths):
        if path.is_dir():
            listed = [(file, path) for file in _inside(path) if file.suffix.lower() in SUFFIXES]
        elif path.is_file():
            listed = [(path, None)]
        else:
            raise LoadError(path.name or path, "is no file; check the path")
        for file, folder in listed:
            first, among = found.get(file.resolve(), (file, folder))
            found[file.resolve()] = (first, among if folder is not None else None)
    if not found:
        raise LoadError(", ".join(str(path) for path in paths) or "load", f"no file to load ({', '.join(SUFFIXES)})")
    return dict(found.values())


def passed_over(paths: list[Path]) -> list[Path]:
    """The files of the folders among `paths` that are left alone, by their suffix; no hidden ones."""
    folders = [path for path in map(Path, paths) if path.is_dir()]
    return [file for folder in folders for file in _inside(folder) if file.suffix.lower() not in SUFFIXES]


def _inside(folder: Path) -> list[Path]:
    return [file for file in sorted(folder.rglob("*")) if file.is_file() and not file.name.startswith((".", "~$"))]


def left_out(unclaimed: set[Path], folders: dict[Path, Path | None]) -> set[Path]:
    """Of the files no profile knows those that came with a folder in which another file is known."""
    known = {folder for file, folder in folders.items() if file not in unclaimed}
    return {file for file in unclaimed if folders[file] is not None and folders[file] in known}


def rows_of(copy: Path) -> int:
    """How many rows a surveyed file has below its header, whoever may know it; of a text its lines."""
    if copy.suffix == ".parquet":
        import pyarrow.parquet as pq

        return pq.read_metadata(copy).num_rows
    if copy.suffix != ".csv":
        return sum(len(rows) - workbook.header_row(rows) - 1 for rows in workbook.sheets(copy.name, copy).values())
    facts = TextFacts()
    with copy.open("rb") as text:
        while chunk := text.read(CHUNK):
            facts.feed(chunk)
    return facts.lines - 1
