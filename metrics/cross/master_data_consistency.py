"""Whether the systems can be joined, and how much business stands on records that only one of them knows.

    value_match    = value ordered from records of the ERP that the CRM has too / value of all its records
    match_rate     = records found in the other system / records                       each direction a pair of its own
    duplicate_rate = 1 - distinct golden records / records of one system
    agreement      = couples of matched records that say the same / couples            by attribute, in one form
    completeness   = records that fill an attribute / records; validity = filled ones of a valid form / filled ones
    orphan_rate    = documents naming a record that no master has / documents that name one
    coverage       = won deals that came to an order; order lines with a promise; deliveries with proof (pod)
    freshness      = as-of date - last full day of the newest list, the oldest of all; queue_age = median wait of pairs

Records are compared as each system wrote them, before the records of one customer, product or supplier became one row.
Entities add up: a customer and a product weigh by the same orders, so read one entity at a time for a value in money.
Two systems that share nothing read 0 of all their records. An attribute that a system never fills is not judged there;
one side or both empty is no agreement. Case, blanks, punctuation and country names are brought to one form first.
A parent with several accounts is a hierarchy, not a duplicate: a duplicate is what the system itself joined to another.

States are those of the as-of date: orders and deals up to it. Matches of the past are not kept: every as-of date
uses the matches of today. Left out and counted: inactive records (no order, deal or purchase in 24 months; param
records=all takes them in), accounts for all who buy once (by their name), references where no master is exported.
match_precision and match_recall need a sample that a person has judged; without one they are not available.

Unit: share, days. Higher is better; duplicates, orphans, freshness and queue lower. n = records (orphan_rate:
documents). Interval: Wilson; of value and of references with the effective sample size of records.
Source: DAMA dimensions of data quality.
"""

from pathlib import Path

import numpy as np

from metrics.finish import divide, median_of, number
from metrics.intervals import proportion, squares
from metrics.registry import Answer, Dim, Measure, Metric, Param, Relation

HERE = Path(__file__).parent
AMOUNT = "order_line.net_amount|order_line.unit_price|po_line.net_amount|po_line.unit_price"
MASTER = "customer.customer_id|product.product_id|supplier.supplier_id"
DOCUMENT = "sales_order.customer_id|opportunity.customer_id|order_line.product_id|purchase_order.supplier_id"
ORDERS = ("sales_order", "order_line", "opportunity", "purchase_order", "po_line")


def _relation(name: str, grain: str, key: tuple[str, ...], missing: str) -> Relation:
    sql = (HERE / f"master_data_consistency_{name}.sql").read_text("utf-8")
    return Relation(grain, key, sql, at="state", state_column=missing)


RELATIONS = {
    "record": _relation("record", "record of a master in its system", ("entity", "record_id"), "customer.customer_id"),
    "pair": _relation("pair", "record x other system", ("entity", "record_id", "other_system"), "second system"),
    "field": _relation("field", "record x attribute", ("entity", "record_id", "attribute"), "customer.name"),
    "agreement": _relation(
        "agreement", "matched records of two systems x attribute", ("entity", "record_id", "other_id", "attribute"),
        "matched records",
    ),
    "reference": _relation("reference", "kind of document x id it names", ("entity", "document", "id"), "documents"),
    "link": _relation("link", "link x customer x segment", ("part", "customer_id", "customer_segment"), "orders"),
    "export": _relation("export", "kind of record x system", ("entity", "system"), "exported lists"),
    "review": _relation("review", "pair of records open for review", ("entity", "left_id", "right_id"), "open pairs"),
}  # fmt: skip
BACKFILLED = {"attribute_backfilled": "attribute_backfilled"}


def kept(params) -> dict[str, str]:
    """Records that say nothing about how well the systems fit."""
    left_out = {"one_time": "is_one_time"}
    return left_out if params["records"] == "all" else {**left_out, "inactive": "not is_active"}


def value_match(frame, params) -> Answer:
    if frame.empty:
        reason = "not_available: records of an ERP and of a CRM"
        return Answer(None, 0, 0, 0, status="not_available", reason=reason)
    num, den, n = (number(frame[name].sum()) for name in ("num", "den", "n"))
    return Answer(divide(num, den), num, den, int(n), reason=None if den else "no orders stand on these records")


def by_record(frame, params):
    """Wilson with the effective sample size of records, whose values are as unlike as customers are; from 20 on."""
    k, n = (frame[name].astype(float).to_numpy() for name in ("num", "den"))
    clusters, total = squares(k, n), float(n.sum())
    share = k.sum() / total if total else 0.0
    if clusters["m"] < 20 or not 0 < share < 1:
        return None
    # in units of records: what a mean record is worth counts as one
    unit = total / clusters["m"]
    scaled = squares(k / unit, n / unit)
    ci, method = proportion(float(np.sum(k / unit)), float(np.sum(n / unit)), scaled)
    return (*ci, method)


def freshness(frame, params) -> Answer:
    """The oldest of the newest lists."""
    if frame.empty:
        return Answer(None, None, None, 0)
    return Answer(float(frame["days"].max()), float(frame["days"].max()), None, int(frame["n"].sum()))


def share(name: str, title: str, relation: str, hit: str, meaning: str, **more) -> Measure:
    plain = {
        "unit": "share", "better": "up", "sums": {"num": f"({hit})::int", "den": "1", "n": "1"},
        "interval": "proportion", "minimum": (5, 20), "requires": (MASTER,), "exclude": kept,
        "coverage": BACKFILLED, "reads": ORDERS,
    }  # fmt: skip
    return Measure(name, title, relation=relation, meaning=meaning, **{**plain, **more})


def sampled(name: str, title: str, meaning: str) -> Measure:
    """What only a judged sample can tell; no table holds one yet."""
    return share(name, title, "pair", "is_matched", meaning, requires=("entity_review.is_match",))


MEASURES = (
    share("value_match", "Ordered value on matched records", "pair", "is_matched",
          "Value ordered from ERP records that the CRM knows too.", headline=True,
          where="side = 'erp' and other_side = 'crm'", finish=value_match, interval=by_record, cluster="record_id",
          sums={"num": "case when is_matched then value else 0 end", "den": "value", "n": "1"},
          coverage={**BACKFILLED, "fx_missing": "lacks_rate"}, requires=(MASTER, AMOUNT)),
    share("match_rate", "Records found in the other system", "pair", "is_matched",
          "Records that another system has too; each direction counts."),
    share("duplicate_rate", "Duplicates within a system", "record", "is_duplicate",
          "Records that their own system joined to another one.", better="down"),
    share("agreement", "Agreement of matched records", "agreement", "is_agreed",
          "Matched records that say the same of an attribute.", keys={"part": "attribute"},
          coverage={**BACKFILLED, "both_missing": "is_both_missing", "one_missing": "is_one_missing"}),
    share("orphan_rate", "References without a record", "reference", "is_orphan",
          "Documents that name a customer, product or supplier whom no list has.", better="down",
          sums={"num": "case when is_orphan then rows else 0 end", "den": "rows", "n": "rows"}, cluster="id",
          exclude={"no_master": "not has_master"}, coverage={}, requires=(DOCUMENT,)),
    share("completeness", "Filled attributes", "field", "is_filled",
          "Records that fill an attribute, of the systems that keep it.", keys={"part": "attribute"}),
    share("validity", "Valid attributes", "field", "is_valid",
          "Filled countries, currencies and tax numbers of a valid form.", where="is_valid is not null",
          cluster="record_id"),
    share("coverage", "Links from deal to proof", "link", "true",
          "Won deals with an order, order lines with a promise, deliveries with proof.", keys={"part": "part"},
          sums={"num": "num", "den": "den", "n": "den"}, cluster="customer_id", exclude={}, coverage={},
          requires=("sales_order.customer_id|opportunity.customer_id",), reads=()),
    sampled("match_precision", "Right among matches", "Judged matches that are right."),
    sampled("match_recall", "Found among same", "Records that are one, of which the matching found so much."),
    share("freshness", "Age of the oldest list", "export", "true",
          "Days from the newest list of each system to the as-of date, the oldest of them.", unit="days", better="down",
          keys={"days": "$as_of - newest_day"}, sums={"n": "1"}, finish=freshness, interval=None, minimum=(1, 1),
          exclude={"exported_later": "newest_day is null"}, coverage={}),
    share("queue_age", "Age of open questions", "review", "true",
          "Median days that pairs of records wait for a person's word.", unit="days", better="down",
          keys={"days": "$as_of - open_day"}, sums={"n": "1"}, finish=median_of(), interval=None, minimum=(6, 20),
          exclude={}, coverage={}),
)  # fmt: skip
METRIC = Metric(
    title="Master data consistency",
    question="Can the systems be joined, and how much business stands on records that only one of them knows?",
    relations=RELATIONS,
    measures=MEASURES,
    dims={
        "entity": Dim("Entity", "entity", MASTER),
        "pair": Dim("Pair of systems", "pair", MASTER, empty="All"),
        "attribute": Dim("Attribute", "attribute", MASTER, empty="All"),
        "segment": Dim("Segment", "nullif(customer_segment, '')", "customer_history.segment|customer.segment",
                       empty="Unsegmented"),
        "system": Dim("System", "system", MASTER),
    },
    params={
        "records": Param("active", ("active", "all"), "Records with business in the last 24 months, or all of them."),
    },
    window="state",
    caveats=(
        "The entities add up: read one entity where the value in money matters.",
        "A match rate is not proved right before a person has judged a sample of matches.",
        "Matches of the past are not kept: another as-of date changes the orders, not the matches.",
    ),
    sources=("DAMA dimensions of data quality",),
    example="""
ERP customer | ordered | in the CRM | country agrees
1            | 100     | yes        | yes
2            | 50      | yes        | yes
3            | 30      | yes        | no
4            | 15      | no         |
5            | 5       | yes        | yes
match rate 4/5, value 185/200 = .925, country .75; 6 CRM accounts of 5 golden records: duplicates .1667
""",
)  # fmt: skip
