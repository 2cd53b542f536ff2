"""Generated companies that feed every metric: those of company.py, with what their tables leave out."""

from copy import deepcopy

import numpy as np

from tests.oracle.capacity import add_capacity
from tests.oracle.changes import add_changes
from tests.oracle.company import Company, company
from tests.oracle.deals import add_deals
from tests.oracle.line_state import add_line_state
from tests.oracle.masters import add_masters
from tests.oracle.stock import add_stock
from tests.oracle.supply import add_supply

ADDED = (add_masters, add_deals, add_line_state, add_changes, add_stock, add_supply, add_capacity)


def wide_company(seed: int) -> Company:
    """The company of a seed and more: each addition draws from a random stream of its own, none from the company's.

    What differs between seeds besides the draws: one in three trades in a second currency, and backlog is told by
    dated changes, by changes and snapshots, by nothing but the lines, or by weekly snapshots alone (`seed % 4`).
    """
    made = company(seed)
    found = Company(seed, deepcopy(made.crm), deepcopy(made.erp))
    for number, add in enumerate(ADDED):
        add(np.random.default_rng([seed, number]), found)
    return found
