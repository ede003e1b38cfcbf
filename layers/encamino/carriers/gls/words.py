"""What GLS says, and what it means: the status of a parcel, the codes of its events, the sentences beside them.

`ParcelDTO.status` has twelve values; an event's code is a family and a detail (`DELIVD.PARCELSHOP`). GLS lists them
at `/tracking/events/codes`, for customers; in public stand those below (dev-portal.gls-group.net, Track And Trace V1,
1.0.7 of 10 Sep 2025, and answers shown in public integrations; read 2026-11). A code that is not here may still be told
by its sentence, which is asked for in English or German; no sentence ever says delivered.
Marked (m): wording nobody checked against an answer.
"""

from encamino.domain.shipment import Reason, ShipmentStatus

_S = ShipmentStatus
type Meaning = tuple[ShipmentStatus, Reason | None]

#: The code → what it means, with GLS's words beside it.
CODES: dict[str, Meaning] = {
    # Of the parcel; some countries give them to events as well.
    "PLANNEDPICKUP": (_S.INFO_RECEIVED, None),  # Parcel is planned to be picked up
    "PREADVICE": (_S.INFO_RECEIVED, None),  # GLS has received the parceldata but not the physical parcel
    "INPICKUP": (_S.IN_TRANSIT, None),  # Parcel will be picked up by a driver
    "NOTPICKEDUP": (_S.EXCEPTION, Reason.OTHER),  # Parcel was not picked up (at the sender's)
    "INTRANSIT": (_S.IN_TRANSIT, None),  # Parcel is on its way to the final depot
    "INWAREHOUSE": (_S.IN_TRANSIT, None),  # Parcel is in warehouse
    "INDELIVERY": (_S.OUT_FOR_DELIVERY, None),  # Parcel is in delivery by a driver
    "DELIVEREDPS": (_S.AVAILABLE_FOR_PICKUP, None),  # Parcel delivered to a parcel shop: nobody has it yet
    "DELIVERED": (_S.DELIVERED, None),  # Parcel was delivered
    "NOTDELIVERED": (_S.ATTEMPT_FAILED, None),  # Parcel was not delivered
    "CANCELED": (_S.EXCEPTION, Reason.CANCELLED),  # Parcel was cancelled
    "FINAL": (_S.INFO, None),  # Parcel history closed: it says nothing of how it ended
    # Of events.
    "INTIAL.PREADVICE": (_S.INFO_RECEIVED, None),  # Data entered into the GLS IT system; not yet handed over to GLS
    "INTIAL.E48_DATA": (_S.INFO_RECEIVED, None),  # Provided by the sender for collection by GLS
    "INTIAL.NORMAL": (_S.IN_TRANSIT, None),  # Handed over to GLS
    "INBOUD.NORMAL": (_S.IN_TRANSIT, None),  # Has reached the parcel center
    "OUTBOD.NORMAL": (_S.IN_TRANSIT, None),  # Has left the parcel center
    "OUTDEL.NORMAL": (_S.OUT_FOR_DELIVERY, None),  # Expected to be delivered during the day
    "DELIVD.NORMAL": (_S.DELIVERED, None),  # Has been delivered
    "DELIVD.PARCELSHOP": (_S.AVAILABLE_FOR_PICKUP, None),  # Delivered at the ParcelShop
    "CANCEL.NORMAL": (_S.EXCEPTION, Reason.CANCELLED),  # Data deleted from the GLS IT system
    "CHANGD.MONEWADDR": (_S.INFO, None),  # Change completed for - Delivery at new address
    "CHANGD.PARCELBOX": (_S.INFO, None),  # Change completed for - ParcelLocker
}

#: What a sentence says when the code is none of the above, lower case; the first that occurs counts.
_SENTENCES: tuple[tuple[str, Meaning], ...] = (
    ("returned to sender", (_S.RETURNED_TO_SENDER, None)),
    ("returned to the sender", (_S.RETURNED_TO_SENDER, None)),  # (m)
    ("an den absender zurück", (_S.RETURNED_TO_SENDER, None)),  # (m)
    ("not been released by customs", (_S.EXCEPTION, Reason.CUSTOMS)),
    ("vom zoll nicht freigegeben", (_S.EXCEPTION, Reason.CUSTOMS)),  # (m)
    ("released by customs", (_S.IN_TRANSIT, None)),
    ("could not be delivered", (_S.ATTEMPT_FAILED, None)),
    ("konnte nicht zugestellt werden", (_S.ATTEMPT_FAILED, None)),  # (m)
    ("cannot be delivered", (_S.EXCEPTION, Reason.OTHER)),
    ("kann nicht zugestellt werden", (_S.EXCEPTION, Reason.OTHER)),  # (m)
    ("damaged", (_S.EXCEPTION, Reason.DAMAGED)),  # (m)
    ("beschädigt", (_S.EXCEPTION, Reason.DAMAGED)),  # (m)
    ("sorting error", (_S.IN_TRANSIT, Reason.CARRIER_DELAY)),
    ("has been delivered at the parcelshop", (_S.AVAILABLE_FOR_PICKUP, None)),
    ("has been delivered at the gls parcelshop", (_S.AVAILABLE_FOR_PICKUP, None)),
    ("im paketshop zugestellt", (_S.AVAILABLE_FOR_PICKUP, None)),  # (m)
    ("expected to be delivered during the day", (_S.OUT_FOR_DELIVERY, None)),
    ("to be delivered in the course of the day", (_S.OUT_FOR_DELIVERY, None)),
    ("informed by notification card", (_S.INFO, None)),
    ("has reached the parcel center", (_S.IN_TRANSIT, None)),
    ("has left the parcel center", (_S.IN_TRANSIT, None)),
    ("is stored in the parcel center", (_S.IN_TRANSIT, None)),
    ("not yet handed over to gls", (_S.INFO_RECEIVED, None)),
    ("was handed over to gls", (_S.IN_TRANSIT, None)),
)
#: Why, in a sentence about trouble.
_REASONS: tuple[tuple[str, Reason], ...] = (
    ("absent", Reason.ABSENT),
    ("holidays", Reason.ABSENT),
    ("angetroffen", Reason.ABSENT),  # (m)
    ("closed", Reason.CLOSED),
    ("geschlossen", Reason.CLOSED),  # (m)
    ("refused", Reason.REFUSED),
    ("verweiger", Reason.REFUSED),  # (m)
    ("address", Reason.ADDRESS),
    ("adress", Reason.ADDRESS),  # (m)
    ("no cash", Reason.PAYMENT),
    ("bargeld", Reason.PAYMENT),  # (m)
    ("time frame", Reason.CARRIER_DELAY),
    ("lack of time", Reason.CARRIER_DELAY),
    ("traffic", Reason.CARRIER_DELAY),
    ("damage", Reason.DAMAGED),
    ("customs", Reason.CUSTOMS),
)
_TROUBLE = frozenset({_S.ATTEMPT_FAILED, _S.EXCEPTION, _S.RETURNED_TO_SENDER})
_VAGUE = frozenset({None, Reason.OTHER})


def meaning(code: str, sentence: str) -> Meaning:
    """What an event says. The code counts; the sentence where there is no such code, and for the reason."""
    words = " ".join(sentence.lower().split())
    told = CODES.get(code.upper())
    if told is None:
        told = next((meant for said, meant in _SENTENCES if said in words), (_S.UNKNOWN, None))
    status, reason = told
    if status in _TROUBLE and reason in _VAGUE:
        reason = next((why for said, why in _REASONS if said in words), reason)
    return status, reason
