"""The loads of a home, its versions and settings: withdraw, go back, set, and what a new version changed."""

from collections.abc import Callable

import streamlit as st

from charts.from_reading import shown
from charts.names import system_name
from charts.numbers import change, counted, written
from metrics.materialise import fingerprint
from metrics.registry import UsageError
from ui import data, overview, tiles
from ui.escape import md_escape
from warehouse.loads import all_loads, restore, withdraw
from warehouse.state import FISCAL, WrongSetting, get_settings, set_settings
from warehouse.status import status
from warehouse.versions import rollback

COUNTED = ("Loaded", "Rejected", "Ignored", "Rows before", "Rows now")
COUNTS = {name: st.column_config.NumberColumn(format="localized") for name in COUNTED}
ZONES = (
    "UTC",
    "Europe/London",
    "Europe/Berlin",
    "Europe/Oslo",
    "America/New_York",
    "America/Chicago",
    "America/Los_Angeles",
    "Asia/Tokyo",
)


def headlines(number: int) -> dict[str, tuple]:
    """The headline of every metric in a version: id -> (row, unit)."""
    of = data.version(number)
    found = {}
    for metric in overview.shown() if of else []:
        try:
            row = tiles.headline(data.reading(of, metric.id), metric.headline.name)
        except UsageError:
            continue
        found[metric.id] = (metric, row)
    return found


def changes(before: int, after: int) -> list[dict]:
    """Headline values of two versions beside each other."""
    old, made = headlines(before), []
    for name, (metric, row) in headlines(after).items():
        unit, then = metric.headline.unit, old.get(name, (metric, None))[1]
        pair = (shown(then), shown(row))
        moved = change(pair[1] - pair[0], unit, row["currency"]) if None not in pair else "–"
        was, now = (written(value, unit, row["currency"]) for value in pair)
        made.append({"Metric": metric.title, "Before": was, "Now": now, "Change": moved,
                     "Rows before": (then or {}).get("n"), "Rows now": row["n"], "Status": row["status"]})  # fmt: skip
    return made


def what_changed() -> None:
    """What the newest version changed against the one before it."""
    kept = data.versions()
    if len(kept) < 2:
        return
    after, before = kept[0]["number"], kept[1]["number"]
    with st.container(border=True, key="card-changed"):
        st.markdown(f"**What changed since the last load** — version {before} to {after}")
        st.dataframe(changes(before, after), hide_index=True, placeholder="–", column_config=COUNTS)


def loads_table(build: Callable[[], None]) -> None:
    """Every load with its dates and counts; a chosen one can be withdrawn or restored."""
    loads = all_loads(data.home())[::-1]
    with st.container(border=True, key="card-loads"):
        st.markdown(f"**Loads** — {counted(len(loads))} in the ledger, newest export first")
        if not loads:
            st.caption("None yet.")
            return
        made = [row_of(load) for load in loads]
        found = st.dataframe(
            made,
            hide_index=True,
            column_config=COUNTS,
            height="content" if len(made) <= 8 else 330,
            key="loads",
            on_select="rerun",
            selection_mode="single-row",
        )
        chosen = found.selection.rows[:1]
        load = loads[chosen[0]] if chosen and chosen[0] < len(loads) else None
        active = load is None or load.state == "active"
        label = "Withdraw and rebuild" if active else "Restore and rebuild"
        st.caption("Choose a load to take it out of the numbers; its file stays and it can be restored.")
        if st.button(label, key="withdraw", disabled=load is None, icon=":material/undo:"):
            (withdraw if active else restore)(data.home(), load.load_id)
            build()


def row_of(load) -> dict:
    names = ("loaded", "rejected", "ignored")
    total = {name.capitalize(): sum(entry.get(name) or 0 for entry in load.tables) for name in names}
    return {
        "System": system_name(load.system), "Object": load.object, "File": load.file, "Exported": load.exported_at[:10],
        "Dated by": load.exported_basis.replace("_", " "), **total,
        "When (UTC)": load.loaded_at[:16].replace("T", " "), "State": load.state,
    }  # fmt: skip


def versions_table(build: Callable[[], None]) -> None:
    """The kept versions; readers can be sent back to an older one, and the loads can be built again."""
    kept = data.versions()
    if not kept:
        return
    with st.container(border=True, key="card-versions"):
        st.markdown("**Versions** — each is a whole, unchanging state of the numbers")
        made = [
            {
                "Version": one["number"],
                "Built (UTC)": one["built_at"][:16].replace("T", " "),
                "Loads": one["loads"],
                "Current": one["current"],
            }
            for one in kept
        ]
        st.dataframe(made, hide_index=True)
        older = [one["number"] for one in kept if not one["current"]]
        with st.container(horizontal=True, vertical_alignment="bottom"):
            number = st.selectbox("Go back to", older, key="rollback-to", width=140) if older else None
            if older and st.button("Make it current", key="rollback", icon=":material/history:"):
                rollback(data.home(), number)
                st.rerun()
            again = st.button("Build again", key="build-again", icon=":material/build:")
        if again:
            build()


def unbuilt(build: Callable[[], None]) -> None:
    """A notice while the ledger holds what no version has yet, and the button to build it."""
    told = status(data.home(), fingerprint())
    if told["building"]:
        st.info("A build is running; the numbers change when it is done.", icon=":material/hourglass_top:")
    elif told["stale"]:
        st.info("Loads or settings changed since the current version was built.", icon=":material/build:")
        if st.button("Rebuild now", key="rebuild", type="primary"):
            build()


def settings_form(build: Callable[[], None]) -> None:
    """Time zone, reporting currency and the start of the fiscal year: they hold for every metric."""
    now = get_settings(data.home())
    with st.form("settings"):
        st.markdown("**Company settings** — they hold for every number, from the next build on")
        zones = list(dict.fromkeys([now.tz, *ZONES]))
        left, middle, right, last = st.columns(4)
        tz = left.selectbox("Time zone", zones, accept_new_options=True)
        currency = middle.text_input(
            "Reporting currency", now.reporting_currency or "", max_chars=3, placeholder="the data's own"
        )
        fiscal = right.text_input("Fiscal year starts (MM-DD)", now.fiscal_start, max_chars=5)
        pattern = last.selectbox("Fiscal months", FISCAL, FISCAL.index(now.fiscal_calendar))
        if st.form_submit_button("Save and rebuild"):
            try:
                money = currency.strip().upper() or None
                given = {"reporting_currency": money, "fiscal_start": fiscal, "fiscal_calendar": pattern}
                set_settings(data.home(), tz=tz, **given)
            except WrongSetting as error:
                st.error(md_escape(error))
            else:
                build()
