"""python -m sample_data OUT: write the exports; --answers and --exports renew what the repository holds of them."""

import argparse
from pathlib import Path

from sample_data import answers, look
from sample_data.generate import SEED, write_company

ROOT = Path(__file__).parents[1]


def main(arguments: list[str] | None = None) -> None:
    parser = argparse.ArgumentParser(prog="python -m sample_data", description=__doc__)
    parser.add_argument("out", nargs="?", type=Path, help="folder to write salesforce/, sap/ and truth.json to")
    parser.add_argument("--seed", type=int, default=SEED)
    parser.add_argument("--months", type=int, default=30)
    parser.add_argument("--size", choices=("demo", "small"), default="demo")
    parser.add_argument("--answers", action="store_true", help="renew docs/sample-company.md")
    parser.add_argument("--exports", action="store_true", help="renew sample_data/exports")
    given = parser.parse_args(arguments)
    if not (given.out or given.answers or given.exports):
        parser.error("name a folder, or ask for --answers or --exports")
    if given.out:
        write_company(given.out, given.seed, given.months, given.size)
    if given.answers:
        answers.write(ROOT / "docs" / "sample-company.md")
    if given.exports:
        look.write(ROOT / "sample_data" / "exports")


if __name__ == "__main__":
    main()
