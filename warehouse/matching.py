"""What people see and say about matches: the pairs of a version, and decisions that the next build applies."""

from datetime import UTC, datetime

from warehouse.home import Home
from warehouse.state import connect
from warehouse.versions import Version

ENTITIES = ("customer", "product", "supplier")


class WrongMatch(ValueError):
    """A decision that cannot be taken; the message says why."""


def pairs(version: Version, entity: str | None = None) -> list[dict]:
    """The pairs of records of two systems that were linked, are open for review or were refused, most valuable first.

    {entity, left: {system, id, name}, right: {...}, score, zone, value, decided_by, method}; zone is matched,
    confirmed, review or rejected; value is what was ordered by (or from, or of) the two, in the orders' currency.
    """
    found = version.cursor().execute(_PAIRS, {"entity": entity}).fetchall()
    return [
        {"entity": of, "left": _side(left, left_name), "right": _side(right, right_name), "score": score, "zone": zone,
         "value": value, "decided_by": by, "method": method}
        for of, left, left_name, right, right_name, score, zone, value, by, method in found
    ]  # fmt: skip


def _side(id_: str, name: str | None) -> dict:
    system, raw = id_.split("/", 1)
    return {"system": system, "id": raw, "name": name}


_PAIRS = """
with golden as (
    select entity_type as entity, source_system || '/' || source_id as id, golden_id from entity_xref
), worth as (
    select 'customer' as entity, sales_order.customer_id as golden_id, sum(net_amount) as value
    from order_line join sales_order using (order_id) group by all
    union all
    select 'product', product_id, sum(net_amount) from order_line group by all
    union all
    select 'supplier', supplier_id, sum(net_amount) from po_line join purchase_order using (po_id) group by all
), valued as (
    select golden.entity, golden.id, worth.value from golden join worth using (entity, golden_id)
)
select pair.entity, left_id, left_name, right_id, right_name, score, zone,
       cast(coalesce(greatest(lv.value, rv.value), 0) as double) as value, decided_by, method
from match_pair as pair
left join valued as lv on lv.entity = pair.entity and lv.id = left_id
left join valued as rv on rv.entity = pair.entity and rv.id = right_id
where $entity::varchar is null or pair.entity = $entity
order by value desc, pair.entity, left_id, right_id
"""


def decide(home: Home, entity: str, left: str, right: str, decision: str, who: str | None = None) -> None:
    """Accept or reject that two records, given as system/id, are the same; the next build applies it.

    A later decision about the same pair replaces the earlier one. Raises WrongMatch.
    """
    if entity not in ENTITIES:
        raise WrongMatch(f"no entity {entity!r}; there are {', '.join(ENTITIES)}")
    if decision not in ("accept", "reject"):
        raise WrongMatch(f"a pair can be accepted or rejected, not {decision!r}")
    left, right = sorted((left, right))
    if "/" not in left or "/" not in right or left.split("/")[0] == right.split("/")[0]:
        raise WrongMatch(f"{left} and {right} are not ids of two systems, written system/id")
    undo(home, entity, left, right)
    with connect(home) as con:
        con.execute(
            "insert into match_decision (entity, left_id, right_id, decision, decided_by, decided_at) "
            "values (?, ?, ?, ?, ?, ?)",
            [entity, left, right, decision, who, datetime.now(UTC).isoformat(timespec="seconds")],
        )


def undo(home: Home, entity: str, left: str, right: str) -> bool:
    """Take back the decision about a pair; False when there was none."""
    left, right = sorted((left, right))
    with connect(home) as con:
        done = con.execute(
            "update match_decision set undone_at = ? "
            "where entity = ? and left_id = ? and right_id = ? and undone_at is null",
            [datetime.now(UTC).isoformat(timespec="seconds"), entity, left, right],
        )
        return done.rowcount > 0


def decisions(home: Home) -> list[dict]:
    """The decisions that hold: {entity, left, right, decision, who, at}, in the order of the pairs."""
    if not home.state.exists():
        return []
    with connect(home) as con:
        rows = con.execute(
            "select entity, left_id, right_id, decision, decided_by, decided_at from match_decision "
            "where undone_at is null order by entity, left_id, right_id"
        ).fetchall()
    return [dict(zip(("entity", "left", "right", "decision", "who", "at"), row, strict=True)) for row in rows]
