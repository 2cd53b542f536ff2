"""The page of restatements: the list with its cause, and the rows of a chosen month."""

from tests.metrics.test_restatements import KEPT, built, company, deliveries
from tests.warehouse.drawn import add_load, drawn_home
from ui import restatements


def words(app) -> str:
    html = [block.body if hasattr(block, "body") else block.value for block in app.get("html")]
    return " ".join([str(part.value) for part in [*app.markdown, *app.caption, *app.info]] + list(map(str, html)))


def test_a_changed_month_is_listed_with_its_cause_and_its_rows_name_file_and_line(visit, tmp_path, monkeypatch):
    home = drawn_home(tmp_path, company(KEPT))
    built(home)
    assert "no older one" in words(visit(home, "restatements"))
    add_load(home, deliveries({**KEPT, "2": "2026-01-22"}, exported_at="2026-04-05"))
    built(home)
    monkeypatch.setattr(restatements, "default_metrics", lambda: ["otif"])
    monkeypatch.setattr(restatements.drill, "selected", lambda selection: 0)
    app = visit(home, "restatements")
    listed, rows = (frame.value for frame in app.dataframe)
    assert "1, version 1 against version 2" in words(app)
    assert listed["Period"].tolist() == ["2026-01"] and "corrected file: SAP LIKP.csv" in listed["Why"][0]
    assert len(rows) == 4 and "VBAP.csv:2" in set(rows["file:line"])
