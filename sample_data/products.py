"""Products, suppliers, and which product is stocked at which plant."""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from sample_data.names import WORDS
from sample_data.settings import FAMILIES, SLOW_FAMILY, SLOW_SUPPLIER, rng

SUPPLIERS = (
    ("0000200001", "Gießerei Hohenstein GmbH", "DE", 0.9),
    ("0000200002", "Ventilwerk Řezník s.r.o.", "CZ", 1.0),
    ("0000200003", "Fonderie Rhône S.A.S.", "FR", 1.1),
    ("0000200004", "Elektromotoren Brandt AG", "DE", 0.9),
    ("0000200005", "Silnik Łukasz Sp. z o.o.", "PL", 1.0),
    ("0000200006", "Steuerungen Kappel GmbH & Co. KG", "AT", 1.0),
    ("0000200007", "Controllo Adda S.p.A.", "IT", 1.1),
    ("0000200008", "Sensorik Jena GmbH", "DE", 0.8),
    ("0000200009", "Meettechniek Delft B.V.", "NL", 0.9),
    ("0000200010", "Dichtungen Odenwald KG", "DE", 0.8),
    ("0000200011", "Guss und Form Zwickau GmbH", "DE", 1.0),
    ("0000200012", "Lagertechnik Steyr GmbH", "AT", 0.9),
)
OF_FAMILY = {
    "Pumps": ("0000200001", "0000200011"),
    "Valves": ("0000200002", "0000200003"),
    "Motors": (SLOW_SUPPLIER, SLOW_SUPPLIER, SLOW_SUPPLIER, "0000200004"),
    "Controls": ("0000200006", "0000200007"),
    "Sensors": ("0000200008", "0000200009"),
    "Service kits": ("0000200010", "0000200012"),
}
PRICE = {
    "Pumps": (420, 2600),
    "Valves": (60, 420),
    "Motors": (300, 1900),
    "Controls": (180, 1250),
    "Sensors": (35, 210),
    "Service kits": (45, 280),
}


@dataclass(frozen=True)
class Assortment:
    """product (code, name, family, price, cost, supplier, lead_time), supplier, and stocked (product, site) pairs."""

    product: pd.DataFrame
    supplier: pd.DataFrame
    stocked: pd.DataFrame

    @property
    def sold(self) -> int:
        """How many products are still ordered: all but the last, which only lies in stock."""
        return len(self.product) - 1

    @property
    def offered(self) -> pd.DataFrame:
        """The days from order to delivery that customers are told of, by stocked pair: product, site, days."""
        return self.stocked.assign(days=np.where(self.stocked["site"] == "1000", 9, 12) + self.stocked.index % 4)


def make_assortment(seed: int, count: int) -> Assortment:
    """`count` products spread over the families; each is stocked at plant 1000 and at one of the other two."""
    random = rng(seed, "products")
    family = [FAMILIES[k % len(FAMILIES)] for k in range(count)]
    turn = [k // len(FAMILIES) for k in range(count)]
    product = pd.DataFrame({"product": [f"{1000100 + 10 * k:018d}" for k in range(count)], "family": family})
    model = [f"{'ABCDEFGH'[t // 4]}{20 + 5 * k}" for k, t in enumerate(turn)]
    words = [WORDS["products"][f][t % 4] for f, t in zip(family, turn, strict=True)]
    for column, own in zip(("name", "english"), zip(*words, strict=True), strict=True):
        product[column] = [f"{word} {m}" for word, m in zip(own, model, strict=True)]
    low, high = np.array([PRICE[f] for f in family], dtype=float).T
    product["price"] = np.round(low * (high / low) ** random.random(count), 0)
    product["cost"] = np.round(product["price"] * random.uniform(0.5, 0.68, count), 2)
    product["supplier"] = [OF_FAMILY[f][t % len(OF_FAMILY[f])] for f, t in zip(family, turn, strict=True)]
    product["lead_time"] = random.integers(9, 19, count)
    product.loc[product["family"] == SLOW_FAMILY, "lead_time"] = 12
    supplier = pd.DataFrame(SUPPLIERS, columns=["supplier", "name", "country", "slip"])
    second = np.where(np.arange(count) % 2 == np.array(turn) % 2, "2000", "3000")
    stocked = pd.concat(
        [product[["product"]].assign(site="1000"), product[["product"]].assign(site=second)], ignore_index=True
    )
    return Assortment(product, supplier, stocked)
