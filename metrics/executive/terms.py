"""What the three indices share: their measures over scored components, caveats, sources and the worked example."""

from collections.abc import Mapping, Sequence

from metrics.index import Scored, arithmetic, index_of, score_of, weight_available
from metrics.registry import Answer, Measure

CAVEATS = (
    "Read the weakest part by name before the number: two equal indices may fail in different places.",
    "Weights and anchors are this product's defaults: set your own; they are told with every number.",
    "An index with other weights or anchors is another index; do not read across such a change.",
)
SOURCES = ("OECD/JRC Handbook on constructing composite indicators, 2008",)
EXAMPLE = """
scores 80, 50, 100 with weights .5, .3, .2
geometric  exp(.5 ln 80 + .3 ln 50 + .2 ln 100) = 72.650        arithmetic 75.0
without the third, weights .625 and .375: 67.073, with .80 of the weight known
"""


def measures(name: str, better: str) -> tuple[Measure, ...]:
    """index, index_arithmetic, component_score and weight_available of the index of that name, better up or down."""
    is_risk = better == "down"

    def index(parts: Sequence[Scored], params: Mapping) -> Answer:
        return index_of(parts, name, params, is_risk)

    def plain(parts: Sequence[Scored], params: Mapping) -> Answer:
        return index_of(parts, name, params, is_risk, arithmetic)

    def scores(parts: Sequence[Scored], params: Mapping) -> list[Answer]:
        return [score_of(part) for part in parts]

    def known(parts: Sequence[Scored], params: Mapping) -> Answer:
        return Answer(weight_available(parts), None, None, len(parts), status="ok")

    what = "100 is worst" if is_risk else "100 is best"
    return (
        _measure("index", "Index", "score", better, index, f"Geometric mean of the scores; {what}.", headline=True),
        _measure("index_arithmetic", "Index, arithmetic", "score", better, plain, "The plain mean, for comparison."),
        _measure(
            "component_score", "Scores of the parts", "score", "up", scores, "Each part between floor and target."
        ),
        _measure(
            "weight_available", "Weight known", "share", "up", known, "Share of the weight whose parts are known."
        ),
    )


def _measure(name: str, title: str, unit: str, better: str, of_components, meaning: str, **more) -> Measure:
    return Measure(
        name=name, title=title, unit=unit, better=better, of_components=of_components, meaning=meaning,
        minimum=(1, 1), additive=False, **more,
    )  # fmt: skip
