"""Headers of every page: nothing runs, nothing is fetched from strangers, nobody indexes or frames it, nothing is kept.

No cookie is ever set.
"""

import base64
import hashlib
import re
from collections.abc import Iterable

_DAY = 86_400
#: For all pages and what hangs on them.
_ALWAYS = {
    "x-robots-tag": "noindex, nofollow, noarchive, nosnippet",
    "referrer-policy": "no-referrer",
    "x-content-type-options": "nosniff",
    "permissions-policy": "camera=(), geolocation=(), microphone=(), payment=()",
    "strict-transport-security": f"max-age={2 * 365 * _DAY}",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
}
FRESH = "private, max-age=60"
#: For answers that must look alike however often they are asked.
NEVER_KEPT = "no-store"
#: Anything else in a shop file would write policy, not name a host.
_HOST = re.compile(r"[A-Za-z0-9.-]+(:\d+)?")


def of_page(style: str, image_hosts: Iterable[str], cache: str = FRESH) -> dict[str, str]:
    """Headers of an HTML page with this one style sheet and images from these hosts only."""
    images = " ".join(["data:", *(f"https://{host}" for host in image_hosts if _HOST.fullmatch(host))])
    policy = (
        "default-src 'none'", f"style-src '{_hash(style)}'", f"img-src {images}",
        "form-action 'self'", "base-uri 'none'", "frame-ancestors 'none'",
    )  # fmt: skip
    return of_file(cache) | {"content-security-policy": "; ".join(policy)}


def of_file(cache: str = FRESH) -> dict[str, str]:
    """Headers of a calendar or feed: should a browser ever show one, nothing in it may act."""
    inert = "default-src 'none'; base-uri 'none'; frame-ancestors 'none'"
    return _ALWAYS | {"cache-control": cache, "content-security-policy": inert}


def _hash(style: str) -> str:
    return "sha256-" + base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
