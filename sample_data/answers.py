"""docs/sample-company.md: the right answers about the demo company, filled into answers.md."""

from pathlib import Path

from sample_data.generate import SEED
from sample_data.resources import BOTTLENECK, SWINGING
from sample_data.settings import SIZES, SLOPPY_SUPPLIER, SLOW_SUPPLIER
from sample_data.story import tell
from sample_data.truth import Truth, make_truth
from sample_data.truth_pipeline import METHODS

MONTHS = 30


def percent(part: dict) -> str:
    """58.4 % (382 of 654)."""
    return f"{100 * part['value']:.1f} % ({part['num']:,} of {part['den']:,})"


def table(head: tuple[str, ...], lines) -> str:
    """A Markdown table."""
    return "".join("| " + " | ".join(map(str, line)) + " |\n" for line in (head, ["---"] * len(head), *lines))


def shares(title: str, by: dict) -> str:
    return "\n" + table((title, "OTIF, first promise"), [(name, percent(part)) for name, part in by.items()])


def delivery(truth: Truth) -> dict:
    otif, clock = truth.metrics["otif"], truth.metrics["commitment_to_delivery"]
    hidden, kept = clock["hidden_delay"], clock["adherence"]
    bases = table(
        ("Promise", "OTIF, lines"), [(name, percent(otif[name])) for name in ("first", "current", "requested")]
    )
    by = ("segment", "Segment"), ("site", "Plant"), ("family", "Family")
    measures = [
        ("km_median", f"{clock['km_median']} days ({clock['lines']:,} lines, {clock['completed']:,} delivered)"),
        ("hidden_delay", f"{hidden['value']:.4f} days ({hidden['num']:,} days of {hidden['den']:,} lines)"),
        ("hidden_share", percent(clock["hidden_share"])),
        (
            "dwell",
            f"{clock['dwell']['value']:.4f} days ({clock['dwell']['num']:,} days of {clock['dwell']['den']:,} lines)",
        ),
        ("net_median", f"{clock['net_median']:g} days"),
        ("adherence_first", percent(kept["adherence_first"])),
        ("adherence_last", percent(kept["adherence_last"])),
    ]
    return {
        "otif": bases + "".join(shares(title, otif[f"first_by_{name}"]) for name, title in by),
        "excluded": otif["excluded"],
        "perfect": percent(otif["perfect_order"]),
        "unhurt": percent(otif["condition"]),
        "commitment": table(("Measure", "Value"), measures)
        + "\n"
        + table(("Segment", "km_median, days"), clock["km_median_by_segment"].items()),
    }


def forecast(truth: Truth) -> str:
    found = truth.metrics["pipeline_forecast_accuracy"]
    lines = [
        (
            h,
            *(f"{part['wape'][method]:.4f}" for method in METHODS),
            f"{part['fva']:+.4f}",
            f"{part['bias']['pipeline']:+.4f}",
        )
        for h, part in {"all": found["all"], **found["horizons"]}.items()
    ]
    head = ("h", "pipeline", "seasonal naive", "MA3", "naive", "CRM", "FVA", "bias of pipeline")
    stages = [(name, f"{part['crm']:.0%}", percent(part)) for name, part in found["stages"].items()]
    return table(head, lines) + "\n" + table(("Stage", "in the CRM", "won of the decided"), stages)


def demand(truth: Truth) -> dict:
    lead, stock = truth.metrics["lead_to_order_rate"], truth.metrics["days_of_inventory_by_segment"]
    days = [(name, f"{value:.4f}") for name, value in stock["by_segment"].items()]
    worth = [(name, f"{value:,.2f}") for name, value in stock["stock_value"].items()]
    return {
        "cohorts": lead["cohorts"],
        "lead_rate": percent(lead["rate"]),
        "lead_won": percent(lead["won_rate"]),
        "forecast": forecast(truth),
        "stock": stock,
        "stock_tables": table(("Segment", "days"), days) + "\n" + table(("Stock", "EUR"), worth),
    }


def rates(title: str, by: dict, form: str = ",.2f") -> str:
    return "\n" + table((title, "Value"), [(name, f"{value:{form}}") for name, value in by.items()])


def business(truth: Truth) -> dict:
    """Order mix, repeat orders, deals, backlog and what is at risk."""
    mix, owed, risk = (truth.metrics[name] for name in ("order_mix", "backlog_movement", "exceptions"))
    again, deals = truth.metrics["repeat_order"], truth.metrics["sales_cycle_days"]
    legs = {**owed["movement"], "closing": owed["closing"]}
    return {
        "mix": mix,
        "top": [f"{share:.4f}" for share in mix["top_share"].values()],
        "mix_segments": rates("Segment", mix["hhi_by_segment"], ".6f"),
        "owed": owed,
        "legs": rates("Leg", legs),
        "risk": risk,
        "risk_segments": rates("Segment", risk["by_segment"]),
        "again": percent(again["repeat_rate"]),
        "regular": again,
        "deals": deals,
        "deals_won": percent(deals["win_rate"]),
        "deals_segments": rates("Segment", deals["km_median_by_segment"], "d"),
        "records": truth.metrics["master_data_consistency"],
        "matched": percent(truth.metrics["master_data_consistency"]["records"]),
    }


def supply(truth: Truth) -> dict:
    """Suppliers, stock, capacity, the cycle, answers to changes and turns."""
    card, stock, load = (
        truth.metrics[name] for name in ("supplier_scorecard", "inventory_turns", "capacity_utilisation")
    )
    change, turn = truth.metrics["order_change_latency"], truth.metrics["priority_inversion_rate"]
    cards = {"all": card, SLOW_SUPPLIER: card["slow_supplier"], SLOPPY_SUPPLIER: card["sloppy_supplier"]}
    head = ("Supplier", "total", "ppm", "OTIF", "ppv", "lead time, mean days", "lead time, CV")
    lines = [
        (
            name,
            f"{one['total']:.3f}",
            f"{one['ppm']['value']:,.1f}",
            percent(one["otif"]),
            f"{one['ppv']:+.6f}",
            f"{one['lead_time_mean']:.4f}",
            f"{one['lead_time_cv']:.4f}",
        )
        for name, one in cards.items()
    ]
    loads = [
        (name, *(f"{load[name][key]:.4f}" for key in ("cv", "peak_to_mean", "utilisation", "load_ratio")))
        for name in ("all", BOTTLENECK, SWINGING)
    ]
    return {
        "cards": table(head, lines),
        "papers": percent(card["compliance"]),
        "turns": stock,
        "turns_families": rates("Family", stock["by_family"], ".4f"),
        "loads": table(("Line", "cv", "peak to mean", "utilisation", "load ratio"), loads),
        "cycle": truth.metrics["fulfilment_cycle_variance"],
        "cycle_sites": rates("Plant", truth.metrics["fulfilment_cycle_variance"]["by_site"], ".4f"),
        "change": change,
        "change_soon": percent(change["answered_share"]),
        "passed": percent(turn["rate"]),
        "approved": percent(turn["override_share"]),
        "disagree": percent(turn["rank_disagreement"]),
    }


def feeling(truth: Truth) -> dict:
    csat = truth.metrics["satisfaction_vs_delivery"]
    means = [(name, f"{value:.4f}") for name, value in {**csat["mean_score"], **csat["bucket_score"]}.items()]
    late = csat["dissatisfied_when_late"]
    causes = table(("Cause of the dissatisfied", "answers"), csat["cause"].items())
    tables = table(("Days late of the worst line", "mean score"), means) + "\n" + causes
    return {"csat": csat, "told": late["told"], "untold": late["not_told"], "csat_tables": tables}


def planted(truth: Truth) -> dict:
    planner, supplier, segment, stage = list(truth.faults.values())[:4]
    late = segment["days_late_same_products"]
    return {
        "planner": planner,
        "planner_last": percent(planner["adherence_last"]),
        "planner_first": percent(planner["adherence_first"]),
        "supplier": supplier,
        "supplier_kept": f"{100 * supplier['kept']:.1f} %",
        "supplier_otif": percent(supplier["otif_of_family"]),
        "segment": segment,
        "segment_otif": percent(segment["otif"]),
        "segment_late": late["segment"],
        "others_late": late["others"],
        "stage": stage,
        "stage_won": percent(stage),
        "join": truth.matches["by"],
        "look": truth.matches["must_not_match"][0],
    }


def page(truth: Truth) -> str:
    """The page of a truth."""
    count = [(name.replace("_", " "), f"{n:,}") for name, n in truth.counts.items() if isinstance(n, int)]
    fields = {"seed": truth.seed, "months": truth.months, "as_of": truth.as_of, "weeks": SIZES[truth.size]}
    fields |= {"start": truth.period[0], "end": truth.period[1], "customers": truth.counts["customer"]}
    fields |= {
        "counts": table(("What", "Count"), count),
        **planted(truth),
        **delivery(truth),
        **demand(truth),
        **feeling(truth),
        **business(truth),
        **supply(truth),
    }
    return (Path(__file__).parent / "answers.md").read_text("utf-8").format(**fields)


def write(path: Path) -> None:
    """Make the demo company and write its page."""
    path.write_text(page(make_truth(tell(SEED, MONTHS, "demo"), SEED, MONTHS)), "utf-8", newline="\n")
