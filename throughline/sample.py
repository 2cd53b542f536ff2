"""The sample company in a home of its own: generated once, loaded once."""

import json
import shutil

import typer

from throughline import say
from throughline.loading import build_version, load_and_build

SEED = 20260430
MARK = "sample_company.json"


class SampleError(RuntimeError):
    """The sample company did not load; the message names file and reason."""


def prepare(home, seed: int = SEED, size: str = "demo") -> int:
    """The version that holds the sample company; what is already there is not made again.

    Raises BadParameter when the home holds loads of its own, so that real data and the sample never mix.
    """
    from warehouse.loads import all_loads
    from warehouse.versions import current

    mark, exports = home.path / MARK, home.path / "exports"
    told = json.loads(mark.read_text("utf-8")) if mark.exists() else {"seed": seed}
    if mark.exists() and told["seed"] == seed and current(home) is not None:
        return current(home)
    if all_loads(home) and (not exports.exists() or told["seed"] != seed):
        raise typer.BadParameter(f"{home.path} holds other loads; the sample company needs a --home of its own")
    _generate(exports, seed, size)
    version = _load(home, exports)
    mark.write_text(json.dumps({"seed": seed, "size": size, "version": version}), "utf-8")
    return version


def _generate(exports, seed: int, size: str) -> None:
    """Write the exports beside their final place and rename, so that a killed run leaves none half written."""
    from sample_data.generate import write_company

    if exports.exists():
        return
    fresh = exports.with_name("exports.tmp")
    shutil.rmtree(fresh, ignore_errors=True)
    say.note("generating the sample company")
    write_company(fresh, seed=seed, size=size)
    fresh.rename(exports)


def _load(home, exports) -> int:
    from warehouse.state import set_settings

    set_settings(home, tz="Europe/Berlin", reporting_currency="EUR")
    say.note("loading its exports")
    entries, version = load_and_build(home, [exports / "salesforce", exports / "sap"], told=False)
    refused = [entry for entry in entries if entry["status"] in ("refused", "ignored")]
    if refused:
        raise SampleError(f"{refused[0]['file']}: {refused[0]['issues'][0]['reason']}")
    return version or build_version(home)
