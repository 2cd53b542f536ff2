"""What a report is made of, as one hash: its metrics' definitions and the text of this room."""

import hashlib
from pathlib import Path

from metrics.registry import catalogue


def definition_of(name: str, metrics: tuple[str, ...]) -> str:
    """A short hash that changes when a metric's definition or the way a report is written changes."""
    found = hashlib.sha256(name.encode())
    for metric in metrics:
        found.update(f"{metric} {catalogue()[metric].definition_version}\n".encode())
    for path in sorted(Path(__file__).parent.glob("*")):
        if path.suffix in (".py", ".jinja"):
            found.update(path.read_bytes())
    return found.hexdigest()[:12]
