"""How a number is written: shares as percent, days, money with its currency, each with as many digits as it carries."""

import math

SYMBOLS = {"EUR": "€", "USD": "$", "GBP": "£", "JPY": "¥", "CNY": "CN¥", "INR": "₹", "KRW": "₩", "BRL": "R$"}
STEPS = ((1e9, "bn"), (1e6, "M"), (1e3, "k"))
DASH = "–"
MINUS = "\u2212"
THIN = "\u202f"


def digits(value: float) -> int:
    """Decimals that leave three figures: 1.23, 12.3, 123."""
    size = abs(value)
    return 0 if not size or size >= 100 or value == int(value) and size >= 10 else 1 if size >= 10 else 2


def grouped(value: float, decimals: int) -> str:
    """The number with thin spaces between thousands and a true minus sign."""
    text = f"{abs(value):,.{decimals}f}".replace(",", THIN)
    return (MINUS if value < 0 and float(f"{value:.{decimals}f}") != 0 else "") + text


def short(value: float) -> str:
    """The number with k, M or bn: 1.28 M is written 1.28M."""
    for size, mark in STEPS:
        if abs(value) >= size * 0.9995:
            return grouped(value / size, digits(value / size) if abs(value / size) < 100 else 0) + mark
    return grouped(value, 0 if abs(value) >= 10 else digits(value))


def money(value: float, currency: str | None) -> str:
    """€1.2M; a currency without a symbol stands behind with its code; none is a bare number."""
    body = short(abs(value))
    sign = MINUS if value < 0 else ""
    if not currency:
        return sign + body
    mark = SYMBOLS.get(currency)
    return f"{sign}{mark}{body}" if mark else f"{sign}{body}{THIN}{currency}"


def written(value: float | None, unit: str, currency: str | None = None) -> str:
    """A value with its unit; a dash where there is none.

    Units are those of the registry: share (a fraction, written as percent), days, currency, count, ratio, score, ppm,
    per_year."""
    if value is None or not math.isfinite(value):
        return DASH
    if unit == "share":
        return f"{grouped(value * 100, 1)}{THIN}%"
    if unit == "days":
        return f"{grouped(value, 0 if abs(value) >= 100 else 1)}{THIN}d"
    if unit == "currency":
        return money(value, currency)
    if unit in ("count", "ppm"):
        whole = value == int(value) and abs(value) < 1000
        return (grouped(value, 0) if whole else short(value)) + (f"{THIN}ppm" if unit == "ppm" else "")
    if unit == "per_year":
        return f"{grouped(value, digits(value))}{THIN}/ year"
    return grouped(value, 2)


def change(value: float | None, unit: str, currency: str | None = None) -> str:
    """A difference with its sign; of shares in percentage points."""
    if value is None or not math.isfinite(value):
        return DASH
    points = f"{grouped(abs(value) * 100, 1)}{THIN}pp"
    text = points if unit == "share" else written(abs(value), unit, currency)
    if not any(figure in text for figure in "123456789"):
        return "±" + text
    return ("+" if value > 0 else MINUS) + text


def counted(number: float | None) -> str:
    """A count in full, with thin spaces: 12 480; fractions of counts keep one decimal."""
    if number is None:
        return DASH
    return grouped(number, 0 if float(number).is_integer() or abs(number) >= 100 else 1)
