"""All commands under one name, and one way to fail."""

import sys
from typing import Annotated, Any

import typer
from pydantic import ValidationError

from encamino.cli import carriers, clock, doctor, inbox, messages, order, rehearse, replay, shop, shops, sms
from encamino.cli.output import OTHER, USAGE, complain, fail
from encamino.cli.stack import choose
from encamino.domain.errors import EncaminoError, Misconfigured

#: Typer brings its own click; this is the base of everything it raises for a wrong command line.
_ClickException: type[Any] = typer.BadParameter.__mro__[2]

_WHERE = frozenset({"--stack", "--profile", "--region"})

app = typer.Typer(no_args_is_help=True, add_completion=False, help="encamino: what a shop says after “Buy”.")
for name, group in {
    "shop": shop.app,
    "order": order.app,
    "messages": messages.app,
    "carriers": carriers.app,
    "shops": shops.app,
    "clock": clock.app,
    "inbox": inbox.app,
    "sms": sms.app,
}.items():
    app.add_typer(group, name=name)
app.command("doctor")(doctor.doctor)
app.command("replay")(replay.replay)
app.command("rehearse")(rehearse.rehearse)


@app.callback()
def _root(
    stack: Annotated[str | None, typer.Option(help="Stack in AWS; without it the local one, if it is up.")] = None,
    profile: Annotated[str | None, typer.Option(help="AWS profile.")] = None,
    region: Annotated[str | None, typer.Option(help="AWS region.")] = None,
) -> None:
    choose(stack, profile, region)


def main() -> None:
    """Run a command; end with 0, or 2 usage, 3 not found, 4 refused, 1 anything else."""
    as_json = "--json" in sys.argv
    try:
        sys.exit(app(_stack_first(sys.argv[1:]), standalone_mode=False, prog_name="encamino") or 0)
    except typer.Exit as err:
        sys.exit(err.exit_code)
    except _ClickException as err:
        message = err.format_message() or "which command?"
        sys.exit(complain("usage", message, _where(err), _cure(err), as_json=as_json, exit_code=USAGE))
    except (EncaminoError, Misconfigured) as err:
        sys.exit(fail(err, as_json=as_json))
    except ValidationError as err:
        cure = "run `encamino doctor`"
        sys.exit(complain("unreadable", _misfit(err), err.title, cure, as_json=as_json, exit_code=OTHER))
    except KeyboardInterrupt:
        sys.exit(130)
    except Exception as err:  # noqa: BLE001  (a door: never a stack trace for a person)
        sys.exit(complain(type(err).__name__, str(err), "", "run `encamino doctor`", as_json=as_json, exit_code=OTHER))


def _where(err: Any) -> str:
    context = getattr(err, "ctx", None)
    return context.command_path if context else "encamino"


def _cure(err: Any) -> str:
    """What there is, when something was asked for that there is not."""
    context = getattr(err, "ctx", None)
    commands = getattr(context.command, "commands", ()) if context else ()
    return f"one of: {', '.join(sorted(commands))}; see --help" if commands else "see --help"


def _misfit(err: ValidationError) -> str:
    """The first field that does not fit, in one line. Never what stood in it: it may be an address or a secret."""
    first, *more = err.errors(include_input=False, include_url=False, include_context=False)
    field = ".".join(str(part) for part in first["loc"]) or err.title
    # A validator's own sentence quotes what it was given.
    message = "is not valid" if first["type"] in {"value_error", "assertion_error"} else first["msg"]
    return " ".join(f"{field}: {message}{f' (and {len(more)} more)' if more else ''}".split())


def _stack_first(words: list[str]) -> list[str]:
    """`--stack`, `--profile` and `--region` may stand anywhere; typer wants them before the command."""
    first: list[str] = []
    rest = list(words)
    for place in range(len(words) - 1, -1, -1):
        name, equals, _ = words[place].partition("=")
        if name in _WHERE:
            taken = slice(place, place + (1 if equals else 2))
            first[:0] = rest[taken]
            del rest[taken]
    return first + rest
