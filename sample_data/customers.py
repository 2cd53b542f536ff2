"""Customers of the ERP, accounts of the CRM, and which of them are the same company."""

import numpy as np
import pandas as pd

from sample_data import names
from sample_data.settings import SEGMENT_SHARE, SEGMENTS, SITES, rng
from sample_data.texts import salesforce_ids

VAT_DIGITS = {"DE": 9, "AT": 8, "FR": 11, "PL": 10, "NL": 9, "IT": 11, "CZ": 8}
VAT_PREFIX = {"AT": "ATU"}
JOINS = ("erp_number", "tax_id", "name", "none", "no_account")
JOIN_SHARE = (0.70, 0.14, 0.10, 0.03, 0.03)
LOOK_ALIKE = 10**6  # the place of the account that only looks like a customer
NAME_LENGTH = 35  # of NAME1 in the ERP


def vat_numbers(random: np.random.Generator, countries: list[str]) -> list[str]:
    """A made-up VAT number per company in the form of its country."""
    digits = random.integers(0, 10, (len(countries), 11))
    texts = ["".join(map(str, row)) for row in digits]
    return [
        VAT_PREFIX.get(country, country) + text[: VAT_DIGITS[country]]
        for country, text in zip(countries, texts, strict=True)
    ]


def companies(seed: int, count: int) -> pd.DataFrame:
    """All companies the story needs, one row each, in the order in which they appear in it.

    Columns: name, form, country, segment, vat, join (how the two systems can be joined), incoterm, site.
    Segment is "" for the few that sales never classified."""
    random = rng(seed, "companies")
    segment = random.choice(SEGMENTS, count, p=SEGMENT_SHARE)
    private = iter(names.company_names(random, count))
    public = iter(names.public_names(random, min(count, 100)))
    picked = [next(public, None) or next(private) if kind == "Public" else next(private) for kind in segment]
    frame = pd.DataFrame(picked, columns=["name", "form", "country"])
    frame["segment"] = np.where(random.random(count) < 0.04, "", segment)
    frame["vat"] = vat_numbers(random, list(frame["country"]))
    frame["join"] = random.choice(JOINS, count, p=JOIN_SHARE)
    frame["incoterm"] = np.where(random.random(count) < 0.07, "EXW", "DAP")
    frame["site"] = random.choice(SITES, count, p=[0.4, 0.3, 0.3])
    frame["style"] = random.integers(0, 60, count)
    return frame


def plant_joins(frame: pd.DataFrame, existing: int) -> pd.DataFrame:
    """Make sure that every way of joining occurs among the existing customers, and plant the look-alike.

    The last existing customer has no account, but a prospect elsewhere has nearly its name (see `accounts`). Customers
    that cannot be joined have no segment: what the ERP alone knows is what there is to know."""
    frame = frame.copy()
    frame.loc[existing - 6 : existing - 1, "join"] = ["tax_id", "tax_id", "name", "name", "none", "no_account"]
    frame.loc[frame.index[existing:][frame["join"][existing:].isin(["none", "no_account"])], "join"] = "name"
    long = (frame["name"] + " " + frame["form"]).str.len() > NAME_LENGTH
    frame.loc[long & (frame["join"] == "name"), "join"] = "tax_id"
    frame.loc[existing - 1, ["name", "form", "country", "vat"]] = ["Nordlicht Armaturen", "GmbH", "DE", "DE318274650"]
    frame.loc[frame["join"].isin(["none", "no_account"]), "segment"] = ""
    return frame


def account_name(row) -> str:
    """The name of a company's account as sales spelt it."""
    if row.join == "erp_number":
        return (names.same_name_spelling if row.style % 2 else names.loose_spelling)(row.name_, row.form, row.style)
    if row.join == "tax_id":
        return names.loose_spelling(row.name_, row.form, row.style)
    if row.join == "none":
        return f"{names.PET_NAMES[row.style % len(names.PET_NAMES)]} Holding"
    return names.same_name_spelling(row.name_, row.form, row.style)


def accounts(frame: pd.DataFrame) -> pd.DataFrame:
    """The CRM account of each company that has one (index = company), plus the look-alike prospect.

    Columns: account_id, name, vat, country, segment, tier, erp_number_known."""
    rows = frame[frame["join"] != "no_account"].rename(columns={"name": "name_"})
    result = pd.DataFrame(index=rows.index)
    result["name"] = [account_name(row) for row in rows.itertuples()]
    spaced = [
        vat if style % 2 else f"{vat[:2]} {vat[2:5]} {vat[5:]}"
        for vat, style in zip(rows["vat"], rows["style"], strict=True)
    ]
    known = (rows["join"] == "tax_id") | ((rows["join"] == "erp_number") & (rows["style"] % 3 > 0))
    result["vat"] = np.where(known, spaced, "")
    result["country"] = rows["country"]
    result["segment"] = rows["segment"]
    tier = {"Enterprise": "A", "Public": "B", "Midmarket": "B", "SMB": "C", "": ""}
    result["tier"] = rows["segment"].map(tier)
    result["erp_number_known"] = rows["join"] == "erp_number"
    result.loc[LOOK_ALIKE] = ["Nordlicht Armaturen AG", "ATU 716 52839", "AT", "Enterprise", "A", False]
    result["account_id"] = salesforce_ids("001", len(result))
    return result


def twins(account: pd.DataFrame) -> pd.DataFrame:
    """Accounts sales opened a second time under the same name; `master` names the account the last one was merged into.

    Index = company of the account they repeat; they know no ERP number and no VAT number."""
    first = account[account["erp_number_known"] & (account["name"].str.len() > 12)].iloc[2::9].head(4)
    same = first.assign(vat="", erp_number_known=False, tier="")
    same["account_id"] = salesforce_ids("001", len(account) + len(same))[len(account) :]
    same["master"] = ["" if k < len(same) - 1 else first["account_id"].iat[-1] for k in range(len(same))]
    return same
