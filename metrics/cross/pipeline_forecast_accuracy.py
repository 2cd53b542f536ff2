"""How far forecasts made from the live pipeline are off, and whether they beat history alone.

At every month end (origin) the open opportunities, as they then stood, and the demand that no opportunity announces
give a forecast of the booked value of each of the next six months, per customer segment and product family (a cell):

    F(cell, origin, h) = pipe + base
    pipe  = sum of amount x share of the cell x pi(stage, months to the expected close, h) x r
    base  = mean over the last 6 months of all booked value but the first orders of deals open h months before
    pi    = share of earlier open deals in that stage whose first order came exactly h months later, pulled towards
            the stage's and then all deals' share by the weight of 10 deals; all deals' share below 30 deals or 5 wins
    r     = what won deals came to / what they stood at, between 0.5 and 1.5; 1 below 20 won deals
    wape  = sum |y - F| / sum |y|
    bias  = sum (F - y) / sum y                             positive: we forecast too much
    fva   = wape of the benchmark - wape of the pipeline    positive: the pipeline adds value

y is the net value of the demand orders by order date, at the rate of the origin, before later changes and
cancellations, in months that are over. The benchmark is y twelve months before where two years of demand are known,
else the mean of the last three months. All methods are judged on the cells for which the pipeline and all history
methods have a forecast; the CRM's own number (amount x its probability, expected to close then) on those it has.

Nothing after the origin enters a forecast: probabilities, r and base learn only from target months that were over.
States rebuilt from stages alone are left out. Horizon is a dimension; WAPE falls with aggregation, so `grain` is part
of the number. n = cells. Below 8 origins the number is insufficient, below 12 low_n. Units: shares, ratios, currency.
Source: Hyndman and Athanasopoulos (measures), Gilliland (FVA), Kolassa and Schuetz (WAPE); constants fixed beforehand.
"""

from pathlib import Path

from metrics.forecasts import METHODS, beat_share, calibration, newest, per_method, relative_error, scaled, value_added
from metrics.registry import Answer, Dim, Measure, Metric, Param, Relation, Stage

HERE = Path(__file__).parent
HORIZONS = (1, 2, 3, 4, 5, 6)
KEYS = {
    "demand": ("month", "segment", "family", "currency"),
    "first_value": ("order_id", "segment", "family", "currency"),
    "origin": ("origin",),
    "win": ("kind", "origin", "opportunity_id"),
    "probability": ("origin", "horizon", "stage_code", "close_bucket_key"),
    "pipe": ("origin", "horizon", "segment", "family"),
    "base": ("origin", "horizon", "segment", "family"),
    "cell": ("origin", "horizon", "segment", "family"),
    "chance": ("origin", "horizon", "stage_code", "close_bucket_key", "segment", "family"),
    "contribution": ("origin", "opportunity_id", "horizon", "segment", "family"),
}
GRAINS = {
    "demand": "month x segment x family x currency: booked value",
    "first_value": "first order of an opportunity x segment x family",
    "origin": "month end at which the pipeline is known: which event counts as winning a deal",
    "win": "opportunity open at an origin and won one to six months later",
    "probability": "origin x horizon x stage x months to the expected close: the chance learnt from earlier origins",
    "chance": "origin x horizon x stage x months to the expected close x segment x family: chance given, deals won",
    "pipe": "origin x horizon x segment x family: what open deals let expect",
    "base": "origin x horizon x segment x family: demand that no open deal announced, a month",
    "cell": "origin x horizon x segment x family: forecasts and what came of them",
    "contribution": "open opportunity x horizon x family at the newest origin: its part of the forecast",
}
UNDATED = ("demand", "first_value", "contribution")


def relations(
    kappa: float = 10,
    base_months: int = 6,
    least_base_months: int = 3,
    training_deals: int = 30,
    training_wins: int = 5,
    ratio_wins: int = 20,
    horizons: tuple[int, ...] = HORIZONS,
) -> dict[str, Relation]:
    """The chain from deals to cells. The constants are fixed for the metric; others serve worked examples."""
    fixed = f"""WITH fixed AS (
    SELECT {kappa} AS kappa, {base_months} AS base_months, {least_base_months} AS least_base_months,
        {training_deals} AS training_deals, {training_wins} AS training_wins, {ratio_wins} AS ratio_wins
),
horizon AS (
    SELECT unnest({list(horizons)}) AS horizon
),
"""
    return {
        name: Relation(GRAINS[name], key, fixed + _text(name), known=name not in UNDATED) for name, key in KEYS.items()
    }


def _text(name: str) -> str:
    return (HERE / f"pipeline_forecast_accuracy_{name}.sql").read_text("utf-8")


def stage(params) -> Stage:
    """Forecasts and demand of an origin and horizon, added up to the grain before the error is taken."""
    member = {"cell": "cell", "segment": "segment", "family": "family", "total": "whole"}[params["grain"]]
    columns = {
        "member": f"min({member})",
        "y": "sum(y)",
        **{f"f_{method}": f"sum(f_{method})" for method in METHODS},
        "in_sample": "string_agg(in_sample, ';' ORDER BY cell)",
        "demand_from": "min(demand_from)",
        "unconverted": "sum(unconverted)",
        "attribute_backfilled": "bool_or(attribute_backfilled)",
        "target": "min(target_date)",
    }
    by = ("origin", "horizon", member)
    return Stage(by=by, columns=columns, anchor="min(target_date)")


SEASONAL = "$as_of >= (demand_from + INTERVAL 24 MONTH)::DATE - 1"
LEFT_OUT = {
    "fx_missing": "unconverted > 0",
    "collecting_history": "f_pipeline IS NULL",
    "no_benchmark": f"f_ma3 IS NULL OR f_naive IS NULL OR ({SEASONAL} AND f_seasonal_naive IS NULL)",
}
# Cells in which a deal or an order counts under its customer's first known segment, carried back.
COVERAGE = {"attribute_backfilled": "attribute_backfilled"}
BY_ORIGIN = {"origin": "origin", "horizon": "horizon"}
BY_MEMBER = {**BY_ORIGIN, "member": "member", "in_sample": "in_sample"}
SUMS = {"n": "1", "y": "abs(y)", "seasonal": f"({SEASONAL})::INT"}
ERRORS = {**SUMS, **{f"e_{method}": f"abs(y - f_{method})" for method in METHODS}}
BIASES = {**ERRORS, "y": "y", **{f"b_{method}": f"f_{method} - y" for method in METHODS}}
SQUARES = {**ERRORS, **{f"s_{method}": f"(y - f_{method}) * (y - f_{method})" for method in METHODS}}


def needs(params) -> tuple[str, ...]:
    found = ("opportunity_snapshot.stage_code", "order_line.net_amount|order_line.unit_price")
    dated = "sales_order.ordered_date|sales_order.entered_date"
    shipped = ("shipment_line.qty_shipped", "shipment.shipped_date") if params["target"] == "shipments" else ()
    return (*found, dated, *shipped)


def measure(name: str, title: str, unit: str, better: str | None, finish, sums, keys=BY_ORIGIN, **options) -> Measure:
    common = dict(
        relation="cell", stage=stage, where="y IS NOT NULL", exclude=LEFT_OUT, coverage=COVERAGE, requires=needs,
        minimum=(1, 1),
    )  # fmt: skip
    return Measure(name, title, unit, better, sums=sums, keys=keys, finish=finish, **{**common, **options})


def brier(frame, params) -> Answer:
    """Mean squared distance of the chances from what happened, each open deal and horizon one case; 0 is perfect."""
    num, den = (float(frame[name].sum()) for name in ("num", "den"))
    return Answer(num / den if den else None, num, den, round(den))


FORECASTS = {"": "f_pipeline", **{method: f"f_{method}" for method in METHODS[1:]}}
NEWEST = {**BY_ORIGIN, "target": "target"}
MEASURES = (
    measure(
        "wape", "Forecast error (WAPE)", "share", "down", per_method("e"), ERRORS, headline=True, additive=False,
        meaning="All misses of a period over all its demand, by method.",
    ),
    measure(
        "bias", "Forecast bias", "share", None, per_method("b"), BIASES, additive=False,
        meaning="Positive: the forecast was too high.",
    ),
    measure(
        "fva", "Value added over history", "share", "up", value_added, ERRORS, additive=False,
        meaning="Error of the benchmark less that of the pipeline; above 0 the pipeline helps.",
    ),
    measure(
        "beat_share", "Groups that beat history", "share", "up", beat_share, ERRORS, BY_MEMBER, additive=False,
        meaning="Groups with demand where the pipeline was nearer than the benchmark.",
    ),
    measure(
        "mase", "Scaled error (MASE)", "ratio", "down", scaled(1), ERRORS, BY_MEMBER, additive=False,
        meaning="Mean over groups of the error against how much the group's demand moved before the first forecast.",
    ),
    measure(
        "relmae", "Error relative to history", "ratio", "down", relative_error, ERRORS, additive=False,
        meaning="Error of the pipeline over that of the benchmark; below 1 the pipeline is better.",
    ),
    measure(
        "rmsse", "Scaled error (RMSSE)", "ratio", "down", scaled(2), SQUARES, BY_MEMBER, additive=False,
        meaning="The same with squares, then the root: single large misses weigh more.",
    ),
    measure(
        "brier", "Error of the chances (Brier)", "score", "down", brier,
        {"num": "squared", "den": "open_deals", "n": "1"}, {},
        stage=None, anchor="target_date", exclude={"collecting_history": "f_pipeline IS NULL"},
        meaning="Mean squared distance of each open deal's chance from what happened; 0 is perfect.",
    ),
    measure(
        "calibration", "Chances that came true", "share", None, calibration,
        {"n": "open_deals", "hits": "won_deals", "given": "pi * open_deals"}, {"origin": "origin", "pi": "pi"},
        relation="chance", stage=None, anchor="target_date", where="true", coverage={}, additive=False,
        exclude={"collecting_history": "NOT has_forecast"},
        meaning="Share won of deals given a like chance, by tenths from the least; coverage.chance is what was given.",
    ),
    measure(
        "forecast", "Forecast", "currency", None, newest(FORECASTS),
        {"n": "1", **{column: column for column in FORECASTS.values()}}, NEWEST,
        where="true", exclude={key: LEFT_OUT[key] for key in ("fx_missing", "collecting_history")},
        meaning="Each month by its newest forecast in scope; ask for a period to come with --from and --to.",
    ),
    measure(
        "actual", "Demand", "currency", None, newest({"": "y"}), {"n": "1", "y": "y"}, NEWEST,
        exclude={key: LEFT_OUT[key] for key in ("fx_missing", "collecting_history")},
        meaning="Booked value of the same months and cells.",
    ),
    measure(
        "visible_forecast", "Expected from open opportunities", "currency", None, newest({"": "contribution"}),
        {"n": "1", "contribution": "contribution"}, {"target": "horizon", "horizon": "horizon"},
        relation="contribution", stage=None, anchor="origin", where="true",
        exclude={"fx_missing": "contribution IS NULL"},
        meaning="What the forecast of the next six months expects of opportunities open at the newest origin.",
    ),
)  # fmt: skip

METRIC = Metric(
    title="Pipeline forecast accuracy",
    question="Does the live pipeline predict demand better than history alone, and at which horizon?",
    relations=relations(),
    measures=MEASURES,
    dims={
        "horizon": Dim("Months ahead", "horizon", "opportunity_snapshot.snapshot_date"),
        "segment": Dim("Segment", "segment", "customer_history.segment|customer.segment", empty="Unsegmented"),
        "family": Dim("Family", "family", "product.family"),
    },
    params={
        "grain": Param(
            "cell", ("cell", "segment", "family", "total"), "What forecast and demand are added up to before the error."
        ),
        "target": Param("orders", ("orders", "shipments"), "What is forecast: booked orders, or value by ship date."),
    },
    window="all",
    caveats=(
        "The error falls with aggregation: compare only numbers of one grain.",
        "A gain over history that does not fade with the horizon suggests that later edits reached the snapshots.",
        "Where fewer than 70 % of won deals show an order, a deal counts as won in the month it closed, at the amount "
        "it stood at.",
        "The CRM's own number is judged on the cells it has, which may be fewer.",
        "With demand in fewer than six of ten months read bias and RMSSE rather than WAPE.",
    ),
    sources=(
        "Hyndman, Athanasopoulos: Forecasting, principles and practice, 5.8 (MASE, RMSSE; their error is y - F)",
        "Kolassa, Schuetz: Advantages of the MAD/mean ratio over the MAPE (WAPE)",
        "Gilliland: Forecast value added analysis",
    ),
    example="""
    deals, month end  Jan a,b S2  c,d S1 | Feb b,c,e S2  d S1 | Mar b,c S2  d,f S1 | Apr c S2 200  d S2 50  f,g S1 100
    orders            Feb a 100 + 30 | Mar e 100 + 40 | Apr b 80 + 50 | May c 180 + 20
    from April, one month ahead, kappa 4, 3 months of base:
    pi(S2) = (3 + 4 x .25) / (7 + 4) = .364    pi(S1) = (0 + 4 x .25) / (5 + 4) = .111
    pipe   = 250 x .364 + 200 x .111 = 113.1   base = (30 + 40 + 50) / 3 = 40    F = 153.1, demand 200, error 46.9
    mean of three months = 133.3, error 66.7   value added = (66.7 - 46.9) / 200 = +.099
    """,
)
