"""Text from the data on its way to a page: it is shown, never obeyed."""

import html
import re

MARKS = re.compile(r"([\\`*_{}\[\]()#+\-.!|~$:<>&=^])")


def md_escape(text: object) -> str:
    """The text as Markdown that shows it literally: no links, images, colours, icons, formulas or HTML.

    Line breaks become spaces, so that a name cannot begin a list or a heading."""
    return MARKS.sub(r"\\\1", " ".join(str(text).split()))


def h(text: object) -> str:
    """The text as HTML that shows it literally, also inside an attribute."""
    return html.escape(str(text), quote=True)
