"""encamino: what an online shop says to its customer after "Buy"."""

VERSION = "0.1.0"
