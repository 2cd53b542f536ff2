"""Sets of records that are one, built link by link."""


class Groups:
    """Sets of roots that are one; a set never holds two roots of one system."""

    def __init__(self, system: dict[str, str]):
        self.system = system
        self.group = {root: {root} for root in system}
        self.method: dict[str, str] = {}

    def are_one(self, a: str, b: str) -> bool:
        return b in self.group.get(a, ())

    def is_settled(self, a: str, b: str) -> bool:
        """Whether a is already one with some record of b's system."""
        return any(self.system[root] == self.system.get(b) for root in self.group.get(a, ()))

    def join(self, a: str, b: str, method: str) -> bool:
        if a not in self.group or b not in self.group or self.are_one(a, b):
            return self.are_one(a, b)
        both = self.group[a] | self.group[b]
        if len({self.system[root] for root in both}) < len(both):
            return False
        for root in both:
            self.group[root] = both
        for root in (a, b):
            self.method.setdefault(root, method)
        return True
