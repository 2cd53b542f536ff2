"""Share of what we owed that was delivered complete by the promised day.

    P        = date of the basis + grace                  first promise (or current promise, requested date)
    d1       = first proved delivery;  D = day on which ordered - excusably cancelled quantity x (1 - tol) had arrived
    on_time  = d1 <= P
    in_full  = D <= the later of P and d1
    otif     = on_time and in_full, which is the same as D <= P
    value    = lines that pass / lines due                grain order: orders all of whose due lines pass / orders due

Due = P has passed at the as-of date, also for lines not delivered: those fail. population=delivered counts completed
lines instead, whatever their due date, by completion date. An order belongs to the period of its last due line and is
not counted before it is wholly due; orders exported without lines count at order grain by their header dates.

Left out and counted: lines cancelled by the customer before the promised day was over (or by nobody known), lines
cancelled on an unknown day, lines without a date of the basis, lines shipped without proof of delivery, lines without
a quantity in the base unit. What we cancelled, and what a customer cancelled after a missed promise, fails.
unit_fill counts the units that arrived by P; over several base units it is that of the unit with most lines.
perfect_order: all lines of the order in full, on the date, with right papers and unhurt (no damage; no return through
our fault within 30 days). It is a count of orders, never a product of shares; a component that the company does not
record is not judged, and the reading says how many of the four are.

Unit: share. Higher is better. n = lines, orders. Interval: Wilson with the effective sample size of lines in orders,
of orders in customers; unit_fill: linearised t over orders.
Source: SCOR RL.1.1, RL.2.1-2.4. OTIF has no standard of its own: basis, grain, population, grace, evidence are printed.
"""

from metrics import line_terms as term
from metrics import otif_terms as due
from metrics import perfect_orders as perfect
from metrics.finish import divide, number
from metrics.intervals import ratio, squares
from metrics.registry import Answer, Measure, Metric, Param, Relation, Stage

COLUMNS = """known.order_line_id, order_id, order_no, is_header, customer_id, customer, segment, tier, region, country,
    owner, product_id, product, family, category, base_uom, site, carrier, fulfil_model, planner, channel, order_type,
    known_from, known_to,
    ordered_date, requested_date, first_promised_date, current_promised_date, promise_set_date, net_qty, tol,
    grace_days, uom_missing, cancel_class, cancelled_date, first_delivery_date, first_known_date, completion_date,
    completion_known_date, any_first_delivery_date, any_first_known_date, any_completion_date,
    any_completion_known_date, evidence, delivered_qty, any_delivered_qty, deliveries, attribute_backfilled,
    damaged_date, condition_known_date, returned_bad_date,
    least(papers_known_date, invoice_known_date) as papers_known_date,
    least(papers_wrong_date, invoice_wrong_date) as papers_wrong_date,
    source_system, source_object, source_id, load_id, source_line,
    (select papers_since from component_since) as papers_since,
    (select condition_since from component_since) as condition_since,
    (select returns_since from component_since) as returns_since"""
LINE = Relation(
    grain="order line, or order exported without lines, and interval in which the same was known of it",
    key=("order_line_id", "known_from"),
    sql=f"""
select {COLUMNS}
from demand_known as known
left join line_complaint on line_complaint.order_line_id = known.order_line_id""",
    known=True,
    is_view=True,
)

# What keeping a date rests on; papers and returns matter to the perfect order alone.
READS = ("sales_order", "order_line", "order_line_change", "promise_history", "shipment", "shipment_line",
         "customer_history")  # fmt: skip
SEEN = "any_first_known_date <= $as_of"
EVIDENCE = ("pod", "carrier", "unstated", "estimated", "goods_issue")
COVERAGE = {
    **{
        f"evidence_{kind}": f"coalesce(evidence = '{kind}' and any_first_known_date <= $as_of, false)"
        for kind in EVIDENCE
    },
    "attribute_backfilled": "coalesce(attribute_backfilled, false)",
}


# A line wholly cancelled owes nothing; it is counted among those left out.
GONE = "cancel_class in ('excusable', 'unknown_date')"


def stage_of(measure: str):
    return lambda params: due.order_stage(measure, params) if due.is_order(params) else None


def sums_of(measure: str):
    def sums(params) -> dict[str, str]:
        passed = "missed = 0" if due.is_order(params) else due.passes(measure, params)
        return {"num": f"({passed})::int", "den": "1", "n": "1"}

    return sums


def requires(params) -> tuple[str, ...]:
    return (term.REQUESTED if params["basis"] == "requested" else term.PROMISED, term.DELIVERED)


def share(name: str, title: str, meaning: str, **more) -> Measure:
    return Measure(
        name=name,
        title=title,
        unit="share",
        better="up",
        relation="line",
        anchor=due.anchor,
        where=due.where,
        exclude=due.exclude,
        sums=sums_of(name),
        stage=stage_of(name),
        coverage=COVERAGE,
        interval="proportion",
        cluster=lambda params: "customer_id" if due.is_order(params) else "order_id",
        requires=requires,
        reads=READS,
        meaning=meaning,
        **more,
    )


def units(frame):
    """Sums by base unit, the one with most lines first."""
    return frame.groupby("unit")[["num", "den", "n"]].sum().sort_values("n", ascending=False, kind="stable")


def fill(frame, params) -> Answer:
    """Units on time of the base unit with most lines: quantities of different units are never added."""
    if frame.empty:
        return Answer(None, 0, 0, 0)
    table = units(frame)
    num, den, n = (number(item) for item in table.iloc[0][["num", "den", "n"]])
    reason = None if len(table) == 1 else f"in {table.index[0] or 'no unit'} only; other units are never added to it"
    return Answer(divide(num, den), num, den, int(n), reason=reason, coverage={"unit": n / float(table["n"].sum())})


def fill_interval(frame, params):
    """Linearised t interval of that unit's share, orders being the clusters."""
    own = frame[frame["unit"] == units(frame).index[0]].astype({"num": float, "den": float})
    ci, method = ratio(own["num"].sum(), own["den"].sum(), squares(own["num"], own["den"]))
    return (*ci, method) if ci else None


def perfect_stage(params) -> Stage:
    order = {**params, "grain": "order"}
    tests = {"short": f"not {due.passes('in_full', params)}", "late": f"not {due.passes('on_time', params)}"}
    return perfect.stage(due.order_stage("otif", order), term.reason(due.reasons(params)), term.complete(params), tests)


def order_exclude(params) -> dict[str, str]:
    return due.exclude({**params, "grain": "order"})


def order_measure(name: str, title: str, meaning: str, **more) -> Measure:
    return Measure(
        name=name,
        title=title,
        unit="share",
        better="up",
        relation="line",
        stage=perfect_stage,
        settles_after=30,
        requires=requires,
        meaning=meaning,
        **more,
    )


MEASURES = (
    share("otif", "On time in full", "Delivered complete by the date of the basis.", headline=True),
    share("on_time", "On time", "First delivery by the date of the basis."),
    share("in_full", "In full", "All of it by the date of the basis, or with the first delivery if that came later."),
    Measure(
        name="unit_fill",
        title="Units on time",
        unit="share",
        better="up",
        relation="line",
        anchor=lambda params: due.anchor({**params, "grain": "line"}),
        where=lambda params: f"{due.where({**params, 'grain': 'line'})} and (net_qty > 0 or {GONE})",
        exclude=due.reasons,
        keys={"unit": "coalesce(base_uom, '')"},
        sums=lambda params: {"num": term.delivered_by(term.limit(params), params), "den": "net_qty::double", "n": "1"},
        finish=fill,
        interval=fill_interval,
        cluster="order_id",
        requires=requires,
        reads=READS,
        meaning="Units that arrived by the date of the basis, of the units owed.",
    ),
    order_measure(
        "perfect_order",
        "Perfect orders",
        "Orders in full, on the date, with right papers and unhurt.",
        exclude=lambda params: {**order_exclude(params), **perfect.UNKNOWN},
        sums=perfect.SUMS,
        finish=perfect.finish,
        interval="proportion",
        cluster="customer_id",
    ),
    order_measure(
        "perfect_component",
        "Components of perfect orders",
        "Orders that pass one component, of those of which it is known.",
        exclude=order_exclude,
        keys={"customer": "customer_id"},
        sums=perfect.COMPONENT_SUMS,
        finish=perfect.components,
    ),
    Measure(
        name="unpromised_share",
        title="Without a promised day",
        unit="share",
        better="down",
        relation="line",
        anchor=due.dated,
        where=lambda params: f"not is_header and {due.dated(params)} <= $as_of",
        exclude=lambda params: {key: text for key, text in term.left_out(params).items() if key.startswith("cancel")},
        sums=lambda params: {"num": f"({term.due(params)} is null)::int", "den": "1", "n": "1"},
        interval="proportion",
        cluster="order_id",
        requires=(term.ORDERED_DATE,),
        reads=READS,
        meaning="Lines without a date of the basis; they are in no other share here.",
    ),
)
METRIC = Metric(
    title="On time in full",
    question="What share of what we owed was delivered complete, by the promised date and in good order?",
    relations={"line": LINE},
    measures=MEASURES,
    dims=term.DIMS,
    params={
        "grain": Param("line", ("line", "order"), "Count order lines, or orders all of whose due lines pass."),
        "population": Param(
            "due", ("due", "delivered"), "Everything due by the as-of date, or only what was completed."
        ),
        "basis": Param(
            "first", ("first", "current", "requested"), "First promise, current promise, or the date asked for."
        ),
        "evidence": Param("proof", ("proof", "any"), "Proof of delivery, or any sign of it such as the goods issue."),
        "grace": Param(None, None, "Days after the date that still count; by default as agreed with the customer."),
        "tol": Param(None, None, "Share that may be missing; by default as agreed with the customer."),
    },
    caveats=(
        "There is no standard for on time in full: compare only the same basis, grain, population and grace.",
        "Returns of the last 30 days may still come: perfect orders of that time can only fall.",
        "Damage fails the perfect order, not the quantity: one event is not counted twice.",
    ),
    sources=(
        "SCOR RL.1.1 Perfect Customer Order Fulfilment, RL.2.1 to RL.2.4",
        "McKinsey and Trading Partner Alliance on the missing definition of OTIF",
        "Incoterms 2020: EXW and FCA deliver by handing over to the carrier",
    ),
    example="""
order | line | owed | delivered                | line
O1    | a    | 10   | 10 on the promised day   | passes
O1    | b    | 5    | 5 one day late           | late
O2    | c    | 10   | 8 on the day, 2 later    | short
O2    | d    | 4    | 4 on the day             | passes
O3    | e    | 6    | 6 on the day, damaged    | passes
otif 3/5, orders 1/3, units 28/35, perfect orders 0/3
""",
)
