"""The texts of the exports: ids, dates and numbers as Salesforce and SAP write them, and files of them."""

from pathlib import Path

import numpy as np

BASE62 = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
SUFFIX = "ABCDEFGHIJKLMNOPQRSTUVWXYZ012345"
NO_DATE = -1  # an empty day number


def checksum(short: str) -> str:
    """The three signs that make a case-sensitive 15-sign Salesforce id an 18-sign one."""
    parts = (short[k : k + 5] for k in (0, 5, 10))
    return "".join(SUFFIX[sum(1 << k for k, sign in enumerate(part) if "A" <= sign <= "Z")] for part in parts)


def salesforce_ids(prefix: str, count: int) -> list[str]:
    """`count` ids of 18 signs; neighbours differ in one sign, often only in its case."""
    result = []
    for number in range(count):
        tail = BASE62[number // 3844 % 62] + BASE62[number // 62 % 62] + BASE62[number % 62]
        short = f"{prefix}Qy00000A4{tail}"
        result.append(short.ljust(15, "0") + checksum(short.ljust(15, "0")))
    return result


def iso_dates(days) -> np.ndarray:
    """ISO dates of day numbers; NO_DATE gives ''."""
    days = np.asarray(days, dtype="int64")
    return np.where(days == NO_DATE, "", np.datetime_as_string(days.astype("datetime64[D]")))


def sap_dates(days) -> np.ndarray:
    """DD.MM.YYYY of day numbers; NO_DATE gives 00.00.0000."""
    days = np.asarray(days, dtype="int64")
    known, where = np.unique(days, return_inverse=True)
    iso = iso_dates(known)
    texts = np.array([f"{text[8:]}.{text[5:7]}.{text[:4]}" if text else "00.00.0000" for text in iso])
    return texts[where]


def salesforce_dates(days) -> np.ndarray:
    """A date-only field of a Data Export: YYYY-MM-DD 00:00:00, '' where empty."""
    texts = iso_dates(days)
    return np.where(texts == "", "", np.char.add(texts, " 00:00:00"))


def salesforce_instants(days, minutes) -> np.ndarray:
    """GMT instants YYYY-MM-DD HH:MM:SS of local days; `minutes` after 07:00 GMT keep the local date."""
    minutes = 420 + np.asarray(minutes, dtype="int64") % 540
    clock = np.array([f" {m // 60:02d}:{m % 60:02d}:{m * 7 % 60:02d}" for m in range(960)])[minutes]
    texts = iso_dates(days)
    return np.where(texts == "", "", np.char.add(texts, clock))


def sap_number(value: float, decimals: int) -> str:
    """1234.5 -> 1.234,50 and -3 -> 3,000-, as a German SAP list writes it."""
    text = f"{abs(value):,.{decimals}f}".translate(str.maketrans(",.", ".,"))
    return text + "-" if value < 0 else text


def sap_numbers(values, decimals: int) -> list[str]:
    """`sap_number` of many values, each different one formatted once."""
    known = {value: sap_number(value, decimals) for value in dict.fromkeys(np.asarray(values, dtype=float).tolist())}
    return [known[value] for value in np.asarray(values, dtype=float).tolist()]


def quoted_rows(columns: list) -> list[str]:
    """Rows of a comma file with every cell quoted."""
    cells = [[str(cell).replace('"', '""') for cell in column] for column in columns]
    return ['"' + '","'.join(row) + '"' for row in zip(*cells, strict=True)]


def plain_rows(columns: list, separator: str) -> list[str]:
    """Rows of a file without quotes."""
    return [separator.join(row) for row in zip(*[map(str, column) for column in columns], strict=True)]


def write(path: Path, header: str, rows: list[str], encoding: str, newline: str) -> None:
    """Write header and rows; the folder is made."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes((newline.join([header, *rows]) + newline).encode(encoding))
