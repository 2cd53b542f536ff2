"""Step 3: which records of different systems are the same customer, product or supplier.

Rules in this order, each only where the evidence is unique on both sides: a person's decision, an id of the other
system, the same id where one side is a list the company made itself, the tax number, the name (with the country where
both have one). Contradicting names, tax numbers or countries make a pair a question instead of a match. Two records of
one system are never joined, unless the system itself says so in entity_alias. Whatever is ambiguous is left apart and
put up for review.
"""

from collections import defaultdict

from warehouse import likeness
from warehouse.matching import decisions
from warehouse.steps.groups import Groups
from warehouse.steps.job import GOLDEN, Job

SCORES = {"decision": 1.0, "external_id": 1.0, "same_id": 0.98, "tax_id": 0.97, "name_country": 0.9, "name": 0.8}


def match(job: Job) -> None:
    """Write entity_xref (one row per record), match_pair (links made, open or refused) and the temporary id_map."""
    job.run(
        "create table entity_xref (entity_type varchar, source_system varchar, source_id varchar, golden_id varchar, "
        "match_method varchar, match_score double, status varchar, decided_at timestamp, decided_by varchar)"
    )
    job.run(
        "create table match_pair (entity varchar, left_id varchar, left_name varchar, right_id varchar, "
        "right_name varchar, "
        "method varchar, score double, zone varchar, decided_by varchar)"
    )
    job.run("create temp table id_map (target varchar, from_id varchar, to_id varchar)")
    _alias(job)
    decided = decisions(job.home)
    for entity in GOLDEN:
        _members(job, entity)
        if job.one("select count(distinct system) from member") > 1:
            _candidates(job, entity)
            _link(job, entity, [one for one in decided if one["entity"] == entity])
        _write(job, entity)
        job.run("drop table member")


def _alias(job: Job) -> None:
    """Aliases, each pointing at the end of its chain; a circle ends where it began to turn."""
    job.run(
        "create temp table alias as select entity_type as entity, alias_id as from_id, min(id) as to_id "
        "from entity_alias where alias_id <> id group by all"
    )
    for _ in range(10):
        moved = job.run(
            "update alias set to_id = next.to_id from alias as next where next.entity = alias.entity "
            "and next.from_id = alias.to_id and next.to_id <> alias.from_id returning 1"
        )
        if not moved:
            break


def _members(job: Job, entity: str) -> None:
    """One row per record of an entity; `root` is the record an alias stands for."""
    job.run(f"""
        create temp table member as
        select row.{entity}_id as id, coalesce(alias.to_id, row.{entity}_id) as root, row.source_system as system,
               load.side, row.name as label, null::varchar as golden, null::varchar as method
        from {entity} as row join load using (load_id)
        left join alias on alias.entity = '{entity}' and alias.from_id = row.{entity}_id""")


def _evidence(job: Job, entity: str) -> None:
    """What each record can be recognised by, in comparable form."""
    columns = job.tables[entity].columns

    def told(column: str, form) -> str:
        return form(f"row.{column}") if column in columns else "null::varchar"

    job.run(f"""
        create or replace temp table evidence as
        select member.root, member.system, member.side, {likeness.identifier(_raw("member.id"))} as own,
               {told("external_id", likeness.identifier)} as stated, {told("sku", likeness.identifier)} as sku,
               {told("tax_id", likeness.tax_id)} as tax_id, {likeness.name("row.name")} as name,
               {told("country", likeness.country)} as country
        from member join {entity} as row on row.{entity}_id = member.id""")


def _raw(column: str) -> str:
    return f"substr({column}, strpos({column}, '/') + 1)"


def _candidates(job: Job, entity: str) -> None:
    """Pairs of roots of two systems with equal evidence, and whether it is unique on both sides and uncontradicted."""
    _evidence(job, entity)
    against = "a.tax_id <> b.tax_id or a.country <> b.country"
    pairs = [
        ("external_id", "a.stated = b.own", "false"),
        ("external_id", "a.own = b.stated", "false"),
        ("external_id", "a.stated = b.stated", "false"),
        ("same_id", "a.own = b.own and 'company' in (a.side, b.side)", "a.name <> b.name or a.tax_id <> b.tax_id"),
        ("external_id", "a.sku = b.own", "false"),
        ("external_id", "a.own = b.sku", "false"),
        ("external_id", "a.sku = b.sku", "false"),
        ("tax_id", "a.tax_id = b.tax_id", "false"),
        ("name", "a.name = b.name", against),
    ]
    found = " union ".join(
        f"select case when '{method}' = 'name' and a.country = b.country then 'name_country' else '{method}' end "
        f"as method, '{method}' as rule, a.root as a, b.root as b, a.system as a_system, b.system as b_system, "
        f"coalesce({contra}, false) as contradicted "
        f"from evidence as a join evidence as b on {equal} and a.system < b.system"
        for method, equal, contra in pairs
    )
    job.run(f"""
        create or replace temp table candidate as
        with found as ({found}),
        best as (select a, b, a_system, b_system, rule, min(method) as method, bool_and(contradicted) as contradicted
                 from found group by all)
        select *, not contradicted and count(*) over (partition by rule, a, b_system) = 1
                  and count(*) over (partition by rule, b, a_system) = 1 as is_sure
        from best""")


def _link(job: Job, entity: str, decided: list[dict]) -> None:
    """Join roots by decisions, then by sure candidates in the order of the rules; note what stays open."""
    groups = Groups(dict(job.run("select distinct root, split_part(root, '/', 1) from member")))
    verdict = {frozenset((one["left"], one["right"])): one for one in decided}
    pairs = []
    for one in sorted(decided, key=lambda one: (one["left"], one["right"])):
        zone = "rejected"
        if one["decision"] == "accept":
            zone = "confirmed" if groups.join(one["left"], one["right"], "decision") else "review"
        pairs.append([entity, one["left"], one["right"], "decision", SCORES["decision"], zone, one["who"]])
    order = "list_position(['external_id', 'same_id', 'tax_id', 'name'], rule), a, b"
    for a, b, method, sure in job.run(f"select a, b, method, is_sure from candidate order by is_sure desc, {order}"):
        if frozenset((a, b)) in verdict or groups.are_one(a, b):
            continue
        zone = "matched" if sure and groups.join(a, b, method) else "review"
        if zone == "matched" or not (groups.is_settled(a, b) or groups.is_settled(b, a)):
            pairs.append([entity, a, b, method, SCORES[method], zone, None])
    if pairs:
        job.con.executemany("insert into match_pair values (?, ?, null, ?, null, ?, ?, ?, ?)", pairs)
        for side in ("left", "right"):
            job.run(f"update match_pair set {side}_name = member.label from member where member.id = {side}_id "
                    f"and entity = '{entity}'")  # fmt: skip
    _settle(job, groups)


def _settle(job: Job, groups: Groups) -> None:
    """Name every group after its ERP record, else after the first in text order."""
    erp = {root for (root,) in job.run("select root from member where side = 'erp'")}
    named = defaultdict(list)
    for root, group in groups.group.items():
        if len(group) > 1:
            named[min(group, key=lambda one: (one not in erp, one))].append(root)
    rows = [[root, golden, groups.method.get(root)] for golden, roots in named.items() for root in roots]
    if rows:
        job.run("create or replace temp table named (root varchar, golden varchar, method varchar)")
        job.con.executemany("insert into named values (?, ?, ?)", rows)
        job.run(
            "update member set golden = named.golden, method = named.method from named where named.root = member.root"
        )


def _write(job: Job, entity: str) -> None:
    """entity_xref and id_map of one entity from its members and aliases."""
    scores = " ".join(f"when '{method}' then {score}" for method, score in SCORES.items())
    job.run(f"""
        insert into entity_xref
        select '{entity}', system, {_raw("id")}, coalesce(golden, root),
               case when id <> root then 'alias' else method end, case method {scores} end,
               case when method = 'decision' then 'confirmed' when golden is not null or id <> root then 'auto'
                    when root in (select unnest([left_id, right_id]) from match_pair
                                  where entity = '{entity}' and zone = 'review') then 'review'
                    else 'unmatched' end,
               null, decided.who
        from member left join (
            select unnest([left_id, right_id]) as root, min(decided_by) as who from match_pair
            where entity = '{entity}' and zone = 'confirmed' group by 1) as decided using (root)
        union all
        select '{entity}', split_part(from_id, '/', 1), {_raw("from_id")}, coalesce(member.golden, alias.to_id),
               'alias', null, 'auto', null, null
        from alias left join member on member.id = alias.to_id
        where alias.entity = '{entity}' and from_id not in (select id from member)""")
    job.run(f"""
        insert into id_map select entity_type, source_system || '/' || source_id, golden_id from entity_xref
        where entity_type = '{entity}' and golden_id <> source_system || '/' || source_id""")
