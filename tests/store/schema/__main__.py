"""`.venv/bin/python -m tests.store.schema` freezes the items of the present schema number, each kind once."""

import sys

from tests.store.schema.frozen import FOLDER, freeze
from tests.store.tables import new_tables

with new_tables() as new:
    written = freeze(*new())
sys.stdout.write("".join(f"{file.relative_to(FOLDER)}\n" for file in written) or "all is frozen already\n")
