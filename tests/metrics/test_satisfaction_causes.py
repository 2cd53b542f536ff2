"""Why customers were dissatisfied: what was late or hurt, and who was told or answered in time."""

from datetime import date

import pytest

from metrics.registry import metric
from tests.metrics.company import company
from tests.metrics.survey_example import drawn, made, parts, rows, tile

CAUSED = [
    dict(late=3, score=1),  # late, silent
    dict(late=3, score=1),  # late, told on the 9th
    dict(late=0, score=1),  # on time, but asked where the order was
    dict(late=0, score=1),  # nothing wrong
    dict(late=3, score=1),  # late, silent
    dict(late=3, score=5),
]
NOTICES = """
    notification_id | order_id | sent_date  | kind
    N1              | O2       | 2026-01-09 | delay_notice
    N2              | O5       | 2026-01-10 | delay_notice
    N3              | O1       | 2026-01-05 | ship_notice
"""
CASES = """
    case_id | order_id | opened_date | category
    K1      | O3       | 2026-01-08  | order_status
    K2      | O4       | 2026-01-08  | price
    K3      | O4       | 2026-01-15  | order_status
"""


def test_dissatisfaction_is_split_into_execution_and_communication():
    version = made(CAUSED, customer_notification=NOTICES, case_ticket=CASES)
    assert parts(version, "cause", "num") == {
        "execution": 1, "communication": 1, "both": 2, "neither": 1, "notice_unknown": 0,
    }  # fmt: skip
    assert (tile(version, "cause")["den"], tile(version, "cause")["excluded"]) == (5, {})


def test_without_any_notices_recorded_a_late_order_is_no_proof_of_silence():
    version = made(CAUSED, case_ticket=CASES)
    found = parts(version, "cause", "num")
    assert (found["notice_unknown"], found["communication"], found["neither"]) == (3, 1, 1)
    assert tile(version, "notice_difference")["excluded"] == {"notice_unknown": 6}


def test_damage_returns_and_slow_answers_are_causes_too():
    slow = (
        "case_id | order_id | opened_date | first_response_date | category\n K | O2 | 2026-01-05 | 2026-01-09 | other"
    )
    version = made(
        [dict(late=0, score=1), dict(late=0, score=1), dict(late=0, score=1)],
        return_line="return_id | order_line_id | returned_date | qty | fault\n R | LO1 | 2026-01-20 | 1 | ours",
        case_ticket=slow,
        case_sla="category | priority | first_response_hours\n | | 48",
    )
    found = parts(version, "cause", "num")
    assert (found["execution"], found["communication"], found["neither"]) == (1, 1, 1)


def test_the_difference_a_word_makes_is_newcombes():
    silent = [dict(late=3, score=1 if place < 24 else 5) for place in range(40)]
    told = [dict(late=3, score=1 if place < 12 else 5) for place in range(40)]
    lines = [f"N{place} | O{place} | 2026-01-09 | delay_notice" for place in range(41, 81)]
    notices = "\n".join(["notification_id | order_id | sent_date | kind", *lines])
    row = tile(made([*silent, *told], customer_notification=notices), "notice_difference")
    assert (row["value"], row["n"], row["status"]) == (pytest.approx(0.3), 80, "ok")
    assert [round(side, 3) for side in row["ci"]] == [0.082, 0.481]
    assert row["reason"] == "not told 24/40, told 12/40"
    assert (row["num"], row["den"]) == (24, 40)


def test_what_happens_after_the_as_of_date_changes_nothing():
    early = [{**one, "answered": "2026-01-25"} for one in CAUSED]
    tables = drawn(early, customer_notification=NOTICES, case_ticket=CASES)
    later = {
        **tables,
        "return_line": "return_id | order_line_id | returned_date | qty | fault\n R | LO4 | 2026-02-20 | 1 | ours",
        "customer_notification": NOTICES + "\n N9 | O1 | 2026-02-01 | delay_notice",
        "case_ticket": CASES + "\n K9 | O4 | 2026-02-02 | no_reply",
        "survey_response": tables["survey_response"] + "\nR9 | O1 | C1 | csat | 5 | 1 | 5 | 2026-02-01 | 2026-02-03",
    }
    one, other = (company(given, metric("satisfaction_vs_delivery"), as_of="2026-03-31") for given in (tables, later))
    for each in metric("satisfaction_vs_delivery").measures:
        given = {"as_of": date(2026, 1, 31)}
        assert rows(one, each.name, **given) == rows(other, each.name, **given), each.name


def answered_late(opened: str, responded: str, hours, as_of="2026-03-31") -> bool:
    """Whether an answer to a case counts as later than agreed; instants, or days alone."""
    kind = "at" if ":" in opened else "date"
    both = "" if kind == "date" else f"opened_date | {'first_response_date | ' if responded else ''}"
    days = "" if kind == "date" else f"{opened[:10]} | {responded[:10] + ' | ' if responded else ''}"
    version = made(
        [dict(late=0, score=1)],
        case_ticket=f"case_id | order_id | category | {both}opened_{kind} | first_response_{kind}\n"
        f"K | O1 | other | {days}{opened} | {responded}",
        case_sla=f"category | priority | first_response_hours\n | | {hours}",
    )
    return parts(version, "cause", "num", as_of=date.fromisoformat(as_of))["communication"] == 1


@pytest.mark.parametrize(
    ("opened", "responded", "hours", "missed"),
    [
        ("2026-01-05 09:00:00", "2026-01-05 13:00:00", 4, False),
        ("2026-01-05 09:00:00", "2026-01-05 13:00:01", 4, True),
        ("2026-01-05 09:00:00", "2026-01-06 08:00:00", 4, True),
        ("2026-01-05 09:00:00", "2026-01-06 08:00:00", 24, False),
        ("2026-01-05 09:00:00", "2026-01-06 10:00:00", 24, True),
        ("2026-01-05 09:00:00", "", 0.5, True),
        # days alone: 4 and 24 hours end on the next day, 25 on the one after
        ("2026-01-05", "2026-01-06", 4, False),
        ("2026-01-05", "2026-01-06", 24, False),
        ("2026-01-05", "2026-01-07", 24, True),
        ("2026-01-05", "2026-01-07", 25, False),
    ],
)
def test_a_first_response_is_late_by_the_hour_where_hours_are_known(opened, responded, hours, missed):
    assert answered_late(opened, responded, hours) is missed


def test_a_missed_response_is_known_from_the_day_it_was_due():
    day = "2026-03-25"
    assert answered_late("2026-03-25 09:00:00", "2026-03-26 09:00:00", 4, day) is True
    assert answered_late("2026-03-25 22:00:00", "2026-03-26 09:00:00", 4, day) is False
    assert answered_late("2026-03-24", "2026-03-26", 4, day) is False
    assert answered_late("2026-03-23", "2026-03-26", 4, day) is True
