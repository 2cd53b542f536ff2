"""The worked example of the pipeline forecast, drawn, and ways to look at one forecast of it."""

from dataclasses import replace

from metrics.cross.pipeline_forecast_accuracy import relations
from metrics.question import Request
from metrics.read import read
from metrics.registry import metric
from tests.metrics.company import company

ID = "pipeline_forecast_accuracy"
TINY = dict(base_months=3, least_base_months=1, training_deals=0, training_wins=0)

# opportunities at month ends (stage, amount) and orders by month (from an opportunity, or from none)
DEALS = {
    "2026-01-31": "a S2 100, b S2 100, c S1 100, d S1 100",
    "2026-02-28": "b S2 100, c S2 100, d S1 100, e S2 100",
    "2026-03-31": "b S2 100, c S2 100, d S1 100, f S1 100",
    "2026-04-30": "c S2 200, d S2 50, f S1 100, g S1 100",
}
ORDERS = ["02 a 100", "02 - 30", "03 e 100", "03 - 40", "04 b 80", "04 - 50", "05 c 180", "05 - 20"]


def world(deals=DEALS, orders=ORDERS, **more: str) -> dict[str, str]:
    """Canonical tables of the worked example; one customer of segment key buys pumps."""
    states = [(day, *deal.split()) for day, text in deals.items() for deal in text.split(", ")]
    states = [(*state, "won" if state[2] == "WON" else "open") for state in states]
    booked = [(f"O{place}", *order.split()) for place, order in enumerate(orders)]
    names = sorted({state[1] for state in states})
    return {
        "opportunity_snapshot": "snapshot_date|opportunity_id|stage_code|amount|outcome\n"
        + "\n".join("|".join(state) for state in states),
        "opportunity": "opportunity_id|customer_id\n" + "\n".join(f"{name}|C" for name in names),
        "opportunity_line": "opportunity_line_id|opportunity_id|family|amount\n"
        + "\n".join(f"{name}|{name}|pump|1" for name in names),
        "customer_history": "customer_id|valid_from|segment\nC|2026-01-01|key",
        "product": "product_id|family\nP|pump\nV|valve",
        "sales_order": "order_id|customer_id|ordered_date\n"
        + "\n".join(f"{order}|C|2026-{month}-10" for order, month, _, _ in booked),
        "opportunity_order_link": "opportunity_id|order_id\n"
        + "\n".join(f"{deal}|{order}" for order, _, deal, _ in booked if deal != "-"),
        "order_line": "order_line_id|order_id|product_id|ordered_qty|net_amount\n"
        + "\n".join(f"{order}|{order}|P|1|{value}" for order, _, _, value in booked),
        **more,
    }  # fmt: skip


def version_of(tables: dict, as_of="2026-05-31", currency="EUR", **constants):
    asked = replace(metric(ID), relations=relations(**{**TINY, **constants}))
    return company(tables, asked, as_of, currency)


def cell(version, horizon=1, origin="2026-04-30") -> dict:
    """The forecast of one origin and horizon, summed over cells, as known at the origin."""
    sql = f"""select sum(f_pipe) as pipe, sum(f_base) as base, sum(f_pipeline) as f, sum(f_ma3) as ma3,
        sum(f_naive) as naive, sum(f_crm) as crm
        from {ID}__cell where origin = $1 and horizon = $2 and known_from = origin"""
    return version.cursor().execute(sql, [origin, horizon]).df().iloc[0].to_dict()


def chances(version, horizon=1, origin="2026-04-30") -> dict:
    sql = f"select stage_code, pi from {ID}__probability where origin = $1 and horizon = $2"
    return dict(version.cursor().execute(sql, [origin, horizon]).fetchall())


def first(version, measure, **asked) -> dict:
    return read(version, ID, Request(measures=(measure,), **asked))["rows"][0]
