"""Which dimensions a section of the report prints."""

from dataclasses import replace
from types import SimpleNamespace

from duckdb import BinderException

from reports import overview
from tests.reports.handmade import doc, metric_of, row

OTIF = metric_of("otif", "On time in full", "share", "up")


def test_a_dimension_that_the_data_lack_leaves_the_section_the_others(monkeypatch):
    """Without customers there are no segments, but sites there are."""
    asked = []

    def read(version, metric_id, request):
        asked.append((*request.by, request.interval))
        if request.by == ("segment",):
            return doc(OTIF, [row(None, n=0, status="not_available", reason="not_available: customer.segment")])
        period = {"label": "2026-04-30", "from": "2026-04-30", "to": "2026-04-30"}
        if request.reading != "value":
            return doc(OTIF, [row(0.8, 80, 100, period=period, base=None, difference=None)])
        return doc(OTIF, [row(0.8, 80, 100), row(0.6, 30, 50, slice={"site": "Oslo"})])

    monkeypatch.setattr(overview, "read", read)
    metric = replace(OTIF, dims={"segment": OTIF.dims["segment"], "site": OTIF.dims["segment"]})
    section = overview._read_section(None, metric)
    assert section.dim == "site" and [one["slice"] for one in section.slices] == [{"site": "Oslo"}]
    assert section.headline["value"] == 0.8 and section.weakest["slice"] == {"site": "Oslo"}
    assert ("site", True) in asked


def test_a_version_older_than_a_metric_says_to_build_again_instead_of_its_sql(monkeypatch):
    def read(version, metric_id, request):
        raise BinderException('Referenced column "evidence" not found in FROM clause')

    monkeypatch.setattr(overview, "read", read)
    section = overview._section(SimpleNamespace(number=3), OTIF)
    assert section.problem == "failed: version 3 was built before otif took its present form: build again"
