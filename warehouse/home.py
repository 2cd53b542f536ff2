"""The folder that holds everything a company has loaded: loads, versions, profiles, settings."""

import os
from dataclasses import dataclass
from pathlib import Path

import platformdirs


@dataclass(frozen=True)
class Home:
    """Where things lie under one home folder. Nothing is created by asking."""

    path: Path

    @property
    def loads(self) -> Path:
        return self.path / "loads"

    @property
    def versions(self) -> Path:
        return self.path / "versions"

    @property
    def current(self) -> Path:
        return self.path / "CURRENT"

    @property
    def profiles(self) -> Path:
        return self.path / "profiles"

    @property
    def state(self) -> Path:
        return self.path / "state.sqlite"

    @property
    def lock(self) -> Path:
        return self.path / "build.lock"

    @property
    def spill(self) -> Path:
        return self.path / "spill"


def resolve_home(option: str | os.PathLike | None = None) -> Home:
    """The home given by option, else by $THROUGHLINE_HOME, else the user's data folder."""
    chosen = option or os.environ.get("THROUGHLINE_HOME") or platformdirs.user_data_dir("throughline", False)
    return Home(Path(chosen).expanduser().resolve())
