"""Where the real data lie. They are no part of the project; tests on them skip, and say so, where they are missing."""

import os
from pathlib import Path

import pytest

REAL = Path(os.environ.get("THROUGHLINE_REAL_DATA") or Path(__file__).resolve().parents[1] / "../shared/data")


def at_hand(*names: str) -> list[Path]:
    """The real files or folders of those names, all of them or the test skips."""
    paths = [REAL / name for name in names]
    if missing := [name for name, path in zip(names, paths, strict=True) if not path.exists()]:
        pytest.skip(f"the real data is not at hand: {', '.join(missing)}")
    return paths
