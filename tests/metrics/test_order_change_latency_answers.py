"""Which change of supply answers a change of demand: of the line, of product and site, planned, bought, compared."""

from tests.metrics.change_example import WORLD, draw, row, rows, waits


def test_supply_for_a_line_answers_that_line_alone():
    for_two = WORLD["po_line"].replace("ordered_qty", "ordered_qty | order_line_id").replace("| 30", "| 30 | 2")
    found = waits(draw(po_line=for_two))
    assert (found["2026-04-01", "up"], found["2026-04-04", "up"]) == ((29, 0), (1, 1))
    assert row(draw(po_line=for_two))["coverage"]["of_the_line"] == 1 / 3


def test_what_was_bought_for_another_line_is_not_there_to_be_cut():
    for_line = lambda line: WORLD["po_line"].replace("_qty", "_qty | order_line_id").replace("| 30", f"| 30 | {line}")  # noqa: E731
    for_another = draw(po_line=for_line(2))
    assert ("2026-04-06", "down") not in waits(for_another)
    assert row(for_another)["excluded"] == {"no_answer_needed": 2}
    assert waits(draw(po_line=for_line(3)))["2026-04-06", "down"] == (10, 1)


def test_another_product_or_site_is_no_answer():
    for cell in ("P          | X", "Q          | W"):
        assert waits(draw(po_line=WORLD["po_line"].replace("P          | W", cell)))["2026-04-04", "up"] == (26, 0)


def test_production_answers_as_plan():
    assert (
        row(draw(), part="plan")["reason"]
        == "not_available: production_order_change.field or production_order.created_date"
    )
    version = draw(
        production_order="""
            production_order_id | product_id | site_id | qty | due_date   | created_date
            M                   | P          | W       | 10  | 2026-05-01 | 2026-04-02
        """,
        production_order_change="""
            production_order_id | field    | changed_date | old_value  | new_value
            M                   | due_date | 2026-04-21   | 2026-05-09 | 2026-05-01
            M                   | status   | 2026-04-07   | released   | cancelled
        """,
    )
    found = waits(version)
    assert found == {("2026-04-01", "up"): (1, 1), ("2026-04-04", "up"): (1, 1), ("2026-04-06", "down"): (1, 1),
                     ("2026-04-20", "up"): (1, 1)}  # fmt: skip
    numbers = {part: found["num"] for (part,), found in rows(version).items()}
    assert numbers == {None: 4, "plan": 4, "po": 3}
    assert row(version, "answered_share", "plan")["num"] == 3


def test_without_a_record_of_changes_their_snapshots_are_compared():
    version = draw(
        po_line_change="",
        po_line_snapshot="""
            snapshot_date | po_line_id | ordered_qty | requested_date
            2026-04-05    | 9          | 40          | 2026-05-01
            2026-04-12    | 9          | 30          | 2026-05-01
            2026-04-26    | 9          | 30          | 2026-04-29
        """,
    )
    found = waits(version)
    assert (found["2026-04-06", "down"], found["2026-04-20", "up"]) == ((6, 1), (6, 1))
    assert row(version)["coverage"]["compared"] == 2 / 4


def test_neither_changes_nor_snapshots_is_told():
    assert row(draw(po_line_change=""))["reason"] == (
        "not_available: po_line_change.field or production_order_change.field or po_line_snapshot.snapshot_date"
    )
