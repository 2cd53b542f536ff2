"""Where in the dashboard each metric has its page, grouped as a leader asks."""

GROUPS = {
    "Demand": {
        "lead_to_order_rate": ("leads.py", "Leads to orders", "filter_alt"),
        "sales_cycle_days": ("sales_cycle.py", "Sales cycle", "hourglass_bottom"),
        "order_mix": ("order_mix.py", "Order mix", "donut_small"),
        "repeat_order": ("repeat.py", "Repeat customers", "autorenew"),
        "pipeline_forecast_accuracy": ("forecast.py", "Pipeline forecast", "query_stats"),
    },
    "Commitment and delivery": {
        "commitment_to_delivery": ("commitment.py", "Commitment to delivery", "timeline"),
        "otif": ("delivery.py", "On time in full", "local_shipping"),
        "fulfilment_cycle_variance": ("fulfilment.py", "Fulfilment cycle", "route"),
        "backlog_movement": ("backlog.py", "Backlog", "stacked_bar_chart"),
        "exceptions": ("at_risk.py", "Promises at risk", "crisis_alert"),
        "priority_inversion_rate": ("priorities.py", "Priorities", "swap_vert"),
        "order_change_latency": ("order_changes.py", "Order changes", "edit_calendar"),
    },
    "Supply": {
        "days_of_inventory_by_segment": ("inventory.py", "Stock by segment", "inventory_2"),
        "inventory_turns": ("turns.py", "Turns and slow stock", "sync_alt"),
        "supplier_scorecard": ("suppliers.py", "Suppliers", "factory"),
        "capacity_utilisation": ("capacity.py", "Capacity", "speed"),
    },
    "Trust": {
        "satisfaction_vs_delivery": ("satisfaction.py", "Satisfaction and delivery", "sentiment_satisfied"),
        "master_data_consistency": ("consistency.py", "Data consistency", "fact_check"),
    },
}
PAGE_OF = {metric: place[0] for group in GROUPS.values() for metric, place in group.items()}
# what the overview shows as tiles, in the order of the way from word to customer
TILES = (
    "commitment_to_delivery",
    "otif",
    "satisfaction_vs_delivery",
    "pipeline_forecast_accuracy",
    "days_of_inventory_by_segment",
    "lead_to_order_rate",
)
# the indices above them
INDICES = ("demand_quality", "fulfilment_readiness", "risk_exposure")
