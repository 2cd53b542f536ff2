"""Marts of the pipeline: states at month ends, first orders, booked value, shares of families."""

from datetime import date

from tests.metrics.company import company


def table(version, sql: str) -> list[tuple]:
    return version.cursor().execute(sql).fetchall()


def states(snapshots: str, **more: str) -> list[tuple]:
    version = company({"opportunity_snapshot": snapshots, **more})
    return table(version, "select origin, opportunity_id, stage_code, snapshot_date from opp_state order by all")


def test_the_newest_state_of_the_last_week_of_a_month_counts():
    found = states("""
        snapshot_date | opportunity_id | stage_code | amount | outcome
        2026-03-25    | a              | S1         | 10     | open
        2026-03-30    | a              | S2         | 20     | open
        2026-04-02    | a              | S3         | 30     | open
    """)
    assert found == [(date(2026, 3, 31), "a", "S2", date(2026, 3, 30))]


def test_an_opportunity_that_left_the_newest_export_is_not_brought_back():
    found = states("""
        snapshot_date | opportunity_id | stage_code | outcome
        2026-03-25    | a              | S1         | open
        2026-03-25    | b              | S1         | open
        2026-03-31    | b              | S1         | open
    """)
    assert [row[1] for row in found] == ["b"]


def test_closed_deals_are_no_open_states_and_a_stage_may_say_so():
    found = states(
        """
        snapshot_date | opportunity_id | stage_code | outcome
        2026-03-31    | a              | Won        | won
        2026-03-31    | b              | Lost       |
        2026-03-31    | c              | Talk       |
        """,
        stage_map="source_stage | outcome\nLost | lost\nTalk | open",
    )
    assert [row[1] for row in found] == ["c"]


def test_a_reopened_deal_is_open_again_in_its_later_state():
    found = states("""
        snapshot_date | opportunity_id | stage_code | outcome
        2026-02-28    | a              | Lost       | lost
        2026-03-31    | a              | S1         | open
    """)
    assert [row[0] for row in found] == [date(2026, 3, 31)]


def test_a_state_carries_the_segment_of_its_month_end_and_months_to_the_close():
    version = company({
        "opportunity_snapshot": """
            snapshot_date | opportunity_id | stage_code | outcome | expected_close_date
            2026-02-28    | a              | S1         | open    | 2026-02-20
            2026-03-31    | a              | S1         | open    | 2026-09-20
            2026-03-31    | b              | S1         | open    | 2026-02-20
            2026-03-31    | c              | S1         | open    |
        """,
        "opportunity": "opportunity_id | customer_id\na | A",
        "customer_history": """
            customer_id | valid_from | valid_to   | segment
            A           | 2026-02-01 | 2026-03-15 | small
            A           | 2026-03-15 |            | key
        """,
    })  # fmt: skip
    sql = "select opportunity_id, segment, close_bucket, close_lag from opp_state order by origin, opportunity_id"
    assert table(version, sql) == [("a", "small", 0, 0), ("a", "key", 3, 6), ("b", "", -1, -1), ("c", "", None, None)]


def test_the_first_segment_known_also_covers_the_time_before():
    version = company({"customer_history": "customer_id | valid_from | segment\nA | 2026-02-01 | key",
                       "customer": "customer_id | segment\nA | new\nB | small"})  # fmt: skip
    sql = "select customer_id, valid_from, valid_to, segment, attribute_backfilled from customer_span order by all"
    first, known, last = date(1900, 1, 1), date(2026, 2, 1), date(2199, 12, 31)
    assert table(version, sql) == [
        ("A", first, known, "key", True), ("A", known, last, "key", False), ("B", first, last, "small", True),
    ]  # fmt: skip


ORDERS = {
    "sales_order": """
        order_id | customer_id | opportunity_id | order_type | ordered_date
        O1       | A           |                | sample     | 2026-01-05
        O2       | A           |                |            | 2026-03-05
        O3       | A           | b              | rush       | 2026-02-05
        O4       | A           |                | standard   | 2026-04-05
    """,
    "order_line": """
        order_line_id | order_id | ordered_qty | net_amount
        L1            | O1       | 1           | 1
        L2            | O2       | 1           | 20
        L3            | O3       | 4           | 40
        L4            | O4       | 1           | 5
    """,
    "opportunity_order_link": """
        opportunity_id | order_id
        a              | O1
        a              | O2
        a              | O3
        b              | O4
    """,
}


def test_the_first_order_of_an_opportunity_is_its_earliest_order_of_demand():
    # O1 is no demand; a name in the order itself counts only once it is a link
    found = table(company(ORDERS), "select opportunity_id, order_id, ordered_date from first_order order by all")
    assert found == [("a", "O3", date(2026, 2, 5)), ("b", "O4", date(2026, 4, 5))]


def test_booked_value_is_what_the_line_was_worth_when_it_was_ordered():
    # 40 for 4 today; 1 of them was added later, so 30 were booked; O1 is no demand
    more = "order_line_id | kind | changed_date | delta_qty | change_id\nL3 | qty_up | 2026-04-20 | 1 | X"
    version = company({**ORDERS, "order_line_change": more})
    found = table(version, "select order_line_id, amount from line_booked order by all")
    assert found == [("L2", 20), ("L3", 30), ("L4", 5)]


def test_shares_of_an_opportunity_add_up_to_one():
    version = company({
        **ORDERS,
        "opportunity_snapshot": "snapshot_date | opportunity_id\n2026-04-30 | a\n2026-04-30 | b",
        "opportunity": "opportunity_id | customer_id\na | A\nb | A",
        "opportunity_line": """
            opportunity_line_id | opportunity_id | family | amount
            1                   | b              | x      |
            2                   | b              | y      | 0
            3                   | b              | y      |
        """,
    })  # fmt: skip
    sql = "select opportunity_id, family, basis, share from opp_share join opp_state using (state_no) order by all"
    assert table(version, sql) == [("a", "", "customer", 1.0), ("b", "x", "line", 1 / 3), ("b", "y", "line", 2 / 3)]


def test_a_line_recorded_after_the_month_end_does_not_count_yet():
    version = company({
        "opportunity_snapshot": "snapshot_date | opportunity_id\n2026-03-31 | a\n2026-04-30 | a",
        "opportunity_line": """
            opportunity_line_id | opportunity_id | family | amount | valid_from | recorded_date
            1                   | a              | x      | 10     | 2026-03-01 | 2026-03-01
            2                   | a              | y      | 30     | 2026-03-01 | 2026-04-10
        """,
    })  # fmt: skip
    sql = "select origin, family, share from opp_share join opp_state using (state_no) order by all"
    march, april = date(2026, 3, 31), date(2026, 4, 30)
    assert table(version, sql) == [(march, "x", 1.0), (april, "x", 0.25), (april, "y", 0.75)]
