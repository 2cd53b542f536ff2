"""Company names and the ways two systems spell the same one differently."""

import unicodedata

import numpy as np

STEMS = (
    "Müller Nordwerk Alpen Rhein Havel Löwe Krüger Bergmann Größing Schäfer Weser Isar Spree Jäger Sonnen Ost Küsten Werra Fulda "
    "Kögel Brücken Elbtal Donau Neckar Lausitz Harzer Würth Vogt Pfälzer Steiner Böhm Zürn Eifel Taunus Saar Kessler Grün Hübner Mosel "
    "Oder Ruhr Lippe Allgäu Tauber Altmark Hansa Ostsee Brenner Gmünd Voss"
).split()
TRADES = (
    "Anlagenbau Maschinenbau Wassertechnik Pumpentechnik Antriebe Armaturen Fördertechnik Kältetechnik Verfahrenstechnik "
    "Automation Hydraulik Papierwerke Brauerei Molkerei Chemie Stahlbau Lebensmittel Energie Umwelttechnik Werkzeugbau"
).split()
FOREIGN = {
    "FR": ("S.A.S.", "Société Lémery,Ateliers Béranger,Fonderie Côte d'Or,Laiterie Févret,Hydro Garonne,Papeterie Élan,Chimie Brézé".split(",")),
    "PL": ("Sp. z o.o.", "Zakłady Łódź,Wodociągi Śląsk,Młyn Żuraw,Stal Gdańsk,Huta Nowak,Mleczarnia Wisła".split(",")),
    "NL": ("B.V.", "De Vries Pompen,Waterland Techniek,Zuivel Hoorn,Van Dijk Machines,Delta Automatisering".split(",")),
    "IT": ("S.r.l.", "Officine Bertò,Idraulica Verità,Cartiera Adige,Meccanica Forlì,Acque Brenta".split(",")),
    "CZ": ("s.r.o.", "Čerpadla Brno,Strojírny Plzeň,Vodárny Řípa,Pivovar Žatec".split(",")),
}
PUBLIC = "Stadtwerke Wasserverband Zweckverband Entsorgungsbetriebe".split()
TOWNS = (
    "Lüneburg Gießen Görlitz Fürth Würzburg Passau Kempten Stralsund Husum Celle Goslar Bamberg Coburg Weimar Jena Zwickau Plauen Ulm Singen "
    "Düren Neuß Hameln Soest Lübben Linz Wels Steyr Krems"
).split()
PET_NAMES = ("HydroNova", "Aquatrend", "Fluidum", "Sigma Flow", "Pumpart", "Ventara", "Motovis")
GERMAN_FORMS = ("GmbH", "GmbH & Co. KG", "AG", "KG", "SE")
SHORT = {
    "maschinenbau": "Masch.bau",
    "technik": "tech.",
    "Anlagenbau": "Anl.bau",
    "Stadtwerke": "SW",
    "Wasserverband": "WV",
    "Automation": "Autom.",
    "Gesellschaft": "Ges.",
    "Zweckverband": "ZV",
}
ASCII = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue", "Ä": "Ae", "Ö": "Oe", "Ü": "Ue", "ß": "ss", "ł": "l", "Ł": "L"})


def company_names(random: np.random.Generator, count: int) -> list[tuple[str, str, str]]:
    """`count` different private companies as (name without legal form, legal form, country)."""
    pairs = [(stem, trade) for stem in STEMS for trade in TRADES]
    order = random.permutation(len(pairs))
    names = [(f"{pairs[k][0]} {pairs[k][1]}", GERMAN_FORMS[k % len(GERMAN_FORMS)], "AT" if k % 9 == 4 else "DE") for k in order]
    foreign = [(name, form, country) for country, (form, given) in FOREIGN.items() for name in given]
    places = random.permutation(min(count, 4 * len(foreign)))[: len(foreign)]
    for place, name in zip(np.sort(places), foreign, strict=False):
        names[place] = name
    return names[:count]


def public_names(random: np.random.Generator, count: int) -> list[tuple[str, str, str]]:
    """`count` different public utilities as (name, no legal form, country)."""
    pairs = [(kind, town) for town in TOWNS for kind in PUBLIC]
    order = random.permutation(len(pairs))[:count]
    return [(f"{pairs[k][0]} {pairs[k][1]}", "", "AT" if pairs[k][1] in ("Linz", "Wels", "Steyr", "Krems") else "DE") for k in order]


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
    return (full, name, plain(name), full.replace("GmbH & Co. KG", "GmbH und Co KG").replace(".", ""), f"{name.upper()} {form}".strip())[style % 5]


def loose_spelling(name: str, form: str, style: int) -> str:
    """How sales typed it where an id joins: abbreviated, reordered, or with the town's habit."""
    if style % 4 == 0:
        return name.split()[0]
    if style % 4 == 1:
        first, *rest = name.split()
        return f"{' '.join(rest)} {first}".strip() or name
    short = name
    for long, brief in SHORT.items():
        short = short.replace(long, brief)
    return f"{short} {form}".strip() if style % 4 == 2 else plain(short)


def western(texts) -> list[str]:
    """Texts as Windows-1252 can hold them: a name with other signs loses all its accents."""
    return [text if text.encode("cp1252", "ignore").decode("cp1252") == text else plain(text) for text in texts]
