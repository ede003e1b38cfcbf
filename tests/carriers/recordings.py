"""The carriers' recordings: tests/carriers/<slug>/<name>.json, in the shape CONTRIBUTING tells."""

import json
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

from encamino.carriers.base import Response
from encamino.domain.shipment import Tracking, bearing

FOLDER = Path(__file__).parent


@dataclass(frozen=True)
class Recording:
    """One answer as it went over the wire, and what it says."""

    slug: str
    name: str
    number: str
    response: Response
    expect: dict[str, Any]
    about: str

    def __str__(self) -> str:
        return f"{self.slug}/{self.name}"


def recordings(slug: str) -> tuple[Recording, ...]:
    """A carrier's recordings by name."""
    return tuple(recording(slug, path.stem) for path in sorted((FOLDER / slug).glob("*.json")))


def recording(slug: str, name: str) -> Recording:
    """That one. A body that is a text went over the wire as it is, anything else as JSON."""
    told = json.loads((FOLDER / slug / f"{name}.json").read_text(encoding="utf-8"))
    headers = {key.lower(): value for key, value in told["headers"].items()}
    response = Response(told["http_status"], wire(told["body"]), headers)
    return Recording(slug, name, told["number"], response, told["expect"], told["about"])


def wire(body: Any) -> bytes:
    """A body as bytes."""
    return (body if isinstance(body, str) else json.dumps(body, ensure_ascii=False, separators=(",", ":"))).encode()


def told(tracking: Tracking) -> dict[str, Any]:
    """A Tracking in the words of a recording's `expect`."""
    bears = bearing(tracking.events)
    return {
        "number": tracking.number,
        "status": bears.status if bears else "pending",
        "reason": bears.reason if bears else None,
        "eta": _written(tracking.eta),
        "events": len(tracking.events),
        "newest": _written(tracking.events[-1].time) if tracking.events else None,
    }


def _written(when: date | datetime | None) -> str | None:
    if isinstance(when, datetime):
        return when.astimezone(UTC).isoformat().replace("000+00:00", "Z").replace("+00:00", "Z")
    return when.isoformat() if when else None
