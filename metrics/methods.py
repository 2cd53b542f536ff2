"""How the interval of a measure is made, read from what its definition calls."""

import types
from collections.abc import Iterator, Mapping

from metrics.registry import Measure, resolve

METHODS = {
    "wilson": "Wilson",
    "wilson_n_eff": "Wilson with the effective sample size of clusters",
    "linearised": "linearised",
    "linearised_t": "linearised t",
    "order_statistics": "order statistics",
    "kaplan_meier_log_log": "log-log band of the Kaplan-Meier curve",
    "jackknife_customer": "jackknife over customers",
    "bonett_wright": "Bonett and Wright",
    "bootstrap_shifted": "bootstrap, shifted to the value",
    "bootstrap_customer": "bootstrap over customers",
    "clopper_pearson": "Clopper and Pearson",
    "clopper_pearson_n_eff": "Clopper and Pearson with the effective sample size of clusters",
    "newcombe": "Newcombe",
    "t_over_every_": "t over origins whose targets do not overlap",
    "weights_and_parts_drawn": "weights and parts drawn 2,000 times",
}


def interval_of(measure: Measure, params: Mapping) -> str:
    """How the interval of a measure is made, "none" where it has none."""
    cluster = resolve(measure.cluster, params)
    if measure.interval == "proportion":
        return METHODS["wilson"] if cluster is None else f"{METHODS['wilson_n_eff']} ({cluster})"
    if measure.interval == "ratio":
        return f"{METHODS['linearised_t']} over clusters ({cluster})"
    seen: set = set()
    found = {
        name for given in (measure.finish, measure.interval, measure.of_components) for name in _named(given, seen)
    }
    return "; ".join(text for name, text in METHODS.items() if name in found) or "none"


def _named(function, seen: set) -> set[str]:
    """The interval methods that a function of a metric, or one that it calls, gives its answers."""
    if (
        not isinstance(function, types.FunctionType)
        or function in seen
        or not function.__module__.startswith("metrics")
    ):
        return set()
    seen.add(function)
    words, names = set(), set()
    for code in _codes(function.__code__):
        words |= {const for const in code.co_consts if isinstance(const, str)}
        names |= set(code.co_names)
    used = [function.__globals__[name] for name in names & set(function.__globals__)]
    own = [of for of in used if isinstance(of, types.ModuleType) and of.__name__.startswith("metrics")]
    used += [getattr(of, name) for of in own for name in names if hasattr(of, name)]
    used += [cell.cell_contents for cell in function.__closure__ or ()]
    return (words & set(METHODS)).union(*(_named(one, seen) for one in used))


def _codes(code: types.CodeType) -> Iterator[types.CodeType]:
    yield code
    for const in code.co_consts:
        if isinstance(const, types.CodeType):
            yield from _codes(const)
