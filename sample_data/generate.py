"""Write the company's exports into a folder, as its systems would have left them there, with the truth beside them."""

from pathlib import Path

from sample_data import (
    export_buying,
    export_desk,
    export_lists,
    export_pipeline,
    export_plant,
    export_salesforce,
    export_sap,
    export_sap_supply,
)
from sample_data.story import Company, tell
from sample_data.truth import Truth, make_truth

SEED = 20260430


def write_exports(out_dir: Path, told: Company) -> None:
    """salesforce/*.csv, sap/*.csv and sap/lists/*.csv below the folder."""
    for part in (export_salesforce, export_pipeline):
        part.export(out_dir / "salesforce", told)
    for part in (export_sap, export_sap_supply):
        part.export(out_dir / "sap", told)
    for part in (export_lists, export_desk, export_buying, export_plant):
        part.export(out_dir / "sap" / "lists", told)


def write_company(out_dir, seed: int = SEED, months: int = 30, size: str = "demo") -> Truth:
    """Make the company, write its exports and truth.json, and return the truth.

    Same arguments, same bytes. `months` is 18 or more, so that forecasts have a year before them; `size` is demo or
    small (about a tenth, with the same faults). Raises ValueError on anything else."""
    if months < 18 or size not in ("demo", "small"):
        raise ValueError(f"a company needs 18 months or more and size demo or small, not {months} months of {size!r}")
    told = tell(seed, months, size)
    write_exports(Path(out_dir), told)
    truth = make_truth(told, seed, months)
    truth.write(Path(out_dir) / "truth.json")
    return truth
