"""The style sheet of a page: one sheet for all shops, spoken in the shop's own colours."""

import re
from functools import lru_cache
from pathlib import Path
from zoneinfo import ZoneInfo

from markupsafe import Markup

from encamino.domain.shop import Brand
from encamino.words.environment import environment
from encamino.words.locale import LAST_RESORT

_AIR = re.compile(r"\s*\n\s*|(?<=[:;,{}])\s+|\s+(?={)")
_KEPT = 256


@lru_cache(_KEPT)
def style(templates: Path, brand: Brand) -> Markup:
    """All the CSS of a page. Equal brands give equal bytes, so the hash in the policy holds."""
    # Colours have neither language nor clock.
    env = environment(templates, LAST_RESORT, ZoneInfo("UTC"), "EUR")
    sheet = env.get_template("pages/look.css.j2").render(brand=brand)
    return Markup(_AIR.sub("", sheet).replace(";}", "}").strip())  # noqa: S704  (ours, and a shop file's checked values)
