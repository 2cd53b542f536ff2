"""How names, tax numbers, ids and countries are brought to one form before they are compared; all of it as SQL text."""

import csv
from functools import cache
from pathlib import Path

LEGAL_FORMS = (
    "gmbh|mbh|ag|kg|kgaa|co|ohg|ug|eg|ev|se|inc|incorporated|corp|corporation|company|llc|llp|lp|ltd|limited|plc|pllc|"
    "sa|sas|sarl|srl|sl|spa|snc|sca|scs|bv|nv|vof|cv|ab|as|asa|aps|oy|oyj|kk|pte|pty|pvt|private|sro|doo|zrt|kft|bt|"
    "nyrt|ltda|eireli|saic|sab|rl|sp|z|oo|the|and|und|et|y|e"
)


def name(column: str) -> str:
    """SQL of a company or product name without case, accents, punctuation and legal form; empty becomes null."""
    plain = f"replace(replace(replace(lower({column}), 'ß', 'ss'), 'ø', 'o'), 'æ', 'ae')"
    plain = f"replace(replace(strip_accents({plain}), '.', ''), '/', '')"
    plain = f"regexp_replace({plain}, '([aou])e', '\\1', 'g')"  # Mueller is Müller is Muller
    words = f"trim(regexp_replace({plain}, '[^\\p{{L}}\\p{{N}}]+', ' ', 'g'))"
    # blanks are doubled so that two legal forms in a row are both found
    kept = f"regexp_replace(' ' || replace({words}, ' ', '  ') || ' ', ' ({LEGAL_FORMS}) ', ' ', 'g')"
    return f"coalesce(nullif(trim(regexp_replace({kept}, ' +', ' ', 'g')), ''), nullif({words}, ''))"


def tax_id(column: str) -> str:
    """SQL of a tax number without blanks and punctuation."""
    return f"nullif(regexp_replace(upper({column}), '[^A-Z0-9]', '', 'g'), '')"


def identifier(column: str) -> str:
    """SQL of an id as people retype it: no leading zeros on pure numbers, 15 of Salesforce's 18 characters."""
    plain = f"trim({column})"
    return (
        f"case when regexp_full_match({plain}, '[0-9]+') then ltrim({plain}, '0') "
        f"when regexp_full_match({plain}, '[a-zA-Z0-9]{{18}}') then left({plain}, 15) else nullif({plain}, '') end"
    )


def country(column: str) -> str:
    """SQL of a country's two-letter code where it is known by name or code, else of the text in capitals."""
    plain = f"upper(strip_accents(trim({column})))"
    return f"nullif(coalesce(map_extract_value({_country_map()}, {plain}), {plain}), '')"


@cache
def _country_map() -> str:
    with (Path(__file__).parent / "country.csv").open(encoding="utf-8", newline="") as file:
        codes = {row["name"].upper(): row["code"] for row in csv.DictReader(file)}
    codes |= {code: code for code in codes.values()}
    pairs = (("'" + text.replace("'", "''") + "'", f"'{code}'") for text, code in sorted(codes.items()))
    return "map {" + ", ".join(f"{text}: {code}" for text, code in pairs) + "}"
