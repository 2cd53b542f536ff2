"""Promises out of successive exports: since when each holds, and which source decides."""

from tests.warehouse.drawn import bare_version, export, rows

PROMISES = """
    select order_line_id, promise_seq, set_date::text, promised_date::text, source_object, source_line
    from promise_history order by 1, 2"""
ORDER = export("sap", "VBAK", "sales_order", "2026-01-05", [{"order_id": "1", "confirmed_date": "2026-01-03"}])


def lines(day, promised, line="1/10"):
    return export(
        "sap", "VBAP", "order_line", day, [{"order_line_id": line, "order_id": "1", "current_promised_date": promised}]
    )


def test_a_promise_counts_from_the_confirmation_and_a_new_one_from_the_export_that_shows_it(tmp_path):
    version = bare_version(
        tmp_path,
        [
            ORDER,
            lines("2026-01-05", "2026-02-01"),
            lines("2026-01-12", "2026-02-01"),
            lines("2026-01-19", "2026-02-10"),
            lines("2026-01-26", None),
            lines("2026-02-02", "2026-02-01"),
        ],
    )
    assert rows(version, PROMISES) == [
        ("sap/1/10", 1, "2026-01-03", "2026-02-01", "VBAP", 2),
        ("sap/1/10", 2, "2026-01-19", "2026-02-10", "VBAP", 2),
        ("sap/1/10", 3, "2026-02-02", "2026-02-01", "VBAP", 2),  # the empty promise of 26 January takes nothing back
    ]


def test_a_promise_that_an_earlier_export_did_not_have_yet_counts_from_the_export_that_shows_it(tmp_path):
    version = bare_version(tmp_path, [ORDER, lines("2026-01-05", None), lines("2026-01-12", "2026-02-01")])
    assert [row[:4] for row in rows(version, PROMISES)] == [("sap/1/10", 1, "2026-01-12", "2026-02-01")]


def test_a_first_and_a_current_promise_in_one_export_are_two_promises(tmp_path):
    version = bare_version(
        tmp_path,
        [
            ORDER,
            export(
                "sap",
                "VBAP",
                "order_line",
                "2026-01-20",
                """
            order_line_id | order_id | first_promised_date | current_promised_date
            1/10          | 1        | 2026-02-01          | 2026-02-10
            1/20          | 1        | 2026-02-01          | 2026-02-01
        """,
            ),
        ],
    )
    assert [row[:4] for row in rows(version, PROMISES)] == [
        ("sap/1/10", 1, "2026-01-03", "2026-02-01"),
        ("sap/1/10", 2, "2026-01-20", "2026-02-10"),
        ("sap/1/20", 1, "2026-01-03", "2026-02-01"),
    ]


def test_a_schedule_promises_its_last_confirmed_day(tmp_path):
    def schedule(day, *parts):
        return export(
            "sap",
            "VBEP",
            "schedule_line",
            day,
            [
                {
                    "order_line_id": "1/10",
                    "schedule_no": no,
                    "scheduled_date": on,
                    "requested_qty": asked,
                    "confirmed_qty": qty,
                }
                for no, on, asked, qty in parts
            ],
        )

    line = export("sap", "VBAP", "order_line", "2026-01-05", [{"order_line_id": "1/10", "order_id": "1"}])
    version = bare_version(
        tmp_path,
        [
            ORDER,
            line,
            schedule("2026-01-05", (1, "2026-01-25", 10, 0), (2, "2026-02-01", 0, 6), (3, "2026-02-08", 0, 4)),
            schedule("2026-01-12", (1, "2026-01-25", 10, 0), (2, "2026-02-03", 0, 10)),
        ],
    )
    assert rows(
        version,
        "select promise_seq, set_date::text, promised_date::text, promised_qty, source_line "
        "from promise_history order by 1",
    ) == [
        (1, "2026-01-03", "2026-02-08", 10, 4),
        (2, "2026-01-12", "2026-02-03", 10, 3),
    ]
    assert rows(version, "select requested_date::text from order_line") == [("2026-01-25",)]


def test_the_dates_of_the_order_hold_for_lines_without_their_own(tmp_path):
    version = bare_version(
        tmp_path,
        [
            export(
                "sap",
                "VBAK",
                "sales_order",
                "2026-01-05",
                [
                    {
                        "order_id": "1",
                        "ordered_date": "2026-01-02",
                        "header_promised_date": "2026-02-20",
                        "header_requested_date": "2026-02-15",
                    }
                ],
            ),
            export(
                "sap",
                "VBAP",
                "order_line",
                "2026-01-05",
                """
            order_line_id | order_id | current_promised_date | requested_date
            1/10          | 1        | 2026-02-01            | 2026-01-30
            1/20          | 1        |                       |
        """,
            ),
        ],
    )
    assert [row[:5] for row in rows(version, PROMISES)] == [
        ("sap/1/10", 1, "2026-01-02", "2026-02-01", "VBAP"),
        ("sap/1/20", 1, "2026-01-02", "2026-02-20", "VBAK"),
    ]
    assert rows(version, "select requested_date::text from order_line order by order_line_id") == [
        ("2026-01-30",),
        ("2026-02-15",),
    ]


def test_a_loaded_promise_history_is_the_truth_for_its_lines_only(tmp_path):
    version = bare_version(
        tmp_path,
        [
            ORDER,
            lines("2026-01-05", "2026-02-01"),
            lines("2026-01-19", "2026-02-10"),
            lines("2026-01-19", "2026-03-01", "1/20"),
            export(
                "promises",
                "log",
                "promise_history",
                "2026-01-20",
                [
                    {
                        "order_line_id": "1/10",
                        "promise_seq": "1",
                        "set_date": "2026-01-04",
                        "promised_date": "2026-01-31",
                    }
                ],
            ),
        ],
    )
    assert [row[:4] for row in rows(version, PROMISES)] == [
        ("sap/1/10", 1, "2026-01-04", "2026-01-31"),
        ("sap/1/20", 1, "2026-01-03", "2026-03-01"),
    ]
