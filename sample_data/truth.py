"""The truth: the right answers about the company, computed from its own events and from the definitions alone."""

import json
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np

from sample_data import (
    customers,
    truth_changes,
    truth_customers,
    truth_delivery,
    truth_demand,
    truth_mix,
    truth_pegging,
    truth_pipeline,
    truth_satisfaction,
    truth_suppliers,
    truth_supply,
    truth_turns,
)
from sample_data.settings import END, INFLATED_STAGE, LAST_SEGMENT, PLANNER, REDATING_SITE, SLOW_FAMILY, SLOW_SUPPLIER
from sample_data.story import Company
from sample_data.truth_lines import demand_lines, period


@dataclass(frozen=True)
class Truth:
    """counts by table, customer matches, metrics by metric id, and the planted faults with the numbers that show them.

    Shares are fractions; {value, num, den} where a number has parts; days are calendar days; money is EUR."""

    seed: int
    size: str
    months: int
    as_of: str
    period: list[str]
    counts: dict
    matches: dict
    metrics: dict
    faults: dict

    def to_json(self) -> str:
        return json.dumps(asdict(self), indent=1, ensure_ascii=False) + "\n"

    def write(self, path: Path) -> None:
        Path(path).write_text(self.to_json(), "utf-8", newline="\n")


def counts(told: Company) -> dict:
    """Rows of each thing in the exports, each counted once."""
    order, line = told.orders.order, told.orders.line
    return {
        "customer": len(told.customer),
        "account": len(told.account) + len(customers.twins(told.account)),
        "product": len(told.goods.product),
        "supplier": len(told.goods.supplier),
        "lead": int((~told.demand.lead["deleted"]).sum()),
        "lead_deleted": int(told.demand.lead["deleted"].sum()),
        "opportunity": len(told.demand.opportunity),
        "opportunity_history": len(told.demand.history),
        "opportunity_line": len(told.orders.offer),
        "sales_order": len(order),
        "order_line": len(line),
        "order_line_demand": len(demand_lines(told)),
        "return": len(told.returns),
        "cancelled_line": len(told.cancelled),
        "unpromised_line": int((line["promise"] < 0).sum()),
        "re_promise": int((told.promise["seq"] > 0).sum()),
        "delivery": len(told.delivery) + len(told.waiting),
        "delivery_line": len(told.delivery_line) + len(told.waiting),
        "po_line": int((told.purchase["book"] != "own").sum()),
        "production_order": int((told.purchase["book"] == "own").sum()),
        "order_line_change": len(told.change),
        "order_line_hold": len(told.hold),
        "survey": len(told.survey),
        "survey_answered": int((told.survey["answered"] >= 0).sum()),
        "case": len(told.case),
    }


def amounts(told: Company) -> dict:
    """Control totals of the files: what must come out of a load to the cent."""
    offer = told.orders.offer
    in_sap = (told.orders.order["book"] == "sap").to_numpy()[told.orders.line["order"]]
    line, back = told.orders.line[in_sap], told.orders.line.loc[told.returns["line"]]
    credit = np.round(back["price"].to_numpy() * told.returns["qty"].to_numpy(), 2)
    of_sap = told.delivery_line["line"].isin(line.index), told.waiting["line"].isin(line.index)
    gone = told.delivery_line[of_sap[0]]["qty"].sum() + told.waiting[of_sap[1]]["qty"].sum()
    desk = told.orders.line[~in_sap]
    return {
        "VBAP.NETWR": f"{line['net'].sum() + credit.sum():.2f}",
        "VBAP.KWMENG": str(int(line["qty"].sum() + told.returns["qty"].sum())),
        "LIPS.LFIMG": str(int(gone)),
        "order_line.net_amount": f"{desk['net'].sum():.2f}",
        "Opportunity.Amount": f"{told.demand.opportunity['amount'].sum():.2f}",
        "OpportunityLineItem.TotalPrice": f"{np.round(offer['qty'] * offer['price'], 2).sum():.2f}",
    }


def suppliers(told: Company) -> dict:
    """Purchase lines whose confirmed day fell in the period: share received by it, and mean days late."""
    start, end = period(told)
    due = told.purchase[(told.purchase["confirmed"] >= start) & (told.purchase["confirmed"] <= end)]
    due = due[due["book"] != "own"]
    due = due.assign(kept=due["received"] <= due["confirmed"], late=np.minimum(due["received"], end) - due["confirmed"])
    by = due.groupby("supplier").agg(kept=("kept", "mean"), late=("late", "mean"), lines=("kept", "size"))
    return {
        str(k): {"kept": round(float(r["kept"]), 8), "days_late": round(float(r["late"]), 4), "lines": int(r["lines"])}
        for k, r in by.iterrows()
    }


def served_last(told: Company) -> dict:
    """Mean days late of the segment served last and of the others over the same products, weighted alike."""
    start, end = period(told)
    lines = demand_lines(told)
    lines = lines[(lines["completion"] >= 0) & (lines["first"] >= start) & (lines["first"] <= end)]
    overdue = lines.assign(
        late=np.maximum(lines["completion"] - lines["first"], 0), last=lines["segment"] == LAST_SEGMENT
    )
    mean = overdue.groupby(["product", "last"])["late"].mean().unstack()
    weight = overdue[overdue["last"]].groupby("product").size().reindex(mean.index, fill_value=0)
    both = mean.notna().all(axis=1) & (weight > 0)
    late = {
        name: round(float((mean.loc[both, key] * weight[both]).sum() / weight[both].sum()), 4)
        for key, name in ((True, "segment"), (False, "others"))
    }
    return {"days_late_same_products": late}


def worst(shares: dict) -> str:
    """The name with the lowest share."""
    return min(shares, key=lambda name: shares[name]["value"])


def faults(told: Company, metrics: dict) -> dict:
    """What was planted, by name, with the numbers that give it away."""
    otif, kept = metrics["otif"], metrics["commitment_to_delivery"]["adherence"]
    supplier = suppliers(told)
    stage = metrics["pipeline_forecast_accuracy"]["stages"]
    return {
        "planner_who_re_dates": {
            "site": REDATING_SITE,
            "planner": PLANNER[REDATING_SITE],
            **kept[f"site_{REDATING_SITE}"],
        },
        "slow_supplier": {
            "supplier": SLOW_SUPPLIER,
            "family": SLOW_FAMILY,
            **supplier[SLOW_SUPPLIER],
            "otif_of_family": otif["first_by_family"][SLOW_FAMILY],
        },
        "segment_served_last": {
            "segment": LAST_SEGMENT,
            "otif": otif["first_by_segment"][LAST_SEGMENT],
            **served_last(told),
        },
        "inflated_stage": {"stage": INFLATED_STAGE, **stage[INFLATED_STAGE], **truth_pipeline.inflated_number(told)},
        "found_in_the_numbers": {
            "lowest_otif_site": worst(otif["first_by_site"]),
            "lowest_otif_segment": worst(otif["first_by_segment"]),
            "lowest_otif_family": worst(otif["first_by_family"]),
            "lowest_kept_supplier": min(supplier, key=lambda name: supplier[name]["kept"]),
            "most_overrated_stage": max(stage, key=lambda name: stage[name]["crm"] - stage[name]["value"]),
        },
        "suppliers": supplier,
    }


def make_truth(told: Company, seed: int, months: int) -> Truth:
    """All right answers; as of the last day, over the last twelve complete months."""
    start, end = (str(np.datetime64(day, "D")) for day in period(told))
    metrics = {
        "otif": truth_delivery.otif(told),
        "commitment_to_delivery": {**truth_delivery.commitment(told), "adherence": truth_delivery.adherence(told)},
        "lead_to_order_rate": truth_demand.lead_to_order(told),
        "days_of_inventory_by_segment": truth_demand.days_of_inventory(told),
        "satisfaction_vs_delivery": truth_satisfaction.satisfaction(told),
        "pipeline_forecast_accuracy": {**truth_pipeline.accuracy(told), "stages": truth_pipeline.stage_worth(told)},
        "order_mix": truth_mix.order_mix(told),
        "backlog_movement": truth_mix.backlog(told),
        "exceptions": truth_pegging.exceptions(told),
        "supplier_scorecard": truth_suppliers.scorecard(told),
        "inventory_turns": truth_supply.turns(told),
        "capacity_utilisation": truth_supply.capacity(told),
        "fulfilment_cycle_variance": truth_supply.cycle(told),
        "repeat_order": truth_customers.repeats(told),
        "sales_cycle_days": truth_customers.sales_cycle(told),
        "master_data_consistency": truth_customers.master_data(told),
        "order_change_latency": truth_changes.latency(told),
        "priority_inversion_rate": truth_turns.inversions(told),
    }
    return Truth(
        seed=seed,
        size=told.size.name,
        months=months,
        as_of=END.isoformat(),
        period=[start, end],
        counts={**counts(told), "control_totals": amounts(told)},
        matches=truth_demand.matches(told),
        metrics=metrics,
        faults=faults(told, metrics),
    )
