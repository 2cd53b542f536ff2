"""Deliberately broken metric definitions are refused with a message that names metric, field and fault."""

from dataclasses import replace

import pytest

from metrics.define import check
from metrics.examine import examine
from metrics.registry import Answer, Component, DefinitionError, Dim, Measure, Metric, Param, Relation, Stage
from metrics.relations import relation_text, table_name
from tests.metrics.company import company

SQL = """select order_line_id, order_id, customer_id, family, ordered_date, ordered_qty, net_qty, known_from, known_to,
    ordered_date as state_date, ordered_date as state_from,
    source_system, source_object, source_id, load_id, source_line
from line_known where ordered_qty > $least and ordered_date <= $as_of"""
LINE = Relation("order line and interval", ("order_line_id", "known_from"), SQL, known=True)
SHARE = Measure(
    name="share",
    title="Share cancelled",
    unit="share",
    better="down",
    relation="line",
    anchor="ordered_date",
    exclude={"no_quantity": "ordered_qty is null"},
    sums={"num": "(net_qty = 0)::int", "den": "1", "n": "1"},
    keys={},
    coverage={"has_family": "family is not null"},
    interval="proportion",
    cluster="order_id",
    requires=("order_line.ordered_qty", "sales_order.ordered_date|sales_order.entered_date"),
    headline=True,
    meaning="Lines of which nothing is wanted any more.",
)


def count(frame, params) -> Answer:
    return Answer(float(frame["n"].sum()), None, None, len(frame))


ORDERS = replace(
    SHARE,
    name="orders",
    headline=False,
    exclude={},
    coverage={},
    stage=Stage(by=("order_id",), columns={"most": "max(net_qty)"}, anchor="min(ordered_date)"),
    sums={"n": "1", "most": "most"},
    finish=count,
    interval=None,
    cluster=None,
)
GOOD = Metric(
    title="Good",
    question="Is it refused for what is wrong with it, and only for that?",
    relations={"line": LINE},
    measures=(SHARE, ORDERS),
    dims={"family": Dim("Family", "family", "product.family")},
    params={"least": Param(0, None, "Smallest quantity.")},
    id="good",
    room="execution",
    definition="share = lines of which nothing is wanted / lines",
)


def measured(**change) -> Metric:
    return replace(GOOD, measures=(replace(SHARE, **change), ORDERS))


def staged(**change) -> Metric:
    return replace(GOOD, measures=(SHARE, replace(ORDERS, **change)))


def related(sql: str = SQL, **change) -> Metric:
    return replace(GOOD, relations={"line": replace(LINE, sql=sql, **change)})


def without(column: str) -> Metric:
    return related(f"select * exclude ({column}) from ({SQL})")


def indexed(*components: Component) -> Metric:
    index = Measure("index", "Index", "score", "up", of_components=lambda parts, params: Answer(None))
    return replace(GOOD, measures=(SHARE, index), components=components)


PART = Component("part", "Part", 1.0, (0.0, 1.0), (("good", "share"),), lambda ask: {})
CIRCLE = replace(GOOD, id="other", needs=("good",))
SUMS = {"num": "1", "den": "1", "n": "1"}
BROKEN = {
    "no docstring": (replace(GOOD, definition=""), "the file has no docstring that defines the metric"),
    "no question": (replace(GOOD, question=""), "its question is empty"),
    "a version without its history": (
        replace(GOOD, definition_version="2"),
        "definition_version is '2' and history tells of 0 changes",
    ),
    "an unknown window": (replace(GOOD, window="last_week"), "window is 'last_week'; it may be last_12_months"),
    "two headlines": (
        replace(GOOD, measures=(SHARE, replace(ORDERS, headline=True))),
        "exactly one measure must be the headline",
    ),
    "no headline": (measured(headline=False), "exactly one measure must be the headline"),
    "two measures of one name": (staged(name="share"), "two measures have one name"),
    "an unknown unit": (measured(unit="percent"), "measure share: unknown unit 'percent'; known: share, days"),
    "an unknown direction": (measured(better="higher"), "measure share: better is 'higher'; it may be up, down, band"),
    "a falling minimum": (measured(minimum=(30, 5)), "measure share: minimum (30, 5) must rise"),
    "a missing relation": (measured(relation="order"), "measure share: there is no relation 'order'"),
    "sums without n": (measured(sums={"num": "1", "den": "1"}), "measure share: its sums lack n"),
    "sums without den": (measured(sums={"num": "1", "n": "1"}), "measure share: its sums lack den"),
    "nothing that dates a row": (measured(anchor=None), "measure share: no anchor dates its rows"),
    "an unknown interval": (measured(interval="normal"), "measure share: interval is 'normal'; it may be proportion"),
    "a ratio without a cluster": (
        measured(interval="ratio", cluster=None),
        "measure share: a ratio interval needs a cluster",
    ),
    "a proportion of lines without a cluster": (
        measured(cluster=None),
        "measure share: a proportion of rows by order_line_id needs a cluster",
    ),
    "a column to wait for that is none": (
        measured(requires=("order_line.ordered_quantity",)),
        "measure share: requires order_line.ordered_quantity, which is no canonical column",
    ),
    "a table to date it by that is none": (
        measured(reads=("order_lines",)),
        "measure share: reads order_lines, which is no canonical table",
    ),
    "a clock in a measure": (
        measured(where="ordered_date < current_date"),
        "measure share: its where reads the clock; bind $as_of instead",
    ),
    "an unbound parameter in a measure": (
        measured(sums={**SUMS, "num": "(net_qty <= $most)::int"}),
        "measure share: its sums num binds most, which is no parameter",
    ),
    "a stage that shares no dimension": (
        staged(stage=replace(ORDERS.stage, shared=("planner",))),
        "measure orders: its groups share planner, which is no dimension",
    ),
    "a clock in a relation": (
        related(SQL.replace("$as_of", "today()")),
        "relation line reads the clock; bind $as_of instead",
    ),
    "an unknown table": (
        related(SQL.replace("line_known", "line_knwon")),
        "relation line reads line_knwon, which is no",
    ),
    "an unbound parameter": (
        related(SQL.replace("$least", "$fewest")),
        "relation line binds fewest, which is no parameter",
    ),
    "a view that binds": (related(is_view=True), "relation line is a view and binds as_of, least"),
    "text that is no SQL": (related("select from where"), "relation line does not parse"),
    "a relation without a key": (related(key=()), "relation line names no key"),
    "a relation without a grain": (related(grain=""), "relation line names no grain"),
    "a step that reads nothing": (
        related("", program=lambda cursor, as_of: None),
        "relation line: program_reads names nothing; no such table",
    ),
    "a default that is not allowed": (
        replace(GOOD, params={"least": Param(0, (1, 2))}),
        "parameter least: its default 0 is not among what is allowed",
    ),
    "a dimension from a column that is none": (
        replace(GOOD, dims={"family": Dim("Family", "family", "product.famly")}),
        "dimension family: its source product.famly is no canonical column",
    ),
    "a need that is no metric": (replace(GOOD, needs=("goods",)), "needs 'goods', which is no metric"),
    "a circle of needs": (replace(GOOD, needs=("other",)), "it needs itself, by way of good -> other"),
    "components without a measure of them": (
        replace(GOOD, components=(PART,)),
        "an index has components and measures of them",
    ),
    "a component without weight": (indexed(replace(PART, weight=0)), "component part: needs a weight above 0"),
    "a component with one anchor": (indexed(replace(PART, anchors=(1.0,))), "component part: needs a weight above 0"),
    "two components of one name": (indexed(PART, PART), "two components have one name"),
    "a component of a metric that is not needed": (
        indexed(replace(PART, reads=(("otif", "otif"),))),
        "component part: reads otif, which is not among what it needs",
    ),
    "a component of a measure that is none": (
        indexed(replace(PART, reads=(("good", "shares"),))),
        "component part: good has no measure shares",
    ),
}
BROKEN_COLUMNS = {
    "a missing key column": (without("order_line_id"), "relation line lacks the key column order_line_id"),
    **{
        f"no {column}": (without(column), f"relation line lacks {column}, which tells where a row comes from")
        for column in ("source_system", "source_object", "source_id", "load_id", "source_line")
    },
    "known without an interval of knowledge": (
        without("known_from"),
        "relation line lacks known_from, between which a row was known",
    ),
    "a state without its day": (
        replace(
            without("state_date"), relations={"line": replace(without("state_date").relations["line"], at="state")}
        ),
        "relation line lacks state_date, the day of a state",
    ),
    "a state column without its history": (
        related(f"select * exclude (state_from) from ({SQL})", state_column="order_line.ordered_qty"),
        "relation line lacks state_from, before which order_line.ordered_qty has no history",
    ),
    "a trace by a column it lacks": (
        related(trace={"shipment_line": "shipment_line_id"}),
        "relation line lacks shipment_line_id, by which it is traced to shipment_line",
    ),
    "a dimension that no relation has": (
        replace(GOOD, dims={"planner": Dim("Planner", "planner", "order_line.planner")}),
        "dimension planner: no relation of a measure has planner",
    ),
    "an anchor that is missing": (measured(anchor="shipped_date"), "measure share: anchor: Binder Error"),
    "a population by a missing column": (measured(where="is_open"), "measure share: where: Binder Error"),
    "a sum of a missing column": (
        measured(sums={**SUMS, "num": "open_qty"}),
        'measure share: sums num: Binder Error: Referenced column "open_qty" not found',
    ),
    "a reason by a missing column": (
        measured(exclude={"late": "is_late"}),
        'measure share: exclude late: Binder Error: Referenced column "is_late"',
    ),
    "coverage of a missing column": (
        measured(coverage={"known": "is_known"}),
        'measure share: coverage known: Binder Error: Referenced column "is_known"',
    ),
    "a cluster by a missing column": (
        measured(cluster="parent_id"),
        'measure share: cluster: Binder Error: Referenced column "parent_id"',
    ),
    "a stage by a missing column": (
        staged(stage=replace(ORDERS.stage, by=("shipment_id",))),
        'measure orders: stage by shipment_id: Binder Error: Referenced column "shipment_id"',
    ),
    "a stage with a column of rows": (
        staged(stage=replace(ORDERS.stage, columns={"most": "net_qty"})),
        "measure orders: stage most: Binder Error",
    ),
    "a sum of what the stage lost": (
        staged(sums={"n": "1", "most": "ordered_qty"}),
        'measure orders: sums most: Binder Error: Referenced column "ordered_qty"',
    ),
    "a finish that gives a number": (
        staged(finish=lambda frame, params: 1.0),
        "measure orders: its finish gives float; it must give an Answer or a list of them",
    ),
    "a finish that fails on nothing": (
        staged(finish=lambda frame, params: Answer(1 / len(frame))),
        "measure orders: its finish fails when nothing is in scope: ZeroDivisionError",
    ),
}


@pytest.fixture(scope="module")
def empty():
    """The canonical tables and marts, without a row."""
    return company({}).connection


def refusal(of: Metric) -> str:
    with pytest.raises(DefinitionError) as told:
        check(of, {"good": of, "other": CIRCLE})
    return str(told.value)


def faults_of(con, of: Metric) -> str:
    """What a deeper look has against a metric whose first check is passed; "" where nothing is wrong."""
    check(of, {})
    con.execute(f"drop table if exists {table_name(of, 'line')}").fetchall()
    select = relation_text(of, "line").replace("$least", "0").replace("$as_of", "date '2026-01-31'")
    con.execute(f"create table {table_name(of, 'line')} as {select}").fetchall()
    try:
        examine(con, of)
    except DefinitionError as told:
        return str(told)
    return ""


def test_the_good_metric_passes(empty):
    assert check(GOOD, {}) is GOOD
    assert faults_of(empty, GOOD) == ""


@pytest.mark.parametrize("name", BROKEN)
def test_a_broken_definition_is_refused_by_name(name):
    broken, fault = BROKEN[name]
    told = refusal(broken)
    assert told.startswith("good: ") and fault in told
    assert "; good: " not in told


@pytest.mark.parametrize("name", BROKEN_COLUMNS)
def test_a_definition_at_odds_with_its_columns_is_refused_by_name(empty, name):
    broken, fault = BROKEN_COLUMNS[name]
    told = faults_of(empty, broken)
    assert told.startswith("good: ") and fault in told


def test_a_build_refuses_a_relation_that_lacks_what_it_owes():
    with pytest.raises(DefinitionError, match="good: relation line lacks source_line, which tells where"):
        company({}, without("source_line"))


def test_a_build_names_metric_and_relation_of_a_select_that_does_not_bind():
    with pytest.raises(RuntimeError, match='metric good, relation line: Binder Error: Referenced column "net_kg"'):
        company({}, related(SQL.replace("net_qty", "net_kg")))


def test_every_metric_of_the_catalogue_stands_a_deeper_look(tmp_path):
    from metrics.materialise import materialise
    from metrics.registry import catalogue
    from warehouse.build import build
    from warehouse.home import Home
    from warehouse.versions import open_version

    home = Home(tmp_path / "empty")
    build(home, materialise=materialise)
    version = open_version(home)
    for metric in catalogue().values():
        examine(version, metric)
    assert len(catalogue()) >= 21
