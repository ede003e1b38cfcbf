"""The command line: `encamino`. Thin; everything it does, a flow or a room does."""

from encamino.cli.app import main

__all__ = ["main"]
