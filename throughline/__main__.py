"""Entry point: find the rooms, put them on the path, hand over to the command line."""

import sys
from pathlib import Path


def root() -> Path:
    """The folder that holds the rooms: inside the package when installed, beside it in a checkout."""
    package = Path(__file__).resolve().parent
    return package / "_rooms" if (package / "_rooms").is_dir() else package.parent


def main() -> None:
    """Run one command and leave with its exit code."""
    place = str(root())
    for stream in (sys.stdout, sys.stderr):
        stream.reconfigure(encoding="utf-8", errors="replace")
    sys.path[:] = [place] + [entry for entry in sys.path if entry != place]
    from throughline.cli import run

    sys.exit(run(sys.argv[1:]))


if __name__ == "__main__":
    main()
