"""Company names and the ways two systems spell the same one differently."""

import tomllib
import unicodedata
from pathlib import Path

import numpy as np

WORDS = tomllib.loads((Path(__file__).parent / "names.toml").read_text("utf-8"))
STEMS, TRADES, PUBLIC, TOWNS = (WORDS[key].split() for key in ("stems", "trades", "public", "towns"))
PET_NAMES = WORDS["pets"]
GERMAN_FORMS = ("GmbH", "GmbH & Co. KG", "AG", "KG", "SE")
ASCII = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue", "Ä": "Ae", "Ö": "Oe", "Ü": "Ue", "ß": "ss", "ł": "l", "Ł": "L"})


def company_names(random: np.random.Generator, count: int) -> list[tuple[str, str, str]]:
    """`count` different private companies as (name without legal form, legal form, country)."""
    pairs = [(stem, trade) for stem in STEMS for trade in TRADES]
    order = random.permutation(len(pairs))
    names = [
        (f"{pairs[k][0]} {pairs[k][1]}", GERMAN_FORMS[k % len(GERMAN_FORMS)], "AT" if k % 9 == 4 else "DE")
        for k in order
    ]
    foreign = [(name, told["form"], country) for country, told in WORDS["foreign"].items() for name in told["names"]]
    places = random.permutation(min(count, 4 * len(foreign)))[: len(foreign)]
    for place, name in zip(np.sort(places), foreign, strict=False):
        names[place] = name
    return names[:count]


def public_names(random: np.random.Generator, count: int) -> list[tuple[str, str, str]]:
    """`count` different public utilities as (name, no legal form, country)."""
    pairs = [(kind, town) for town in TOWNS for kind in PUBLIC]
    order = random.permutation(len(pairs))[:count]
    return [
        (f"{pairs[k][0]} {pairs[k][1]}", "", "AT" if pairs[k][1] in WORDS["austrian"].split() else "DE") for k in order
    ]


def plain(text: str) -> str:
    """The text without accents, as an old system writes it: Müller -> Mueller, Société -> Societe."""
    folded = unicodedata.normalize("NFKD", text.translate(ASCII))
    return "".join(sign for sign in folded if not unicodedata.combining(sign))


def erp_spelling(name: str, form: str, style: int) -> str:
    """How the ERP clerk typed it: always with the legal form; every third in capitals without accents."""
    full = f"{name} {form}".strip()
    if style % 3 == 0:
        return plain(full).upper()
    return plain(full) if any(ord(sign) > 255 for sign in full) or style % 3 == 1 else full


def same_name_spelling(name: str, form: str, style: int) -> str:
    """How sales typed it where only the name can join: another case, accents or punctuation, or no legal form."""
    full = f"{name} {form}".strip()
    return (
        full,
        name,
        plain(name),
        full.replace("GmbH & Co. KG", "GmbH und Co KG").replace(".", ""),
        f"{name.upper()} {form}".strip(),
    )[style % 5]


def loose_spelling(name: str, form: str, style: int) -> str:
    """How sales typed it where an id joins: abbreviated, reordered, or with the town's habit."""
    if style % 4 == 0:
        return name.split()[0]
    if style % 4 == 1:
        first, *rest = name.split()
        return f"{' '.join(rest)} {first}".strip() or name
    short = name
    for long, brief in WORDS["short"].items():
        short = short.replace(long, brief)
    return f"{short} {form}".strip() if style % 4 == 2 else plain(short)


def western(texts) -> list[str]:
    """Texts as Windows-1252 can hold them: a name with other signs loses all its accents."""
    return [text if text.encode("cp1252", "ignore").decode("cp1252") == text else plain(text) for text in texts]
