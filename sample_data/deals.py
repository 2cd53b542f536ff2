"""One deal's way through the pipeline: its stages, amounts and expected close dates, each with its day."""

from typing import NamedTuple

import numpy as np

from sample_data.settings import INFLATED_STAGE, workday

WON, LOST = "Closed Won", "Closed Lost"
# Where a deal goes next, and the mean days it stays. What is parked in the inflated stage wins one time in four.
NEXT = {
    "Qualification": (("Needs Analysis", 0.70), (LOST, 0.30)),
    "Needs Analysis": (("Proposal/Price Quote", 0.58), (INFLATED_STAGE, 0.27), (LOST, 0.15)),
    INFLATED_STAGE: (("Proposal/Price Quote", 0.40), (LOST, 0.60)),
    "Proposal/Price Quote": (("Negotiation/Review", 0.72), (LOST, 0.28)),
    "Negotiation/Review": ((WON, 0.87), (LOST, 0.13)),
}
DWELL = {
    "Qualification": 14,
    "Needs Analysis": 16,
    INFLATED_STAGE: 48,
    "Proposal/Price Quote": 18,
    "Negotiation/Review": 17,
}
LEFT = {
    "Qualification": 70,
    "Needs Analysis": 55,
    INFLATED_STAGE: 24,
    "Proposal/Price Quote": 35,
    "Negotiation/Review": 17,
}


class State(NamedTuple):
    """The deal as the CRM shows it from `day` on."""

    day: int
    stage: str
    amount: float
    close: int


def next_stage(random: np.random.Generator, stage: str) -> str:
    draw, so_far = random.random(), 0.0
    for name, share in NEXT[stage]:
        so_far += share
        if draw < so_far:
            return name
    return NEXT[stage][-1][0]


def pushes(random: np.random.Generator, state: State, until: int) -> list[State]:
    """The close dates that sales moved because they had passed with the deal still open."""
    found = []
    while state.close < until:
        day = int(workday(state.close + random.integers(1, 9)))
        if day >= until:
            break
        state = State(day, state.stage, state.amount, int(day + random.integers(12, 32)))
        found.append(state)
    return found


def life(random: np.random.Generator, created: int, amount: float, end: int) -> list[State]:
    """All states of a deal created on `created`, up to the day `end`."""
    stage, day, states = "Qualification", created, []
    while True:
        close = int(day + max(3, LEFT[stage] * random.uniform(0.7, 1.25)))
        if stage == "Proposal/Price Quote" and random.random() < 0.4:
            amount = round(amount * float(random.lognormal(-0.03, 0.15)), 2)
        states.append(State(day, stage, amount, close))
        leave = int(workday(day + 1 + round(random.gamma(4.0, DWELL[stage] / 4.0))))
        states.extend(pushes(random, states[-1], min(leave, end + 1)))
        if leave > end:
            return [state for state in states if state.day <= end]
        stage, day = next_stage(random, stage), leave
        if stage in (WON, LOST):
            return [*states, State(day, stage, amount, day)]
