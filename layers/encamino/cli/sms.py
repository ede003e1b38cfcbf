"""`encamino sms`: how many parts a text takes."""

import typer

from encamino.channels.gsm import count, fold
from encamino.cli.output import AsJson, Json, show

app = typer.Typer(no_args_is_help=True, help="SMS: count parts.")


@app.command("count")
def count_text(text: str, as_json: AsJson = False) -> None:
    """Parts and units of a text, as it is and with accents folded."""
    show(text, as_json, _counted, lambda t: str(_counted(t)))


@app.callback()
def _group() -> None:
    """SMS."""


def _counted(text: str) -> Json:
    folded = fold(text)
    as_is, after = count(text), count(folded)
    return {
        "encoding": as_is.encoding, "parts": as_is.parts, "units": as_is.units,
        "folded": {"text": folded, "encoding": after.encoding, "parts": after.parts, "units": after.units},
    }  # fmt: skip
