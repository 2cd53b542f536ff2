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
