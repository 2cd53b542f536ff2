"""satisfaction_vs_delivery on the worked examples of its definition and on the cases that it decides."""

from datetime import date, timedelta

import pytest

from metrics.intervals import wilson
from metrics.question import Request
from metrics.read import read
from metrics.registry import metric
from tests.metrics.company import company

DUE = date(2026, 1, 10)
QUARTER = dict(date_from=date(2026, 1, 1), date_to=date(2026, 3, 31))


def drawn(answers: list[dict], **tables: str) -> dict[str, str]:
    """One order promised for 10 January per answer: late = days after it (None: not delivered), score, and options
    customer, type, top (best score), sent, answered, order (another name than O1, O2, ...)."""
    orders, survey, ships, parts, promises = [], [], [], [], []
    for place, one in enumerate(answers, 1):
        name = one.get("order", f"O{place}")
        if name not in {order for order, *_ in orders}:
            orders.append((name, one.get("customer", f"C{place}"), "2026-01-01"))
            promises.append((f"L{name}", 1, "2026-01-01", DUE))
            if one.get("late") is not None:
                day = DUE + timedelta(days=one["late"])
                ships.append((f"S{name}", day, day, "pod"))
                parts.append((f"S{name}", f"L{name}", 1))
        linked = name if one.get("linked", True) else None
        kind, top = one.get("type", "csat"), one.get("top", 5)
        low = 0 if kind == "nps" else 1
        answered = one.get("answered", "2026-02-20") if one.get("score") is not None else None
        survey.append(
            (
                f"R{place}",
                linked,
                one.get("customer", f"C{place}"),
                kind,
                one.get("score"),
                low,
                top,
                "2026-02-10",
                answered,
            )
        )
    found = {
        "sales_order": table(("order_id", "customer_id", "ordered_date"), orders),
        "order_line": table(("order_line_id", "order_id", "ordered_qty"), [(f"L{o}", o, 1) for o, *_ in orders]),
        "promise_history": table(("order_line_id", "promise_seq", "set_date", "promised_date"), promises),
        "shipment": table(("shipment_id", "shipped_date", "delivered_date", "delivery_basis"), ships),
        "shipment_line": table(("shipment_id", "order_line_id", "qty_shipped"), parts),
        "survey_response": table(
            (
                "response_id",
                "order_id",
                "customer_id",
                "survey_type",
                "score",
                "scale_min",
                "scale_max",
                "sent_date",
                "responded_date",
            ),
            survey,
        ),
    }
    return {**found, **tables}


def table(head, lines) -> str:
    return "\n".join(" | ".join("" if cell is None else str(cell) for cell in line) for line in (head, *lines))


def made(answers: list[dict], as_of: str = "2026-03-31", **tables):
    return company(drawn(answers, **tables), metric("satisfaction_vs_delivery"), as_of=as_of)


def rows(version, measure: str, **given) -> list[dict]:
    return read(version, "satisfaction_vs_delivery", Request(measures=(measure,), **{**QUARTER, **given}))["rows"]


def tile(version, measure: str = "rho", **given) -> dict:
    return rows(version, measure, **given)[0]


def parts(version, measure: str, column: str = "value", **given) -> dict:
    return {row["part"]: row[column] for row in rows(version, measure, **given)}


LATE, SCORES = (-1, 0, 0, 2, 5, 9), (5, 5, 4, 4, 2, 1)
EXAMPLE = [dict(late=late, score=score) for late, score in zip(LATE, SCORES, strict=True)]


@pytest.fixture(scope="module")
def example():
    return made([*EXAMPLE, dict(late=None, score=1), dict(late=0, score=None)])


@pytest.mark.parametrize(("measure", "value"), [("rho", -0.92548), ("tau_b", -0.88950), ("superiority", 0.94444)])
def test_the_worked_example_gives_its_published_numbers(example, measure, value):
    row = tile(example, measure)
    assert (row["value"], row["n"]) == (pytest.approx(value, abs=5e-6), 6)
    assert row["status"] == "insufficient"


def test_few_customers_have_the_interval_of_bonett_and_wright(example):
    row = tile(example)
    assert row["ci_method"] == "bonett_wright"
    assert [round(side, 4) for side in row["ci"]] == [-0.9948, -0.2669]


def test_an_order_not_delivered_is_a_bucket_of_its_own_and_never_in_rho(example):
    assert tile(example)["excluded"] == {"not_delivered": 1}
    assert parts(example, "bucket_score") == {
        None: 22 / 7, "early": 5, "on_time": 4.5, "1_2": 4, "3_7": 2, "gt_7": 1, "not_delivered": 1,
    }  # fmt: skip
    assert parts(example, "mean_score") == {None: 22 / 7, "on_time": 14 / 3, "late": 7 / 3, "not_delivered": 1}
    assert parts(example, "dissatisfied_share", "num") == {
        None: 3, "early": 0, "on_time": 0, "1_2": 0, "3_7": 1, "gt_7": 1, "not_delivered": 1,
    }  # fmt: skip


def test_the_response_rate_counts_the_silent_too(example):
    assert parts(example, "response_rate") == {None: 7 / 8, "on_time": 3 / 4, "late": 1, "not_delivered": 1}
    answers_only = made(EXAMPLE)
    row = tile(answers_only, "response_rate")
    assert (row["value"], row["excluded"]) == (None, {"only_answers_kept": 6})


def test_equal_lateness_has_no_correlation():
    row = tile(made([dict(late=0, score=score) for score in (1, 2, 3)]))
    assert (row["value"], row["reason"]) == (None, "all orders equally late, or all answers equal")


def test_answers_before_the_outcome_was_known_are_left_out_unless_asked_for():
    version = made(
        [*EXAMPLE, dict(late=5, score=3, answered="2026-01-09"), dict(late=None, score=3, answered="2026-01-10")]
    )
    assert (tile(version)["n"], tile(version)["excluded"]) == (6, {"not_delivered": 1, "before_outcome": 1})
    assert tile(version, "mean_score")["excluded"] == {"before_outcome": 2}
    assert tile(version, params={"timing": "any"})["n"] == 7


def test_of_several_answers_on_one_order_the_last_one_known_counts():
    version = made([dict(late=0, score=5, order="O1"), dict(late=0, score=1, order="O1", answered="2026-02-25")])
    assert parts(version, "mean_score")[None] == 1
    assert parts(version, "mean_score", as_of=date(2026, 2, 24))[None] == 5


def test_the_worst_line_of_an_order_counts():
    tables = drawn([dict(late=0, score=2)])
    tables["order_line"] += "\nL2 | O1 | 1"
    tables["promise_history"] += "\nL2 | 1 | 2026-01-01 | 2026-01-08"
    tables["shipment_line"] += "\nSO1 | L2 | 1"
    version = company(tables, metric("satisfaction_vs_delivery"), as_of="2026-03-31")
    assert parts(version, "bucket_score") == {None: 2, "1_2": 2}


def test_types_are_never_added_and_the_reading_says_which_it_is():
    nps = [dict(late=late, score=score, type="nps", top=10) for late, score in ((0, 6), (4, 7))]
    version = made([*EXAMPLE, *nps])
    row = tile(version)
    assert (row["n"], row["value"]) == (6, pytest.approx(-0.92548, abs=5e-6))
    assert row["excluded"] == {"other_survey_type": 2}
    assert row["reason"] == "csat only; other types are left out, never added to it"
    filtered = tile(version, "dissatisfied_share", where={"survey_type": ("nps",)})
    assert (filtered["num"], filtered["n"], filtered["excluded"]) == (1, 2, {})
    assert filtered["reason"] == "nps only; most answers of the company are csat"
    sliced = {
        row["slice"]["survey_type"]: row["n"] for row in rows(version, "rho", by=("survey_type",)) if row["slice"]
    }
    assert sliced == {"csat": 6, "nps": 2}


def test_the_type_read_is_that_of_most_answers_not_of_most_complaints():
    nps = [dict(late=4, score=score, type="nps", top=10) for score in (1, 2, 3, 4)]
    row = tile(made([*EXAMPLE, *nps]), "cause")
    assert (row["den"], row["excluded"]) == (2, {"other_survey_type": 4})


def test_a_slice_or_period_with_answers_of_another_type_alone_shows_no_number_of_it():
    nps = [dict(late=4, score=1, type="nps", top=10, customer="N", answered="2026-03-05")]
    version = made([*EXAMPLE, *nps])
    for name in ("cause", "dissatisfied_share", "mean_score"):
        slices = [row for row in rows(version, name, by=("customer",)) if row["slice"].get("customer") == "N"]
        assert [(row["value"], row["excluded"]) for row in slices] == [(None, {"other_survey_type": 1})], name
        trend = rows(version, name, reading="trend")
        march = [row for row in trend if row["period"] and row["period"]["label"] == "2026-03"]
        assert [(row["value"], row["excluded"]) for row in march] == [(None, {"other_survey_type": 1})], name


def test_the_main_type_is_that_of_the_answers_that_had_come():
    nps = [dict(late=4, score=place, type="nps", top=10, answered="2026-03-05") for place in range(7)]
    version = made([*EXAMPLE, *nps])
    assert tile(version)["n"] == 7
    assert tile(version, as_of=date(2026, 3, 4))["excluded"] == {}
    assert tile(version, as_of=date(2026, 3, 4))["n"] == 6


def test_many_answers_of_few_customers_are_few():
    answers = [dict(late=place % 7, score=5 - place % 5, customer=f"C{place % 19}") for place in range(60)]
    version = made(answers)
    for name in ("rho", "dissatisfied_share", "mean_score"):
        assert (tile(version, name)["n"], tile(version, name)["status"]) == (60, "low_n"), name
    assert tile(made(EXAMPLE), "mean_score")["status"] == "insufficient"


def test_answers_of_one_customer_are_not_independent():
    answers = [dict(late=0, score=1 if place % 25 < 9 else 5, customer=f"C{place % 25}") for place in range(75)]
    row = tile(made(answers), "dissatisfied_share")
    assert (row["value"], row["ci_method"]) == (27 / 75, "wilson_n_eff")
    # each customer answers alike: 25 independent answers, v = 25 / 24 * p (1 - p) / 25
    assert row["ci"] == pytest.approx(wilson(0.36, 24))


def test_other_scales_of_a_type_are_mapped_to_the_common_one():
    version = made([dict(late=0, score=10, top=10), dict(late=0, score=1, top=10), dict(late=0, score=3)])
    assert parts(version, "mean_score")[None] == pytest.approx((5 + 1 + 3) / 3)


def test_a_survey_without_an_order_is_about_the_last_one_its_customer_had_complete():
    answers = [dict(late=0, score=4, customer="A"), dict(late=3, score=1, customer="A", linked=False)]
    version = made(answers)
    row = tile(version, "mean_score")
    # the second survey names none; the last complete order of A by 10 February is O2, which came on 13 January
    assert parts(version, "mean_score") == {None: 2.5, "on_time": 4, "late": 1}
    assert row["coverage"]["order_inferred"] == 0.5
    other = made(
        [dict(late=0, score=4, customer="A"), dict(late=0, score=1, order="X", customer="B", linked=False)],
        shipment_line="shipment_id | order_line_id | qty_shipped\n SO1 | LO1 | 1",
    )
    assert tile(other, "mean_score")["excluded"] == {"no_order": 1}


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


def test_many_customers_have_the_jackknife_interval():
    answers = [dict(late=place % 7, score=5 - place % 5, customer=f"C{place % 25}") for place in range(60)]
    row = tile(made(answers))
    assert row["ci_method"] == "jackknife_customer"
    assert row["ci"][0] < row["value"] < row["ci"][1]


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


def test_no_surveys_are_not_available():
    empty = company({}, metric("satisfaction_vs_delivery"))
    for each in metric("satisfaction_vs_delivery").measures:
        row = tile(empty, each.name)
        assert (row["status"], row["value"]) == ("not_available", None), each.name


def test_of_two_answers_on_one_day_the_later_hour_counts():
    tables = drawn([dict(late=0, score=5, order="O1"), dict(late=0, score=1, order="O1")])
    head, first, second = tables["survey_response"].splitlines()
    hours = [f"{head} | responded_at", f"{first} | 2026-02-20 17:00:00", f"{second} | 2026-02-20 09:00:00"]
    version = company(
        {**tables, "survey_response": "\n".join(hours)}, metric("satisfaction_vs_delivery"), as_of="2026-03-31"
    )
    assert parts(version, "mean_score") == {None: 5, "on_time": 5}


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


def test_answers_tell_whether_the_segment_was_carried_back():
    history = "customer_id | valid_from | segment\nC1 | 2025-12-31 | A\nC2 | 2026-01-02 | B"
    version = made([dict(late=0, score=4), dict(late=3, score=2)], customer_history=history)
    for name in ("rho", "mean_score", "dissatisfied_share", "cause"):
        assert tile(version, name)["coverage"]["attribute_backfilled"] == 0.5, name


def test_slices_by_survey_type_are_no_answers_counted_twice():
    nps = [dict(late=late, score=score, type="nps", top=10) for late, score in ((0, 6), (4, 7))]
    two = dict(customer="C1", late=1, score=3, order="X")
    version = made([*EXAMPLE, *nps, two])
    asked = dict(measures=("mean_score", "rho", "dissatisfied_share"), **QUARTER)
    for by in (("survey_type",), ("survey_type", "customer"), ("customer",)):
        doc = read(version, "satisfaction_vs_delivery", Request(by=by, **asked))
        assert doc["overlap"] == [], by
        whole, *slices = [row for row in doc["rows"] if row["measure"] == "mean_score" and row["part"] is None]
        others = whole["excluded"]["other_survey_type"] if "survey_type" in by else 0
        assert (whole["n"], sum(row["n"] for row in slices)) == (7, 7 + others), by


def test_an_answer_about_lines_of_two_families_stands_in_both_and_is_told():
    tables = drawn([dict(late=0, score=2), dict(late=0, score=9, type="nps", top=10)])
    lines = "order_line_id | order_id | ordered_qty | product_id\nLO1 | O1 | 1 | P\nL2 | O1 | 1 | Q\nLO2 | O2 | 1 | P"
    tables |= {"order_line": lines + "\nL3 | O2 | 1 | Q", "product": "product_id | family\nP | pump\nQ | valve"}
    for line in ("L2", "L3"):
        tables["promise_history"] += f"\n{line} | 1 | 2026-01-01 | 2026-01-10"
        tables["shipment_line"] += f"\nSO{'1' if line == 'L2' else '2'} | {line} | 1"
    version = company(tables, metric("satisfaction_vs_delivery"), as_of="2026-03-31")
    for by, twice in ((("family",), 1), (("survey_type", "family"), 2)):
        doc = read(version, "satisfaction_vs_delivery", Request(measures=("mean_score",), by=by, **QUARTER))
        assert [one["counted_twice"] for one in doc["overlap"]] == [twice], by
