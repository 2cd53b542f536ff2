"""History against a plain retelling of the exports: whatever order they are loaded in, and whatever comes later."""

from datetime import date, timedelta

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.warehouse.drawn import bare_version, export, fingerprint

LINES = ("1", "2", "3")
START = date(2026, 1, 5)
few = settings(max_examples=5, deadline=None, suppress_health_check=[HealthCheck.too_slow], derandomize=True)
cells = st.one_of(st.none(), st.integers(0, 3))
weeks = st.lists(st.dictionaries(st.sampled_from(LINES), st.tuples(cells, st.integers(1, 3))), min_size=1, max_size=5)


def day(week):
    return (START + timedelta(weeks=week)).isoformat()


def promised(cell):
    return None if cell is None else (date(2026, 6, 1) + timedelta(days=cell)).isoformat()


def exports(told, loaded=None):
    """One export of orders, lines, deals and accounts a week; `loaded` is the order in which they reached the ledger.

    A line has an order of its own, of the week before it was first exported.
    """
    first = {line: week for week, lines in reversed(list(enumerate(told))) for line in lines}
    found = []
    for week, lines in enumerate(told):
        options = {"loaded_at": f"2030-01-01T00:00:{(loaded or range(len(told)))[week]:02}+00:00"}
        orders = [{"order_id": line, "ordered_date": ordered(first[line])} for line in lines]
        items = [
            {"order_line_id": line, "order_id": line, "current_promised_date": promised(cell), "ordered_qty": qty}
            for line, (cell, qty) in lines.items()
        ]
        deals = [
            {"opportunity_id": line, "amount": qty, "stage_code": str(cell)} for line, (cell, qty) in lines.items()
        ]
        accounts = [{"customer_id": line, "segment": str(cell)} for line, (cell, _) in lines.items()]
        found += [
            export("sap", "VBAK", "sales_order", day(week), orders, **options),
            export("sap", "VBAP", "order_line", day(week), items, **options),
            export("salesforce", "Opportunity", "opportunity", day(week), deals, **options),
            export("salesforce", "Account", "customer", day(week), accounts, **options),
        ]
    return [one for one in found if any(one.tables.values())]


def ordered(week):
    return (START + timedelta(weeks=week, days=-3)).isoformat()


def retold(told):
    """Promises, quantity changes and snapshots by hand, week by week."""
    promises, changes, snapshots, last = [], [], [], {}
    for week, lines in enumerate(told):
        for line, (cell, qty) in lines.items():
            before = last.get(line, {})
            if cell is not None and cell != before.get("cell"):
                set_on = ordered(week) if line not in last else day(week)
                promises.append((f"sap/{line}", before.get("count", 0) + 1, set_on, promised(cell)))
                before = {**before, "cell": cell, "count": before.get("count", 0) + 1}
            if before.get("qty", qty) != qty:
                changes.append((f"sap/{line}", day(week), qty - before["qty"]))
            last[line] = {**before, "qty": qty}
            snapshots.append((day(week), f"salesforce/{line}", qty))
    return sorted(promises), sorted(changes), sorted(snapshots)


def built(version):
    def rows(sql):
        return sorted(version.cursor().execute(sql).fetchall())

    return (
        rows("select order_line_id, promise_seq, set_date::text, promised_date::text from promise_history"),
        rows("select order_line_id, changed_date::text, delta_qty::bigint from order_line_change"),
        rows("select snapshot_date::text, opportunity_id, amount::bigint from opportunity_snapshot"),
    )


@few
@given(told=weeks)
def test_history_is_what_the_exports_showed_week_by_week(tmp_path_factory, told):
    assert built(bare_version(tmp_path_factory.mktemp("home"), exports(told))) == retold(told)


@few
@given(told=weeks.filter(lambda told: len(told) > 1), data=st.data())
def test_loads_that_come_late_or_out_of_order_give_the_same_version(tmp_path_factory, told, data):
    order = data.draw(st.permutations(range(len(told))))
    inorder = bare_version(tmp_path_factory.mktemp("inorder"), exports(told))
    late = bare_version(tmp_path_factory.mktemp("late"), exports(told, order))
    left_out = ("load",)  # tells when each file was loaded, which does differ
    assert fingerprint(late, left_out) == fingerprint(inorder, left_out)


@few
@given(told=weeks.filter(lambda told: len(told) > 1), cut=st.integers(1, 4))
def test_later_exports_change_no_history_of_earlier_days(tmp_path_factory, told, cut):
    known = told[:cut]
    until = f"date '{day(len(known) - 1)}'"
    tables = {
        "promise_history": "set_date",
        "order_line_change": "changed_date",
        "opportunity_snapshot": "snapshot_date",
        "customer_history": "valid_from",
    }

    open_end = {"customer_history": "valid_to"}  # a day that does hold may end later

    def past(version):
        return {
            name: sorted(
                map(
                    str,
                    version.cursor()
                    .execute(f"select * exclude ({open_end.get(name, dated)}) from {name} where {dated} <= {until}")
                    .fetchall(),
                )
            )
            for name, dated in tables.items()
        }

    assert past(bare_version(tmp_path_factory.mktemp("then"), exports(known))) == past(
        bare_version(tmp_path_factory.mktemp("now"), exports(told))
    )
