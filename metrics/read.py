"""The one way to ask a metric: a version, an id and a request in, the public JSON document out.

Pages, reports and the command line all read here, so they can only show the same number.
"""

from metrics.cells import rows_of
from metrics.compare import read_compare
from metrics.document import document
from metrics.drill import read_rows
from metrics.flips import read_flips
from metrics.indexed import read_components
from metrics.known import facts_of
from metrics.question import Request, check_params, check_request
from metrics.registry import Metric, UsageError, metric
from metrics.steady import read_steadiness


def read(version, metric_id: str, request: Request) -> dict:
    """The document of `metric --format json` for one metric. Raises UsageError with what is offered instead."""
    asked = metric(metric_id)
    measures = check_request(asked, request)
    params = check_params(asked, request.params)
    facts = facts_of(version)
    if request.reading == "flips" and (len(measures) > 1 or measures[0].of_components):
        raise UsageError(_one_measure(asked))
    if measures[0].of_components and request.reading == "rows":
        return read_components(facts, asked, measures[0], params, request)
    if request.reading == "rows":
        return read_rows(facts, asked, measures[0], params, request)
    if request.reading == "compare":
        return read_compare(facts, asked, measures, params, request)
    if request.reading == "flips":
        return read_flips(facts, asked, measures[0], params, request)
    if request.reading == "steadiness":
        return read_steadiness(facts, asked, measures, params, request)
    return document(facts, asked, measures, params, request, list(rows_of(facts, asked, measures, params, request)))


def _one_measure(asked: Metric) -> str:
    plain = [measure.name for measure in asked.measures if not measure.of_components]
    return f"--reading flips shows the rows of one measure; {asked.id} offers it for {', '.join(plain)}"
