"""The metric book, from the metrics themselves: python -m throughline.book docs/metrics"""

import sys
from pathlib import Path

from loaders.profile import profiles
from metrics import book
from metrics.registry import Metric, catalogue
from metrics.relations import places, relation_text

INTRO = """# Metrics

Written by `python -m throughline.book docs/metrics`; a test compares it with the definitions. Minimum samples,
intervals and SQL are those of the default conventions.

"""
CODE = ("Measure", "Reason", "Slice", "Parameter", "Component", "Table", "Left out when", "From", "Reads", "Column")


def pages() -> dict[str, str]:
    """File name -> text: one page a metric, and README.md as their index."""
    feeds = book.exports(profiles())
    found = {f"{metric.id}.md": page(metric, feeds) for metric in catalogue().values()}
    return {"README.md": _index(), **found}


def page(metric: Metric, feeds: dict[str, list[str]]) -> str:
    """All that the definition of a metric holds."""
    told = f"`{metric.id}` · {metric.room} · definition {metric.definition_version} · usual period {metric.window}"
    parts = [
        f"# {metric.title}\n\n{told}\n\n**{metric.question}**",
        f"## Definition and formula\n\n{metric.definition}",
        f"## Worked example\n\n{_code(metric.example)}",
        f"## Measures\n\n{_table(book.measures(metric))}",
        *([f"## Parts of the index\n\n{_table(book.components(metric))}"] if metric.components else []),
        f"## Left out and counted\n\n{_table(book.exclusions(metric)) or 'Nothing.'}",
        f"## Slices\n\n{_table(book.dims(metric)) or 'None.'}",
        f"## Conventions\n\n{_table(book.params(metric)) or 'None.'}",
        f"## Rows\n\n{_relations(metric)}",
        f"## Exports it needs\n\n{_table(book.inputs(metric, feeds))}",
        f"Without these columns a measure is not available:\n\n{_table(book.needs(metric))}",
        f"## Read with care\n\n{_list(metric.caveats)}",
        f"## Sources\n\n{_list(metric.sources)}",
        f"## History of the definition\n\n{_list(book.history(metric))}",
    ]
    return "\n\n".join(parts) + "\n"


def write(folder: Path) -> None:
    """Write every page, and take away those of metrics that are no more."""
    made = pages()
    folder.mkdir(parents=True, exist_ok=True)
    for old in folder.glob("*.md"):
        old.unlink()
    for name, text in made.items():
        (folder / name).write_text(text, "utf-8")


def _index() -> str:
    rows = [
        {
            "Metric": f"[{metric.title}]({metric.id}.md)",
            "Room": metric.room,
            "Question": metric.question,
            "Headline": f"{metric.headline.title} ({metric.headline.unit})",
        }
        for metric in catalogue().values()
    ]
    return INTRO + _table(rows) + "\n"


def _relations(metric: Metric) -> str:
    return "\n\n".join(_relation(metric, name) for name in metric.relations)


def _relation(metric: Metric, name: str) -> str:
    relation = metric.relations[name]
    told = [f"{'grain' if relation.at == 'period' else 'a state, grain'}: {relation.grain}"]
    told.append(f"named by {', '.join(f'`{column}`' for column in relation.key)}")
    told += ["one of its rows holds at each as-of date"] if relation.known else []
    told += [f"no older than the history of `{relation.state_column}`"] if relation.state_column else []
    on = places(metric, name)
    told += [f"stands on {', '.join(f'`{place}`' for place in on)}"] if on else []
    return f"### {name}\n\n{_sentence('; '.join(told))}\n\n{_made(metric, name)}"


def _made(metric: Metric, name: str) -> str:
    step = metric.relations[name].program
    if step is None:
        return f"<details>\n<summary>SQL</summary>\n\n{_code(relation_text(metric, name), 'sql')}\n\n</details>"
    reads = ", ".join(f"`{table}`" for table in metric.relations[name].program_reads)
    return f"A step of the build, `{step.__module__}.{step.__qualname__}`, over {reads}. {step.__doc__ or ''}".strip()


def _sentence(text: str) -> str:
    return text[0].upper() + text[1:] + "."


def _code(text: str, language: str = "") -> str:
    lines = [line.rstrip() for line in text.strip("\n").splitlines()]
    return f"```{language}\n" + "\n".join(lines).strip("\n") + "\n```"


def _list(lines: tuple[str, ...]) -> str:
    return "\n".join(f"- {line}" for line in lines)


def _table(rows: list[dict]) -> str:
    if not rows:
        return ""
    names = list(rows[0])
    lines = [names, ["---"] * len(names), *([_cell(name, row[name]) for name in names] for row in rows)]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def _cell(name: str, text: str) -> str:
    inner = " ".join(text.split()).replace("|", "\\|")
    return f"`{inner}`" if name in CODE and inner else inner


if __name__ == "__main__":
    write(Path(sys.argv[1]))
