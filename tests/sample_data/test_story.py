"""What must hold in any company: goods do not appear from nowhere, and nothing happens before its cause."""

import numpy as np

from sample_data.settings import REDATING_SITE


def test_nothing_ships_that_was_not_ordered(demo):
    assert (demo.outcome["sent"] <= demo.orders.line["qty"]).all()
    assert (demo.outcome["delivered"] <= demo.outcome["sent"]).all()


def test_stock_is_what_was_there_plus_received_less_shipped(demo):
    end, start = demo.calendar.end, demo.calendar.start
    shipped = demo.delivery_line.join(demo.delivery["shipped"], on="delivery")
    shipped["product"] = demo.goods.product["product"].to_numpy()[
        demo.orders.line["product"].to_numpy()[shipped["line"]]
    ]
    shipped["site"] = demo.orders.line["site"].to_numpy()[shipped["line"]]
    first, last = int(demo.calendar.month_ends[0]), end
    free = demo.stock.set_index(["product", "site", "day"])["free"].clip(lower=0)
    for product, site in demo.goods.stocked.itertuples(index=False):
        came = demo.purchase[(demo.purchase["product"] == product) & (demo.purchase["site"] == site)]
        came = came[(came["received"] > first) & (came["received"] <= last)]
        went = shipped[(shipped["product"] == product) & (shipped["site"] == site) & (shipped["shipped"] > first)]
        change = free[product, site, last] - free[product, site, first]
        assert change == (came["qty"] - came["rejected"]).sum() - went["qty"].sum()
    assert start < first


def test_a_line_leaves_after_its_entry_and_never_after_its_cancellation(demo):
    entered = demo.orders.order["entered"].to_numpy()[demo.orders.line["order"]]
    rows = demo.delivery_line.join(demo.delivery[["shipped", "arrives"]], on="delivery")
    assert (rows["shipped"] > entered[rows["line"]]).all()
    assert (rows["arrives"] >= rows["shipped"]).all()
    assert not set(rows["line"]) & set(demo.cancelled["line"])


def test_promises_move_forward_in_time_and_the_first_one_stands_when_the_order_is_entered(demo):
    promise = demo.promise
    first = promise[promise["seq"] == 0]
    entered = demo.orders.order["entered"].to_numpy()[demo.orders.line["order"].to_numpy()[first["line"]]]
    assert (first["day"].to_numpy() == entered).all()
    gap = promise.groupby("line")["day"].diff().dropna()
    assert (gap > 0).all()


def test_orders_follow_the_win_and_the_lead_precedes_its_deal(demo):
    opp, order = demo.demand.opportunity, demo.orders.order
    linked = order[order["opp"] >= 0]
    assert (linked["ordered"].to_numpy() >= opp["won"].to_numpy()[linked["opp"]]).all()
    of_lead = opp[opp["lead"] >= 0]
    assert (of_lead["created"].to_numpy() > demo.demand.lead["created"].to_numpy()[of_lead["lead"]]).all()


def test_an_order_is_told_of_all_its_moves_in_time_or_of_none(demo):
    notice = demo.notice[demo.notice["kind"] != "confirmation"]
    first = demo.orders.line["promise"].to_numpy()[notice["line"]]
    earliest = notice.groupby("line")["day"].transform("min").to_numpy()
    assert (earliest < first).all()


def test_only_customers_with_an_account_are_asked(demo):
    nameless = demo.company.index[demo.company["join"] == "no_account"]
    assert not demo.survey["company"].isin(nameless).any()
    assert not demo.case["company"].isin(nameless).any()


def test_the_last_promise_holds_at_the_re_dating_plant_alone(demo):
    moved = demo.promise[demo.promise["seq"] > 0]
    site = demo.orders.line["site"].to_numpy()[moved["line"]]
    per_line = np.bincount(demo.orders.line["site"] == REDATING_SITE)
    share = (site == REDATING_SITE).sum() / per_line[1], (site != REDATING_SITE).sum() / per_line[0]
    assert share[0] > 4 * share[1]


def test_what_changed_about_a_line_adds_up_to_what_it_is_and_came_before_it_left(demo):
    change, line = demo.change, demo.orders.line
    first_left = demo.delivery["shipped"].to_numpy()[demo.delivery_line["delivery"]]
    first_left = demo.delivery_line.assign(day=first_left).groupby("line")["day"].min()
    before = change[change["kind"].isin(["qty_up", "qty_down", "reprice", "reopen"])]
    assert (before["recorded"] < first_left.reindex(before["line"], fill_value=demo.calendar.end + 1).to_numpy()).all()
    entered = demo.orders.order["entered"].to_numpy()[line["order"].to_numpy()[change["line"]]]
    assert (change["day"].to_numpy() > entered).all() and (change["recorded"] >= change["day"]).all()
    grown = change[change["kind"].isin(["qty_up", "qty_down"])].groupby("line")["qty"].sum()
    assert (line["qty"][grown.index] - grown > 0).all()
    gone = change[change["kind"].isin(["cancel", "reopen"])].groupby("line")["qty"].sum()
    dead = set(demo.cancelled["line"])
    assert {k for k, qty in gone.items() if qty < 0} == dead and (gone <= 0).all()


def test_every_kind_of_change_and_a_short_close_occur_in_both_sizes(demo, small_story):
    for told in (demo, small_story):
        kinds = set(told.change["kind"])
        assert kinds == {"qty_up", "qty_down", "reprice", "cancel", "reopen", "short_close"}
        assert (told.hold["until"] < 0).any() and (told.hold["until"] >= 0).any()


def test_a_held_line_does_not_leave_before_its_hold_is_lifted(demo):
    left = demo.delivery["shipped"].to_numpy()[demo.delivery_line["delivery"]]
    first = demo.delivery_line.assign(day=left).groupby("line")["day"].min()
    lifted = demo.hold[demo.hold["until"] >= 0]
    assert (lifted["until"] <= first.reindex(lifted["line"], fill_value=10**6).to_numpy()).all()
    assert not demo.hold.loc[demo.hold["until"] < 0, "line"].isin(first.index).any()


def test_regular_customers_order_by_the_calendar_and_one_of_them_has_stopped(demo):
    desk = demo.orders.order[(demo.orders.order["book"] == "desk") & (demo.orders.order["kind"] == "OR")]
    days = desk.drop_duplicates(["company", "ordered"]).groupby("company")["ordered"]
    gaps = days.agg(lambda when: when.diff().std() / when.diff().mean())
    assert len(gaps) == 4 and (gaps < 0.05).all()
    waited = (demo.calendar.end - days.max()) / days.agg(lambda when: when.diff().median())
    assert sorted(waited > 2) == [False, False, False, True]


def test_a_deal_can_be_reopened_forgotten_or_lost_with_many_others_on_one_day(demo):
    history = demo.demand.history
    lost = history[history["stage"] == "Closed Lost"]
    reopened = history.merge(lost[["opp", "day"]], on="opp", suffixes=("", "_lost"))
    assert reopened[(reopened["day"] > reopened["day_lost"])]["opp"].nunique() >= 5
    month = lost[lost["day"].between(20454, 20484)]  # January 2026
    day = month.groupby(["day", demo.demand.opportunity["owner"].reindex(month["opp"]).to_numpy()]).size()
    assert day.max() > len(month) / 5 and day.max() >= 5
    waiting = demo.demand.opportunity[demo.demand.opportunity["closed"] < 0]
    assert (demo.calendar.end - waiting["created"]).max() > 365


def test_supply_answers_changes_and_a_made_product_is_not_bought_for_its_plant(demo):
    bought = demo.purchase
    assert set(bought["book"]) == {"sap", "portal", "own"}
    changed = bought[bought["changed"] >= 0]
    assert (changed["qty"] != changed["qty_before"]).all() and (changed["qty_before"] > 0).all()
    assert (changed["ordered"] < changed["changed"]).all() and (changed["changed"] < changed["received"]).all()
    made = bought[bought["book"] == "own"]
    same = bought[bought["product"].isin(made["product"]) & (bought["site"] == "1000")]
    assert (same["book"] == "own").all() and (made["site"] == "1000").all()
