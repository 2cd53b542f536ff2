"""A report as one HTML file: inline SVG, no script, nothing fetched, fit for print."""

import logging
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from charts.dates import day, span
from charts.names import system_name
from charts.spec import described
from charts.static import to_svg
from charts.targets import tone
from reports import words
from reports.model import Report

# the charts' fonts are alternatives; that the first of them is missing is no news for whoever asked for a report
logging.getLogger("matplotlib.font_manager").setLevel(logging.ERROR)


def render(report: Report) -> bytes:
    """The report as UTF-8 HTML; every text of the data is escaped."""
    folder = FileSystemLoader(Path(__file__).parent)
    kept = Environment(loader=folder, autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True)
    page = kept.get_template("overview.html.jinja")
    return page.render(
        report=report,
        words=words,
        svg=_svg,
        described=described,
        system_name=system_name,
        paragraphs=paragraphs,
        day=day,
        span=span,
        tone=tone,
    ).encode()


def _svg(chart) -> Markup:
    return Markup(to_svg(chart, theme="light", width=4.6, titled=False))


def paragraphs(text: str) -> list[tuple[str, str]]:
    """A definition as ("p" | "pre", text): indented blocks are formulas and keep their lines."""
    blocks = [block for block in text.split("\n\n") if block.strip()]
    return [("pre" if block.startswith(" ") else "p", block) for block in blocks]
