"""Write the company's exports into a folder, as its systems would have left them there."""

from pathlib import Path

from sample_data import export_pipeline, export_salesforce, export_sap, export_sap_supply
from sample_data.story import Company, tell


def write_exports(out_dir: Path, told: Company) -> None:
    """salesforce/*.csv and sap/*.csv below the folder."""
    for part in (export_salesforce, export_pipeline):
        part.export(Path(out_dir) / "salesforce", told)
    for part in (export_sap, export_sap_supply):
        part.export(Path(out_dir) / "sap", told)


def write_company(out_dir, seed: int = 20260430, months: int = 30, size: str = "demo"):
    """Make the company and write its exports; same arguments, same bytes."""
    told = tell(seed, months, size)
    write_exports(Path(out_dir), told)
    return told
