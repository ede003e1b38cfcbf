"""A whole answer of GLS: its parcels by number, or why there are none."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime

from encamino.carriers.base import Outcome, Response, Seen
from encamino.carriers.gls.access import body
from encamino.carriers.gls.numbers import link, printed
from encamino.carriers.gls.parcel import tracking
from encamino.carriers.reading import Object, at, outcome_of, plain, retry_after, text_at
from encamino.domain.shipment import bearing

#: `ParcelErrorCodeDTO`, of one number in an answer about many.
_ERRORS = {
    "E_400_01": Outcome.INVALID,  # Bad Request
    "E_400_02": Outcome.INVALID,  # Limit Size Exceeded
    "E_400_03": Outcome.INVALID,  # Wrong Postal Code
    "E_404_01": Outcome.NOT_FOUND,  # Resource Not Found
    "E_404_02": Outcome.NOT_FOUND,  # No Delivery Info
    "E_500_01": Outcome.UNAVAILABLE,  # Internal Server Error
}


def parcels_of(response: Response, now: datetime | None = None) -> tuple[Seen | None, list[Object]]:
    """The parcels of an answer, or why there are none."""
    told = body(response)
    outcome = outcome_of(response.status)
    if isinstance(told, dict) and not isinstance(told.get("parcels"), list):
        # Apigee's faults and the service's own errors, whatever they came under.
        fault = text_at(at(told, "fault", "detail"), "errorcode").lower()
        status = told.get("status")
        if "ratelimit" in fault or "quota" in fault:
            outcome = Outcome.THROTTLED
        elif fault and outcome is None:
            outcome = Outcome.AUTH_ERROR if "jwt" in fault or "oauth" in fault else Outcome.UNAVAILABLE
        elif outcome is None and isinstance(status, int):
            outcome = outcome_of(status)
        outcome = outcome or Outcome.UNREADABLE
    if outcome is not None:
        wait = retry_after(response.headers, now) if now and outcome is Outcome.THROTTLED else None
        return Seen(outcome, detail=f"HTTP {response.status}", retry_after=wait), []
    if not isinstance(told, dict):
        return Seen(Outcome.UNREADABLE, detail="no JSON object"), []
    parcels = [parcel for parcel in told["parcels"] if isinstance(parcel, dict) and requested(parcel)]
    if told["parcels"] and not parcels:
        return Seen(Outcome.UNREADABLE, detail="parcels without a number"), []
    return None, parcels


@dataclass(frozen=True, slots=True)
class Unit:
    """What was seen of a number, and the number that GLS itself has for it."""

    seen: Seen
    number: str = ""


def about(parcels: list[Object], number: str) -> Unit:
    """What the answer says of this number, and of no other."""
    ours = [parcel for parcel in parcels if requested(parcel) == number]
    # Asked by the twelve digits on the label, GLS may answer with the eleven it keeps.
    ours = ours or [p for p in parcels if plain(p.get("unitno")) == number or printed(number) == requested(p)]
    if not ours:
        return Unit(Seen(Outcome.NOT_FOUND, detail="the answer is about other numbers"))
    found = [parcel for parcel in ours if not text_at(parcel, "errorCode")]
    if not found:
        code = text_at(ours[0], "errorCode")
        detail = f"{code} {text_at(ours[0], 'errorMessage')}".strip()
        return Unit(Seen(_ERRORS.get(code, Outcome.UNREADABLE), detail=detail[:200]))
    units = {plain(parcel.get("unitno")) or number for parcel in found}
    if len(units) > 1:
        # A notification card, or a reference: whose parcel is whose cannot be told.
        return Unit(Seen(Outcome.AMBIGUOUS, detail=f"{len(units)} parcels share the number"))
    shown = str(found[0].get("requested") or found[0].get("unitno")).strip()
    trackings = [tracking(parcel, shown, link(shown, "en")) for parcel in found]
    newest = max(trackings, key=lambda told: event.time if (event := bearing(told.events)) else _NEVER)
    return Unit(Seen(Outcome.FOUND, newest), units.pop())


_NEVER = datetime.min.replace(tzinfo=UTC)


def requested(parcel: Object) -> str:
    """The number a parcel of the answer answers to."""
    return plain(parcel.get("requested")) or plain(parcel.get("unitno"))
