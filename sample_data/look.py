"""A few exports to look at: what the small company's systems gave in the last week, kept in the repository."""

import shutil
import tempfile
from pathlib import Path

from sample_data.generate import write_company

WEEK = ("2026-04-23", "2026-04-30")


def files(folder: Path) -> dict[str, Path]:
    """The exports of the last week and the truth, by their name below the folder."""
    found = [path for path in Path(folder).rglob("*") if path.stem.endswith(WEEK) or path.name == "truth.json"]
    return {path.relative_to(folder).as_posix(): path for path in sorted(found)}


def write(folder: Path) -> None:
    """Replace salesforce/, sap/ and truth.json in the folder."""
    with tempfile.TemporaryDirectory() as made:
        write_company(made, size="small")
        for part in ("salesforce", "sap"):
            shutil.rmtree(folder / part, ignore_errors=True)
        for name, path in files(Path(made)).items():
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(path, folder / name)
