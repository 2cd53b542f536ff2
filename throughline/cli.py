"""The command line: one typer application, and what an exit code means.

0 done, 1 done with rejects, staleness or a failed check, 2 wrong usage or a refused file. Rooms are imported inside the
commands, so that `throughline --help` is quick.
"""

import os
from typing import Annotated

import typer

from throughline import __version__, say
from throughline.argv import spread
from throughline.commands import files, match, metric, profile, report, restatements, serve, settings, target
from throughline.damage import foreign

ROOMS = ("warehouse", "loaders", "metrics", "charts", "reports", "ui", "sample_data", "throughline")

app = typer.Typer(
    name="throughline",
    help="KPIs that mean something only after CRM, ERP and supplier exports are joined.",
    add_completion=False,
    no_args_is_help=True,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
)
app.command("demo")(serve.demo)
app.command("load")(files.load)
app.command("build")(files.build)
app.command("status")(files.status)
app.command("settings")(settings.settings)
app.command("rollback")(files.rollback)
app.command("withdraw")(files.withdraw)
app.add_typer(profile.app, name="profile")
app.command("metrics")(metric.metrics)
app.command("metric")(metric.metric)
app.command("restatements")(restatements.restatements)
app.command("report")(report.report)
app.add_typer(match.app, name="match")
app.add_typer(target.app, name="target")
app.command("serve")(serve.serve)


def _version(asked: bool) -> None:
    if asked:
        say.line(f"throughline {__version__}")
        raise typer.Exit()


@app.callback()
def _options(
    version: Annotated[bool, typer.Option("--version", callback=_version, is_eager=True, help="Print it.")] = False,
) -> None: ...


def run(argv: list[str]) -> int:
    """Run one command line and return its exit code; what was wrong goes to stderr, and as JSON to stdout if asked."""
    command = typer.main.get_command(app)
    try:
        return command.main(_rewritten(command, argv), prog_name="throughline", standalone_mode=False) or 0
    except typer.TyperException as error:
        if context := getattr(error, "ctx", None):
            say.note(context.get_usage())
        return _wrong(argv, error.format_message(), 2)
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
        return 1
    except Exception as error:
        if type(error).__module__.partition(".")[0] not in ROOMS:
            if (message := foreign(error, argv)) is None:
                raise
            return _wrong(argv, message, 2)
        return _wrong(argv, str(error), 1 if isinstance(error, RuntimeError) else 2)


def _wrong(argv: list[str], message: str, code: int) -> int:
    """Tell an error that a room raised: a RuntimeError is a check that failed, any other a question put wrongly."""
    say.note(f"throughline: {message}")
    before_json = {"--format"} & {first for first, second in zip(argv, argv[1:], strict=False) if second == "json"}
    if "--json" in argv or "--format=json" in argv or before_json:
        say.document({"error": message})
    return code


def _rewritten(command, argv: list[str]) -> list[str]:
    at = next((at for at, word in enumerate(argv) if not word.startswith("-")), None)
    chosen = command.commands.get(argv[at]) if at is not None else None
    if hasattr(chosen, "commands") and at + 1 < len(argv):
        at, chosen = at + 1, chosen.commands.get(argv[at + 1])
    if chosen is None:
        return argv
    options = [param for param in chosen.params if param.param_type_name == "option" and not param.is_flag]
    several = {flag for param in options if param.multiple for flag in param.opts}
    single = {flag for param in options if not param.multiple for flag in param.opts}
    needs = sum(param.param_type_name == "argument" and param.required for param in chosen.params)
    return [*argv[: at + 1], *spread(argv[at + 1 :], several, single, needs)] if several else argv
