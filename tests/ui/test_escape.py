"""Names from the data are shown as they are, whatever they try to be."""

from html.parser import HTMLParser

from hypothesis import example, given
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from ui.escape import h, md_escape


class Seen(HTMLParser):
    def __init__(self):
        super().__init__()
        self.tags, self.text = [], ""

    def handle_starttag(self, tag, attrs):
        self.tags.append(tag)

    def handle_data(self, data):
        self.text += data


def seen(rendered: str) -> Seen:
    reader = Seen()
    reader.feed(rendered)
    reader.close()
    return reader


@example("![i](https://evil.example/x.png)")
@example("<img src=x onerror=alert(1)> & co")
@example("# Big, **bold**, `code`, ~~gone~~, [link](https://evil.example)")
@example("1. one\n- two\n> three")
@given(st.text(alphabet=st.characters(blacklist_categories=("Cs", "Cc")), max_size=60))
def test_an_escaped_name_renders_as_its_own_text_and_nothing_else(name):
    page = seen(MarkdownIt("commonmark").enable("strikethrough").render(md_escape(name)))
    assert set(page.tags) <= {"p"}
    assert page.text.strip() == " ".join(name.split())


def test_what_streamlit_adds_to_markdown_is_off_too():
    for name in (":red[loss]", ":material/lock:", "$x^2$", "www.evil.example", "https://evil.example"):
        escaped = md_escape(name)
        assert not any(mark in escaped.replace("\\" + mark, "") for mark in ":$[.")


@given(st.text(max_size=60))
def test_a_name_in_html_is_text_inside_elements_and_attributes(name):
    page = seen(f'<p title="{h(name)}">{h(name)}</p>')
    assert page.tags == ["p"]
