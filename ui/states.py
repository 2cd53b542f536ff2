"""What a page shows when there is no number to show: what is the matter and what to do, with the button to do it."""

from datetime import date

import streamlit as st

from charts.dates import day
from charts.names import system_name
from metrics.known import needed_tables
from metrics.registry import Metric
from ui import data, scope
from ui.escape import md_escape
from ui.formats import lacking
from warehouse.versions import Version

SIDES = {"crm": "CRM", "erp": "ERP"}
WANTED = {
    "crm": "leads, opportunities (weekly, so that their history is known), accounts, cases and surveys",
    "erp": "sales orders with their lines and schedule, deliveries, stock, customers and materials",
}


def notice(title: str, body: str, icon: str = ":material/info:") -> None:
    """A quiet panel in place of numbers; the caller adds its button."""
    st.markdown(f"#### {icon} {title}")
    st.markdown(body)


def to_upload(label: str = "Upload exports") -> None:
    st.page_link("upload.py", label=label, icon=":material/upload_file:")


def first_run() -> None:
    """Nothing was ever loaded here: say what the product needs and stop."""
    with st.container(border=True, key="card-first-run"):
        notice(
            "Nothing is loaded yet",
            "Throughline joins the exports of your CRM and your ERP and shows what only the join can tell. "
            "Bring at least one file of each side, as they come out of the system:\n\n"
            + "\n".join(f"- **{SIDES[side]}**: {WANTED[side]}" for side in SIDES)
            + "\n\nTo look round first, stop the server and run `throughline demo`: it loads a sample company.",
            ":material/rocket_launch:",
        )
        to_upload("Upload your first exports")
    st.stop()


def sides(of: Version) -> set[str]:
    """Which sides of the business the version's active loads come from."""
    return {str(load["side"]) for load in data.loads(of)}


def one_sided(of: Version) -> None:
    """A banner while only CRM or only ERP exports are loaded: half of the questions need the other half."""
    loaded = sides(of)
    missing = [side for side in SIDES if side not in loaded]
    if len(missing) != 1 or not loaded & set(SIDES):
        return
    side = missing[0]
    other = next(name for name in SIDES if name != side)
    with st.container(border=True, key="card-one-sided"):
        notice(
            f"Only {SIDES[other]} exports are loaded",
            f"The joined questions need {SIDES[side]} exports too: {WANTED[side]}.",
            ":material/join_left:",
        )
        to_upload(f"Upload {SIDES[side]} exports")


def missing(reason: str | None, metric: Metric) -> None:
    """A metric that this data cannot answer: name the input and how to bring it."""
    told = lacking(reason)
    if told.startswith("no history"):
        return unknown_then(told)
    read = ", ".join(f"`{table}`" for table in sorted(needed_tables(metric)))
    with st.container(border=True, key="card-missing"):
        notice(
            f"{md_escape(metric.title)} cannot be read from what is loaded",
            f"**{md_escape(told[0].upper() + told[1:])}.** It reads {read}; the catalogue names their exports.",
            ":material/block:",
        )
        to_upload()
        st.page_link("catalogue.py", label="What it needs", icon=":material/menu_book:")


def unknown_then(told: str) -> None:
    """A past day of which nothing is known: say so, and offer the newest data."""
    with st.container(border=True, key="card-unknown"):
        body = f"**{md_escape(told[0].upper() + told[1:])}.** Take a later day, or the newest data."
        notice("Not known as of that day", body, ":material/history_toggle_off:")
        st.button("Read the newest data", key="newest", type="primary", on_click=scope.newest)


def old_version(told: str) -> None:
    """A version that an earlier release of the product built: one press builds it anew from the same loads."""
    with st.container(border=True, key="card-old"):
        said = md_escape(told[0].upper() + told[1:])
        notice("This version is older than the metric", f"{said}. Your loads are all there.", ":material/update:")
        to_upload("Build again")


def nothing_in_scope(why: str = "") -> None:
    """The filters leave no row: offer to take them off."""
    with st.container(border=True, key="card-nothing"):
        notice(
            "Nothing in this scope",
            (md_escape(why) + " " if why else "") + "No row meets the period and the members chosen above.",
            ":material/filter_alt_off:",
        )
        st.button("Clear the filters", key="clear_scope", type="primary", on_click=scope.clear)


def failed_build() -> None:
    """A banner when the latest build failed: what is shown is the version before it."""
    from warehouse.build import last_error

    told = last_error(data.home())
    if told is None:
        return
    st.error(
        f"The build of {day(told['at'])} failed: {md_escape(told['message'])} "
        "What you see is the version before it. Withdraw the load that broke it, or load a corrected file.",
        icon=":material/error:",
    )
    to_upload("Open loads")


def stale(of: Version) -> None:
    """A banner when one system's data end long before another's, or its masters are old."""
    lagging = sorted((day_to, system) for system, day_to in system_reach(of).items() if day_to)
    if len(lagging) < 2:
        return
    (oldest, system), (newest, _) = lagging[0], lagging[-1]
    gap = (newest - oldest).days
    if gap > 35:
        with st.container(border=True, key="card-stale"):
            notice(
                f"{md_escape(system_name(system))} ends {day(oldest)}",
                f"That is {gap} days before the newest export ({day(newest)}). Joined numbers stop where the older one "
                "stops.",
                ":material/history:",
            )
            to_upload("Bring a newer export")


def system_reach(of: Version) -> dict[str, date]:
    """The newest full day that any export of each system has seen."""

    def read_all() -> dict[str, date]:
        found: dict[str, date] = {}
        for load in data.loads(of):
            if load["last_full_day"] and load["side"] != "company":
                to = date.fromisoformat(str(load["last_full_day"])[:10])
                found[load["system"]] = max(found.get(load["system"], to), to)
        return found

    return data.made(of, ("reach",), read_all)


def pinned(of: Version) -> None:
    """A banner while an older version than the current one is shown."""
    now = data.current_number()
    if now is None or of.number == now:
        return
    st.info(f"You look at version {of.number} of the data. The current one is {now}.", icon=":material/push_pin:")
    st.button("Show the current version", key="unpin", on_click=unpin)


def unpin() -> None:
    """Let the address forget its version; runs as a callback."""
    st.session_state["version"] = "current"
