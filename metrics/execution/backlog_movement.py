"""Whether the backlog grows, from what, and how old it is.

    closing  = open quantity x price of the order at the end of a day, from the open lines themselves
    movement : opening + new + increases + reopened + shipped + cancelled + decreases + short_closed + reprice + fx
               + transfer_in + transfer_out = closing            signed: shipped, cancelled, decreases are negative
    residual = closing - what all movements add up to, of the open lines themselves: shown, never absorbed; 0 where the
               data agree. Where it arises it is the movement `unexplained`
    ageing   : value by days past the first promise; unpromised lines are not_due. basis=order: by days since order
    past_due_share = value past its first promise / closing        mean_age = days since order, weighted by value
    backlog_days   = closing / mean daily shipped value of the period        cover at today's pace (Little's law)
    half_life      = Kaplan-Meier median of the days from entering to nothing open, shipped or cancelled
    book_to_bill   = (new + increases + cancelled + decreases) / shipped; gross: without the last two

Movements come from the changes and shipments of a line, the open lines from what their export says is owed and shipped;
where changes are not exported, from the differences of successive exports or snapshots, dated at the later one. shipped
is no more than was open: over_shipped stands outside the backlog. A reversal is a negative shipment on its own day. A
line leaves when the goods leave. first promise: renewed by a change that the customer wanted.

In the reporting currency at the rate of the day of each movement; what is open in another currency is valued anew at
month ends and on days it moves (fx). Segment and tier are those of the day: a customer who moves takes his open lines
along (transfer_out, transfer_in, together 0).

Left out and counted: lines cancelled on an unknown day, lines without a quantity or an order day, of values also lines
without a price or a rate. Slices by hold reason and promise status know open lines only.

Unit: reporting currency, count, share, days, ratio. The level is neither good nor bad; past due, age: lower is better.
n = movements or open lines. Interval: none, this is bookkeeping; half_life: log-log band.
Source: the backlog identity; book-to-bill as in the semiconductor trade; Little 1961 for the cover.
"""

from collections.abc import Callable
from pathlib import Path

from metrics import line_terms as term
from metrics.finish import divide, number
from metrics.registry import Answer, Dim, Measure, Metric, Param, Relation
from metrics.survival import km_quantile

HERE = Path(__file__).parent
LEGS = ("new", "increases", "reopened", "shipped", "cancelled", "decreases", "short_closed", "reprice", "fx",
        "transfer_in", "transfer_out", "unexplained", "over_shipped")  # fmt: skip
BUCKETS = ("not_due", "1_7", "8_30", "31_60", "61_90", "gt_90")


def _relation(name: str, grain: str, key: tuple[str, ...], **more) -> Relation:
    return Relation(grain, key, (HERE / f"backlog_movement_{name}.sql").read_text("utf-8"), **more)


RELATIONS = {
    "open_line": _relation("open_line", "order line open at a month end, a week end or the as-of date",
                           ("state_date", "order_line_id"), at="state", state_column="open order lines"),
    "movement": _relation("movement", "movement of an order line, in an interval in which the same was known of it",
                          ("movement_id", "known_from"), known=True, is_view=True),
    "stay": _relation("stay", "order line that entered the backlog", ("order_line_id", "known_from"), known=True,
                      is_view=True),
}  # fmt: skip
READS = ("sales_order", "order_line", "order_line_change", "order_line_snapshot", "promise_history", "shipment",
         "shipment_line", "customer_history")  # fmt: skip
ORDERED = ("order_line.ordered_qty|order_line_snapshot.open_qty", term.ORDERED_DATE)
PRICED = (*ORDERED, "order_line.net_amount|order_line.unit_price")
LEFT_OUT = {
    name: f"left_out = '{name}'" for name in ("cancel_date_unknown", "order_date_missing", "uom_missing", "qty_missing")
}
WORTHLESS = {**LEFT_OUT, **{name: f"worthless = '{name}'" for name in ("price_missing", "fx_missing")}}
BACKFILLED = {"attribute_backfilled": "coalesce(attribute_backfilled, false)"}
INSIDE = "case when leg = 'over_shipped' then 0 else value end"
AGE = "(state_date - ordered_date)"
LATE = f"""(case when $basis = 'order' then {AGE}
    else coalesce(greatest(state_date - first_promised_date, 0), 0) end)"""
BUCKET = f"""(case when {LATE} <= 0 then 'not_due' when {LATE} <= 7 then '1_7' when {LATE} <= 30 then '8_30'
    when {LATE} <= 60 then '31_60' when {LATE} <= 90 then '61_90' else 'gt_90' end)"""


def balance(frame, params) -> Answer:
    """A sum of values that is 0, not unknown, where nothing is in scope."""
    value, n = (number(frame[name].sum()) or 0 for name in ("value", "n"))
    return Answer(value, value, None, int(n), status="ok")


def by_part(column: str, names: tuple[str, ...], sum_of: str, has_whole: bool) -> Callable:
    """Finisher: a sum for each value of a key, all of them also where they are 0; the whole before them."""

    def finish(frame, params) -> list[Answer]:
        n = int(frame["n"].sum())
        whole = [Answer(float(frame[sum_of].sum()), float(frame[sum_of].sum()), None, n, status="ok")] * has_whole
        found = []
        for name in names:
            own = frame[frame[column] == name]
            value = float(own[sum_of].sum())
            found.append(Answer(value, value, None, int(own["n"].sum()), part=name, status="ok"))
        return whole + found

    return finish


def movements(frame, params) -> list[Answer]:
    """The change of the backlog (over_shipped stands outside), then what it is made of."""
    inside = frame[frame["leg"] != "over_shipped"]
    whole = by_part("leg", (), "value", True)(inside, params)
    return whole + by_part("leg", LEGS, "value", False)(frame, params)


def cover(frame, params) -> Answer:
    """Closing over mean daily shipped value; of one period, since a bucket does not know what was open before it."""
    if frame["bucket"].notna().any():
        return Answer(None, status="not_available", reason="not_available: cover of one period only, not of its parts")
    closing, shipped, n = (number(frame[name].sum()) or 0 for name in ("value", "shipped", "n"))
    days = number(frame["days"].max()) or 0
    return Answer(divide(closing * days, shipped), closing, divide(shipped, days), int(n))


def book_to_bill(frame, params) -> list[Answer]:
    net, gross, shipped, n = (number(frame[name].sum()) or 0 for name in ("net", "gross", "shipped", "n"))
    return [
        Answer(divide(net, shipped), net, shipped, int(n)),
        Answer(divide(gross, shipped), gross, shipped, int(n), part="gross"),
    ]


def state(name: str, title: str, unit: str, better: str | None, meaning: str, **more) -> Measure:
    settled = {
        "relation": "open_line",
        "where": "qty > 0",
        "exclude": WORTHLESS,
        "coverage": BACKFILLED,
        "requires": PRICED,
        "reads": READS,
        "minimum": (1, 1),
        "meaning": meaning,
    }
    return Measure(name, title, unit, better, **{**settled, **more})


def moved(name: str, title: str, unit: str, better: str | None, meaning: str, **more) -> Measure:
    settled = {
        "relation": "movement",
        "anchor": "event_date",
        "where": "event_date <= $as_of",
        "exclude": WORTHLESS,
        "coverage": BACKFILLED,
        "requires": PRICED,
        "reads": READS,
        "minimum": (1, 1),
        "meaning": meaning,
    }
    return Measure(name, title, unit, better, **{**settled, **more})


def value_of(*legs: str) -> str:
    named = ", ".join(f"'{leg}'" for leg in legs)
    return f"case when leg in ({named}) then value else 0 end"


SHIPPED = f"-({value_of('shipped')})"
MEASURES = (
    state("closing", "Backlog", "currency", None, "Value of what is ordered and has not left us.", headline=True,
          sums={"n": "1", "value": "value"}, finish=balance),
    moved("opening", "Backlog at the beginning", "currency", None, "All movements before the period.",
          anchor="$start::date", where="event_date < $start", sums={"n": "1", "value": INSIDE}, finish=balance),
    moved("movement", "Change of the backlog", "currency", None,
          "What came in, what left and what else changed; over_shipped is outside.", keys={"leg": "leg"},
          sums={"n": "1", "value": "value"}, finish=movements),
    state("residual", "Unexplained", "currency", "band",
          "What the open lines show and no movement explains; 0 where the data agree.",
          where="order_line_id is not null", sums={"n": "1", "value": "unexplained"}, finish=balance),
    state("ageing", "Backlog by age", "currency", None, "Value by days past the first promise.", keys={"age": BUCKET},
          sums={"n": "1", "value": "value"}, finish=by_part("age", BUCKETS, "value", True)),
    state("lines", "Open lines", "count", None, "Open lines by days past the first promise.", keys={"age": BUCKET},
          exclude=LEFT_OUT, requires=ORDERED, sums={"n": "1"}, finish=by_part("age", BUCKETS, "n", True)),
    state("past_due_share", "Past due", "share", "down", "Value past its first promise, of all that is open.",
          requires=(*PRICED, term.PROMISED),
          sums={"num": "case when first_promised_date < state_date then value else 0 end", "den": "value", "n": "1"}),
    state("mean_age", "Mean age", "days", "down", "Days since the order, weighted by value.",
          sums={"num": f"{AGE} * value", "den": "value", "n": "1"}),
    moved("backlog_days", "Backlog in days of shipping", "days", None,
          "How long the backlog lasts at the pace of the period.", anchor="greatest(event_date, $start)",
          sums={"n": "1", "value": INSIDE, "shipped":
                f"case when event_date >= $start then {SHIPPED} else 0 end"},
          keys={"days": "($end - $start + 1)"}, finish=cover),
    Measure("half_life", "Half-life of a line", "days", "down", "stay", anchor="entered_date",
            where="entered_date <= $as_of", requires=(*ORDERED, "shipment.shipped_date|shipment.delivered_date"
            "|sales_order.header_delivered_date"), reads=READS, minimum=(6, 20), finish=km_quantile(0.5),
            keys={"days": "coalesce(case when left_date <= $as_of then left_date end, $as_of) - entered_date",
                  "event": "coalesce(left_date <= $as_of, false)::int"}, sums={"n": "1"}, coverage=BACKFILLED,
            meaning="Days after which half of the lines that entered were shipped or cancelled, open ones counted."),
    moved("book_to_bill", "Book to bill", "ratio", None,
          "Bookings net of what was cancelled or cut, over what was shipped.",
          where="event_date <= $as_of and leg in ('new', 'increases', 'cancelled', 'decreases', 'shipped')",
          sums={"n": "1", "shipped": SHIPPED, "gross": value_of("new", "increases"),
                "net": value_of("new", "increases", "cancelled", "decreases")}, finish=book_to_bill),
)  # fmt: skip
OF_LINE = ("segment", "tier", "customer", "region", "country", "family", "category", "product", "site", "fulfil_model",
           "planner", "channel", "order_type")  # fmt: skip

METRIC = Metric(
    title="Backlog movement",
    question="Is the backlog growing, from what, and how old is it?",
    relations=RELATIONS,
    measures=MEASURES,
    dims={
        **{name: term.DIMS[name] for name in OF_LINE},
        "hold_reason": Dim("Hold reason", "hold_reason", "order_line.hold_reason|order_line_hold.reason"
                           "|order_line_snapshot.hold_reason|sales_order.hold_reason", empty="Not on hold"),
        "promise_status": Dim("Promise", "promise_status", term.PROMISED),
    },
    params={"basis": Param("promise", ("promise", "order"), "Age by days past the first promise, or since the order.")},
    caveats=(
        "Slices by hold reason and promise status know open lines only; their movements stand under All movements.",
        "Unpromised lines stand under not_due: read past_due_share beside the share of lines without a promise.",
        "The cover in days holds while orders and shipments keep their pace.",
        "A residual is a fault of the data: the open lines and the movements come from different records.",
    ),
    sources=(
        "Book-to-bill ratio as reported in the semiconductor trade: 1 is steady",
        "Little 1961: stock over throughput is time in the system",
        "Kaplan and Meier 1958",
    ),
    example="""
line | ordered      | qty x price | April                 | open at its end
L1   | in March     | 10 x 10     | 4 shipped             | 60
L2   | in March     | 5 x 20      | cancelled             | 0
L3   | in April     | 8 x 10      | 3 shipped             | 50
opening 200 + new 80 - shipped 70 - cancelled 100 = closing 110
""",
)  # fmt: skip
