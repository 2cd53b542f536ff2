"""Targets and their history: what holds when, and that nothing is overwritten."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import date

import pytest

from warehouse import targets
from warehouse.home import Home
from warehouse.targets import Target, WrongTarget

OTIF = Target("otif", "otif", date(2026, 1, 1), target=0.95, alert=0.9)


@pytest.fixture
def home(tmp_path):
    return Home(tmp_path / "home")


def days(home):
    return [(one.target, str(one.valid_from), one.valid_to and str(one.valid_to)) for one in targets.standing(home)]


def test_a_home_without_state_has_no_targets_and_stays_without_a_file(home):
    assert targets.standing(home) == () and targets.stamp(home) == (0, 0)
    assert not home.state.exists()


def test_a_target_comes_back_as_it_was_set_with_who_and_when(home):
    band = Target("m", "u", date(2026, 2, 1), date(2026, 6, 30), "line 1", (("site", "Oslo"),), band=(0.75, 0.9))
    [kept] = targets.put(home, [replace(band, outer=(0.5, 1.05))], "ada")
    [found] = targets.standing(home)
    assert found == kept and found.says == replace(band, outer=(0.5, 1.05)).says
    assert (found.id, found.set_by, found.removed_at) == (1, "ada", None) and found.set_at.startswith("20")
    assert found.as_json()["slice"] == {"site": "Oslo"} and found.as_json()["band"] == [0.75, 0.9]
    assert (found.as_json()["valid_from"], found.as_json()["valid_to"]) == ("2026-02-01", "2026-06-30")


def test_a_new_target_ends_the_former_the_day_before_and_the_history_keeps_both(home):
    targets.put(home, [OTIF], "ada")
    targets.put(home, [replace(OTIF, target=0.97, valid_from=date(2026, 7, 1))], "bob")
    assert sorted(days(home)) == [(0.95, "2026-01-01", "2026-06-30"), (0.97, "2026-07-01", None)]
    first, rest, second = sorted(targets.history(home), key=lambda one: (one.target, one.id))
    assert (first.set_by, first.valid_to, first.removed_by) == ("ada", None, "bob") and first.removed_at
    assert (rest.set_by, rest.cut_from, rest.removed_at) == ("ada", first.id, None)
    assert (second.set_by, second.cut_from) == ("bob", None)


def test_one_of_the_same_day_is_replaced_and_one_that_is_over_stays(home):
    targets.put(home, [replace(OTIF, valid_from=date(2025, 1, 1), valid_to=date(2025, 12, 31)), OTIF], "ada")
    targets.put(home, [replace(OTIF, target=0.9, alert=None)], "bob")
    assert days(home) == [(0.95, "2025-01-01", "2025-12-31"), (0.9, "2026-01-01", None)]


def test_another_slice_part_or_measure_is_another_target(home):
    others = [replace(OTIF, slice=(("segment", "SMB"),)), replace(OTIF, part="x"), replace(OTIF, measure="on_time")]
    targets.put(home, [OTIF, *others], None)
    assert len(targets.standing(home)) == 4


def test_a_target_that_would_run_into_a_later_one_is_refused_and_none_of_the_call_is_kept(home):
    targets.put(home, [replace(OTIF, valid_from=date(2026, 7, 1))], None)
    with pytest.raises(WrongTarget, match="begins on 2026-07-01; let this one end before .to 2026-06-30."):
        targets.put(home, [replace(OTIF, measure="on_time"), OTIF], None)
    assert len(targets.history(home)) == 1
    targets.put(home, [replace(OTIF, valid_to=date(2026, 6, 30))], None)
    assert len(targets.standing(home)) == 2


def test_days_in_the_wrong_order_are_refused(home):
    with pytest.raises(WrongTarget, match="from 2026-01-01 to 2025-12-31"):
        targets.put(home, [replace(OTIF, valid_to=date(2025, 12, 31))], None)


def test_the_same_again_changes_nothing(home):
    [first] = targets.put(home, [OTIF], "ada")
    assert targets.put(home, [OTIF], "bob") == [first] and targets.stamp(home) == (1, 0)


def test_a_removed_target_holds_no_longer_stays_told_and_cannot_be_removed_again(home):
    [kept] = targets.put(home, [OTIF], "ada")
    before = targets.stamp(home)
    assert targets.remove(home, kept.id, "bob").removed_by == "bob"
    assert targets.standing(home) == () and targets.stamp(home) != before
    assert [(one.set_by, one.removed_by) for one in targets.history(home)] == [("ada", "bob")]
    with pytest.raises(WrongTarget, match="there is no target 1 that holds; these do: none"):
        targets.remove(home, kept.id, "bob")


def test_what_another_process_writes_is_read(home):
    targets.put(home, [OTIF], "ada")
    assert len(targets.standing(home)) == 1
    import subprocess
    import sys

    code = f"""
from datetime import date; from pathlib import Path
from warehouse.home import Home; from warehouse.targets import Target, put
put(Home(Path({str(home.path)!r})), [Target("otif", "on_time", date(2026, 1, 1), target=0.9)], None)"""
    subprocess.run([sys.executable, "-c", code], check=True)
    assert len(targets.standing(home)) == 2


def test_two_who_set_at_once_never_leave_two_that_hold_on_one_day(home):
    targets.put(home, [replace(OTIF, measure="on_time")], None)
    values = [0.8 + at / 100 for at in range(12)]
    with ThreadPoolExecutor(6) as pool:
        list(pool.map(lambda value: targets.put(home, [replace(OTIF, target=value, alert=None)], None), values))
    assert len([one for one in targets.standing(home) if one.measure == "otif"]) == 1
    assert len(targets.history(home)) == 13
