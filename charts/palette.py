"""The colours of every chart, by theme: one set of six for light backgrounds and its twin for dark ones."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Palette:
    """Colours of one theme. `series` are for members, `good`, `bad` and `flat` for judged changes, `muted` for numbers
    that rest on too few rows."""

    series: tuple[str, ...]
    ink: str
    axis: str
    grid: str
    surface: str
    muted: str
    good: str
    bad: str
    flat: str
    low: str
    high: str


LIGHT = Palette(
    series=("#2459c4", "#0f8b83", "#c27a08", "#7b52c1", "#c2456b", "#64748b"),
    ink="#172033",
    axis="#5b6678",
    grid="#e6e9ef",
    surface="#ffffff",
    muted="#aab3c2",
    good="#1b7f4d",
    bad="#b3261e",
    flat="#64748b",
    low="#e9f0fd",
    high="#2459c4",
)

DARK = Palette(
    series=("#7aa5ff", "#3fc6ba", "#eeb04e", "#b598f5", "#f2819f", "#93a1b5"),
    ink="#e8ecf3",
    axis="#9aa7ba",
    grid="#263042",
    surface="#121a28",
    muted="#566377",
    good="#4cc58a",
    bad="#ff8f86",
    flat="#93a1b5",
    low="#1a2740",
    high="#7aa5ff",
)


def palette(theme: str) -> Palette:
    """The palette of "light" or "dark"."""
    return DARK if theme == "dark" else LIGHT


def colour(role: str, index: int, theme: str) -> str:
    """The colour of a series: by its role where it has one (ink, muted, good, bad, flat, axis), else by its place."""
    chosen = palette(theme)
    if role and role != "series":
        return getattr(chosen, role)
    return chosen.series[index % len(chosen.series)]


def translucent(hex_colour: str, alpha: float) -> str:
    """The colour as rgba() text, for bands and fills."""
    red, green, blue = (int(hex_colour[place : place + 2], 16) for place in (1, 3, 5))
    return f"rgba({red},{green},{blue},{alpha})"


def between(low: str, high: str, share: float) -> str:
    """The colour a share of the way from low to high, as hex text."""
    pairs = [(int(low[at : at + 2], 16), int(high[at : at + 2], 16)) for at in (1, 3, 5)]
    return "#" + "".join(f"{round(start + (end - start) * share):02x}" for start, end in pairs)
