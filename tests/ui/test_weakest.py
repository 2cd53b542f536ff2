"""Screen and paper name the same weakest slice, in a narrowed scope too."""

from dataclasses import replace

from metrics.read import read
from metrics.registry import catalogue
from reports import overview as paper
from ui import tiles
from ui.places import TILES
from ui.scope import Scope

ENTERPRISE = {"segment": ("Enterprise",)}


def named(row: dict | None) -> tuple | None:
    """Slice and value; the last digits of a sum depend on the order in which it was added up."""
    return row and (row["slice"], round(row["value"], 6))


def test_a_tile_and_the_report_name_the_same_weakest_slice_of_one_segment(monkeypatch, sample_version):
    metrics = [catalogue()[name] for name in TILES]
    told = [tiles.tell(metric, Scope(sample_version, where=ENTERPRISE)).weakest for metric in metrics]
    screen = {metric.id: named(found and found[2]) for metric, found in zip(metrics, told, strict=True)}
    # the report has no filters of its own
    monkeypatch.setattr(paper, "read", lambda of, name, asked: read(of, name, replace(asked, where=ENTERPRISE)))
    assert screen == {metric.id: named(paper._read_section(sample_version, metric).weakest) for metric in metrics}
    assert sum(found is not None for found in screen.values()) >= 4
