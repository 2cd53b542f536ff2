"""Running commands in this process, on a home small enough to build in a moment."""

import json

import pytest

from throughline.cli import run

SHOP = """
system = "Shop"
side = "crm"
[object.Customers]
recognise = ["no", "company", "rank"]
[[object.Customers.table]]
table = "customer"
[object.Customers.table.columns]
customer_id = "no"
name = "company"
priority_rank = "rank"
"""


@pytest.fixture
def call(capfd):
    """Runs a command line: (exit code, stdout, stderr). A word is a word; texts are split at blanks."""

    def called(*words):
        capfd.readouterr()
        code = run([part for word in words for part in (word.split() if isinstance(word, str) else [str(word)])])
        return (code, *capfd.readouterr())

    return called


@pytest.fixture
def asked(call):
    """Runs a command line that prints JSON: (exit code, document)."""

    def called(*words):
        code, out, err = call(*words)
        assert out.lstrip().startswith("{"), err
        return code, json.loads(out)

    return called


@pytest.fixture
def shop(tmp_path):
    """A home with a profile of its own, and a function that writes an export: one `no,company,rank` line a text."""
    home = tmp_path / "home"
    (home / "profiles").mkdir(parents=True)
    (home / "profiles" / "shop.toml").write_text(SHOP, "utf-8")

    def export(name: str, *lines: str):
        path = tmp_path / name
        path.write_text("\n".join(["no,company,rank", *lines]) + "\n", "utf-8")
        return path

    export.home = home
    return export


@pytest.fixture
def without_metrics(monkeypatch):
    """What metrics precompute takes longer than all the rest; tests/test_extending.py builds it through commands."""
    from metrics.materialise import fingerprint

    monkeypatch.setattr("metrics.materialise.materialise", lambda con, facts=None: facts.update(metrics=fingerprint()))
