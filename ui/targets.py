"""The parts of the page of targets: a form to set one, those that hold, their history, and a file out and in."""

from collections.abc import Callable
from datetime import date

import streamlit as st

from charts.targets import aim
from metrics.registry import Measure, Metric, UsageError, catalogue
from metrics.target_check import checked
from ui import data, scope
from ui.escape import md_escape
from ui.signin import configured
from warehouse.targets import Target, WrongTarget, history, put, remove, standing
from warehouse.versions import Version

ALL = "All"
SIDES = {"up": "at least", "down": "at most"}


def who() -> str | None:
    """Who is at the page, for the history: the signed-in address; None where nobody has to sign in."""
    return str(st.user.get("email") or st.user.get("name") or "") or None if configured() else None


def keep(of: Version, wanted: list[Target]) -> bool:
    """Set these targets or say why none of them was; whether they hold now."""
    try:
        put(data.home(), [checked(of, one) for one in wanted], who())
    except (UsageError, WrongTarget) as error:
        st.error(md_escape(f"{str(error)[0].upper()}{str(error)[1:]}."))
        return False
    return True


def form(of: Version) -> None:
    """What is to be reached, by whom and from when on."""
    with st.container(border=True, key="card-target"):
        left, middle, right = st.columns(3)
        metrics = {name: found.title for name, found in catalogue().items() if judgeable(found)}
        metric = catalogue()[choice(left, "Metric", metrics, "target-metric")]
        measures = {found.name: found.title for found in judgeable(metric)}
        measure = metric.measure(choice(middle, "Measure", measures, f"target-measure-{metric.id}"))
        chosen = one_member(of, metric, right)
        with st.form("target-form", border=False):
            wanted = filled(metric, measure, chosen)
            if st.form_submit_button("Set target", type="primary") and keep(of, [wanted]):
                st.rerun()


def choice(place, label: str, named: dict, key: str, **more):
    """One of the keys of `named`, shown by its name."""
    return place.selectbox(label, list(named), format_func=lambda one: named.get(one, one), key=key, **more)


def judgeable(metric: Metric) -> list[Measure]:
    """The measures of a metric that have a better side or a band, the headline first."""
    found = [measure for measure in metric.measures if measure.better]
    return sorted(found, key=lambda measure: not measure.headline)


def one_member(of: Version, metric: Metric, place) -> tuple[tuple[str, str], ...]:
    """One dimension and member that the target is for; nothing for the whole."""
    named = {dim: found.title for dim, found in metric.dims.items() if not found.wide}
    dim = choice(place, "For", {ALL: ALL, **named}, f"target-of-{metric.id}")
    if dim == ALL:
        return ()
    member = place.selectbox(named[dim], scope.members(of, dim), key=f"target-member-{metric.id}-{dim}")
    return () if member is None else ((dim, str(member)),)


def filled(metric: Metric, measure: Measure, chosen: tuple) -> Target:
    """The form's numbers and days as a target; shares as fractions."""
    first, second, third, fourth = st.columns(4)
    key, number = f"{metric.id}-{measure.name}", {"value": None, "step": None, "format": "%g"}
    given = {}
    if measure.better == "band":
        low, high = (first.number_input(f"Band {end}", key=f"{key}-{end}", **number) for end in ("low", "high"))
        outer = tuple(second.number_input(f"Near {end}", key=f"{key}-near-{end}", **number) for end in ("low", "high"))
        given = {"band": (low, high) if None not in (low, high) else None, "outer": None if None in outer else outer}
    else:
        side = f"{SIDES[measure.better]} ({measure.unit}{', 0.95 is 95 %' if measure.unit == 'share' else ''})"
        given = {"target": first.number_input(f"To reach, {side}", key=f"{key}-target", **number)}
        given |= {"alert": second.number_input("Near up to", key=f"{key}-alert", **number)}
    start = third.date_input("From", value=date.today().replace(month=1, day=1), key="target-from", format="YYYY-MM-DD")
    end = fourth.date_input("To", value=None, key="target-to", format="YYYY-MM-DD", help="Empty: until changed")
    part = fourth.text_input("Part", key=f"{key}-part", placeholder="of a measure told in parts").strip() or None
    return Target(metric.id, measure.name, start, end, part, chosen, **given)


def holding() -> None:
    """The targets that hold, with a way to take one back."""
    kept = standing(data.home())
    st.subheader("What holds")
    if not kept:
        st.caption("No target is set; without one no number is called good or bad.")
        return
    st.dataframe([told(one) for one in kept], hide_index=True)
    left, right = st.columns([3, 1], vertical_alignment="bottom")
    named = {one.id: f"{one.id}: {line(one)}" for one in kept}
    chosen = choice(left, "Take back", named, "target-gone", index=None)
    if right.button("Remove", key="target-remove", disabled=chosen is None):
        remove(data.home(), chosen, who())
        st.rerun()


def past() -> None:
    """Every target there was: who set it, who changed or removed it, and when."""
    kept = history(data.home())
    if kept:
        with st.expander(f"History ({len(kept)})", key="card-target-history"):
            st.dataframe([told(one) | changed(one) for one in reversed(kept)], hide_index=True)


def told(one: Target) -> dict:
    """A target as a row of a table."""
    metric = catalogue().get(one.metric)
    return {
        "Id": one.id,
        "Metric": metric.title if metric else one.metric,
        "Measure": one.measure,
        "Part": one.part,
        "For": ", ".join(f"{dim} {member}" for dim, member in one.slice) or ALL,
        "To reach": reach(one, one.band or (one.target,)),
        "Near up to": reach(one, one.outer or (one.alert,)),
        "From": one.valid_from,
        "To": one.valid_to,
        "Set by": one.set_by,
        "Set at": one.set_at,
    }


def changed(one: Target) -> dict:
    """What became of it."""
    return {"Changed or removed by": one.removed_by, "at": one.removed_at, "Rest of": one.cut_from}


def reach(one: Target, ends: tuple) -> str:
    """A value or both ends of a band in the measure's unit; empty where none is set."""
    if None in ends:
        return ""
    measure = next((found for found in catalogue()[one.metric].measures if found.name == one.measure), None)
    pair = {"band": ends, "target": ends[0], "better": measure and measure.better, "slice": {}}
    return aim(pair, measure.unit if measure else "")


def line(one: Target) -> str:
    """A target in one line."""
    row = told(one)
    return f"{row['Metric']}, {one.measure}, {row['For']}, {row['To reach']} from {one.valid_from}"


def files(of: Version, to_csv: Callable, from_csv: Callable) -> None:
    """All targets as a file for a spreadsheet, and back: all of its rows are set, or none."""
    with st.container(border=True, key="card-target-files"):
        kept = standing(data.home())
        st.download_button(
            "Targets as CSV", lambda: to_csv(kept).encode("utf-8-sig"), "targets.csv", "text/csv", on_click="ignore"
        )
        upload = st.file_uploader("Set the targets of a CSV", ["csv"], key="target-file")
        if upload is not None and st.button("Set all", key="target-import"):
            try:
                wanted = from_csv(upload.getvalue().decode("utf-8-sig"))
            except (UsageError, UnicodeDecodeError) as error:
                st.error(md_escape(error))
                return
            if keep(of, wanted):
                st.success(f"{len(wanted)} targets hold.")
