"""The command reference, from the commands themselves: python -m throughline.reference > docs/commands.md"""

import typer

from throughline.cli import app

INTRO = """# Commands

Written by `python -m throughline.reference`; a test compares it with the commands.

Exit codes: 0 done (an honest `not_available` is an answer), 1 done with rejects, ignored files, staleness or a failed
check (told on stderr and in the JSON), 2 wrong usage or a refused file. With `--json` or `--format json` stdout is one
JSON document.
Options that take several values take them after one flag (`--by segment family`) or with the flag repeated.
"""


def reference() -> str:
    """Every command with its usage and help, groups by their commands."""
    group = typer.main.get_command(app)
    return "\n".join([INTRO, *(_described(command, f"throughline {name}") for name, command in _leaves(group))])


def _leaves(group, prefix: str = ""):
    for name, command in group.commands.items():
        if hasattr(command, "commands"):
            yield from _leaves(command, f"{prefix}{name} ")
        else:
            yield f"{prefix}{name}", command


def _described(command, name: str) -> str:
    options, arguments = [], []
    for param in command.params:
        if param.param_type_name == "argument":
            arguments.append((param.metavar, param.help or ""))
        elif param.name != "help":
            value = "" if param.is_flag else f" {param.metavar or ''}"
            options.append((f"{param.opts[0]}{value}", param.help or ""))
    usage = " ".join([name, *(metavar for metavar, _ in arguments), *(f"[{flag}]" for flag, _ in options)])
    rows = "\n".join(f"| `{_cell(flag)}` | {_cell(text)} |" for flag, text in [*arguments, *options])
    return f"## {name}\n\n{command.help}\n\n```\n{usage}\n```\n\n| | |\n|---|---|\n{rows}\n"


def _cell(text: str) -> str:
    return text.strip().replace("|", "\\|")


if __name__ == "__main__":
    print(reference(), end="")
