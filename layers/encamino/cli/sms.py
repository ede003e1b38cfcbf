"""`encamino sms`: how many parts a text takes."""

import typer

from encamino.channels.gsm import described
from encamino.cli.output import AsJson, show

app = typer.Typer(no_args_is_help=True, help="SMS: count parts.")


@app.command("count")
def count_text(text: str, as_json: AsJson = False) -> None:
    """Parts and units of a text, as it is and with accents folded."""
    show(described(text), as_json, lambda said: said, str)


@app.callback()
def _group() -> None:
    """SMS."""
