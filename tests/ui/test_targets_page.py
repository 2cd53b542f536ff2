"""The page of targets on the sample company: what is set there judges the other pages."""

from datetime import date

from tests.ui.test_pages import words
from warehouse import targets
from warehouse.targets import Target


def test_a_target_set_on_its_page_stands_on_the_overview_and_in_the_trend(visit, stateless_home):
    app = visit(stateless_home, "targets")
    assert "without one no number is called good or bad" in words(app)
    otif = next(found for found in app.selectbox(key="target-metric").options if found == "On time in full")
    app.selectbox(key="target-metric").select(otif).run()
    app.number_input(key="otif-otif-target").set_value(0.99)
    app.date_input(key="target-from").set_value(date(2025, 1, 1))
    app.button[0].click().run()
    [kept] = targets.standing(stateless_home)
    assert (kept.metric, kept.target, kept.alert, kept.slice) == ("otif", 0.99, None, ())
    shown = words(visit(stateless_home))
    assert "✕ missed, −" in shown and "target at least 99.0" in shown
    assert "Target at least 99.0" in words(visit(stateless_home, "delivery")).replace("\\", "")


def test_a_wrong_target_is_refused_on_the_page_and_nothing_is_kept(visit, stateless_home):
    app = visit(stateless_home, "targets")
    app.selectbox(key="target-metric").select("On time in full").run()
    app.number_input(key="otif-otif-target").set_value(95)
    app.button[0].click().run()
    assert "is a share" in app.error[0].value and targets.history(stateless_home) == ()


def test_a_target_is_taken_back_and_its_history_is_shown(visit, stateless_home):
    [kept] = targets.put(stateless_home, [Target("otif", "otif", date(2025, 1, 1), target=0.99)], "ada")
    app = visit(stateless_home, "targets")
    app.selectbox(key="target-gone").select_index(0).run()
    app.button(key="target-remove").click().run()
    assert targets.standing(stateless_home) == ()
    shown = next(frame.value for frame in app.dataframe if "Changed or removed by" in frame.value.columns)
    assert list(shown["Set by"]) == ["ada"] and shown["at"].notna().all()
