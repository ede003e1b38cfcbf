"""`encamino inbox`: deliveries that could not be understood."""

import typer

from encamino.cli.output import AsJson, Json, show
from encamino.cli.shapes import instant
from encamino.cli.stack import stack
from encamino.cli.tables import table
from encamino.store.base import RawDelivery

app = typer.Typer(no_args_is_help=True, help="Deliveries that need a person.")


@app.callback()
def _group() -> None:
    """Deliveries."""


@app.command("list")
def list_inbox(shop: str, as_json: AsJson = False) -> None:
    """Authentic deliveries of a shop that could not be read or are about no order, newest last."""
    here = stack()
    here.shop(shop)
    show(here.store.deliveries(shop, None), as_json, _json, _words)


def _json(kept: tuple[RawDelivery, ...]) -> Json:
    return [
        {
            "hash": d.hash,
            "platform": d.platform,
            "received_at": instant(d.received_at),
            "trouble": d.trouble,
            "bytes": len(d.body),
        }
        for d in kept
    ]


def _words(kept: tuple[RawDelivery, ...]) -> object:
    rows = [(instant(d.received_at), d.platform, len(d.body), d.trouble) for d in kept]
    return table("inbox", ("received", "platform", "bytes", "trouble"), rows)
